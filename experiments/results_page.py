"""The reference page of the result tables, made from the schema that the tables themselves obey."""

from __future__ import annotations

from world.records.schema import SCHEMA


def describe_results() -> str:
    """The reference page of the result tables in Markdown, made from the schema that the tables themselves
    obey.
    """
    parts = [_PAGE_HEAD]
    for name, columns in SCHEMA.items():
        parts.append(
            f"\n## {name}\n\n{PURPOSE[name]}\n\n| column | type | unit | meaning |\n| --- | --- | --- | --- |"
        )
        parts += [
            f"| `{column.name}` | {column.kind.replace('_', '/')} | {column.unit} | {column.meaning} |"
            for column in columns
        ]
    return "\n".join(parts) + "\n"


PURPOSE = {
    "countries": "One row a round and country: its standing in the zone, its trust and its accounts.",
    "markets": "One row a round, mineral, stage and country that produces or buys.",
    "flows": "One row a round, mineral, stage and lane with a flow; supply to oneself is a lane too.",
    "segments": "One row a round, mineral, stage and group of users in countries under licence: those whose "
    "licences are granted, and those who are refused.",
    "licences": "One row a round, mineral, stage and lane under licence: the queue at the licence office.",
    "zone": "One row a round, mineral and stage: what the zone and the world market look like.",
    "decisions": "One row a term of a decision: the rows of one decision share its number.",
    "institutions": "One row a round and club or link beside the zone: who sits in it, and its money.",
    "standards": "One row a round, mineral, stage and club with a standard: what supply that meets it costs, "
    "and other supply.",
    "reserve": "One row a round and mineral held by the strategic reserve; empty when the scenario has none.",
    "priority": "One row a round and mineral of the reserve: what the leader's priority buyers need and get.",
    "sectors": "One row a round, country and industry: what it needs, gets, loses and pays.",
    "sector_shortages": "One row a round, country, industry and input of which it lacks some.",
    "events": "What happened: measures announced, in force, renewed, ended, cancelled; decisions, outages, "
    "plants, warnings.",
}

_PAGE_HEAD = """# Result tables

<!-- made by experiments.results_page.describe_results() from world/records/schema.py; do not edit by hand -->

A run is a folder: one Parquet file a table, `run.json` (scenario, seed, version, fingerprint of the data,
timings, status: `finished`, `interrupted` or `failed`), `report.html` and `figures/`. Its `timings` are
seconds: `start_s` until the world stands, `compile_s` to compile what clears the market or, where that was
done before, to read it; `simulation_s` for the rounds, `output_s` for tables, figures and report. `markets`
counts the markets that its rounds and the questions of its agents `posed`, those cleared `by_fallback`, and
those `lost`, which nothing cleared: the first of them ends a run.

The unit and meaning of each column are also in the metadata of the Parquet files. Tonnes are contained tonnes
a quarter; money is USD a quarter unless the unit says more. In a run of months (`rounds_per_year` is 12 in
`run.json`) they are a month, and the column `quarter` holds the month, such as 2027-08.

A comparison is a folder too: its runs under `runs/`, the paired differences in `comparison.csv` and
`comparison.parquet`, every outcome of every run in `outcomes.csv`, and status, seeds and version in
`comparison.json`."""

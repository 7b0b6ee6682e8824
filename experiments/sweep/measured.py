"""What a sweep keeps of a run: the outcomes of ``experiments.outcomes``, a column each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.outcomes import COUNTRY_OUTCOMES, OUTCOMES, measure_countries, measure_outcomes
from experiments.results import Run
from experiments.sweep.factor import DesignError
from world.dataset import load_dataset
from world.premise.reading import in_order
from world.records.schema import SCHEMA, Record

if TYPE_CHECKING:
    import pandas as pd

    from world.scenario import Scenario

OWN_COLUMNS = (
    *("key", "point", "seed", "status", "error", "seconds"),
    *("markets", "markets_by_fallback", "markets_lost"),
)
WOULD_LEAVE, WOULD_JOIN = "would_leave", "would_join"
STABILITY_COLUMNS = {
    WOULD_LEAVE: "members of the zone that would gain by leaving it on the eve of the last reviews, voters",
    WOULD_JOIN: "outsiders that would gain by joining it then, voters; none of either and it is stable",
}
"""Measured where a design names them, by playing the run once more up to its last reviews."""
WHEN_COLUMNS = ("round", "year", "quarter")
FORUM_RUNG = 1


class OutcomeColumn(NamedTuple):
    """A column of outcomes: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


def outcome_columns(minerals: Iterable[str]) -> dict[str, OutcomeColumn]:
    """Every column of outcomes by name; one of a mineral is named ``dominant_share_ndpr``, one of a country
    ``country_welfare_CAN``.
    """
    names = list(minerals)
    columns: dict[str, OutcomeColumn] = {}
    for outcome in OUTCOMES:
        for mineral in names if outcome.by_mineral else [""]:
            column = f"{outcome.name}_{mineral}" if mineral else outcome.name
            meaning = f"{outcome.meaning}; {mineral}" if mineral else outcome.meaning
            columns[column] = OutcomeColumn(column, outcome.unit, meaning)
    for outcome in COUNTRY_OUTCOMES:
        for country in load_dataset().countries:
            column = f"{outcome.name}_{country}"
            columns[column] = OutcomeColumn(column, outcome.unit, f"{outcome.meaning}; {country}")
    return columns | {
        column: OutcomeColumn(column, "voters", meaning) for column, meaning in STABILITY_COLUMNS.items()
    }


def reserved_columns() -> set[str]:
    """Names that no factor may have."""
    outcomes = {outcome.name for outcome in OUTCOMES} | set(outcome_columns(load_dataset().minerals))
    return {*OWN_COLUMNS, *WHEN_COLUMNS, *outcomes}


def choose_columns(keep: Sequence[str] | None, bases: Sequence[Scenario], origin: str) -> tuple[str, ...]:
    """The columns that ``keep`` asks for; all but those of single countries when it is not given.
    ``dominant_share`` asks for that of every mineral of the ``bases``, ``dominant_share_ndpr`` for one.

    Raises ``DesignError`` for an outcome that does not exist.
    """
    minerals = [
        mineral for mineral in load_dataset().minerals if any(_plays(base, mineral) for base in bases)
    ]
    known = outcome_columns(minerals)
    chosen: dict[str, None] = {}
    for name in [outcome.name for outcome in OUTCOMES] if keep is None else keep:
        outcome = next((one for one in OUTCOMES if one.name == name), None)
        if outcome is not None and outcome.by_mineral:
            chosen |= dict.fromkeys(f"{name}_{mineral}" for mineral in minerals)
        elif name in known:
            chosen[name] = None
        else:
            names = [*(one.name for one in OUTCOMES), *known]
            raise DesignError(
                f"{origin}: outcomes.keep: unknown outcome {name!r}{in_order(name, dict.fromkeys(names))}"
            )
    return tuple(chosen)


def outcome_families(columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Outcomes by mineral of which ``columns`` hold any, each with its columns."""
    kept = list(columns)
    found = {
        outcome.name: tuple(column for column in kept if column.startswith(f"{outcome.name}_"))
        for outcome in OUTCOMES
        if outcome.by_mineral
    }
    return {name: own for name, own in found.items() if own}


def _plays(base: Scenario, mineral: str) -> bool:
    return "*" in base.run.minerals or mineral in base.run.minerals


def check_members(given: Sequence[str] | None, base: Scenario, origin: str) -> tuple[str, ...]:
    """The countries over which what a zone costs and gains is added: those ``given``, or those that sit at
    the zone's table in the data (the forum) and the leader.

    They are the same in every run, whoever joins, so that runs differ in policy and not in who is counted.
    """
    dataset = load_dataset()
    if given is None:
        table = dataset.table("memberships")
        forum = {
            str(country)
            for country, rung in zip(table["iso3"], table["rung"], strict=True)
            if int(rung) >= FORUM_RUNG
        }
        return tuple(sorted({*forum, base.leader.country}))
    for name in given:
        if name not in dataset.countries:
            raise DesignError(
                f"{origin}: outcomes.members: given {name!r}{in_order(name, list(dataset.countries))}"
            )
    return tuple(given)


def run_of(record: Record, scenario: Scenario, seed: int) -> Run:
    """The tables of ``record`` as a run that was not written."""
    meta = {"scenario": scenario.key, "seed": seed, "scenario_text": scenario.text}
    return Run(Path(scenario.key), meta, _Frames(record))


class _Frames(dict[str, "pd.DataFrame"]):
    """The tables of a record, each made when it is first asked for."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def __contains__(self, name: object) -> bool:
        return name in SCHEMA

    def __missing__(self, name: str) -> pd.DataFrame:
        import numpy as np
        import pandas as pd

        types = {"number": np.float64, "whole": np.int64, "yes_no": np.bool_, "text": object}
        rows = self._record.rows(name)
        columns: dict[str, Any] = {
            column.name: np.asarray(rows[column.name], types[column.kind]) for column in SCHEMA[name]
        }
        self[name] = pd.DataFrame(columns, copy=False)
        return self[name]


def measure_stability(scenario: Scenario, seed: int, columns: Collection[str]) -> dict[str, float]:
    """Those of ``STABILITY_COLUMNS`` that are among the ``columns``; NaN where there is no zone to judge."""
    asked = [column for column in STABILITY_COLUMNS if column in columns]
    if not asked:
        return {}
    from experiments.stability import StabilityError, judge_at_end

    try:
        verdict = judge_at_end(scenario, seed)
    except StabilityError:
        return dict.fromkeys(asked, math.nan)
    found = {WOULD_LEAVE: len(verdict.would_leave), WOULD_JOIN: len(verdict.would_join)}
    return {column: float(found[column]) for column in asked}


def measure_run(run: Run, members: Collection[str], columns: Sequence[str]) -> dict[str, float]:
    """The value of each of the ``columns``; NaN for that of a mineral that the run does not play."""
    found = measure_countries(run, columns) | {
        f"{name}_{mineral}" if mineral else name: value
        for name, mineral, _, value in measure_outcomes(run, members)
    }
    return {column: float(found.get(column, math.nan)) for column in columns}


def blank(columns: Iterable[str]) -> Mapping[str, float]:
    """The outcomes of a run that failed."""
    return dict.fromkeys(columns, math.nan)

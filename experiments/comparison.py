"""Scenarios compared in pairs: the same seed in each, differences of outcomes with 95% t intervals."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.intervals import Precision, paired_interval, pairs_needed
from experiments.outcomes import binding_members, measure_outcomes
from experiments.provenance import provenance
from experiments.results import ResultsError, Run

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "outcome",
    "mineral",
    "unit",
    "scenario",
    "reference",
    "mean",
    "mean_reference",
    "difference",
    "low",
    "high",
    "pairs",
    "pairs_needed",
)


@dataclass(frozen=True)
class Comparison:
    """Outcomes of each run, and the paired differences of each scenario from the first.

    ``planned`` is the number of runs that were asked for. ``outcomes`` has the columns scenario, seed,
    outcome, mineral, unit, value. ``differences`` has one row an outcome, mineral and scenario: means, mean
    difference from the reference, its 95% t interval (NaN with fewer than two pairs), number of pairs, and
    how many pairs the ``precision`` would take.
    """

    folder: Path
    reference: str
    scenarios: tuple[str, ...]
    status: str
    members: tuple[str, ...]
    runs: tuple[Run, ...]
    outcomes: pd.DataFrame
    differences: pd.DataFrame
    planned: int = 0
    precision: Precision = field(default_factory=Precision)

    def difference(self, outcome: str, scenario: str, mineral: str = "") -> pd.Series:
        """The row of one outcome. Raises ``KeyError`` when there is none."""
        rows = self.differences
        chosen = rows[
            (rows["outcome"] == outcome) & (rows["scenario"] == scenario) & (rows["mineral"] == mineral)
        ]
        if chosen.empty:
            raise KeyError(f"no outcome {outcome!r} for {scenario!r} {mineral!r}")
        return chosen.iloc[0]


def compare_runs(
    runs: Iterable[Run],
    scenarios: Sequence[str],
    folder: Path,
    status: str = "finished",
    planned: int | None = None,
    precision: Precision | None = None,
) -> Comparison:
    """Compare finished runs; the first of ``scenarios`` is the reference; ``planned`` runs were asked for;
    ``precision`` is that for which pairs are counted.
    """
    kept = tuple(runs)
    # Who is counted as a member must not depend on the scenario: whoever was bound in any run, and the
    # leaders.
    members = sorted({run.leader for run in kept}.union(*(binding_members(run) for run in kept)))
    outcomes = _outcomes_of(kept, members)
    aim = precision or Precision()
    rows = [row for scenario in scenarios[1:] for row in _paired_rows(outcomes, scenario, scenarios[0], aim)]
    import pandas as pd

    differences = pd.DataFrame(rows, columns=list(COLUMNS))
    asked = len(kept) if planned is None else planned
    names = (scenarios[0], tuple(scenarios), status, tuple(members))
    return Comparison(folder, *names, kept, outcomes, differences, asked, aim)


def _outcomes_of(runs: Iterable[Run], members: Collection[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (run.meta["scenario"], run.meta["seed"], *row)
        for run in runs
        for row in measure_outcomes(run, members)
    ]
    return pd.DataFrame(rows, columns=["scenario", "seed", "outcome", "mineral", "unit", "value"])


def _paired_rows(
    outcomes: pd.DataFrame, scenario: str, reference: str, precision: Precision
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for (outcome, mineral, unit), group in outcomes.groupby(["outcome", "mineral", "unit"], sort=False):
        wide = group.pivot_table(index="seed", columns="scenario", values="value", dropna=False)
        wide = wide.reindex(columns=[scenario, reference]).dropna()
        difference, low, high = paired_interval((wide[scenario] - wide[reference]).to_list())
        means = (float(wide[scenario].mean()), float(wide[reference].mean()))
        needed = pairs_needed(low, high, len(wide), precision.goal(str(outcome), difference))
        found = (difference, low, high, len(wide), needed)
        rows.append((outcome, mineral, unit, scenario, reference, *means, *found))
    return rows


def write_comparison(comparison: Comparison) -> None:
    """Write ``comparison.csv`` and ``.parquet`` (differences), ``outcomes.csv`` (every run) and
    ``comparison.json`` (status, scenarios, seeds, members, version) into its folder.
    """
    folder = comparison.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        comparison.differences.to_parquet(folder / "comparison.parquet", index=False)
        comparison.outcomes.to_csv(folder / "outcomes.csv", index=False)
        comparison.differences.to_csv(folder / "comparison.csv", index=False)
        made = json.dumps(_made(comparison), indent=2, ensure_ascii=False)
        (folder / "comparison.json").write_text(made + "\n", encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None


def _made(comparison: Comparison) -> dict[str, object]:
    return {
        "status": comparison.status,
        "scenarios": list(comparison.scenarios),
        "reference": comparison.reference,
        "runs_finished": len(comparison.runs),
        "runs_planned": comparison.planned,
        "seeds": sorted({run.meta["seed"] for run in comparison.runs}),
        "members": list(comparison.members),
        **provenance(),
    }

"""Scenarios compared in pairs: the same seed in each, differences of outcomes with 95% t intervals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.outcomes import OUTCOMES, binding_members, measure_outcomes
from experiments.results import ResultsError, Run

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
MOST_NAMES = 16
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
)


@dataclass(frozen=True)
class Comparison:
    """Outcomes of each run, and the paired differences of each scenario from the first.

    ``outcomes`` has the columns scenario, seed, outcome, mineral, unit, value. ``differences`` has one row an
    outcome, mineral and scenario: means, mean difference from the reference, its 95% t interval (NaN with
    fewer than two pairs), number of pairs.
    """

    folder: Path
    reference: str
    scenarios: tuple[str, ...]
    status: str
    members: tuple[str, ...]
    runs: tuple[Run, ...]
    outcomes: pd.DataFrame
    differences: pd.DataFrame

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
    runs: Iterable[Run], scenarios: Sequence[str], folder: Path, status: str = "finished"
) -> Comparison:
    """Compare finished runs; the first of ``scenarios`` is the reference."""
    kept = tuple(runs)
    # Who is counted as a member must not depend on the scenario: whoever was bound in any run, and the
    # leaders.
    members = sorted({run.leader for run in kept}.union(*(binding_members(run) for run in kept)))
    outcomes = _outcomes_of(kept, members)
    rows = [row for scenario in scenarios[1:] for row in _paired_rows(outcomes, scenario, scenarios[0])]
    import pandas as pd

    differences = pd.DataFrame(rows, columns=list(COLUMNS))
    return Comparison(
        folder, scenarios[0], tuple(scenarios), status, tuple(members), kept, outcomes, differences
    )


def _outcomes_of(runs: Iterable[Run], members: Collection[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (run.meta["scenario"], run.meta["seed"], *row)
        for run in runs
        for row in measure_outcomes(run, members)
    ]
    return pd.DataFrame(rows, columns=["scenario", "seed", "outcome", "mineral", "unit", "value"])


def _paired_rows(outcomes: pd.DataFrame, scenario: str, reference: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for (outcome, mineral, unit), group in outcomes.groupby(["outcome", "mineral", "unit"], sort=False):
        wide = group.pivot_table(index="seed", columns="scenario", values="value", dropna=False)
        wide = wide.reindex(columns=[scenario, reference]).dropna()
        difference, low, high = paired_interval((wide[scenario] - wide[reference]).to_list())
        means = (float(wide[scenario].mean()), float(wide[reference].mean()))
        rows.append((outcome, mineral, unit, scenario, reference, *means, difference, low, high, len(wide)))
    return rows


def paired_interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """Mean of paired differences and its 95% t interval; NaN where there are too few pairs."""
    import numpy as np
    from scipy.stats import t

    count = len(differences)
    if count == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(np.mean(differences))
    if count == 1:
        return mean, float("nan"), float("nan")
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1) * np.std(differences, ddof=1) / np.sqrt(count))
    return mean, mean - half, mean + half


def write_comparison(comparison: Comparison) -> None:
    """Write ``comparison.csv`` and ``.parquet`` (differences) and ``outcomes.csv`` (every run) into its
    folder.
    """
    folder = comparison.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        comparison.differences.to_parquet(folder / "comparison.parquet", index=False)
        comparison.outcomes.to_csv(folder / "outcomes.csv", index=False)
        comparison.differences.to_csv(folder / "comparison.csv", index=False)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None


def describe_comparison(comparison: Comparison) -> str:
    """The differences as a table for the terminal; those whose interval leaves out zero are marked with a
    star.
    """
    lines: list[str] = []
    for scenario in comparison.scenarios[1:]:
        lines += [f"{scenario} against {comparison.reference}", _HEAD]
        rows = comparison.differences[comparison.differences["scenario"] == scenario]
        lines += [
            _line(dict(zip(rows.columns, row, strict=True)))
            for row in rows.itertuples(index=False, name=None)
        ]
        lines.append("")
    meanings = {outcome.name: outcome.meaning for outcome in OUTCOMES}
    shown = [name for name in dict.fromkeys(comparison.differences["outcome"]) if name in meanings]
    lines += ["* the 95% interval of the paired difference leaves out zero. Outcomes:"]
    lines += [f"  {name}: {meanings[name]}" for name in shown]
    if comparison.members:
        more = (
            f" and {len(comparison.members) - MOST_NAMES} more"
            if len(comparison.members) > MOST_NAMES
            else ""
        )
        lines.append(f"  members here: {', '.join(comparison.members[:MOST_NAMES])}{more}")
    return "\n".join(lines)


_HEAD = f"  {'outcome':<28} {'reference':>12} {'scenario':>12} {'difference':>12}  {'95% interval':<27} pairs"


def _line(row: dict[str, object]) -> str:
    name = f"{row['outcome']} {row['mineral']}".strip()
    numbers = [float(str(row[key])) for key in ("mean_reference", "mean", "difference", "low", "high")]
    unit = str(row["unit"])
    before, after = (in_words(number, unit) for number in numbers[:2])
    change = "points" if unit == "share" else unit
    difference, low, high = (in_words(number, change) for number in numbers[2:])
    pairs = int(str(row["pairs"]))
    interval = f"{low} to {high}" if pairs > 1 else ("no pair", "one pair only")[pairs]
    star = "*" if numbers[3] > 0 or numbers[4] < 0 else " "
    return f"  {name:<28} {before:>12} {after:>12} {difference:>12}{star} {interval:<27} {pairs:>5}"


def in_words(number: float, unit: str) -> str:
    """A number short enough to read: billions of USD, percent, years, prices in whole USD."""
    if number != number:
        return "-"
    number = 0.0 if abs(number) < 1e-9 else number
    if unit.startswith("USD") and unit != "USD/t":
        return f"{number / 1e9:,.3f} bn"
    if unit in ("share", "points"):
        return f"{100 * number:.1f}{'%' if unit == 'share' else ' pp'}"
    return f"{number:,.0f}" if unit == "USD/t" else f"{number:,.2f}"

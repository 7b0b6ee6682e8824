"""Does the base year add up once its closing rows are counted, and what do those rows do?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from world.tables.catalogue import TABLES
from world.tables.reading import Cell, Rows

if TYPE_CHECKING:
    from world.dataset import Dataset

TOLERANCE = 1e-6
"""Largest gap of a balance, relative to its larger side."""

_TABLES = ("minerals", "production", "first_use", "balance")
_ADDS_TO_ORE = {"secondary_feed": 1.0, "statistical": 1.0, "other_use": -1.0}


@dataclass(frozen=True)
class Balance:
    """Tonnes a year of one mineral in the base year, world totals."""

    mineral: str
    mined: float
    ore_closing: float
    process_loss: float
    converted: float
    primary: float
    refined_closing: float
    first_use: float
    demand_closing: float

    @property
    def recovery(self) -> float:
        """Refined tonnes per tonne of ore fed to refineries; 1 for a mineral without ore."""
        ore = self.mined + self.ore_closing
        return (ore - self.process_loss) / ore if ore > 0 else 1.0

    @property
    def sides(self) -> tuple[tuple[str, float, float], ...]:
        """What must be equal: ore less loss and converted, refined supply and demand."""
        return (
            (
                "mined + ore feeds - other use - process loss = converted",
                self.mined + self.ore_closing - self.process_loss,
                self.converted,
            ),
            (
                "converted + primary + refined feeds = first use + unreported use + stock building",
                self.converted + self.primary + self.refined_closing,
                self.first_use + self.demand_closing,
            ),
        )


def check_balance(rows: Mapping[str, Rows]) -> list[str]:
    """One line for each balance that does not close to ``TOLERANCE``, and for recoveries out of range."""
    faults = []
    for balance in _balances({name: rows[name].cells for name in _TABLES}):
        where = f"balance.csv: {balance.mineral}:"
        for words, left, right in balance.sides:
            if abs(left - right) > TOLERANCE * max(abs(left), abs(right)):
                faults.append(f"{where} {words} does not hold: {left:,.10g} and {right:,.10g} t a year")
        if not 0.0 < balance.recovery <= 1.0 + TOLERANCE:
            faults.append(f"{where} recovery is {balance.recovery:.4g}, allowed: above 0, at most 1")
    return faults


def balance_report(dataset: Dataset) -> list[str]:
    """Lines for a reader: world totals before and after closing, each closing row, rows by quality."""
    tables = {name: _cells(dataset, name) for name in _TABLES}
    closing = tables["balance"]
    lines: list[str] = []
    for balance in _balances(tables):
        lines += _describe_balance(balance)
        for row in zip(*closing.values(), strict=True):
            named = dict(zip(closing, row, strict=True))
            if named["mineral"] == balance.mineral:
                lines.append(_describe_row(named))
    return [*lines, "rows by quality", *_describe_quality(dataset)]


def _cells(dataset: Dataset, name: str) -> dict[str, list[Cell]]:
    return {str(column): list(values) for column, values in dataset.table(name).items()}


def _describe_balance(balance: Balance) -> list[str]:
    refined, ore = balance.converted + balance.primary, balance.mined + balance.ore_closing
    _, supply, demand = balance.sides[1]
    return [
        f"{balance.mineral}, t a year",
        f"  as published: mined {balance.mined:,.0f}, refined {refined:,.0f}, "
        f"first use {balance.first_use:,.0f}",
        f"  after closing: ore fed {ore:,.0f} at recovery {balance.recovery:.3f}, "
        f"refined supply {supply:,.0f}, demand {demand:,.0f}",
    ]


def _describe_row(row: Mapping[str, Cell]) -> str:
    low, tonnes, high = (float(row[name]) for name in ("low_t_year", "tonnes_year", "high_t_year"))
    span = f" ({low:,.0f} to {high:,.0f})" if low == low and high == high else ""
    head = f"  {row['stage']:<7} {row['iso3']:<3} {row['kind']:<14} {tonnes:>11,.0f}{span}"
    return f"{head}: {row['reason']} [{row['quality']}]"


def _describe_quality(dataset: Dataset) -> list[str]:
    lines = []
    for name in TABLES:
        counts = dataset.table(name)["quality"].value_counts()
        lines.append(f"  {name}: " + ", ".join(f"{count} {quality}" for quality, count in counts.items()))
    return lines


def _balances(tables: Mapping[str, Mapping[str, list[Cell]]]) -> list[Balance]:
    found = []
    for mineral in map(str, tables["minerals"]["mineral"]):
        forms = _totals(tables["production"], mineral, "output_t_year", "form")
        ore = _totals(tables["balance"], mineral, "tonnes_year", "kind", "ore")
        refined = _totals(tables["balance"], mineral, "tonnes_year", "kind", "refined")
        found.append(
            Balance(
                mineral,
                mined=forms.get("mined", 0.0),
                ore_closing=sum(sign * ore.get(kind, 0.0) for kind, sign in _ADDS_TO_ORE.items()),
                process_loss=refined.get("process_loss", 0.0) + ore.get("process_loss", 0.0),
                converted=forms.get("converted", 0.0),
                primary=forms.get("primary", 0.0),
                refined_closing=refined.get("secondary_feed", 0.0) + refined.get("statistical", 0.0),
                first_use=sum(_totals(tables["first_use"], mineral, "use_t_year", "mineral").values()),
                demand_closing=refined.get("stock_build", 0.0) + refined.get("unreported_use", 0.0),
            )
        )
    return found


def _totals(
    table: Mapping[str, list[Cell]], mineral: str, tonnes: str, by: str, stage: str | None = None
) -> dict[str, float]:
    totals: dict[str, float] = {}
    stages = table["stage"] if stage is not None else [stage] * len(table[tonnes])
    for named, at, group, value in zip(table["mineral"], stages, table[by], table[tonnes], strict=True):
        if named == mineral and at == stage:
            totals[str(group)] = totals.get(str(group), 0.0) + float(value)
    return totals

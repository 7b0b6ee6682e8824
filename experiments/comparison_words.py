"""A comparison in words for the terminal: what is clear, then every outcome with its unit and interval."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from experiments.comparison import Comparison
from experiments.figures.naming import by_size, country_name, in_words, mineral_word
from experiments.outcomes import OUTCOMES
from experiments.results import each_row

WIDTH, MOST_NAMES = 112, 8
LEAST_SHARE, LEAST_PRICE, LEAST_USD = 0.001, 0.01, 1e6
"""Changes below a tenth of a point, 1% of a price, or a million USD are not told among the clear ones."""
NO_LEVEL = ("members_welfare", "leader_welfare", "dominant_welfare", "world_welfare")
"""Surplus is counted from an arbitrary level: only its differences mean something."""


def describe_comparison(comparison: Comparison) -> str:
    """What differs clearly, all outcomes in a table, and what they are; a star marks intervals without 0."""
    blocks = [_one_scenario(comparison, scenario) for scenario in comparison.scenarios[1:]]
    meanings = {outcome.name: outcome.meaning for outcome in OUTCOMES}
    shown = [name for name in dict.fromkeys(comparison.differences["outcome"]) if name in meanings]
    foot = [
        "* the 95% t interval of the paired difference leaves out zero. Needed: pairs for an interval of, to "
        f"either side, {comparison.precision.words}.",
        "Outcomes:",
    ]
    foot += [f"  {name}: {meanings[name]}" for name in shown]
    foot += textwrap.wrap(
        f"members here: {_members(comparison)}", WIDTH, initial_indent="  ", subsequent_indent="    "
    )
    return "\n".join([*blocks, *foot])


def clear_differences(comparison: Comparison, scenario: str) -> str:
    """The differences whose interval leaves out zero, in a sentence; negligible ones are left out."""
    rows = comparison.differences[comparison.differences["scenario"] == scenario]
    told = [
        _told(row) for row in map(_as_mapping, each_row(rows)) if _is_clear(row) and not is_negligible(row)
    ]
    pairs = int(rows["pairs"].max()) if len(rows) else 0
    if pairs < 2:
        return "Nothing can be told from chance with fewer than two pairs of runs; ask for more --seeds."
    if not told:
        return f"Nothing differs clearly in {pairs} pairs of runs; more --seeds narrow the intervals."
    return f"Clear in {pairs} pairs of runs: {'; '.join(told)}."


def _one_scenario(comparison: Comparison, scenario: str) -> str:
    rows = comparison.differences[comparison.differences["scenario"] == scenario]
    head = f"{scenario} against {comparison.reference}"
    clear = textwrap.wrap(
        clear_differences(comparison, scenario), WIDTH, initial_indent="  ", subsequent_indent="  "
    )
    levels = f"{comparison.reference[:14]:>14} {scenario[:14]:>14}"
    title = f"  {'outcome':<26} {'unit':<11} {levels} {'difference':>11}  {'95% interval':<25} pairs  needed"
    return "\n".join([head, *clear, title, *map(_line, map(_as_mapping, each_row(rows))), ""])


def _line(row: Mapping[str, Any]) -> str:
    unit, scale = unit_in_words(str(row["unit"]))
    decimals = _decimals(row, scale)
    before, after = (_number(scale * row[key], decimals) for key in ("mean_reference", "mean"))
    if row["outcome"] in NO_LEVEL:
        before, after = "-", "-"
    difference, low, high = (_number(scale * row[key], decimals) for key in ("difference", "low", "high"))
    interval = f"{low} to {high}" if row["pairs"] > 1 else ("no pair", "one pair only")[row["pairs"]]
    star = "*" if _is_clear(row) and float(difference.replace(",", "")) != 0 else " "
    name = f"{row['outcome']} {row['mineral']}".strip()
    levels, counts = f"{before:>14} {after:>14}", f"{row['pairs']:>5} {needed_in_words(row):>7}"
    return f"  {name:<26} {unit:<11} {levels} {difference:>11}{star} {interval:<25} {counts}"


def needed_in_words(row: Mapping[str, Any]) -> str:
    """Pairs that the precision takes; ``-`` where that cannot be told."""
    needed = float(row["pairs_needed"])
    return "-" if needed != needed else "> 1m" if needed == float("inf") else f"{needed:,.0f}"


def _told(row: Mapping[str, Any]) -> str:
    """``price inside of graphite +87% (39% to 135%)``."""
    words = next(outcome.words for outcome in OUTCOMES if outcome.name == row["outcome"])
    name = f"{words} of {mineral_word(row['mineral'])}" if row["mineral"] else words
    unit, scale = unit_in_words(str(row["unit"]))
    decimals, word = (
        _decimals(row, scale),
        {"%": " points", "USD/kg": "%", "countries": ""}.get(unit, f" {unit}"),
    )
    if unit == "USD/kg":
        scale, decimals = 100 / row["mean_reference"], 0
    if unit == "countries":
        decimals = 0
    difference, low, high = (_number(scale * row[key], decimals) for key in ("difference", "low", "high"))
    sign = "" if difference.startswith("-") else "+"
    return f"{name} {sign}{difference}{word} ({low} to {high})"


def _is_clear(row: Mapping[str, Any]) -> bool:
    return bool(row["low"] > 0 or row["high"] < 0)


def is_negligible(row: Mapping[str, Any]) -> bool:
    """Whether a difference, in the ``unit`` of its outcome, is too small to be told, clear or not."""
    size = abs(float(row["difference"]))
    if row["unit"] == "share":
        return size < LEAST_SHARE
    if row["unit"] == "USD/t":
        return size < LEAST_PRICE * abs(float(row["mean_reference"]))
    return str(row["unit"]).startswith("USD") and size < LEAST_USD


def unit_in_words(unit: str) -> tuple[str, float]:
    """The unit of the terminal and the factor to it."""
    if unit == "USD/t":
        return "USD/kg", 1e-3
    if unit.startswith("USD"):
        return unit.replace("USD", "bn USD"), 1e-9
    return ("%", 100.0) if unit == "share" else (unit, 1.0)


def _decimals(row: Mapping[str, Any], scale: float) -> int:
    """Decimals that fit the unit; prices get three or four figures of their level."""
    if row["unit"] == "USD/t":
        level = abs(scale * float(row["mean_reference"]))
        return 0 if level >= 1000 else 1 if level >= 100 else 2 if level >= 10 else 3
    return {"share": 1, "countries": 1, "year": 1}.get(str(row["unit"]), 3)


def _number(value: float, decimals: int) -> str:
    if value != value:
        return "-"
    words = f"{value:,.{decimals}f}"
    return words.removeprefix("-") if float(words.replace(",", "")) == 0 else words


def _members(comparison: Comparison) -> str:
    names = [country_name(code) for code in by_size(comparison.members)]
    return f"{in_words(names, MOST_NAMES)}: the leader and all that are bound in any of these runs"


def _as_mapping(row: Any) -> Mapping[str, Any]:
    return dict(row._asdict())

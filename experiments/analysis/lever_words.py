"""A comparison of the settings of a lever in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.analysis.lever_comparison import LeverComparison
from experiments.analysis.wording import factor_in_words, has_level, measure_of, rows_of, setting_in_words
from experiments.comparison_words import needed_in_words
from experiments.figures.naming import counted


def is_clear(row: Mapping[str, Any]) -> bool:
    """The interval leaves out zero."""
    return bool(row["low"] > 0 or row["high"] < 0)


def find_lever(found: LeverComparison, outcome: str | None = None) -> str:
    """How many differences are clear, and the clearest one, in a sentence."""
    rows = found.table if outcome is None else found.table[found.table["outcome"] == outcome]
    clear = [row for row in rows_of(rows) if is_clear(row)]
    reference = f"{factor_in_words(found.lever)} {setting_in_words(found.reference)}".strip()
    if not clear:
        return f"No clear difference from {reference}; more seeds or points narrow the intervals"
    row = max(clear, key=lambda one: abs(one["difference"]) / max(one["high"] - one["low"], 1e-300))
    measure = measure_of(str(row["outcome"]))
    unit = f" {measure.unit_of_change}" if measure.unit else ""
    change = measure.show(row["difference"], signed=True)
    return (
        f"{len(clear)} of {len(rows)} differences from {reference} are clear; under "
        f"{setting_in_words(row['setting'])} {measure.words} changes by {change}{unit} "
        f"({measure.interval(row['low'], row['high'])})"
    )


def clusters_in_words(found: LeverComparison) -> str:
    """Over what the intervals are."""
    return (
        "intervals over points and seeds, clustered by both"
        if found.points_drawn
        else "intervals over seeds, the settings being as the design set them"
    )


def describe_lever(found: LeverComparison) -> str:
    """The finding, and a table for each setting."""
    lines = [f"{find_lever(found)}."]
    width = max(len(str(name)) for name in found.table["outcome"])
    for setting in found.settings[1:]:
        here, there = setting_in_words(setting), setting_in_words(found.reference)
        lines.append(f"{found.lever} {here} against {there}")
        head = f"  {'outcome':<{width}} {'unit':<12} {there[:12]:>12} {here[:12]:>12}"
        lines.append(f"{head} {'difference':>11}  {'95% interval':<24} pairs  needed")
        rows = found.table[found.table["setting"] == setting]
        lines += [_line(row, width) for row in rows_of(rows)]
    first = found.table.iloc[0]
    lines.append(
        "* the 95% t interval of the paired difference leaves out zero; pairs come from "
        f"{counted(first['points'], 'setting')} of the other factors and {counted(first['seeds'], 'seed')}; "
        f"{clusters_in_words(found)}."
    )
    lines.append(f"Needed: pairs for an interval of, to either side, {found.precision.words}.")
    return "\n".join(lines)


def _line(row: Mapping[str, Any], width: int) -> str:
    measure = measure_of(str(row["outcome"]))
    before, after = (measure.show(row[key]) for key in ("mean_reference", "mean"))
    if not has_level(row["outcome"]):
        before, after = "-", "-"
    star = "*" if is_clear(row) else " "
    interval = measure.interval(row["low"], row["high"]) if row["low"] == row["low"] else "one pair only"
    change = f"{measure.show(row['difference']):>11}{star} {interval:<24}"
    counts = f"{row['pairs']:>5} {needed_in_words(row):>7}"
    return f"  {row['outcome']:<{width}} {measure.unit:<12} {before:>12} {after:>12} {change} {counts}"

"""Sensitivity in words: the finding, and a table for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.analysis.sensitivity import INDICES, LEADING, Sensitivity
from experiments.analysis.wording import Measure, factor_in_words, measure_of, rows_of, show_number

ONE_WAY = 0.9
"""From this part of mu* on, mu says that the effect has one direction."""
BEYOND = 0.1
"""How far outside 0 to 1 an end of a part of the variance is told as an error of the sample."""
MEANINGS = {
    "morris": (
        "mu*: mean size of the change of the outcome over the whole range of the factor, or, for a list,\n"
        "when one setting is switched for another; sigma: how much that differs from place to place\n"
        "(interaction or curvature)."
    ),
    "sobol": (
        "S1: part of the variance that the factor explains alone; ST: together with its interactions.\n"
        "A sum of S1 well below 1 says that factors work through one another."
    ),
}


def find_sensitivity(found: Sensitivity) -> str:
    """What the outcome hangs on most, in a sentence."""
    measure, index = measure_of(found.outcome), LEADING[found.method]
    first, *rest = rows_of(found.table)
    rivals = [row for row in rest if row[f"{index}_high"] >= first[f"{index}_low"]]
    size = _size(found.method, measure, first)
    words = measure.words[:1].upper() + measure.words[1:]
    said = f"{words}: {factor_in_words(str(first['factor']))} matters most, {size}"
    if not rivals:
        return said
    others = " or ".join(factor_in_words(str(row["factor"])) for row in rivals[:2])
    more = f" (or one of {len(rivals) - 2} more)" if len(rivals) > 2 else ""
    return f"{said}; this sample cannot tell it from {others}{more}"


def _size(method: str, measure: Measure, row: Mapping[str, Any]) -> str:
    index = LEADING[method]
    value, low, high = (row[name] for name in (index, f"{index}_low", f"{index}_high"))
    if method == "sobol":
        span = f"{100 * low:.0f} to {100 * high:.0f}%" if high <= 1 else f"{100 * max(low, 0):.0f}% or more"
        return f"{100 * min(value, 1):.0f}% of the variance with interactions ({span})"
    unit = f" {measure.unit_of_change}" if measure.unit else ""
    one_way = abs(row["mu"]) > ONE_WAY * value
    way = ("raising it by" if row["mu"] > 0 else "lowering it by") if one_way else "a change of"
    return f"{way} {measure.show(value)}{unit} ({measure.interval(low, high)})"


def describe_sensitivity(found: Sensitivity) -> str:
    """The finding, a line a factor, what the indices mean, and what was left out."""
    measure = measure_of(found.outcome)
    unit = f", {measure.unit_of_change}" if found.method == "morris" and measure.unit else ""
    columns = [name for name in INDICES[found.method] if name != "mu"]
    title = "".join(f" {name.replace('_star', '*'):>8}  {'95% interval':<20}" for name in columns)
    width = max(len("factor"), *(len(str(name)) for name in found.table["factor"]))
    lines = [f"{find_sensitivity(found)}.", f"  {'factor':<{width}} {'':<11}{title.rstrip()}{unit}"]
    scale = measure.scale if found.method == "morris" else 1.0
    for row in rows_of(found.table):
        cells = "".join(f" {_cell(row, name, scale)}" for name in columns)
        lines.append(f"  {row['factor']:<{width}} {row['role']:<11}{cells.rstrip()}")
    return "\n".join([*lines, *(f"  {line}" for line in _foot(found))])


def _cell(row: Mapping[str, Any], index: str, scale: float) -> str:
    low, high = (scale * row[f"{index}_{end}"] for end in ("low", "high"))
    interval = f"{show_number(low)} to {show_number(high)}" if math.isfinite(low) else "-"
    return f"{show_number(scale * row[index]):>8}  {interval:<20}"


def _foot(found: Sensitivity) -> list[str]:
    word = "trajectories" if found.method == "morris" else "base samples"
    seeds = f"{found.seeds} seed{'s' * (found.seeds > 1)}"
    lines = [f"{found.blocks} {word}, {seeds}; intervals by bootstrap over {word} and seeds."]
    if found.method == "sobol" and _is_beyond(found):
        lines.append(
            "An index beyond 0 to 1 is error of a small sample; a larger [sampling] size narrows it."
        )
    if found.left_out:
        lines.append(f"{found.left_out} {word} left out: a run of theirs failed, or had no such value.")
    if found.seeds == 1:
        lines.append("One seed: what is chance of that seed cannot be told from what holds; give more seeds.")
    else:
        share = 100 * found.noise_share
        lines.append(f"Seeds make {share:.0f}% of the variance of single runs.")
    lists = found.table["settings"].eq("list").any() and found.method == "morris"
    if lists:
        lines.append("Lists have no distance between settings: sigma is for ranges only.")
    return lines


def _is_beyond(found: Sensitivity) -> bool:
    """An interval of an index reaches well outside what a part of a variance can be."""
    ends = found.table[[f"{name}_{end}" for name in INDICES["sobol"] for end in ("low", "high")]]
    return bool(((ends < -BEYOND) | (ends > 1 + BEYOND)).any(axis=None))

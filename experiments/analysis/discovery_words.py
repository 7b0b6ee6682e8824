"""Boxes of scenario discovery in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.analysis.discovery import Box, Discovery
from experiments.analysis.wording import factor_in_words, measure_of, setting_in_words, show_number
from experiments.figures.naming import in_words

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.factor import Factor, Value

CHANCE = 0.05


def find_boxes(found: Discovery) -> str:
    """Where the outcome ends on the side asked for, in a sentence."""
    aim = aim_in_words(found)
    if not found.prim or not found.prim[0].limits:
        return f"No box tells where {aim}: it holds at {100 * found.base_rate:.0f}% of points"
    box = found.prim[0]
    said = f"{aim} in {100 * box.density:.0f}% of points with {box_in_words(box, found.factors)}"
    said = f"{said[:1].upper()}{said[1:]}"
    return f"{said}; that is {100 * box.coverage:.0f}% of the points where it does"


def aim_in_words(found: Discovery) -> str:
    """``dominant share of NdPr ends below 87.55%``: the value as it was given, not rounded."""
    measure = measure_of(found.outcome)
    side = "above" if found.above else "below"
    unit = measure.unit if measure.unit == "%" else f" {measure.unit}".rstrip()
    return f"{measure.words} ends {side} {measure.scale * found.threshold:.6g}{unit}"


def box_in_words(box: Box, factors: Sequence[Factor]) -> str:
    """``markup at least 0.3 and doctrine passive``; what may be chance is said to be."""
    known = {factor.name: factor for factor in factors}
    parts = []
    for name, settings in box.limits.items():
        doubt = box.quasi_p.get(name, 0.0)
        note = f" (may be chance, quasi-p {doubt:.2f})" if doubt > CHANCE else ""
        parts.append(f"{_limits_in_words(known[name], settings)}{note}")
    return in_words(parts) if parts else "any settings"


def _limits_in_words(factor: Factor, settings: tuple[Value, ...]) -> str:
    name = factor_in_words(factor.name)
    if not factor.values:
        low, high = (float(value) for value in settings)
        span = factor.high - factor.low
        from_end, to_end = low <= factor.low + 0.02 * span, high >= factor.high - 0.02 * span
        if from_end and not to_end:
            return f"{name} at most {show_number(high)}"
        if to_end and not from_end:
            return f"{name} at least {show_number(low)}"
        return f"{name} from {show_number(low)} to {show_number(high)}"
    shown = [setting_in_words(value) for value in settings]
    return f"{name} {' or '.join(shown)}"


def show_chance(value: float) -> str:
    """A quasi-p value with three decimals."""
    return f"{value:.3f}" if value >= 0.001 else "below 0.001"


def describe_discovery(found: Discovery) -> str:
    """The finding, then every box of PRIM and the leaves of CART."""
    aim, cases = aim_in_words(found), len(found.cases)
    hits = int(found.cases["of_interest"].sum())
    lines = [f"{find_boxes(found)}.", f"  {aim}: {hits} of {cases} points (most of their runs)."]
    if not found.reached:
        lines.append("  PRIM found no box of the density asked for; shown is the densest there is.")
    for box in found.prim:
        lines.append(f"  PRIM  {_numbers(box)}  {box_in_words(box, found.factors)}")
        chances = ", ".join(
            f"{factor_in_words(name)} {show_chance(value)}" for name, value in box.quasi_p.items()
        )
        lines.append(f"        quasi-p: {chances or 'none, nothing is restricted'}")
    lines += [f"  CART  {_numbers(box)}  {box_in_words(box, found.factors)}" for box in found.cart]
    if not found.cart:
        lines.append("  CART finds no leaf in which most points are such.")
    return "\n".join(lines)


def _numbers(box: Box) -> str:
    return f"coverage {box.coverage:4.0%}  density {box.density:4.0%}  of all points {box.mass:4.0%}"


def tabulate_boxes(found: Discovery) -> pd.DataFrame:
    """A row a box and restricted factor: ``method``, ``box``, ``coverage``, ``density``, ``mass``,
    ``factor``, ``limits`` (ends of a range, settings of a list, by semicolons), ``quasi_p``, ``words``.
    """
    import pandas as pd

    known = {factor.name: factor for factor in found.factors}
    rows = [
        {
            "method": box.method,
            "box": number + 1,
            "coverage": box.coverage,
            "density": box.density,
            "mass": box.mass,
            "factor": name,
            "limits": ";".join(map(str, settings)),
            "quasi_p": box.quasi_p.get(name, float("nan")),
            "words": _limits_in_words(known[name], settings),
        }
        for boxes in (found.prim, found.cart)
        for number, box in enumerate(boxes)
        for name, settings in box.limits.items()
    ]
    columns = ["method", "box", "coverage", "density", "mass", "factor", "limits", "quasi_p", "words"]
    return pd.DataFrame(rows, columns=columns)

"""A front of policies in words."""

from __future__ import annotations

from typing import Any

from experiments.analysis.wording import (
    Measure,
    factor_in_words,
    has_level,
    measure_of,
    rows_of,
    setting_in_words,
)
from experiments.optimisation.front import Front, seeds_in_words
from experiments.optimisation.objectives import Objective

MOST_SHOWN = 20
MANY, MOST_ON_FRONT = 8, 0.7


def measure(objective: Objective) -> Measure:
    """Unit and scale of an objective."""
    found = measure_of(objective.columns[0])
    return Measure(objective.words, found.unit, found.scale)


def centre_of(front: Front, objective: Objective, ending: str = "") -> float:
    """What is taken off a value before it is shown: of an outcome whose level means nothing, the mean of the
    front; of others nothing.
    """
    if has_level(objective.name) or not len(front.table):
        return 0.0
    return float(front.table.loc[front.table["on_front"], f"{objective.name}{ending}"].mean())


def told_apart(front: Front) -> list[Objective]:
    """The objectives in which policies differ by more than rounding; all of them where none do."""
    apart = [
        objective
        for objective in front.objectives
        if len(front.table) and measure(objective).show(_span(front, objective)) != "0"
    ]
    return apart or list(front.objectives)


def _span(front: Front, objective: Objective) -> float:
    return float(front.table[objective.name].max() - front.table[objective.name].min())


def find_front(front: Front) -> str:
    """How many policies no other beats, and how far apart they are, in a sentence."""
    on_front = front.table[front.table["on_front"]] if len(front.table) else front.table
    if not len(on_front):
        return "No policy was played in full"
    if len(on_front) == 1:
        return f"One of {len(front.table)} policies is best in every aim: {policy_in_words(front, 0)}"
    first = front.objectives[0]
    shown = measure(first)
    span = abs(float(on_front[first.name].max() - on_front[first.name].min()))
    return (
        f"{len(on_front)} of {len(front.table)} policies are beaten by none in every aim; between them "
        f"{shown.words} differs by {shown.show(span)} {shown.unit}"
    ).rstrip()


def policy_in_words(front: Front, place: int) -> str:
    """``markup 0.3, finance 5e+09``."""
    row = front.table.iloc[place]
    return ", ".join(
        f"{factor_in_words(f.name)} {setting_in_words(row[f.name])}" for f in front.design.levers
    )


def describe_front(front: Front) -> str:
    """The finding, a line a policy of the front with intervals, what was left out."""
    names = [factor.name for factor in front.design.levers]
    rows = rows_of(front.table[front.table["on_front"]])[:MOST_SHOWN] if len(front.table) else []
    widths = {name: max(len(name), *(len(setting_in_words(row[name])) for row in rows), 1) for name in names}
    head = "  ".join(f"{name:<{widths[name]}}" for name in names)
    lines = [f"{find_front(front)}."]
    if rows:
        titles = "  ".join(f"{_title(objective):<{_width(objective)}}" for objective in front.objectives)
        lines.append(f"  {head}  {titles}".rstrip())
    for row in rows:
        levers = "  ".join(f"{setting_in_words(row[name]):<{widths[name]}}" for name in names)
        cells = "  ".join(
            f"{_cell(front, row, objective):<{_width(objective)}}" for objective in front.objectives
        )
        lines.append(f"  {levers}  {cells}".rstrip())
    return "\n".join([*lines, *(f"  {line}" for line in _foot(front))])


def _title(objective: Objective) -> str:
    shown = measure(objective)
    way = "max" if objective.direction == "maximise" else "min"
    return f"{way} {shown.words}{f', {shown.unit}' if shown.unit else ''}"


def _width(objective: Objective) -> int:
    return max(len(_title(objective)), 30)


def _cell(front: Front, row: dict[str, Any], objective: Objective) -> str:
    shown, level = measure(objective), has_level(objective.name)
    ending = "_checked" if row[f"{objective.name}_checked"] == row[f"{objective.name}_checked"] else ""
    name, centre = f"{objective.name}{ending}", centre_of(front, objective, ending)
    low, high = (row[f"{name}_apart_{end}"] - centre for end in ("low", "high"))
    return f"{shown.show(row[name] - centre, signed=not level)} ({shown.interval(low, high)})"


def _foot(front: Front) -> list[str]:
    checked = len(front.table) and front.table[f"{front.objectives[0].name}_checked"].notna().any()
    basis = "fresh draws, played after the search" if checked else "the draws of the search, so too good"
    lines = [
        f"Means over {basis}; {front.draws} draws of the uncertainties, {seeds_in_words(front.design)} each, "
        "for every policy in the search.",
        "Intervals (95% t) are against the mean of these policies, play for play: what all share is out.",
    ]
    if not all(has_level(objective.name) for objective in front.objectives):
        lines.append(
            "Welfare has no level that means anything: it is shown against the mean of these policies."
        )
    lines += [
        f"In {objective.words} all policies are alike; leave it out of the aims."
        for objective in front.objectives
        if len(front.table) > 1 and objective not in told_apart(front)
    ]
    if len(front.table) > MANY and front.table["on_front"].mean() > MOST_ON_FRONT:
        lines.append(
            "Hardly any policy is beaten: fewer aims, more draws or more generations sort them better."
        )
    if front.left_out:
        lines.append(f"{front.left_out} policies left out, for a run failed: {front.first_error}")
    if front.unfinished:
        lines.append(f"{front.unfinished} policies are not played in full; the same command goes on.")
    return lines

"""A tipping map in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.analysis.tipping import TippingMap
from experiments.analysis.wording import factor_in_words, measure_of, rows_of


def find_tipping(found: TippingMap) -> str:
    """Where the zone stands, or how far the outcome moves over the map, in a sentence."""
    measure, cells = measure_of(found.outcome), found.cells
    value = "difference" if found.shows_differences else "mean"
    least, most = float(cells[value].min()), float(cells[value].max())
    unit = f" {measure.unit}" if measure.unit else ""
    words = f"{'change of ' if found.shows_differences else ''}{measure.words}"
    moved = (
        f"{words} from {measure.show(least)} to {measure.show(most)}{unit} "
        f"over {factor_in_words(found.x)} and {factor_in_words(found.y)}"
    )
    if not found.knows_zone:
        return moved[:1].upper() + moved[1:]
    stands = int(cells["stands"].sum())
    if stands in (0, len(cells)):
        where = "nowhere" if stands == 0 else "everywhere"
        return f"The zone stands {where} on this map; {moved}"
    return f"The zone stands in {stands} of {len(cells)} cells; {moved}"


def describe_tipping(found: TippingMap) -> str:
    """The finding and a line a cell."""
    measure = measure_of(found.outcome)
    wide_x, wide_y = (
        max(len(name), *map(len, settings))
        for name, settings in ((found.x, found.x_settings), (found.y, found.y_settings))
    )
    unit = f"{measure.words}{f', {measure.unit}' if measure.unit else ''}"
    head = f"  {found.x:<{wide_x}}  {found.y:<{wide_y}}  {'mean':>9}  {'95% interval':<22}"
    title = f"{head} {'from first cell':<34} "
    lines = [f"{find_tipping(found)}.", f"  {unit}", title + _verdict_titles(found)]
    for row in rows_of(found.cells):
        mean, interval = measure.show(row["mean"]), measure.interval(row["low"], row["high"])
        if found.shows_differences:
            mean, interval = "-", "-"
        star = "*" if row["clear"] else " "
        change = (
            f"{measure.show(row['difference'], signed=True)}{star} "
            f"({measure.interval(row['difference_low'], row['difference_high'])})"
        )
        cell = (
            f"  {found.x_settings[row['x']]:<{wide_x}}  {found.y_settings[row['y']]:<{wide_y}}  {mean:>9}  "
            f"{interval:<22} {change:<34} "
        )
        lines.append(cell + _verdicts(found, row))
    kind = "paired run for run" if found.paired else "not paired: cells hold different runs"
    lines.append(f"  * the difference from the first cell is clear (95% t interval, {kind}).")
    return "\n".join(line.rstrip() for line in lines)


def _verdict_titles(found: TippingMap) -> str:
    titles = {"zone stands": found.knows_zone, "nobody would change sides": found.knows_stability}
    return "".join(f"{title:<32}" for title, known in titles.items() if known)


def _verdicts(found: TippingMap, row: Mapping[str, Any]) -> str:
    names = {"stands": found.knows_zone, "stable": found.knows_stability}
    return "".join(f"{_part(row, name):<32}" for name, known in names.items() if known)


def _part(row: Mapping[str, Any], name: str) -> str:
    if row[f"{name}_share"] != row[f"{name}_share"]:
        return "nobody to ask"
    doubt = "" if row[f"{name}_clear"] else ", uncertain"
    return f"in {100 * row[f'{name}_share']:.0f}% of {row['runs']:.0f} runs{doubt}"

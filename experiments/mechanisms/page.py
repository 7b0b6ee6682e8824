"""The page of mechanisms: the design's list against the model, each with its switch and the sign that was
found.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.markdown import markdown_table
from experiments.mechanisms.mechanism import Mechanism, Shown
from experiments.mechanisms.signs import LEAST_PAIRS, Found, agrees, placebo_is_quiet, shows, verdict
from experiments.results import ResultsError

PAGE, RESULTS = "mechanisms.md", "mechanisms.csv"
SIGNS = {"+": "up", "-": "down", "0": "same"}
_HEAD = """# Mechanisms

<!-- made by python -m experiments mechanisms --out docs; do not edit by hand -->

The {count} mechanisms that the model was designed to hold, each with a switch in a scenario, the sign that
an economist would expect, and the sign that was found. This is the map of the model against its design: what
does not show is said, and so is what the model does not hold yet.

{tally}

How to read it. A mechanism is played with the same draws without and with its switch; all else is the same.
The change is the mean over the pairs with its 95% t interval, in the unit of the measure. **Placebo** is a
third run, in which a statement without an act takes the place of the switch: its interval must cover zero,
and as draws are keyed by event it should be zero itself. A sign counts when the interval leaves zero out.
Measures are those of [backtests.md](backtests.md). Intervals say how sure a sign is over shocks of demand and
mines, not over parameters, most of which are assumptions. The files are those of
`experiments/mechanisms/table`, the numbers of this page are in `docs/mechanisms.csv`.

    python -m experiments mechanisms                  # all of them, 20 pairs each: some hours
    python -m experiments mechanisms 3 23 --seeds 5   # two of them
    python -m experiments mechanisms --out docs       # the same, and write this page

A campaign that is stopped goes on where it was: each pair is kept under `results/mechanisms`.
"""


def describe_mechanisms(mechanisms: Sequence[Mechanism], found: Sequence[Found]) -> str:
    """The page in Markdown."""
    said = Counter(verdict(one, found) for one in mechanisms)
    order = ("shown", "in part", "not shown", "too few pairs", "not run", "missing")
    tally = ", ".join(f"{said[word]} {word}" for word in order if said[word])
    parts = [_HEAD.format(count=len(mechanisms), tally=f"**Of {len(mechanisms)}: {tally}.**")]
    columns = ("nr", "mechanism", "expected", "found", "pairs", "verdict")
    parts.append(markdown_table(columns, _overview(mechanisms, found)))
    parts += [_section(one, found) for one in mechanisms]
    return "\n".join(parts) + "\n"


def _overview(mechanisms: Sequence[Mechanism], found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    for one in mechanisms:
        own = [row for row in found if row.number == one.keys.number]
        expected = "; ".join(f"{shown.says}: {SIGNS[shown.sign]}" for shown in one.keys.shown)
        said = verdict(one, found)
        few = said == "too few pairs"
        good = sum((agrees if few else shows)(row, one.keys.shown[row.shown]) for row in own)
        pairs = str(min(row.pairs for row in own)) if own else "-"
        heading = f"[{one.keys.name}](#{_anchor(one)})"
        signs = f"{good} of {len(own)}{' means' if few else ''}" if own else "-"
        yield str(one.keys.number), heading, expected or "-", signs, pairs, said


def _anchor(one: Mechanism) -> str:
    words = f"{one.keys.number} {one.keys.name}".lower()
    return "".join(sign for sign in words.replace(" ", "-") if sign.isalnum() or sign == "-")


def _section(one: Mechanism, found: Sequence[Found]) -> str:
    keys = one.keys
    lines = [f"\n## {keys.number} {keys.name}\n", keys.story, ""]
    if keys.shown:
        run = one.scenarios["off"].run
        rounds = "quarters" if run.rounds_per_year == 4 else "months"
        minerals = ", ".join(run.minerals) if run.minerals != ("*",) else "all minerals"
        lines.append(f"- scenario: `{keys.base}`, {run.rounds} {rounds} from {run.start}, {minerals}")
        given = _settings({name: inner for name, inner in keys.given.items() if name != "run"})
        lines += [f"- given: {given}"] if given else []
        lines.append(f"- off: {_settings(keys.off) or 'as the scenario'}")
        lines.append(f"- on: {_settings(keys.on) or 'as the scenario'}")
    own = [row for row in found if row.number == keys.number]
    if own:
        lines += [f"- seeds: {own[0].seeds}, the last on {max(row.day for row in own)}", ""]
        lines.append(markdown_table(_COLUMNS, [_row(row, keys.shown[row.shown]) for row in own]))
    elif keys.shown:
        lines.append("- not run")
    lines += [f"\n**Missing**: {keys.missing}"] if keys.missing else []
    lines += [f"\n**Note**: {keys.note}"] if keys.note else []
    return "\n".join(lines)


_COLUMNS = ("measure", "mineral", "unit", "expected", "off", "on", "change [95%]", "placebo [95%]", "shows")


def _row(row: Found, shown: Shown) -> tuple[str, ...]:
    where = f" ({shown.where})" if shown.where else ""
    window = shown.window if shown.aggregate == "mean" else f"{shown.aggregate}, {shown.window}"
    change = _with_interval(row.change, row.low, row.high)
    placebo = _with_interval(row.placebo, row.placebo_low, row.placebo_high)
    if row.pairs < LEAST_PAIRS:
        said = f"mean {'agrees' if agrees(row, shown) else 'does not'}"
    else:
        said = "yes" if shows(row, shown) else "no"
    said += "" if placebo_is_quiet(row) else ", placebo moves"
    mineral = f"{row.mineral} {shown.stage}" if row.mineral else "-"
    what = f"{shown.says}{where}, {window}"
    return what, mineral, row.unit, SIGNS[shown.sign], _plain(row.off), _plain(row.on), change, placebo, said


def _settings(keys: Mapping[str, Any], above: str = "") -> str:
    """Settings in one line: dotted keys with their values, measures in words."""
    return ", ".join(_flat(keys, above))


def _flat(keys: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in keys.items():
        if name == "measures":
            yield from (f"measure: {_measure(measure)}" for measure in value)
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"`{above}{name} = {shown.lower() if isinstance(value, bool) else shown}`"


def _measure(measure: Mapping[str, Any]) -> str:
    def listed(key: str) -> str:
        return "+".join(map(str, measure.get(key, ["*"])))

    size = f" of {measure['size']} {measure.get('unit', '')}".rstrip() if "size" in measure else ""
    goods = f"{listed('minerals')} {listed('stages')}".replace("* *", "everything").replace(" *", "")
    goods = goods.replace("* ", "all ")
    to = f", {measure['actor']} and {listed('targets')}" if "targets" in measure else f", {measure['actor']}"
    dates = f"from {measure['in_force']}" if "in_force" in measure else f"said on {measure['announced']}"
    ends = f" to {measure['ends']}" if "ends" in measure else ""
    return f"{measure['instrument'].replace('_', ' ')}{size} on {goods}{to}, {dates}{ends}"


def _plain(value: float) -> str:
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _signed(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+.3g}"


def _with_interval(mean: float, low: float, high: float) -> str:
    if mean != mean:
        return "-"
    return _signed(mean) if low != low else f"{_signed(mean)} [{_signed(low)} to {_signed(high)}]"


def ready_folder(folder: Path) -> None:
    """Make the folder of the page if it is not there, before hours are spent on what goes into it.

    Raises
    ------
    ResultsError
        If there is a file of that name, or the folder cannot be made or written into.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be made: {error.strerror or error}") from None
    if not os.access(folder, os.W_OK):
        raise ResultsError(f"{folder}: cannot be written into")


def write_page(mechanisms: Sequence[Mechanism], found: Sequence[Found], folder: Path) -> list[Path]:
    """Write page and table into a folder: rows found now take the place of older ones of their mechanisms.

    Raises
    ------
    ResultsError
        If the folder cannot be written.
    """
    from experiments.mechanisms.signs import read_signs, write_signs

    old = read_signs(folder / RESULTS)
    new = {row.number for row in found}
    known = {one.keys.number: one for one in mechanisms}
    rows = [row for row in old if row.number not in new and row.number in known] + list(found)
    rows = [row for row in rows if row.fingerprint == known[row.number].fingerprint]
    write_signs(rows, folder / RESULTS)
    # numbers as they are read back, so that page and table agree to the last digit
    text = describe_mechanisms(mechanisms, read_signs(folder / RESULTS))
    (folder / PAGE).write_text(text, encoding="utf-8")
    return [folder / PAGE, folder / RESULTS]

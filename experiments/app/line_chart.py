"""A chart of lines over the quarters of a run, in the JSON that the page draws."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from experiments.figures.naming import quarter_in_words
from experiments.results import Run


def make_line(name: str, colour: str, values: Iterable[float], dash: str = "") -> dict[str, Any]:
    """A line with its name and a value a quarter; what is not a number is left out."""
    return {"name": name, "colour": colour, "dash": dash, "values": [_number(value) for value in values]}


def line_chart(title: str, unit: str, run: Run, lines: list[dict[str, Any]], note: str = "") -> str:
    """The chart, whose title says what it shows."""
    x = [quarter_in_words(quarter) for quarter in run.quarters]
    return json.dumps({"kind": "lines", "title": title, "unit": unit, "x": x, "lines": lines, "note": note})


def _number(value: float) -> float | None:
    return float(f"{value:.5g}") if math.isfinite(value) else None

"""The pieces of the page inside a notebook: widgets without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from experiments.app.commons import TRACKS
from experiments.app.notebook import show_run
from experiments.app.premise import Premise
from experiments.app.reading import read_run


def widgets(root: Any) -> Iterator[Any]:
    yield root
    for child in getattr(root, "children", None) or ():
        if not isinstance(child, str):
            yield from widgets(child)


def test_a_run_is_shown_as_map_panels_and_reasons(small: Premise) -> None:
    while (track := TRACKS.play(small, 5)).played < 5:
        pass
    shown = list(widgets(show_run(read_run(small, track.pages), "dytb")))
    kinds = [json.loads(widget.chart)["kind"] for widget in shown if hasattr(widget, "chart")]
    assert kinds == ["lines", "lines", "bars", "falls"]
    (world,) = (widget for widget in shown if hasattr(widget, "land"))
    assert json.loads(world.view)["lands"]["CHN"]["class"] == "dominant"

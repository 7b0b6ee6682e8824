"""The page's own pieces drawn in the browser: map, charts, timeline. Data goes in as JSON text, which is
compared at once where nested values would be walked at every render.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import solara

CSS = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@solara.component_vue("map.vue")
def WorldMap(
    land: str,
    view: str,
    label: str,
    chosen: str,
    event_choose: Callable[[str], None],
    event_drawn: Callable[[int], None],
) -> None:
    """The map; ``view`` is made by ``map_view.show_map``."""


@solara.component_vue("chart.vue")
def Chart(chart: str) -> None:
    """A chart made by ``panels``."""


@solara.component_vue("timeline.vue")
def Timeline(rounds: int, planned: int, words: str, last: str, event_go: Callable[[int], None]) -> None:
    """A slider over the quarters."""


@solara.component_vue("upload.vue")
def Upload(most: int, event_read: Callable[[str], None]) -> None:
    """A field for a text file of at most so many bytes."""

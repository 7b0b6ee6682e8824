"""Serve the page with all its assets from this machine."""

from __future__ import annotations

import atexit
import os
import warnings
from collections.abc import Callable

from experiments.app.commons import OPENING, TRACKS
from experiments.app.desk import Desk
from experiments.app.premise import Premise
from experiments.app.rounds import get_ready


def open_desk(processes: int) -> None:
    """Have rounds played by so many processes beside this one, that go when it goes."""
    TRACKS.desk.close()
    TRACKS.desk = Desk(processes)
    TRACKS.desk.warm_up()
    atexit.register(TRACKS.desk.close)


def prepare(premise: Premise, rounds: int, told: Callable[[int, int], None]) -> None:
    """Play the opening world."""
    TRACKS.desk.tell_all(get_ready, premise)
    OPENING.prepare(premise, rounds, told)


KNOWN = (
    "Cookies with samesite=none require https",  # it falls back to lax by itself, as the page wants
    r"(?s).*ComponentsView: `use_state` found despite early return",  # of Mesa's page, which is not used here
)
"""Warnings of the libraries, a dozen lines a visitor, that tell who serves the page nothing to act on."""


def keep_quiet() -> None:
    """Leave the terminal to what matters."""
    for message in KNOWN:
        warnings.filterwarnings("ignore", message=message, category=UserWarning)


def serve(host: str, port: int) -> None:
    """Serve until interrupted. Nothing is asked of the internet, and nobody is told about visitors."""
    os.environ.update(
        SOLARA_APP="experiments.app.page",
        SOLARA_MODE="production",
        SOLARA_TELEMETRY_MIXPANEL_ENABLE="False",
        SOLARA_THEME_TITLE="Orebloc",
        SOLARA_THEME_SHOW_BANNER="False",
        SOLARA_SESSION_HTTPS_ONLY="False",
        SOLARA_KERNEL_CULL_TIMEOUT="3m",
    )
    import uvicorn

    keep_quiet()
    uvicorn.run("solara.server.starlette:app", host=host, port=port, log_level="warning", ws="auto")

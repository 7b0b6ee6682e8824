"""What is drawn of a run is drawn once, for all visitors who look at the same quarter of the same world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from experiments.results import Run, remembered

Given = ParamSpec("Given")
Drawn = TypeVar("Drawn")
_PEN = threading.RLock()
"""One at a time: of visitors who all ask for the same, the first draws and the others find it drawn."""


def drawn_once(draw: Callable[Concatenate[Run, Given], Drawn]) -> Callable[Concatenate[Run, Given], Drawn]:
    """``draw`` (its arguments hashable), asked at most once for a run and the same arguments."""
    kept = remembered(draw)

    @wraps(draw)
    def ask(run: Run, /, *given: Given.args, **named: Given.kwargs) -> Drawn:
        with _PEN:
            return kept(run, *given, **named)

    return ask

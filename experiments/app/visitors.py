"""Who is here: at most so many at once, each with a visit; where one was is remembered for a reload."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

import solara
import solara.lab

from experiments.app.commons import MOST_VISITORS, OPENING, TRACKS
from experiments.app.premise import Premise, Saved, read_token
from experiments.app.visit import Visit
from world.clock import PERIOD
from world.scenario import ScenarioError

REMEMBERED_S = 900.0


@dataclass
class Left:
    """Where a browser was when its page was closed or loaded anew."""

    premise: Premise
    rounds: int
    seat: str
    time_s: float


class Visitors:
    """The visits that are open, and where those that were closed a short while ago had been."""

    def __init__(self, most: int = MOST_VISITORS) -> None:
        self.most = most
        self.open: set[Visit] = set()
        self._left: dict[str, Left] = {}
        self._lock = threading.Lock()

    def enter(self, browser: str, visit: Visit) -> bool:
        """Let a visit in and bring it back to where its browser was; False when the house is full."""
        with self._lock:
            if len(self.open) >= self.most:
                return False
            self.open.add(visit)
            left = self._left.pop(browser, None)
        if left is not None and time.monotonic() - left.time_s < REMEMBERED_S:
            visit.restart(left.premise, left.rounds, left.seat)
        return True

    def note(self, browser: str, visit: Visit) -> None:
        """Remember where a visit is; forget those that are gone for long."""
        now = time.monotonic()
        with self._lock:
            self._left[browser] = Left(visit.premise, visit.shown, visit.seat, now)
            self._left = {key: left for key, left in self._left.items() if now - left.time_s < REMEMBERED_S}

    def leave(self, visit: Visit) -> None:
        """The tab is closed: worlds that nobody else looks at go with it."""
        visit.close()
        with self._lock:
            self.open.discard(visit)
            seen = [premise for other in self.open for premise in other.premises()]
            used = {OPENING.premise.key, *(premise.key for premise in seen)}
        for premise in visit.premises():
            TRACKS.let_go(premise, used)


VISITORS = Visitors()


def open_visit(changed: Callable[[], None], search: str) -> tuple[Visit | None, str]:
    """The visit of a new tab (``search`` is the part of its address after the question mark), or None and why
    there is none.
    """
    browser = solara.get_session_id() or ""
    visit = Visit()

    def told() -> None:
        VISITORS.note(browser, visit)
        changed()

    if not VISITORS.enter(browser, visit):
        return None, f"{VISITORS.most} visitors are here already; please come again in some minutes."
    solara.lab.on_kernel_start(lambda: lambda: VISITORS.leave(visit))
    if visit.premise is OPENING.premise:  # else it went back to where it was before a reload
        visit.go_to(visit.wanted)
    follow_link(visit, search)
    visit.changed = told
    return visit, ""


def follow_link(visit: Visit, search: str) -> None:
    """Go to the world of a link; what is wrong with it is shown."""
    asked = parse_qs(search.removeprefix("?"))
    token, quarter = (asked.get(name, [""])[0] for name in ("world", "quarter"))
    if not token:
        return
    try:
        premise = read_token(token)
    except ScenarioError as error:
        visit.problem = str(error)
        return
    if re.fullmatch(PERIOD, quarter) is None:
        quarter = ""
    if premise.key != visit.premise.key:
        visit.restore(Saved(premise, quarter, ""))

"""Another world beside the one shown, in step with it: the same seed, the same quarter."""

from __future__ import annotations

import solara

from experiments.app.premise import Premise
from experiments.app.visit import Visit
from experiments.results import Run


def use_beside(visit: Visit, premise: Premise | None) -> tuple[Visit, Run | None]:
    """A visit of ``premise`` that follows ``visit`` from quarter to quarter, and its run where that is there
    (a hook: to be called at each drawing of a component). While its next quarter is played the run is one
    behind. Nothing is played where there is no premise.
    """
    version = solara.use_reactive(0)
    _ = version.value  # read while drawing, so that what uses this is drawn anew when it changes
    beside = solara.use_memo(lambda: Visit(lambda: version.set(version.value + 1)), [])

    def follow() -> None:
        if premise is None:
            return
        if beside not in visit.companions:
            visit.companions.append(beside)
        if beside.premise.key != premise.key:
            beside.restart(premise, visit.shown)
        elif beside.wanted != visit.shown:
            beside.go_to(visit.shown)

    solara.use_effect(follow, [premise.key if premise else "", visit.shown])
    there = premise is not None and beside.premise.key == premise.key
    level = not beside.busy or abs(beside.shown - visit.shown) <= 1
    return beside, beside.run() if there and level else None

"""One simulation from first round to last: progress, interruption between rounds, failure with the state
kept.
"""

from __future__ import annotations

import pickle
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from world.market.tally import Tally, counting
from world.records.schema import Record
from world.scenario import Scenario

if TYPE_CHECKING:
    from world.model import TradeWorld

Progress = Callable[[int, int], None]
Notice = Callable[[str], None]
STATE_FILE = "failed-state.pickle"
TRACE_FILE = "failure.txt"
COMPILING = "compiling the market for this computer: once, some half a minute ..."


@dataclass(frozen=True)
class Simulation:
    """What came of a simulation: ``status`` is finished, interrupted or failed; ``record`` holds whole
    rounds only; ``markets`` counts what the rounds cleared.
    """

    record: Record
    status: str
    rounds: int
    start_s: float
    compile_s: float
    simulation_s: float
    world: TradeWorld
    markets: Tally
    error: str = ""
    trace: str = ""


def simulate(
    scenario: Scenario,
    seed: int,
    progress: Progress | None = None,
    began: float | None = None,
    notice: Notice | None = None,
) -> Simulation:
    """Play all rounds of ``scenario``.

    ``progress`` is called with rounds played and rounds in all, ``notice`` with a line for the user when the
    market has to be compiled first. ``began`` is the ``time.perf_counter()`` from which ``start_s`` is
    counted. Linear algebra runs on one thread, so that the last bit does not depend on the machine's load.
    """
    from threadpoolctl import threadpool_limits

    from world.model import TradeWorld

    began = time.perf_counter() if began is None else began
    with threadpool_limits(1):
        world = TradeWorld(scenario, rng=seed)
        opened = time.perf_counter()
        compile_market(notice)
        compiled = time.perf_counter()
        with counting() as markets:
            status, rounds, error, trace = _play(world, scenario.run.rounds, progress)
    if status != "finished":
        _keep_rounds(world.record, rounds)
    clock = (opened - began, compiled - opened, time.perf_counter() - compiled)
    return Simulation(world.record, status, rounds, *clock, world, markets, error, trace)


def compile_market(notice: Notice | None = None) -> None:
    """Compile what clears the market, or read it where this was done before; tell ``notice`` before the
    former, which takes its time.
    """
    from world.market.readiness import is_ready, make_ready

    if notice is not None and not is_ready():
        notice(COMPILING)
    make_ready()


def _play(world: TradeWorld, total: int, progress: Progress | None) -> tuple[str, int, str, str]:
    """Status, rounds played to their end, and for a failure its line and its trace."""
    played = 0
    try:
        with _interruptible() as interrupted:
            while not world.finished:
                if interrupted():
                    return "interrupted", played, "", ""
                world.step()
                played += 1
                if progress is not None:
                    progress(played, total)
    except KeyboardInterrupt:
        return "interrupted", played, "", ""
    except Exception as error:
        # Whatever went wrong inside a round is kept with the state it met: never a silent wrong answer, never
        # a lost run.
        return "failed", played, f"{type(error).__name__} in round {played}: {error}", traceback.format_exc()
    return "finished", played, "", ""


def _keep_rounds(record: Record, rounds: int) -> None:
    """Drop the rows of a round that was not played to its end, and what was noted ahead for later ones."""
    for table in record.tables.values():
        length = min(map(len, table.values()))  # an interrupt may come between two columns of a row
        kept = [place for place in range(length) if table["round"][place] < rounds]
        for name, values in table.items():
            table[name] = [values[place] for place in kept]


def keep_failed_state(simulation: Simulation, folder: Path) -> Path:
    """Write the trace and, if it can be pickled, the world of a failed run into ``folder``; return the
    file to look at.
    """
    trace = folder / TRACE_FILE
    trace.write_text(simulation.trace, encoding="utf-8")
    try:
        state = pickle.dumps(simulation.world)
    except Exception:  # a world that cannot be pickled must not hide the failure itself
        return trace
    path = folder / STATE_FILE
    path.write_bytes(state)
    return path


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C wait for the end of the round, so that no round is kept in part; the second
    acts at once.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a process that is told otherwise when to stop
        yield lambda: False
        return
    pressed: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not in the main thread: nobody's Ctrl-C arrives here
        yield lambda: False
        return
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)

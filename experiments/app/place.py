"""One process in which rounds are played, or a thread of this one in its stead (tests, notebooks)."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

COURTESY = 5
"""By how much processes give way (``nice``): pages are drawn before quarters are played ahead."""


REST_S = 3.0
"""After so many seconds without work a process gives back the memory that a round takes and leaves unused: a
third of what it holds. The next round then takes some hundredths of a second longer."""
_RESTING: list[threading.Timer] = []

Told = TypeVar("Told")


class Place:
    """A process that does one piece of work at a time; ``world`` is the key of the one it played last."""

    def __init__(self, apart: bool) -> None:
        self.apart = apart
        self.world = ""
        self._executor = self._open()

    def submit(self, work: Callable[..., Told], *about: Any) -> Future[Told]:
        """Have ``work`` done. Raises ``RuntimeError`` where the process has ended."""
        if self.apart:
            return self._executor.submit(_do_and_rest, work, *about)
        return self._executor.submit(work, *about)

    def _open(self) -> Executor:
        if not self.apart:
            return ThreadPoolExecutor(max_workers=1, thread_name_prefix="rounds")
        # Not forked: the page's process has threads, which may hold locks at that moment.
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _settle_in)

    def renew(self) -> None:
        """End the process, whatever it is at, and open another one."""
        self.end()
        self.world, self._executor = "", self._open()

    def end(self) -> None:
        """End the process, whatever it is at."""
        processes = list(self.processes().values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()

    def processes(self) -> dict[int, Any]:
        """The process by its number; none before its first work, and none for a thread."""
        return dict(getattr(self._executor, "_processes", None) or {})


def _do_and_rest(work: Callable[..., Told], *about: Any) -> Told:
    """What a place does with a piece of work: do it, and tidy up if none follows."""
    while _RESTING:
        _RESTING.pop().cancel()
    try:
        return work(*about)
    finally:
        _RESTING.append(threading.Timer(REST_S, _tidy_up))
        _RESTING[-1].daemon = True
        _RESTING[-1].start()


def _tidy_up() -> None:
    """Let go of what nothing refers to, and hand free memory back to the system where it takes it."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # of the GNU library


def _settle_in() -> None:
    """In a new process: leave Ctrl-C to the page, give way to it, go when it goes, have the market ready."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(COURTESY)
    threading.Thread(target=_go_with_the_page, daemon=True).start()
    from experiments.simulation import compile_market

    compile_market()


def _go_with_the_page() -> None:
    page = multiprocessing.parent_process()
    if page is not None:
        page.join()
        os._exit(0)

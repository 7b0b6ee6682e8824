"""Where rounds are played: processes beside that of the page, or one of its threads (tests, notebooks)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Told = TypeVar("Told")
PATIENCE_S = 600.0
"""No round takes as long, on however busy a computer: a process that does is ended."""


class DeskError(RuntimeError):
    """A process has ended, or was ended, while it had work: in one line, for the visitor who waits."""


class Desk:
    """Takes work in turn; ``processes`` of 0 is a thread of this process."""

    def __init__(self, processes: int = 0) -> None:
        self.processes = processes
        self.waiting = 0
        self._lock = threading.Lock()
        self._executor = self._open()

    def _open(self) -> Executor:
        if not self.processes:
            return ThreadPoolExecutor(max_workers=1, thread_name_prefix="rounds")
        return ProcessPoolExecutor(self.processes, multiprocessing.get_context("spawn"), _settle_in)

    def warm_up(self) -> None:
        """Start all processes, so that nobody waits for one later. The first compiles the market if that has
        not been done on this computer, which may take its time; the others then read what it wrote.
        """
        self._executor.submit(os.getpid).result()
        for _ in range(self.processes):
            self._executor.submit(time.sleep, 0.2)

    @property
    def has_room(self) -> bool:
        """A process is free, and another one is left for those who wait."""
        return self.waiting < max(1, self.processes - 1)

    def ask(self, work: Callable[..., Told], *about: Any) -> Told:
        """Have ``work`` done and wait for what comes of it; one that does not come is ``DeskError``."""
        executor = self._executor
        with self._lock:
            self.waiting += 1
        try:
            return self._submit(executor, work, *about).result(PATIENCE_S)
        except BrokenProcessPool:
            self._reopen(executor)
            raise DeskError("a process that played rounds has ended") from None
        except TooLate:
            if self.processes:
                self._reopen(executor)
            raise DeskError(f"a round took longer than {PATIENCE_S:.0f} seconds") from None
        finally:
            with self._lock:
                self.waiting -= 1

    def _submit(self, executor: Executor, work: Callable[..., Told], *about: Any) -> Future[Told]:
        try:
            return executor.submit(work, *about)
        except RuntimeError as error:  # closed or broken since
            raise BrokenProcessPool(str(error)) from None

    def _reopen(self, broken: Executor) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = self._open()
                _end(broken)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        _end(self._executor)

    def members(self) -> list[int]:
        """Numbers of the processes that are open."""
        return sorted(getattr(self._executor, "_processes", None) or {})


def _end(executor: Executor) -> None:
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _settle_in() -> None:
    """In a new process: leave Ctrl-C to the page, go when it goes, and have the market ready."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_go_with_the_page, daemon=True).start()
    from experiments.simulation import compile_market

    compile_market()


def _go_with_the_page() -> None:
    page = multiprocessing.parent_process()
    if page is not None:
        page.join()
        os._exit(0)

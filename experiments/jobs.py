"""Many jobs, one after another or in processes of their own, that stop together when told to."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_stop: Event | None = None
"""In a process of ``in_processes``: set when its job is to end early."""


def in_turn(work: Callable[[Job], Result], todo: Sequence[Job]) -> Generator[Result, None, None]:
    """Results of ``work`` in the order of ``todo``, each made when it is asked for."""
    for job in todo:
        yield work(job)


def in_processes(
    work: Callable[[Job], Result], todo: Sequence[Job], processes: int
) -> Generator[Result, None, None]:
    """Results of ``work`` as they come. When the generator is closed or interrupted, jobs that have not begun
    are dropped and those that run are told to stop (see ``stop_when_told``).
    """
    # Spawned, not forked: a child that inherits threads and locks of numerical libraries may hang.
    context = get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(processes, context, initializer=_listen, initargs=(stop,)) as pool:
        try:
            with _one_thread_each(), ctrl_c_ignored():
                futures = [pool.submit(work, job) for job in todo]
            for future in as_completed(futures):
                yield future.result()
        finally:
            with ctrl_c_ignored():  # a second one must not leave processes behind
                stop.set()
                pool.shutdown(cancel_futures=True)


def stop_when_told(done: int, total: int) -> None:
    """Progress of a job: raises ``KeyboardInterrupt`` once the jobs have been told to stop."""
    if _stop is not None and _stop.is_set():
        raise KeyboardInterrupt


def _listen(stop: Event) -> None:
    global _stop
    _stop = stop


@contextmanager
def ctrl_c_ignored() -> Iterator[None]:
    """Ignore Ctrl-C here, and for good in processes started meanwhile: a terminal sends it to all, but these
    are told to stop by the one that started them, whatever they are at.
    """
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, which alone may set this
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started meanwhile use one thread for linear algebra, by the variables that they read
    at their start.
    """
    before = {name: os.environ.get(name) for name in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

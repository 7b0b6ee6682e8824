"""Many jobs, one after another or in processes of their own, that stop together when told to.

A job whose process dies is tried once more, in a new process; if that dies too, the job is ``Lost`` and the
others go on.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.synchronize import Event
from typing import Generic, NamedTuple, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ATTEMPTS = 2
AHEAD = 2
"""Jobs that a process holds: the one it is at, and the next, so that it need not wait for us."""
_stop: Event | None = None
"""In a process of ``in_processes``: set when its job is to end early."""


class Lost(NamedTuple):
    """What comes instead of a result where the process at work died each time."""

    reason: str


class ProcessError(ValueError):
    """Processes that cannot be started at all."""


DIED = f"the process that played it died {ATTEMPTS} times (killed, or out of memory)"


def in_turn(
    work: Callable[[Job], Result], todo: Iterable[Job]
) -> Generator[tuple[Job, Result | Lost], None, None]:
    """Each job with the result of ``work``, in the order of ``todo``, made when it is asked for."""
    for job in todo:
        yield job, work(job)


def in_processes(
    work: Callable[[Job], Result], todo: Iterable[Job], processes: int
) -> Generator[tuple[Job, Result | Lost], None, None]:
    """Each job with the result of ``work``, as they come; jobs are taken from ``todo`` as they are begun.
    When the generator is closed or interrupted, jobs that have not begun are dropped and those that run are
    told to stop (see ``stop_when_told``).
    """
    # Spawned, not forked: a child that inherits threads and locks of numerical libraries may hang.
    stop = get_context("spawn").Event()
    waiting = _Waiting(todo)
    crew = [_Process(work, stop) for _ in range(processes)]
    try:
        while True:
            for process in crew:
                process.fill(waiting)
            held = [future for process in crew for _, future in process.held]
            if not held:
                return
            done, _ = wait(held, return_when=FIRST_COMPLETED)
            for process in crew:
                yield from process.gather(done, waiting)
    finally:
        with ctrl_c_ignored():  # a second one must not leave processes behind
            stop.set()
            for process in crew:
                process.close()


class _Waiting(Generic[Job]):
    """Jobs that have not begun: those that lost their process first, then the others in their order."""

    def __init__(self, todo: Iterable[Job]) -> None:
        self._new = iter(todo)
        self._again: deque[tuple[Job, int]] = deque()

    def take(self) -> tuple[Job, int] | None:
        """The next job and how many processes it has lost; None when there is none."""
        if self._again:
            return self._again.popleft()
        for job in self._new:
            return job, 0
        return None

    def put_back(self, jobs: Iterable[tuple[Job, int]]) -> None:
        """These are next."""
        self._again.extendleft(reversed(list(jobs)))


class _Process(Generic[Job, Result]):
    """One process and the jobs that it holds: a pool of one, so that it is known whose job a death was."""

    def __init__(self, work: Callable[[Job], Result], stop: Event) -> None:
        self._work, self._stop = work, stop
        self._pool: ProcessPoolExecutor | None = None
        self._begun = get_context("spawn").Event()
        self.held: deque[tuple[tuple[Job, int], Future[Result]]] = deque()

    def fill(self, waiting: _Waiting[Job]) -> None:
        """Take jobs up to ``AHEAD``; a job that cost a process before is held alone."""
        while len(self.held) < AHEAD and not any(lost for (_, lost), _ in self.held):
            taken = waiting.take()
            if taken is None:
                return
            if taken[1] and self.held:
                waiting.put_back([taken])
                return
            self.held.append((taken, self._submit(taken[0])))

    def _submit(self, job: Job) -> Future[Result]:
        for _ in range(ATTEMPTS):
            if self._pool is None:
                context = get_context("spawn")
                self._pool = ProcessPoolExecutor(
                    1, context, initializer=_listen, initargs=(self._stop, self._begun)
                )
            try:
                with _one_thread_each(), ctrl_c_ignored():
                    return self._pool.submit(self._work, job)
            except BrokenProcessPool:  # it died while it had nothing to do
                self.close()
        self._check_begun()
        raise ProcessError("processes die as soon as they have nothing to do")

    def gather(
        self, done: set[Future[Result]], waiting: _Waiting[Job]
    ) -> Iterator[tuple[Job, Result | Lost]]:
        """Results that are there, in their order; the next jobs are given out before each is handed on."""
        while self.held and self.held[0][1] in done:
            (job, lost), future = self.held.popleft()
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                self._check_begun()
                others = [taken for taken, _ in self.held]
                self.held.clear()
                self.close()
                if lost + 1 < ATTEMPTS:
                    waiting.put_back([(job, lost + 1), *others])
                else:
                    waiting.put_back(others)
                    yield job, Lost(DIED)
                return
            self.fill(waiting)
            yield job, future.result()

    def _check_begun(self) -> None:
        """A process that died before it could take a job says nothing of the job."""
        if not self._begun.is_set():
            raise ProcessError(
                "processes die as they are started (see the lines above); a script that starts them needs: "
                'if __name__ == "__main__":'
            )

    def close(self) -> None:
        """End the process, after the job that it is at."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool = None


def stop_when_told(done: int, total: int) -> None:
    """Progress of a job: raises ``KeyboardInterrupt`` once the jobs have been told to stop."""
    if _stop is not None and _stop.is_set():
        raise KeyboardInterrupt


def _listen(stop: Event, begun: Event) -> None:
    global _stop
    _stop = stop
    begun.set()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Processes of a parent that was killed would wait for jobs for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


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

"""Jobs on Dask: a cluster on this machine, or one whose scheduler is named. Needs the extra ``cluster``."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from logging import ERROR, LogRecord, getLogger
from typing import TYPE_CHECKING, Any, TypeVar

from experiments.jobs import AHEAD, Lost, ctrl_c_ignored

if TYPE_CHECKING:
    from distributed import Client

Job = TypeVar("Job")
Result = TypeVar("Result")

UNWATCHED = {
    "distributed.worker.multiprocessing-method": "spawn",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.work-stealing": False,
}
"""Of the cluster on this machine. Dask looks at its workers a hundred times a second to draw what they do;
jobs of ours take seconds, nobody looks, and each look halts the job. It took a tenth of the processor time.
"""
ANSWERS_WITHIN_S = 5
WORKERS_WITHIN_S = 60


def _is_ours_to_say(record: LogRecord) -> bool:
    """Whether an error of Dask's event loop says something: Ctrl-C amid a call that has not begun leaves one
    in ``distributed.utils.sync`` that means nothing (its ``cancel`` asks for a future that is not there yet).
    """
    return not (record.exc_info and record.exc_info[0] is NameError and "cancel" in record.getMessage())


class ClusterError(ValueError):
    """A cluster that cannot be used: names it and says why."""


@contextmanager
def dask_client(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the scheduler at an address such as ``tcp://host:8786``; without one, of a cluster of
    ``workers`` processes on this machine that ends with it.

    Raises ``ClusterError`` where Dask is not installed, the scheduler does not answer within seconds, or has
    no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(
            "--engine dask: Dask is not installed, allowed after: pip install -e '.[cluster]'"
        ) from None
    getLogger("tornado.application").addFilter(_is_ours_to_say)
    if scheduler is None:
        with _local_cluster(workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=ANSWERS_WITHIN_S)
    except (OSError, TimeoutError, ValueError) as error:
        words = " ".join(str(error).split())
        raise ClusterError(f"--scheduler {scheduler}: does not answer ({words})") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
        except TimeoutError:
            raise ClusterError(
                f"--scheduler {scheduler}: answers, and has had no workers for {WORKERS_WITHIN_S} s"
            ) from None
        yield client


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    """Single-threaded worker processes, spawned, that do not hear Ctrl-C: they are told by us."""
    import dask
    from distributed import LocalCluster

    with dask.config.set(UNWATCHED), ctrl_c_ignored():
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=ERROR,
        )
    try:
        yield cluster
    finally:
        with ctrl_c_ignored():
            cluster.close()


def on_dask(
    work: Callable[[Job], Result], todo: Iterable[Job], client: Client
) -> Generator[tuple[Job, Result | Lost], None, None]:
    """Each job with the result of ``work``, as they come; few are under way at once. A job whose workers die
    is tried again by Dask as its configuration says, and then ``Lost``.

    Raises ``ClusterError`` where the scheduler goes away.
    """
    from concurrent.futures import CancelledError

    from distributed import KilledWorker, as_completed
    from distributed.comm.core import CommClosedError

    waiting = iter(todo)
    held: dict[Any, Job] = {}
    ready = as_completed()

    def fill() -> None:
        threads = sum(client.nthreads().values())
        for job in islice(waiting, max(AHEAD * max(threads, 1) - len(held), 0)):
            future = client.submit(work, job, pure=False)
            held[future.key] = job
            ready.add(future)

    try:
        fill()
        for future in ready:
            job, error = held.pop(future.key), future.exception()
            fill()
            if isinstance(error, KilledWorker):
                yield job, Lost("the workers that played it died (killed, or out of memory)")
            elif error is not None:
                raise error
            else:
                yield job, future.result()
    except (CancelledError, CommClosedError, OSError) as error:
        raise ClusterError(
            f"the scheduler went away ({type(error).__name__}); what is finished is kept, and the same "
            "command goes on from there"
        ) from None
    finally:
        client.cancel(list(ready.futures), force=True)

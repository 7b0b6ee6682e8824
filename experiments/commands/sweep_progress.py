"""How far a sweep is: a bar where somebody watches, a line a minute in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watch = Callable[[int, int, int], None]
LINE_EVERY_S = 60.0


@contextmanager
def watch_sweep(quiet: bool) -> Iterator[Watch | None]:
    """Show runs that are there, failed ones among them, the rate and the time left, on standard error."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as watch:
            yield watch
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Watch]:
    from tqdm import tqdm

    layout = "{l_bar}{bar}| {n_fmt}/{total_fmt} runs [{elapsed}<{remaining}, {rate_fmt}{postfix}]"
    with tqdm(total=1, bar_format=layout, unit="run", leave=False, dynamic_ncols=True) as bar:
        begun = False

        def show(there: int, failed: int, total: int) -> None:
            nonlocal begun
            if not begun:  # what was there before says nothing about the rate
                bar.total, bar.initial, bar.n, begun = total, there - 1, there - 1, True
            bar.set_postfix_str(f"{failed} failed", refresh=False)
            bar.update(there - bar.n)

        yield show


def _lines() -> Watch:
    began = last = time.monotonic()
    first = -1

    def show(there: int, failed: int, total: int) -> None:
        nonlocal last, first
        first = there - 1 if first < 0 else first
        now = time.monotonic()
        if now - last < LINE_EVERY_S:
            return
        from experiments.sweep.forecast import in_words

        last = now
        rate = (there - first) / (now - began)
        left = (total - there) / rate
        print(
            f"{there:,} of {total:,} runs, {failed:,} failed, {3600 * rate:,.0f} an hour, "
            f"{in_words(left)} left",
            file=sys.stderr,
            flush=True,
        )

    return show

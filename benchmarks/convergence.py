"""Counts how markets clear: at once, by which fallback, or not at all. Goes on where it was stopped.

    python -m benchmarks.convergence count --minutes 60       # counts; Ctrl-C loses one batch at most
    python -m benchmarks.convergence report                   # the table of what was counted so far
    python -m benchmarks.convergence replay everything 12 7   # a random market: kind, batch, row
    python -m benchmarks.convergence replay "met in runs" 17  # a run

One line a batch of random markets or run is added to a file of this state of the solver's sources, so that
only markets cleared by the same code are added up. Half of the time goes to random markets, half to runs.
Markets that took a thousand steps or were lost are kept as pickles beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.met_markets import KINDS, ROWS, RUNS, clear_batch, play, random_batch
from benchmarks.tables import Table
from benchmarks.watch import LEVELS, LOST, Sight

FOLDER = Path("results") / "convergence"
SOURCES = Path(__file__).resolve().parents[1] / "world" / "market"
HARD_STEPS = 1_000


@dataclass
class Count:
    """What was counted of a kind, and the worst of it: (steps, number of batch or run, row)."""

    batches: int = 0
    markets: int = 0
    steps: int = 0
    seconds: float = 0.0
    levels: Counter[str] = field(default_factory=Counter)
    worst: tuple[int, int, int] = (0, 0, 0)
    lost: list[list[int]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """Add a line of the file."""
        self.batches += 1
        self.markets += line["markets"]
        self.steps += line["steps"]
        self.seconds += line["seconds"]
        self.levels.update(line["levels"])
        self.worst = max(self.worst, (line["most_steps"], line["number"], line["hardest"]))
        self.lost += [[line["number"], row] for row in line["lost"]]
        if line["stopped"]:
            self.stopped.append(f"{line['number']} ({line['scenario']}) {line['stopped']}")


def file_of(folder: Path) -> Path:
    """The file of the sources as they are."""
    sources = b"".join(path.read_bytes() for path in sorted(SOURCES.rglob("*.py")))
    return folder / f"{hashlib.sha256(sources).hexdigest()[:12]}.jsonl"


def read(file: Path) -> dict[str, Count]:
    """What was counted so far, by kind. A last line that was cut off is left out."""
    counts: dict[str, Count] = defaultdict(Count)
    for text in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        counts[line["kind"]].add(line)
    return counts


def count(folder: Path, minutes: float) -> None:
    """Count for so long, from where the file ends."""
    file, ends = file_of(folder), time.monotonic() + 60.0 * minutes
    folder.mkdir(parents=True, exist_ok=True)
    counts = read(file)
    with file.open("a", encoding="utf-8") as lines:
        lines.write("\n")  # ends a line that was cut off
        while time.monotonic() < ends:
            spent = sum(each.seconds for kind, each in counts.items() if kind != RUNS)
            turn = [RUNS] if counts[RUNS].seconds < spent else list(KINDS)
            for kind in turn:
                line = _counted(kind, counts[kind].batches, folder)
                counts[kind].add(line)
                lines.write(json.dumps(line) + "\n")
                lines.flush()


def _counted(kind: str, number: int, folder: Path) -> dict[str, Any]:
    began, scenario, stopped, hardest = time.process_time(), "", "", 0
    lost: list[int] = []
    if kind == RUNS:
        sight, scenario, stopped = play(number)
    else:
        batch = clear_batch(random_batch(kind, number))
        sight, hardest, lost = batch.sight, batch.hardest, batch.lost
    _keep_hard(folder / f"{kind} {number}".replace(" ", "-"), sight)
    return {
        "kind": kind,
        "number": number,
        "scenario": scenario,
        "markets": sight.markets,
        "steps": sight.steps,
        "most_steps": sight.most_steps,
        "hardest": hardest,
        "levels": dict(sight.levels),
        "lost": lost,
        "stopped": stopped,
        "seconds": round(time.process_time() - began, 3),
    }


def _keep_hard(start: Path, sight: Sight) -> None:
    for place, (steps, level, market) in enumerate(sight.hard):
        if steps >= HARD_STEPS or level == LOST:
            name = f"{start.name}-{place}-{steps}-steps.pickle"
            start.with_name(name).write_bytes(pickle.dumps(market))


def table(counts: dict[str, Count]) -> Table:
    """How the markets of each kind cleared."""
    rows = [_row(kind, counts[kind]) for kind in (*KINDS, RUNS) if kind in counts]
    total = Count()
    for each in counts.values():
        total.markets, total.steps = total.markets + each.markets, total.steps + each.steps
        total.levels.update(each.levels)
        total.worst, total.seconds = max(total.worst, each.worst), total.seconds + each.seconds
    return Table(
        "How markets clear",
        ("kind", "markets", *LEVELS, "steps, mean", "most", "processor s"),
        [*rows, _row("all", total)],
        list(_notes(counts)),
    )


def _row(kind: str, each: Count) -> tuple[str, ...]:
    levels = (f"{each.levels[level]:,}" for level in LEVELS)
    mean = each.steps / max(each.markets, 1)
    return (kind, f"{each.markets:,}", *levels, f"{mean:.1f}", f"{each.worst[0]:,}", f"{each.seconds:,.0f}")


def _notes(counts: dict[str, Count]) -> Iterator[str]:
    yield (
        f"Batches of {ROWS} random markets, and runs, numbered from 0. A fallback is tried when those to "
        "its left failed: 400 steps from a cold start, continuation in temperature, bisection on the level "
        "of prices, 10,000 steps. "
        "`python -m benchmarks.convergence replay KIND NUMBER [ROW]` has any of them again."
    )
    hardest = (f"{kind} {_place(kind, each)} ({each.worst[0]:,} steps)" for kind, each in counts.items())
    yield f"Hardest of each kind, by batch and row, or run: {', '.join(hardest)}."
    lost = {kind: each.lost for kind, each in counts.items() if each.lost}
    yield f"Not cleared, [batch, row]: {lost}." if lost else "No random market was left uncleared."
    runs = counts[RUNS]
    yield f"Runs: {runs.batches}, of which stopped before their end: {len(runs.stopped)}."
    yield from runs.stopped


def _place(kind: str, each: Count) -> str:
    return str(each.worst[1]) if kind == RUNS else f"{each.worst[1]} {each.worst[2]}"


def replay(kind: str, number: int, row: int | None) -> None:
    """Clear a random market, its whole batch, or play a run again; print what was seen."""
    if kind == RUNS:
        sight, scenario, stopped = play(number)
        print(f"{scenario}: {stopped or 'played to its end'}")
    else:
        batch = random_batch(kind, number)
        cleared = clear_batch(batch if row is None else batch.take([row]))
        sight = cleared.sight
        print(f"hardest row: {cleared.hardest}; rows that did not clear: {cleared.lost}")
    print(f"{sight.markets} markets, {dict(sight.levels)}, at most {sight.most_steps} steps")
    for steps, level, _ in sight.hard:
        print(f"  {level}: {steps} steps")


def main(words: Iterable[str] | None = None) -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convergence", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the count is kept")
    commands = parser.add_subparsers(dest="command", required=True)
    counting, report = commands.add_parser("count"), commands.add_parser("report")
    counting.add_argument("--minutes", type=float, default=10.0)
    for each in (counting, report):
        each.add_argument("--out", type=Path, help="file to which the table is added")
    again = commands.add_parser("replay")
    again.add_argument("kind", choices=(*KINDS, RUNS))
    again.add_argument("number", type=int)
    again.add_argument("row", type=int, nargs="?")
    given = parser.parse_args(list(words) if words is not None else sys.argv[1:])
    with threadpool_limits(1), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if given.command == "replay":
            replay(given.kind, given.number, given.row)
            return
        if given.command == "count":
            count(given.folder, given.minutes)
        text = table(read(file_of(given.folder))).text()
        print(text)
        if given.out is not None:
            with given.out.open("a", encoding="utf-8") as page:
                page.write(f"\n{text}")


if __name__ == "__main__":
    main()

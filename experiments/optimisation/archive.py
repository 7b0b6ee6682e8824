"""What a search has played so far, on disk: a line a run, written as it ends, so that a stop loses none.

``search.json`` holds what the runs depend on; a search goes on only where that is the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from experiments.results import ResultsError
from experiments.sweep.design import Design
from experiments.sweep.factor import Value

PLAYS, SEARCH, DESIGN = "plays.jsonl", "search.json", "design.toml"


class Play(NamedTuple):
    """One run of a search: the levers of a candidate, the number of the draw of nature, a seed."""

    levers: tuple[tuple[str, Value], ...]
    draw: int
    seed: int


def plays_of(design: Design, levers: tuple[tuple[str, Value], ...], draws: Iterable[int]) -> list[Play]:
    """The runs by which a candidate is judged: these draws with every seed, or a seed each."""
    return [Play(levers, draw, seed) for draw in draws for seed in design.seeds_of_draw(draw)]


class Archive:
    """Outcomes of plays, kept in ``folder``; None for a play that failed."""

    def __init__(self, folder: Path, made: Mapping[str, Any], design_text: str) -> None:
        self.folder = folder
        self.known: dict[Play, dict[str, float] | None] = {}
        self.errors: dict[Play, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._check(dict(made), design_text)
            self._read()
        except OSError as error:
            raise self._cannot(error) from None

    def add(self, play: Play, outcomes: dict[str, float] | None, error: str = "") -> None:
        """Keep what came of a play; it is on disk when this returns."""
        row = {
            "levers": dict(play.levers),
            "draw": play.draw,
            "seed": play.seed,
            "outcomes": outcomes,
            "error": error,
        }
        try:
            with (self.folder / PLAYS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise self._cannot(fault) from None
        self._know(play, outcomes, error)

    def _know(self, play: Play, outcomes: dict[str, float] | None, error: str) -> None:
        self.known[play] = outcomes
        if error:
            self.errors[play] = error

    def _check(self, made: dict[str, Any], design_text: str) -> None:
        path = self.folder / SEARCH
        if not path.is_file():
            others = sorted(entry.name for entry in self.folder.iterdir())
            if others:
                raise ResultsError(f"{self.folder}: is not the folder of a search (it holds {others[0]})")
            (self.folder / DESIGN).write_text(design_text, encoding="utf-8")
            path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
            return
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ResultsError(f"{path}: cannot be read: {error}") from None
        now = json.loads(json.dumps(made))
        changed = [name for name in now if not isinstance(before, dict) or before.get(name) != now[name]]
        if changed:
            raise ResultsError(
                f"{self.folder}: was begun with another {changed[0].replace('_', ' ')}: its runs must not be "
                "mixed with these; give another --out"
            )

    def _read(self) -> None:
        """Take up what is there; a line that was cut short by a stop is cut off, and its run played again."""
        path = self.folder / PLAYS
        if not path.is_file():
            return
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            with path.open("r+b") as file:
                file.truncate(len(whole))
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                row = json.loads(line)
                play = Play(tuple(row["levers"].items()), row["draw"], row["seed"])
                self._know(play, row["outcomes"], row["error"])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ResultsError(f"{path}, line {number}: cannot be read: {error}") from None

    def _cannot(self, error: OSError) -> ResultsError:
        return ResultsError(
            f"{self.folder}: cannot be written: {error.strerror or error}; what is finished is kept, and the "
            "same command goes on from there"
        )

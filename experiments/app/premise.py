"""What a visitor's world rests on: a scenario of the library or an uploaded one, settings on top, a seed.

A world follows from its premise alone, so that undo, reload, links and the command line need nothing else.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from world.scenario import Scenario, ScenarioError, list_scenarios, load_scenario

MOST_BYTES = 64_000
"""Largest scenario file and longest link that is looked at."""
MOST_YEARS = 20
MOST_MEASURES = 200
_BASE = re.compile(r"[a-z0-9_]{1,60}")
_NOTE = re.compile(
    r"^# page: seed (\d{1,9}), quarter (\d{4}-(?:Q[1-4]|0[1-9]|1[0-2])), seat ([A-Z]{2,3}|nobody)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Premise:
    """A scenario (``base`` of the library, or the ``text`` of a file), dotted settings as JSON, a seed."""

    base: str = "zone_floor"
    text: str = ""
    settings: str = "{}"
    seed: int = 1

    @cached_property
    def scenario(self) -> Scenario:
        """The checked scenario. Raises ``ScenarioError`` when it cannot be used."""
        scenario = _read(self.base, self.text, json.loads(self.settings))
        most = MOST_YEARS * scenario.run.rounds_per_year
        if scenario.run.rounds > most:
            raise ScenarioError(f"run.rounds: given {scenario.run.rounds}, allowed here: 1 to {most}")
        if len(scenario.measures) > MOST_MEASURES:
            raise ScenarioError(f"measures: given {len(scenario.measures)}, allowed here: {MOST_MEASURES}")
        return scenario

    @cached_property
    def key(self) -> str:
        """What tells this world from others."""
        return f"{self.scenario.fingerprint()}-{self.seed}"

    def stockholders(self) -> frozenset[str]:
        """Countries whose states trade out of stock by a measure of the scenario: the ground of a world, laid
        before its first round, depends on them.
        """
        trading = ("state_purchase", "state_release")
        return frozenset(one.actor for one in self.scenario.measures if one.instrument in trading)

    def having(self, name: str, value: object) -> Premise:
        """The premise with one more setting."""
        return replace(self, settings=json.dumps({**json.loads(self.settings), name: value}, sort_keys=True))

    def setting(self, name: str, usual: Any) -> Any:
        """A setting laid on top by the visitor."""
        return json.loads(self.settings).get(name, usual)

    def token(self) -> str:
        """The premise as a word for a link."""
        words = json.dumps([self.base, self.text, self.settings, self.seed])
        return base64.urlsafe_b64encode(zlib.compress(words.encode(), 9)).decode().rstrip("=")


def power_of(scenario: Scenario, actor: str) -> str:
    """The section of a scenario that holds the orders of a great power; empty for all others."""
    held = {getattr(scenario, power).country: power for power in ("leader", "dominant_refiner")}
    return held.get(actor, "")


def read_token(token: str) -> Premise:
    """The premise of a link. Raises ``ScenarioError`` when the link is damaged or asks too much."""
    try:
        packed = base64.urlsafe_b64decode(token[:MOST_BYTES] + "=" * (-len(token) % 4))
        unpacking = zlib.decompressobj()
        base, text, settings, seed = json.loads(unpacking.decompress(packed, 4 * MOST_BYTES))
        premise = Premise(str(base), str(text), json.dumps(json.loads(settings)), int(seed))
        if not 0 <= premise.seed < 10**9 or not isinstance(json.loads(settings), dict):
            raise ValueError("seed or settings")
    except (ValueError, TypeError, zlib.error):
        raise ScenarioError("link: damaged, allowed: one made by this page") from None
    _ = premise.scenario
    return premise


@dataclass(frozen=True)
class Saved:
    """A saved game: the world, the quarter or month it had reached, and whose seat was taken (empty:
    nobody's)."""

    premise: Premise
    quarter: str
    seat: str


def write_file(premise: Premise, quarter: str, seat: str) -> str:
    """A scenario file that the command line plays, with a note by which the page goes on."""
    note = f"# page: seed {premise.seed}, quarter {quarter}, seat {seat or 'nobody'}\n"
    how = f"# python -m experiments run THIS_FILE --seed {premise.seed}\n"
    return note + how + premise.scenario.text


def read_file(content: bytes) -> Saved:
    """A scenario file from outside, by the strict loader. Raises ``ScenarioError`` in one line."""
    if len(content) > MOST_BYTES:
        raise ScenarioError(f"file: given {len(content)} bytes, allowed: {MOST_BYTES}")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError("file: not text, allowed: a scenario in TOML") from None
    note = _NOTE.search(text)
    premise = Premise("", text, "{}", int(note[1]) if note else 1)
    _ = premise.scenario
    seat = note[3] if note and note[3] != "nobody" else ""
    return Saved(premise, note[2] if note else "", seat)


def _read(base: str, text: str, settings: Mapping[str, object]) -> Scenario:
    laid = {name: _dated(value) if name == "measures" else value for name, value in settings.items()}
    if not text:
        _check_base(base)
        return load_scenario(base, laid)
    try:
        _check_base(tomllib.loads(text).get("base", "baseline"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"file: not valid TOML: {error}") from None
    # The loader looks for a base beside the file first: in this folder there is none.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uploaded.toml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path, laid)


def _check_base(base: object) -> None:
    known = [key for key, _, _ in list_scenarios()]
    if not isinstance(base, str) or not _BASE.fullmatch(base) or base not in known:
        raise ScenarioError(f"base: given {base!r}, allowed: {', '.join(known)}")


def _dated(measures: Any) -> list[dict[str, object]]:
    """Measures with days for the texts that JSON holds."""
    from datetime import date

    days = ("announced", "in_force", "ends", "expected_end", "cancelled")
    return [
        {name: date.fromisoformat(value) if name in days else value for name, value in measure.items()}
        for measure in measures
    ]


def open_premise(name_or_path: str, seed: int) -> Premise:
    """The premise of a scenario given on the command line: a name of the library or a file."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise ScenarioError(f"{path}: no such scenario file")
        return replace(read_file(path.read_bytes()).premise, seed=seed)
    premise = Premise(name_or_path, seed=seed)
    _ = premise.scenario
    return premise

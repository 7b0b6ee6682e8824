"""Every run of a design, each with a key that changes when anything that determines the run does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, NamedTuple

from experiments.provenance import code_fingerprint, data_fingerprint, software_version
from experiments.sweep.design import Design
from experiments.sweep.factor import SCENARIO, Value
from experiments.sweep.sampling import Point, draw_points

KEY_DIGITS = 16


class PlannedRun(NamedTuple):
    """One run: its key, the number of its point, its seed and the value of each factor."""

    key: str
    point: int
    seed: int
    settings: dict[str, Value]


def plan_runs(design: Design) -> list[PlannedRun]:
    """All runs of ``design``, point by point, each point with its seeds.

    The key is a hash of the resolved base scenario, of what the point sets in it, of the seed, of what is
    measured over whom, of the data and of the version of the code; a point that a sample holds twice counts
    as two. Raises ``DesignError``.
    """
    roots = _Roots(design)
    planned: list[PlannedRun] = []
    met: Counter[bytes] = Counter()
    for number, point in enumerate(draw_points(design)):
        start = roots.start(point)
        same = start.digest()
        met[same] += 1
        if met[same] > 1:
            start.update(f"|{met[same]}".encode())
        for seed in design.seeds_of(number):
            ended = start.copy()
            ended.update(f"|{seed}".encode())
            planned.append(PlannedRun(ended.hexdigest()[:KEY_DIGITS], number, seed, point))
    return planned


class _Roots:
    """Hashes of what points have in common, one for each base scenario."""

    def __init__(self, design: Design) -> None:
        self._design = design
        common = json.dumps(
            [software_version(), code_fingerprint(), data_fingerprint(), sorted(design.members)]
        )
        self._started = {
            name: hashlib.sha256(f"{common}|{base.text}|".encode()) for name, base in design.bases.items()
        }

    def start(self, point: Point) -> hashlib._Hash:
        """The hash of a point before its seed."""
        base = self._design.scenario
        settings: dict[str, Any] = {}
        for factor in self._design.factors:
            if factor.target == SCENARIO:
                base = factor.scenario(point[factor.name])
            else:
                settings |= factor.settings(point[factor.name])
        found = self._started[base].copy()
        found.update(json.dumps(settings, sort_keys=True, default=str).encode())
        return found

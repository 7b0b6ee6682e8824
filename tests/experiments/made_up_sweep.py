"""Sweeps of functions with known answers, as tables of runs: what the analyses read, without the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.analysis.study import Study, study_of
from experiments.sweep.design import Design, Factor
from experiments.sweep.design_schema import SamplingSection

NAN = float("nan")
Play = Callable[[Mapping[str, Any], int], Mapping[str, float]]


def lever(name: str, *values: Any, low: float = NAN, high: float = NAN) -> Factor:
    return Factor(name, f"leader.{name}", low, high, tuple(values), "linear", True)


def uncertainty(name: str, *values: Any, low: float = NAN, high: float = NAN) -> Factor:
    return Factor(name, f"parameters.{name}", low, high, tuple(values), "linear", False)


def design_of(
    kind: str,
    factors: Sequence[Factor],
    seeds: Sequence[int] = (1,),
    outcomes: Sequence[str] = ("y",),
    **sampling: Any,
) -> Design:
    return Design(
        name="made_up",
        question="What follows from what?",
        scenario="zone_floor",
        rounds=4,
        seeds=tuple(seeds),
        sampling=SamplingSection(kind=kind, **sampling),
        levers=tuple(factor for factor in factors if factor.is_lever),
        uncertainties=tuple(factor for factor in factors if not factor.is_lever),
        outcomes=tuple(outcomes),
        detail="run",
        members=("USA",),
        bases={},
    )


def table_of(design: Design, points: Sequence[Mapping[str, Any]], play: Play) -> pd.DataFrame:
    """The table of runs of all points and seeds; a run that raises is a failed row, as in a real sweep."""
    rows = []
    for (number, settings), seed in product(enumerate(points), design.seeds):
        row = {"key": f"{number}-{seed}", "point": number, "seed": seed, "seconds": 0.1, **settings}
        try:
            rows.append({**row, "status": "finished", "error": "", **play(settings, seed)})
        except ArithmeticError as error:
            rows.append({**row, "status": "failed", "error": str(error)})
    return pd.DataFrame(rows)


def study_from(design: Design, points: Sequence[Mapping[str, Any]], play: Play) -> Study:
    return study_of(Path("made_up"), design, table_of(design, points, play))


def grid(factors: Sequence[Factor]) -> list[dict[str, Any]]:
    names = [factor.name for factor in factors]
    return [
        dict(zip(names, values, strict=True)) for values in product(*(factor.values for factor in factors))
    ]


def at_random(factors: Sequence[Factor], size: int, seed: int = 1) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)

    def draw(factor: Factor) -> Any:
        if factor.values:
            return factor.values[rng.integers(len(factor.values))]
        return float(rng.uniform(factor.low, factor.high))

    return [{factor.name: draw(factor) for factor in factors} for _ in range(size)]


def ishigami(settings: Mapping[str, Any], seed: int = 1) -> dict[str, float]:
    """Ishigami and Homma (1990): indices known in closed form for three uniforms on -pi to pi."""
    a, b, c = (float(settings[name]) for name in ("a", "b", "c"))
    return {"y": float(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))}

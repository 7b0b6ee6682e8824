"""What history says of the parameters: which it moves, narrows or ties together, and which it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from experiments.backtests.calibration import Calibration
from experiments.backtests.scoring import pass_rate, rates_of_draws
from world.axes import Array
from world.parameters import load_parameters

TOLD = 0.05
"""Nats beyond which history is said to tell something of a parameter: a shift by a third of the prior's
spread, or a spread less by a fifth."""
TIED = 0.3
"""Correlation over the posterior from which two parameters are said to stand in for each other."""


@dataclass(frozen=True)
class Pinned:
    """A parameter that moves what is observed: how many observations follow it, place of its median, spread
    over that of the prior, and what was learned in nats (from prior to a normal of this middle and spread).
    """

    name: str
    observations: int
    place: float
    spread: float
    learned: float


def pinned(found: Calibration) -> list[Pinned]:
    """All parameters that lead some observation, those of which most was learned first."""
    entries = []
    for number, name in enumerate(load_parameters()):
        if not found.surfaces.leading[number]:
            continue
        score = found.posterior[:, :, number]
        middle, spread = float(score.mean()), max(float(score.std()), 1e-6)
        learned = 0.5 * (spread**2 + middle**2 - 1.0) - float(np.log(spread))
        follow = int(found.surfaces.follows[:, number].sum())
        entries.append(Pinned(name, follow, float(norm.cdf(np.median(score))), spread, learned))
    return sorted(entries, key=lambda one: -one.learned)


def tied(found: Calibration) -> list[tuple[str, str, float]]:
    """Pairs of leading parameters that stand in for each other, and how much, strongest first."""
    leading = found.surfaces.leading
    names = np.array(list(load_parameters()))[leading]
    if len(names) < 2:
        return []
    together = np.asarray(np.corrcoef(found.posterior[:, :, leading].reshape(-1, len(names)).T))
    pairs = [
        (str(names[i]), str(names[j]), float(together[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(together[i, j]) >= TIED
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def agreement(walks: Array) -> float:
    """Spread of all walks over that within each, where they differ most (Gelman and Rubin 1992).

    walks : (kept, member, parameter)
    """
    within = walks.var(axis=0).mean(axis=0)
    between = walks.mean(axis=0).var(axis=0)
    return float(np.sqrt(1.0 + between / np.maximum(within, 1e-12)).max(initial=1.0))


def describe(found: Calibration) -> Iterator[str]:
    """What came of a calibration, in words."""
    for title, scores in (("prior", found.before), ("in fit", found.fit), ("left out", found.left_out)):
        if scores:
            passed, count = pass_rate(scores)
            middle = float(np.median(rates_of_draws(scores)))
            yield f"{title}: {passed} of {count} criteria (A and B) pass; the middle draw meets {middle:.0%}"
    yield from _describe_screening(found)
    yield from _describe_parameters(pinned(found))
    apart = agreement(found.posterior[:, :, found.surfaces.leading])
    yield f"walks differ from each other by {apart:.2f} at most (1 when they have run long enough)"
    pairs = tied(found)
    if pairs:
        yield "stand in for each other (correlation over what history supports):"
        yield from (f"  {first} and {second}: {strength:.2f}" for first, second, strength in pairs)


def _describe_screening(found: Calibration) -> Iterator[str]:
    surfaces, count = found.surfaces, len(load_parameters())
    followed = np.asarray(surfaces.follows.any(axis=1))
    yield (
        f"{int(surfaces.leading.sum())} of {count} parameters move {int(followed.sum())} of {len(followed)} "
        f"observations beyond chance, {int(surfaces.follows.sum())} pairs; the others keep their prior"
    )
    yield f"of the variance of such an observation is foretold: {_quartiles(surfaces.explained[followed])}"
    if not followed.all():
        alone = [
            f"{case.resolve().name} row {row}"
            for (case, row), one in zip(found.observed, followed, strict=True)
            if not one
        ]
        yield f"follow none: {', '.join(alone)}"


def _quartiles(numbers: Array) -> str:
    if not len(numbers):
        return "none"
    low, middle, high = np.quantile(numbers, (0.25, 0.5, 0.75))
    return f"{middle:.0%} in the middle, quartiles {low:.0%} and {high:.0%}"


def _describe_parameters(entries: list[Pinned]) -> Iterator[str]:
    told = [one for one in entries if one.learned >= TOLD]
    yield f"history tells something of {len(told)} (place 0.50 and spread 1.00 before):"
    for one in told:
        yield (
            f"  {one.name}: place {one.place:.2f}, spread {one.spread:.2f}, {one.learned:.2f} nats, "
            f"in {one.observations} observations"
        )
    rest = [one.name for one in entries if one.learned < TOLD]
    if rest:
        yield f"moves what is observed, yet history does not tell where it lies: {', '.join(rest)}"

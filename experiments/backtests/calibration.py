"""One calibration for all cases: an ensemble of parameters drawn toward what happened, all cases at once.

Ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013), by pyESMDA. Parameters move in
the normal score of their place within the range, so that the prior is the one of :mod:`~.draws` and no step
leaves a range. A parameter follows an observation only where their correlation over the ensemble stands out
from chance (Luo and others 2018): there are more parameters than members. Leave-one-case-out: the whole
procedure again on all other cases, scored on the one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from covmats import CovViaDiagonal
from pyesmda import ESMDA, FixedLocalization
from scipy.stats import kstest, norm

from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_places, parameters_at
from experiments.backtests.observations import Observed, observe
from experiments.backtests.scoring import Score, score_case
from experiments.backtests.store import Values
from world.axes import Array
from world.parameters import load_parameters

Play = Callable[[Mapping[Path, Sequence[Criterion]], Sequence[Mapping[str, float]]], Mapping[Path, Values]]
"""Numbers of each case under each set of parameters."""
CHANCE = 3.0
"""Correlations below this over the square root of members are taken for chance (Luo and others 2018)."""
EDGE = 1e-3
"""Places of the first ensemble keep this far from the ends, where the normal score has none."""
PINNED_P = 0.01
"""Chance below which the places of a parameter are taken not to be those of the prior."""


@dataclass(frozen=True)
class Pinned:
    """A parameter that history moves: chance under the prior, mean place, spread over that of the prior."""

    chance: float
    place: float
    spread: float


@dataclass(frozen=True)
class Calibration:
    """What came of it: the sets that were fitted, scores before, after and left out, and what moved."""

    sets: tuple[Mapping[str, float], ...]
    before: tuple[Score, ...]
    fit: tuple[Score, ...]
    left_out: tuple[Score, ...]
    pinned: Mapping[str, Pinned]


def calibrate(
    folders: Sequence[Path], members: int, steps: int, seed: int, play: Play, leave_out: bool = False
) -> Calibration:
    """Fit an ensemble of ``members`` in so many steps; with ``leave_out``, again without each case.

    Raises
    ------
    CaseError
        If a case cannot be used.
    """
    rows = {folder: read_criteria(read_case(folder)) for folder in folders}
    first = np.clip(draw_places(members, seed), EDGE, 1.0 - EDGE)
    places = assimilate(rows, first, steps, seed, play)
    left_out: list[Score] = []
    for folder in folders if leave_out and len(folders) > 1 else ():
        others = {other: of_case for other, of_case in rows.items() if other != folder}
        without = assimilate(others, first, steps, seed, play)
        left_out += _scores({folder: rows[folder]}, without, play)
    return Calibration(
        tuple(parameters_at(places)),
        tuple(_scores(rows, first, play)),
        tuple(_scores(rows, places, play)),
        tuple(left_out),
        _pinned(places),
    )


def assimilate(
    rows: Mapping[Path, Sequence[Criterion]], places: Array, steps: int, seed: int, play: Play
) -> Array:
    """(draw, parameter) places after so many steps, each of which counts what is seen a part of once."""
    variance: Array | None = None
    for step in range(steps):
        seen = observe(rows, play(rows, parameters_at(places)))
        variance = seen.variance() if variance is None else variance
        places = np.asarray(norm.cdf(_moved(norm.ppf(places).T, seen, variance, steps, seed + step)).T)
    return places


def _moved(score: Array, seen: Observed, variance: Array, steps: int, seed: int) -> Array:
    """(parameter, draw) scores after one step of the smoother."""
    off = seen.filled()
    smoother = ESMDA(
        obs=np.zeros(len(off)),
        m_init=score,
        cov_obs=CovViaDiagonal(variance),
        forward_model=lambda _: off,
        n_assimilations=1,
        cov_obs_inflation_factors=[float(steps)],
        C_MD_localization=FixedLocalization(standing_out(score, off)),
        is_forecast_for_last_assimilation=False,
        is_parallel_analyse_step=False,
        random_state=seed,
    )
    smoother.solve()
    return np.asarray(smoother.m_posterior)


def standing_out(score: Array, off: Array) -> Array:
    """(parameter, observation) 1 where their correlation over the draws is more than chance, else 0."""
    members = score.shape[1]
    centred = [one - one.mean(axis=1, keepdims=True) for one in (score, off)]
    scaled = [one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12) for one in centred]
    return np.asarray(np.abs(scaled[0] @ scaled[1].T) > CHANCE / np.sqrt(members), dtype=float)


def _scores(rows: Mapping[Path, Sequence[Criterion]], places: Array, play: Play) -> list[Score]:
    values = play(rows, parameters_at(places))
    found: list[Score] = []
    for folder, of_case in rows.items():
        found += score_case(folder.resolve().name, of_case, values[folder])
    return found


def _pinned(places: Array) -> dict[str, Pinned]:
    """Parameters whose places differ from the even ones of the prior (Kolmogorov and Smirnov), most first."""
    found = {}
    for name, place in zip(load_parameters(), places.T, strict=True):
        chance = float(kstest(place, "uniform").pvalue)
        if chance < PINNED_P:
            found[name] = Pinned(chance, float(place.mean()), float(place.std() * np.sqrt(12.0)))
    return dict(sorted(found.items(), key=lambda item: item[1].chance))

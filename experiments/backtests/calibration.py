"""One calibration for all cases: sets of parameters that history supports, all cases at once.

All cases are played under draws of the prior; what moves what they observe beyond chance is found
(:mod:`~.screening`); response surfaces in these parameters alone are fitted to the plays (:mod:`~.surfaces`);
and members walk from the prior to where bands are likely to be met (:mod:`~.walk`). What history does not
move keeps its prior in every member: it may matter for forecasts, and nothing is known better. The members
are played, which betters the surfaces where it counts, and walk again. Leave-one-case-out: screening,
surfaces and walk again from the same plays without the case, which alone is then played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import norm

from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_places, parameters_at
from experiments.backtests.observations import Observed, observe
from experiments.backtests.scoring import Score, score_case
from experiments.backtests.screening import moving
from experiments.backtests.store import Draw, Values
from experiments.backtests.surfaces import Surfaces, fit_surfaces
from experiments.backtests.walk import walk
from world.axes import Array
from world.parameters import load_parameters

Rows = Mapping[Path, Sequence[Criterion]]
Play = Callable[[Rows, Mapping[Path, Sequence[Draw]]], Mapping[Path, Values]]
"""Numbers of each case under each of its draws."""
CHANGED = 1e-9
"""Part of itself by which a number has changed."""
EDGE = 1e-6
"""Places keep this far from the ends, where the normal score has none."""


@dataclass(frozen=True)
class Calibration:
    """What came of it: the sets that were fitted, scores before, after and left out, and what history says.

    posterior : (kept, member, parameter) normal scores of places along the walks; the last are the sets
    """

    sets: tuple[Mapping[str, float], ...]
    before: tuple[Score, ...]
    fit: tuple[Score, ...]
    left_out: tuple[Score, ...]
    observed: tuple[tuple[Path, int], ...]
    surfaces: Surfaces
    posterior: Array


@dataclass(frozen=True)
class Plays:
    """All that was played so far: (draw, parameter) normal scores, the draws of the prior first."""

    score: Array
    prior: int
    values: Mapping[Path, Values]

    def add(self, score: Array, values: Mapping[Path, Values]) -> Plays:
        """These and more."""
        joined = {
            folder: {line: [*known, *values[folder][line]] for line, known in of_case.items()}
            for folder, of_case in self.values.items()
        }
        return Plays(np.vstack([self.score, score]), self.prior, joined)


def calibrate(
    folders: Sequence[Path],
    draws: int,
    members: int,
    waves: int,
    seed: int,
    play: Play,
    leave_out: bool = False,
) -> Calibration:
    """Fit so many members from so many draws of the prior, played ``waves`` times.

    Raises
    ------
    CaseError
        If a case cannot be used.
    """
    rows = {folder: read_criteria(read_case(folder)) for folder in folders}
    first = _scores_of(draw_places(draws, seed))
    before = play(rows, dict.fromkeys(rows, _draws(first, seed)))
    plays, score, values = Plays(first, draws, before), first, before
    for _ in range(waves):
        surfaces, posterior = learn(rows, plays, members, seed, play)
        score = posterior[-1]
        values = play(rows, dict.fromkeys(rows, _draws(score, seed)))
        plays = plays.add(score, values)
    left_out = _left_out(rows, plays, members, seed, play) if leave_out and len(rows) > 1 else []
    return Calibration(
        tuple(_sets(score)),
        tuple(_judged(rows, before)),
        tuple(_judged(rows, values)),
        tuple(left_out),
        observe(rows, values).names,
        surfaces,
        posterior,
    )


def _left_out(rows: Rows, plays: Plays, members: int, seed: int, play: Play) -> list[Score]:
    """Scores of each case under members that learned from all others alone."""
    draws = {}
    for folder in rows:
        others = {other: of_case for other, of_case in rows.items() if other != folder}
        _, without = learn(others, plays, members, seed, play)
        draws[folder] = _draws(without[-1], seed)
    return _judged(rows, play(rows, draws))


def learn(rows: Rows, plays: Plays, members: int, seed: int, play: Play) -> tuple[Surfaces, Array]:
    """Surfaces of what ``rows`` observe, from plays, and (kept, member, parameter) where the walks went."""
    seen = observe(rows, plays.values)
    moved = confirmed(rows, seen, screened(plays, seen), seed, play)
    surfaces = fit_surfaces(plays.score, seen, moved)
    first = _scores_of(draw_places(members + 1, seed)[1:])
    return surfaces, walk(first, surfaces.leading, surfaces.support, seed)


def screened(plays: Plays, seen: Observed) -> Array:
    """(observation, parameter) what moves what, by draws of the prior alone: later ones hang together."""
    return moving(plays.score[: plays.prior], seen.filled()[:, : plays.prior])


def confirmed(rows: Rows, seen: Observed, moved: Array, seed: int, play: Play) -> Array:
    """What is left of (observation, parameter) ``moved`` when each parameter is tried in the case by itself.

    What changes no number of a case at either end of its range, all others at their defaults and under the
    same shocks, was found there by chance: it is no part of that case.
    """
    names = list(load_parameters())
    here = {folder: np.array([case == folder for case, _ in seen.names]) for folder in rows}
    tried = {folder: np.flatnonzero(moved[here[folder]].any(axis=0)) for folder in rows}
    draws = {
        folder: [Draw(one, seed) for one in ({}, *(end for place in places for end in _ends(names[place])))]
        for folder, places in tried.items()
    }
    left = moved.copy()
    for folder, values in play(rows, draws).items():
        number = np.nan_to_num(np.array([values[row.line] for row in rows[folder]]))
        changed = (np.abs(number[:, 1:] - number[:, :1]) > CHANGED * np.abs(number[:, :1])).any(axis=0)
        inert = tried[folder][~changed.reshape(-1, 2).any(axis=1)]
        left[np.ix_(here[folder], inert)] = False
    return left


def _ends(name: str) -> tuple[dict[str, float], dict[str, float]]:
    """The defaults but for one parameter, at either end of its range."""
    parameter = load_parameters()[name]
    return {name: parameter.low}, {name: parameter.high}


def _draws(score: Array, seed: int) -> list[Draw]:
    """Draws with a seed of shocks each: those that ``backtest`` gives them."""
    return [Draw(one, seed + number) for number, one in enumerate(_sets(score))]


def _scores_of(places: Array) -> Array:
    return np.asarray(norm.ppf(np.clip(places, EDGE, 1.0 - EDGE)))


def _sets(score: Array) -> list[dict[str, float]]:
    return parameters_at(norm.cdf(score))


def _judged(rows: Rows, values: Mapping[Path, Values]) -> list[Score]:
    found: list[Score] = []
    for folder, of_case in rows.items():
        found += score_case(folder.resolve().name, of_case, values[folder])
    return found

"""95% intervals of means over runs that share points and seeds, and how many pairs a precision takes.

All are Student t intervals. Runs of one point share its settings, runs of one seed its draws: where there
are several of both and the points were drawn, the variance of the mean is that of two-way clusters (Cameron,
Gelbach and Miller 2011) and the degrees of freedom are those of the fewer. Points that a design set, as in a
full grid, are no sample of anything: then the seeds alone are clusters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CONFIDENCE = 0.95
RELATIVE_PRECISION = 0.25
MOST_PAIRS = 1_000_000
NOTHING = float("nan")


@dataclass(frozen=True)
class Precision:
    """How narrow an interval is wanted: half its width as a part of the difference, or for some outcomes in
    their own unit.
    """

    relative: float = RELATIVE_PRECISION
    absolute: Mapping[str, float] = field(default_factory=dict)

    def goal(self, outcome: str, difference: float) -> float:
        """Half the width wanted, in the unit of ``outcome``."""
        return self.absolute.get(outcome, self.relative * abs(difference))

    @property
    def words(self) -> str:
        """``a quarter of the difference`` or its like, for the foot of a table."""
        said = [f"{100 * self.relative:g}% of the difference"]
        return "; ".join([*said, *(f"{name} {value:g}" for name, value in self.absolute.items())])


def paired_interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """Mean of paired differences and its 95% t interval; NaN where there are too few pairs."""
    import numpy as np

    count = len(differences)
    if count == 0:
        return NOTHING, NOTHING, NOTHING
    mean = float(np.mean(differences))
    if count == 1:
        return mean, NOTHING, NOTHING
    half = t_of(count - 1) * float(np.std(differences, ddof=1)) / math.sqrt(count)
    return mean, mean - half, mean + half


def clustered_interval(
    values: ArrayLike, points: ArrayLike, seeds: ArrayLike, points_drawn: bool = True
) -> tuple[float, float, float]:
    """Mean of ``values`` and its 95% t interval, each value being of one of the ``points`` and ``seeds``.

    With ``points_drawn`` false the points are as a design set them: chance is then the seeds' alone, and the
    interval is for the mean over these points. With one point it is the plain interval over seeds, with one
    seed the plain one over points; NaN where there is one of both.
    """
    import numpy as np

    height = np.asarray(values, dtype=float)
    if not len(height):
        return NOTHING, NOTHING, NOTHING
    mean = float(height.mean())
    parts: list[float] = []
    counts: list[int] = []
    for labels in (points, seeds):
        _, place = np.unique(np.asarray(labels), return_inverse=True)
        groups = int(place.max()) + 1
        sums = np.bincount(place, height - mean)
        counts.append(groups)
        parts.append(float((sums**2).sum()) * groups / max(groups - 1, 1) / len(height) ** 2)
    degrees = degrees_of_freedom(counts[0], counts[1], points_drawn)
    if degrees < 1:
        return mean, NOTHING, NOTHING
    if min(counts) > 1 and points_drawn:
        single = float(height.var(ddof=1)) / len(height)
        variance = max(*parts, sum(parts) - single)
    else:
        variance = parts[1] if counts[1] > 1 else parts[0]
    half = t_of(degrees) * math.sqrt(variance)
    return mean, mean - half, mean + half


def degrees_of_freedom(points: int, seeds: int, points_drawn: bool = True) -> int:
    """Degrees of freedom of such an interval: one less than the clusters that carry chance."""
    if seeds > 1 and (points == 1 or not points_drawn):
        return seeds - 1
    return (min(points, seeds) if seeds > 1 else points) - 1


def pairs_needed(low: float, high: float, pairs: int, goal: float, degrees: int | None = None) -> float:
    """Pairs of runs for an interval of half width ``goal``, judged by the spread of the ``pairs`` at hand,
    whose interval is ``low`` to ``high`` with so many ``degrees`` of freedom (by default one less).

    NaN where the spread is unknown or the goal is 0; infinite above a million.
    """
    half, freedom = (high - low) / 2, pairs - 1 if degrees is None else degrees
    if pairs < 2 or not math.isfinite(half) or not goal > 0:
        return NOTHING
    spread = half / t_of(freedom) * math.sqrt(pairs)
    if spread == 0:
        return 2.0
    enough = (spread / goal) ** 2 * 1.95**2  # below what any number of pairs can do, for t exceeds 1.95
    if enough > MOST_PAIRS:
        return math.inf
    count = max(2, math.floor(enough))
    while t_of(count - 1) * spread / math.sqrt(count) > goal:
        count += 1 if count < 100 else max(1, count // 1000)
    return float(count)


def t_of(degrees: int) -> float:
    """Half the width of a 95% t interval, in standard errors."""
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, degrees))

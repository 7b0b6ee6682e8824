"""Which factors an outcome hangs on: Morris screening and Sobol indices (SALib) with bootstrap intervals.

An outcome of a point is its mean over seeds. The bootstrap draws whole blocks of the sample (a trajectory of
Morris, a base sample of Sobol with its crossed points) and seeds anew, so its intervals hold both the
sampling of the factors and the chance that is left in a mean over few seeds. Blocks in which a run failed or
had no value are left out whole and counted.

A factor given by ``values`` has no distance between its settings. Sobol's indices need none. Of Morris it
gets mu*: the mean size of the change when one setting is switched for another, as it was, not blown up to a
range; mu and sigma need a direction and are left empty.

Sources: Morris (1991); Campolongo, Cariboni and Saltelli (2007); Saltelli and others (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.analysis.extras import need
from experiments.analysis.study import AnalysisError, Numbers, Study, is_stepped, unit_values
from experiments.sweep.sampling import problem_of

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.design import Design

CONFIDENCE = 0.95
RESAMPLES = 500
LEAST_BLOCKS = 4
SEED = 20260204
FLAT = 1e-9
INDICES = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("S1", "ST")}
LEADING = {"morris": "mu_star", "sobol": "ST"}
"""The index by which factors are ranked."""


@dataclass(frozen=True)
class Sensitivity:
    """Indices of one outcome.

    table : a row a factor, the strongest first: ``factor``, ``role`` (lever or uncertainty), ``settings``
        (range or list), and of every index of the method its value, ``_low`` and ``_high``
    blocks, left_out : trajectories or base samples used, and those left out for a run that failed
    noise_share : part of the variance of single runs that lies between seeds of one point; NaN with one seed
    """

    label: str
    method: str
    outcome: str
    table: pd.DataFrame
    blocks: int
    left_out: int
    seeds: int
    noise_share: float


def analyse_sensitivity(study: Study, outcome: str, resamples: int = RESAMPLES) -> Sensitivity:
    """Morris or Sobol indices of ``outcome``, whichever the sweep was sampled for.

    Raises ``AnalysisError`` for another sampling, an unknown outcome, one that never changes, too few blocks.
    """
    import pandas as pd

    study.need_sampling("sensitivity", *INDICES)
    need("SALib", "sweep")
    method = study.design.sampling.kind
    study.check_outcome(outcome)
    inputs, values, planned = _blocks(study, outcome)
    _check(study, outcome, values, method, planned)
    factors = study.design.factors
    estimate = _estimate(study.design, inputs, values.mean(axis=2))
    low, high = _bootstrap(study.design, inputs, values, resamples)
    columns: dict[str, Any] = {
        "factor": [factor.name for factor in factors],
        "role": ["lever" if factor.is_lever else "uncertainty" for factor in factors],
        "settings": ["list" if is_stepped(factor) else "range" for factor in factors],
    }
    for place, index in enumerate(INDICES[method]):
        columns |= {index: estimate[place], f"{index}_low": low[place], f"{index}_high": high[place]}
    table = pd.DataFrame(columns).sort_values(
        [LEADING[method], "factor"], ascending=[False, True], ignore_index=True
    )
    kept, seeds = len(values), values.shape[2]
    return Sensitivity(study.label, method, outcome, table, kept, planned - kept, seeds, _noise_share(values))


def outcomes_that_differ(study: Study) -> list[str]:
    """Outcomes that are known everywhere and not the same at all points: those that can be analysed."""
    study.need_sampling("sensitivity", *INDICES)
    means = {name: study.by_seed(name).mean(axis=1, skipna=False) for name in study.outcomes}
    chosen = [name for name, values in means.items() if values.notna().all() and not _is_flat(values)]
    if not chosen:
        raise AnalysisError(f"{study.folder}: no outcome of this sweep differs between points")
    return chosen


def block_size(design: Design) -> int:
    """Points of one block: a trajectory of Morris, or a base sample of Sobol with its crossed points."""
    factors = len(design.factors)
    if design.sampling.kind == "morris":
        return factors + 1
    return 2 * factors + 2 if design.sampling.second_order else factors + 2


def _blocks(study: Study, outcome: str) -> tuple[Numbers, Numbers, int]:
    """(block, row, factor) inputs on 0 to 1, (block, row, seed) values of complete blocks, blocks begun."""
    factors = study.design.factors
    size = block_size(study.design)
    values = study.by_seed(outcome)
    points = study.points()
    blocks = int(values.index.max()) // size + 1
    every = range(blocks * size)
    by_block = values.reindex(every).to_numpy(dtype=float).reshape(blocks, size, -1)
    whole = np.isfinite(by_block).all(axis=(1, 2))
    units = np.full((blocks * size, len(factors)), np.nan)
    for column, factor in enumerate(factors):
        units[points.index.to_numpy(), column] = unit_values(factor, points[factor.name])
    return units.reshape(blocks, size, -1)[whole], by_block[whole], blocks


def _check(study: Study, outcome: str, values: Numbers, method: str, planned: int) -> None:
    word = "trajectories" if method == "morris" else "base samples"
    if len(values) < LEAST_BLOCKS:
        raise AnalysisError(
            f"{study.folder}: outcome {outcome!r} has a value in all runs of {len(values)} of {planned} "
            f"{word}, needed: at least {LEAST_BLOCKS}; give [sampling] a larger size"
        )
    if _is_flat(values.mean(axis=2)):
        raise AnalysisError(
            f"{study.folder}: outcome {outcome!r} is {float(values.flat[0]):g} at every point: "
            "nothing to attribute to factors"
        )


def _is_flat(values: ArrayLike) -> bool:
    """The same at all points, but for what a solver leaves of its tolerance."""
    heights = np.asarray(values, dtype=float)
    return bool(np.ptp(heights) <= FLAT * max(1.0, float(np.abs(heights).max())))


def _bootstrap(design: Design, inputs: Numbers, values: Numbers, resamples: int) -> tuple[Numbers, Numbers]:
    """(index, factor) lower and upper ends of the 95% percentile intervals."""
    rng = np.random.default_rng(SEED)
    blocks, _, seeds = values.shape
    drawn = []
    for _ in range(resamples):
        rows = rng.integers(blocks, size=blocks)
        means = values[:, :, rng.integers(seeds, size=seeds)].mean(axis=2)
        if np.ptp(means[rows]) > 0:
            drawn.append(_estimate(design, inputs[rows], means[rows]))
    tails = (0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2)
    low, high = np.quantile(np.array(drawn), tails, axis=0)
    return low, high


def _estimate(design: Design, inputs: Numbers, values: Numbers) -> Numbers:
    """(index, factor) indices of (block, row, factor) inputs and (block, row) values."""
    return _sobol(design, values) if design.sampling.kind == "sobol" else _morris(design, inputs, values)


def _sobol(design: Design, values: Numbers) -> Numbers:
    from SALib.analyze import sobol

    order = design.sampling.second_order
    found = sobol.analyze(
        problem_of(design), values.ravel(), calc_second_order=order, num_resamples=2, seed=SEED
    )
    return np.array([found[index] for index in INDICES["sobol"]], dtype=float)


def _morris(design: Design, inputs: Numbers, values: Numbers) -> Numbers:
    from SALib.analyze import morris

    flat, levels = inputs.reshape(-1, len(design.factors)), design.sampling.levels
    found = morris.analyze(problem_of(design), flat, values.ravel(), num_resamples=2, num_levels=levels)
    indices = np.array([np.asarray(found[index], dtype=float) for index in INDICES["morris"]])
    for column, factor in enumerate(design.factors):
        if is_stepped(factor):
            indices[:, column] = (_mean_switch(inputs[:, :, column], values), np.nan, np.nan)
    return indices


def _mean_switch(settings: Numbers, values: Numbers) -> float:
    """Mean absolute change of the outcome where the setting was switched; NaN where it never was."""
    switched = np.abs(np.diff(settings, axis=1)) > 1e-9
    return float(np.abs(np.diff(values, axis=1))[switched].mean()) if switched.any() else float("nan")


def _noise_share(values: NDArray[np.float64]) -> float:
    """Variance between seeds of a point, over points on average, over the variance of single runs."""
    if values.shape[2] < 2:
        return float("nan")
    return float(values.var(axis=2).mean() / values.var())

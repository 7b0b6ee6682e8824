"""Candidates of a search: settings of the levers, as pymoo varies them and as the model takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.analysis.study import AnalysisError, is_ordered
from experiments.sweep.design import Design
from experiments.sweep.design_schema import SamplingSection
from experiments.sweep.factor import Factor, Value
from experiments.sweep.sampling import Point, draw_points

DECIMALS = 2
"""Ranges are searched in hundredths: finer policies are not told apart by a handful of draws."""
Levers = tuple[tuple[str, Value], ...]


def varies_by_draw(design: Design) -> bool:
    """Whether a second draw is another world: by what is not known, or by a seed of its own."""
    return bool(design.uncertainties) or design.seed_each


def draw_nature(design: Design, draws: int, seed: int) -> list[Point]:
    """``draws`` settings of the uncertainties by Latin hypercube, the same for every candidate; empty ones
    where there is no uncertainty, and but one of these unless each draw has a seed of its own.
    """
    if not varies_by_draw(design):
        return [{}]
    if not design.uncertainties:
        return [{} for _ in range(draws)]
    sampling = SamplingSection(kind="latin_hypercube", size=draws, seed=seed)
    return draw_points(replace(design, levers=(), sampling=sampling))


def algorithm_of(design: Design, objectives: int, population: int, seed: int) -> tuple[Any, Any]:
    """NSGA-II of pymoo over the levers, and its problem (whose values are told it from outside)."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.mixed import (
        MixedVariableDuplicateElimination,
        MixedVariableMating,
        MixedVariableSampling,
    )
    from pymoo.core.problem import Problem
    from pymoo.core.termination import NoTermination

    variables = {factor.name: _variable(factor) for factor in design.levers}
    problem = Problem(vars=variables, n_obj=objectives, n_ieq_constr=1)
    once = MixedVariableDuplicateElimination()
    algorithm = NSGA2(
        pop_size=population,
        sampling=MixedVariableSampling(),
        mating=MixedVariableMating(eliminate_duplicates=once),
        eliminate_duplicates=once,
    )
    algorithm.setup(problem, termination=NoTermination(), seed=seed, verbose=False)
    return algorithm, problem


def _variable(factor: Factor) -> Any:
    from pymoo.core.variable import Choice, Integer, Real

    if not factor.values:
        return Real(bounds=(0.0, 1.0))
    places = range(len(factor.values))
    return Integer(bounds=(0, places[-1])) if is_ordered(factor) else Choice(options=list(places))


def settings_of(design: Design, varied: Mapping[str, Any]) -> Levers:
    """The settings that a point of pymoo stands for."""
    return tuple((factor.name, _setting(factor, varied[factor.name])) for factor in design.levers)


def _setting(factor: Factor, varied: Any) -> Value:
    if factor.values:
        return factor.values[int(varied)]
    return factor.at(round(float(varied), DECIMALS))


def check_levers(design: Design) -> None:
    """Raise ``AnalysisError`` where there is no lever to search over, or one without choice."""
    if not design.levers:
        raise AnalysisError(f"{design.origin}: levers: given none, needed: at least one to search over")
    for factor in design.levers:
        if len(factor.values) == 1:
            raise AnalysisError(
                f"{design.origin}: levers.{factor.name}: one value, needed: two or more, or a range"
            )


def best_of(values: Sequence[Sequence[float]]) -> list[int]:
    """Places of those that no other is better than in one objective and as good in the rest (smaller is
    better).
    """
    import numpy as np
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    if not len(values):
        return []
    front = NonDominatedSorting().do(np.array(values, dtype=float), only_non_dominated_front=True)
    return sorted(int(place) for place in front)

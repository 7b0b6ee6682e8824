"""The model for those who work with EMA Workbench: a design becomes a ``Model`` with its uncertainties,
levers and outcomes, so that samplers, evaluators and analyses of the workbench apply to it.

Works with EMA Workbench 2.5 (Python 3.11) and 3 (from 3.12); see ``experiments/connectors/ema_example.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.analysis.extras import need, quiet_import
from experiments.analysis.study import AnalysisError
from experiments.batch import RunFailed
from experiments.sweep.design import Design, read_design
from experiments.sweep.factor import Factor, Value, say
from experiments.sweep.play import play_point
from world.scenario import ScenarioError


def ema_model(design: str | Path | Design, name: str = "orebloc") -> Any:
    """An ``ema_workbench.Model`` of ``design`` (a name, a path or one already read).

    An experiment is a point, played with every seed of the design; an outcome is its mean over seeds, NaN
    where a run failed. The sampling of the design is left to the workbench. Version 3.0.0 of it plays no
    model without uncertainties.

    Raises ``AnalysisError`` where the workbench is not installed, or for a range on a logarithmic scale,
    which it does not know; ``DesignError`` for a design that cannot be used.
    """
    need("ema_workbench", "discovery")
    with quiet_import():
        from ema_workbench import Model, ScalarOutcome
    ready = design if isinstance(design, Design) else read_design(design)
    model = Model(name, function=PlayDesign(ready))
    model.uncertainties = [_parameter(factor) for factor in ready.uncertainties]
    model.levers = [_parameter(factor) for factor in ready.levers]
    model.outcomes = [ScalarOutcome(column) for column in ready.outcomes]
    return model


class PlayDesign:
    """Plays a point given by keywords; can be sent to other processes."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def __call__(self, **settings: Any) -> dict[str, float]:
        """The mean over seeds of each outcome."""
        point = {factor.name: _own(factor, settings[factor.name]) for factor in self.design.factors}
        try:
            played = [play_point(self.design, point, seed) for seed in self.design.seeds]
        except (RunFailed, ScenarioError) as error:
            self._tell(error, point)
            return dict.fromkeys(self.design.outcomes, math.nan)
        return {name: sum(one[name] for one in played) / len(played) for name in self.design.outcomes}

    @staticmethod
    def _tell(error: Exception, point: Mapping[str, Value]) -> None:
        with quiet_import():
            from ema_workbench.util import get_module_logger
        get_module_logger(__name__).warning(f"a run failed and has no outcomes: {error} (at {dict(point)})")


def _parameter(factor: Factor) -> Any:
    with quiet_import():
        from ema_workbench import CategoricalParameter, IntegerParameter, RealParameter
    if factor.values:
        return CategoricalParameter(factor.name, list(factor.values))
    if factor.scale == "log":
        raise AnalysisError(
            f"factor {factor.name!r}: scale = log, which EMA Workbench does not know, allowed: linear, or "
            "values"
        )
    if factor.is_whole:
        return IntegerParameter(factor.name, int(factor.low), int(factor.high))
    return RealParameter(factor.name, factor.low, factor.high)


def _own(factor: Factor, given: Any) -> Value:
    """A setting of the workbench, which may have gone through a table, as one of the factor's own."""
    if factor.values:
        return next(value for value in factor.values if value == given or say(value) == say(given))
    return int(given) if factor.is_whole else float(given)

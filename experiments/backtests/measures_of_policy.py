"""Measures of what governments do at borders: licences, quotas, duties."""

from __future__ import annotations

import numpy as np

from experiments.backtests.measures_of_prices import duty_share_of
from experiments.backtests.measures_of_trade import shipped
from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import LANE, ONE, Target, word
from world.axes import Array


@word("share", LANE)
def granted_share(run: Outcome, target: Target) -> Array:
    """Licences granted over those asked for, from the first place to the second."""
    rows = run.rows("licences", target.goods)
    rows = run.of(run.of(rows, "origin", target.where), "destination", target.other or run.groups["world"])
    return ratio(run.total(rows, "granted_t"), run.total(rows, "requested_t"))


@word("share", ONE, "exporter true")
def quota_use(run: Outcome, target: Target) -> Array:
    """Exports of the place, by its own books or in truth, over its export quota where one is in force."""
    sent = shipped(run, target, target.where, run.groups["world"], target.segment)
    quota = np.zeros(run.clock.rounds)
    for good in target.goods:
        for measure in run.measures(("export_quota",), target.where, good):
            quota += float(measure.size or 0.0) * (run.in_force(measure) > 0.5)
    return ratio(sent, quota)


@word("share", ONE)
def duty_share(run: Outcome, target: Target) -> Array:
    """Ad valorem duties that measures of the place add, mean over what it bought abroad in the base
    window."""
    return duty_share_of(run, target.where, target.goods, target.base)

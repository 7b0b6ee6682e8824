"""Who is cut off: what part of his supply is withheld for a time, and what he uses of his stocks meanwhile.

Who is cut off refills nothing that cannot come, and spreads what he has over the time for which he expects it
to go on (:mod:`world.stocks.stop_lengths`): in a round of m months he plans to take from his stocks, at the
prices at which he reckons,

    drawn = min( withheld ,  (on hand + under way - floor - ahead) x min(1, m / months left) ),

and more when goods are dear, like any holder (:mod:`world.stocks.private`): lines are not stopped to keep a
stock. For fear of more he still buys ahead where he can: of what is missing in his
stocks the part that is not withheld. A year after the last news a cut-off passes no more: he has found others
or goes without. A stock used up over a disruption of unknown length: Teisberg 1981; storage and scarcity:
Williams and Wright 1991 (both recalled).
"""

from __future__ import annotations

import numpy as np

from world.axes import Array, gather_pairs
from world.calibration.base import BaseMarket
from world.customs import limits_of
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.questions.control_lanes import control_lanes
from world.state import WorldState
from world.stocks.expectations import AHEAD_YEARS
from world.stocks.stop_lengths import CutOff, rest_months


def cut_off_of(
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
    round_: int,
) -> CutOff:
    """Who is cut off in a round from what he usually buys of a stage's good."""
    axes, usual = base.axes, state.markets.usual_flow_t[stage]
    weight, months = _stops(base, state, happenings, parameters, stage, round_)
    if not weight.any():
        nobody = np.zeros(axes.buyers(stage).shape)
        return CutOff(nobody, nobody)
    limits, _ = limits_of(base, state, happenings, parameters, stage)
    lacking = weight * np.maximum(usual - limits["granted_t"], 0.0)
    total, short = usual.sum(axis=1), lacking.sum(axis=1)
    return CutOff(
        np.divide(short, total, out=np.zeros_like(short), where=total > 0.0),
        np.divide((lacking * months).sum(axis=1), short, out=np.zeros_like(short), where=short > 0.0),
    )


def _stops(
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
    round_: int,
) -> tuple[Array, Array]:
    """(mineral, seller, buyer) part of buyers to whom a stop on the lane is one that passes, and the months
    for which it is expected to go on; what a government decides in the run has no end that was announced."""
    p, sellers, buyers = parameters, base.axes.sellers(stage), base.axes.buyers(stage)
    weight = gather_pairs(happenings.stop_weight[:, stage], sellers, buyers)
    months = gather_pairs(happenings.stop_months[:, stage], sellers, buyers)
    for control in state.politics.lane_controls:
        years = (round_ - control.since) / base.rounds_per_year
        if control.stage != stage or years >= AHEAD_YEARS:
            continue
        row = control.mineral
        lanes = control_lanes(control, sellers[row], buyers[row])
        left = rest_months(p.stop_typical_months, p.stop_record_weight, 12.0 * years)
        weight[row][lanes] = np.maximum(weight[row][lanes], 1.0 - years / AHEAD_YEARS)
        months[row][lanes] = np.maximum(months[row][lanes], left)
    return weight, months


def drawn_t(cut: CutOff, use_t: Array, free_t: Array, used_ahead_t: Array, round_months: float) -> Array:
    """(mineral, buyer) tonnes that who is cut off plans to take from his stocks in a round.

    use_t : usual use; free_t : what he owns above his floor, here and under way, apart from what was bought
    ahead; used_ahead_t : of which so much takes the place of what is withheld
    """
    rounds = np.maximum(cut.months / round_months, 1.0)
    missing = np.maximum(cut.share * use_t - used_ahead_t, 0.0)
    return np.asarray(np.minimum(missing, np.maximum(free_t, 0.0) / rounds))

"""Fear of a cut-off: what buyers see in announcements, controls and quotas, and how it grows and fades.

What is seen of a round is the largest of three signs on each lane, weighed by the seller's part in a buyer's
usual purchases: what has been announced (:mod:`world.stocks.expectations`), what the dominant refiner has put
on in the last year, and what export quotas leave of usual trade. Fear moves toward what is seen, quickly up
and slowly down: a restriction is learned about as it bites, and remembered when it is eased,

    F' = F + (1 - exp(- speed / n)) (seen - F),      speed: up or down, n rounds a year

(precautionary demand that follows news with a lag: Kilian and Murphy 2014).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.adjustment import part_moved
from world.axes import Array, Whole, gather_pairs
from world.calibration.base import BaseMarket
from world.parameters import ParameterValues
from world.policy.decrees import export_quotas
from world.policy.happenings import ExportQuota, Happenings
from world.state import Markets, WorldState


def purchase_share(markets: Markets, stage: int) -> Array:
    """(mineral, seller, buyer) share of each seller in a buyer's usual purchases."""
    flow = markets.usual_flow_t[stage]
    total = flow.sum(axis=1, keepdims=True)
    share: Array = np.divide(flow, total, out=np.zeros_like(flow), where=total > 0)
    return share


def fear_of(
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
    round_: int,
) -> Array:
    """(mineral, buyer) fear in which the buyers of a stage's good order in a round, 0 to 1."""
    seen = seen_of(base, state, happenings, parameters, stage, round_)
    return moved(state.markets.fear[stage], seen, parameters, base.rounds_per_year)


def moved(before: Array, seen: Array, parameters: ParameterValues, rounds_per_year: int) -> Array:
    """Fear a round on, toward what is seen."""
    p = parameters
    speed = np.where(seen > before, p.fear_speed_year, p.fear_fade_year)
    return np.asarray(before + part_moved(speed, rounds_per_year) * (seen - before))


def seen_of(
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
    round_: int,
) -> Array:
    """(mineral, buyer) chance of a cut-off that can be seen in a round: in what has been announced, in
    controls that the dominant refiner has put on in the last year, as more may follow, and in quotas.
    """
    politics, share = state.politics, purchase_share(state.markets, stage)
    buyers, sellers = base.axes.buyers(stage), base.axes.sellers(stage)
    fear = np.zeros(buyers.shape)
    for control in politics.controls_of(politics.dominant):
        if round_ - control.since < base.rounds_per_year and control.stage == stage:
            refused = parameters.threat_prior_probability * (1.0 - control.approval_share)
            fear = np.maximum(fear, np.where(np.isin(buyers, control.targets), refused, 0.0))
    theirs = np.where((sellers == politics.dominant)[:, :, None], share, 0.0).sum(axis=1)
    lanes = gather_pairs(happenings.fear[:, stage], sellers, buyers)
    quotas = export_quotas(happenings, politics.controls)
    usual = state.markets.usual_flow_t[stage]
    lanes = np.maximum(lanes, refused_by_quotas(quotas, stage, sellers, buyers, usual))
    announced = (lanes * share).sum(axis=1)
    return np.asarray(np.clip(announced + fear * theirs, 0.0, 1.0))


def refused_by_quotas(
    quotas: Sequence[ExportQuota], stage: int, sellers: Whole, buyers: Whole, usual_t: Array
) -> Array:
    """(mineral, seller, buyer) part of usual trade that export quotas refuse, by the part of the round for
    which they are in force; usual_t (mineral, seller, buyer)."""
    refused = np.zeros_like(usual_t)
    for quota in quotas:
        if quota.stage != stage or quota.share <= 0.0:
            continue
        row = quota.mineral
        abroad = (buyers[row] >= 0) & (buyers[row] != quota.exporter)
        if quota.importers is not None:
            abroad &= np.isin(buyers[row], quota.importers)
        lanes = np.outer(sellers[row] == quota.exporter, abroad)
        usual = quota.share * float(usual_t[row][lanes].sum())
        if usual > 0.0:
            part = quota.share * max(0.0, 1.0 - quota.allowed_t / usual)
            refused[row][lanes] = np.minimum(refused[row][lanes] + part, 1.0)
    return refused

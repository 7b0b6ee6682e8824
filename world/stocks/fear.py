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
from typing import TYPE_CHECKING

import numpy as np

from agents.adjustment import part_moved
from world.axes import STAGES, Array, Whole, gather_pairs
from world.parameters import ParameterValues
from world.policy.decrees import export_quotas
from world.policy.happenings import ExportQuota

if TYPE_CHECKING:
    from world.model import TradeWorld


def purchase_share(world: TradeWorld, stage: int) -> Array:
    """(mineral, seller, buyer) share of each seller in a buyer's usual purchases."""
    flow = world.state.markets.usual_flow_t[stage]
    total = flow.sum(axis=1, keepdims=True)
    share: Array = np.divide(flow, total, out=np.zeros_like(flow), where=total > 0)
    return share


def fear_of(world: TradeWorld, stage: int) -> Array:
    """(mineral, buyer) fear in which the buyers of a stage's good order this round, 0 to 1."""
    before = world.state.markets.fear[stage]
    return moved(before, seen_of(world, stage), world.parameters, world.clock.rounds_per_year)


def remember_fear(world: TradeWorld) -> None:
    """The fear of a round is where the next one's begins."""
    world.state.markets.fear = [fear_of(world, stage) for stage in range(len(STAGES))]


def moved(before: Array, seen: Array, parameters: ParameterValues, rounds_per_year: int) -> Array:
    """Fear a round on, toward what is seen."""
    p = parameters
    speed = np.where(seen > before, p.fear_speed_year, p.fear_fade_year)
    return np.asarray(before + part_moved(speed, rounds_per_year) * (seen - before))


def seen_of(world: TradeWorld, stage: int) -> Array:
    """(mineral, buyer) chance of a cut-off that can be seen in a round: in what has been announced, in
    controls that the dominant refiner has put on in the last year, as more may follow, and in quotas.
    """
    axes, politics, share = world.base.axes, world.state.politics, purchase_share(world, stage)
    buyers, sellers = axes.buyers(stage), axes.sellers(stage)
    fear = np.zeros(buyers.shape)
    for control in politics.controls_of(politics.dominant):
        if world.round - control.since < world.clock.rounds_per_year and control.stage == stage:
            refused = world.parameters.threat_prior_probability * (1.0 - control.approval_share)
            fear = np.maximum(fear, np.where(np.isin(buyers, control.targets), refused, 0.0))
    theirs = np.where((sellers == world.dominant)[:, :, None], share, 0.0).sum(axis=1)
    lanes = gather_pairs(world.happenings.fear[:, stage], sellers, buyers)
    quotas = export_quotas(world.happenings, politics.controls)
    usual = world.state.markets.usual_flow_t[stage]
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

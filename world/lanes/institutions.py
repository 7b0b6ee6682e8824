"""Trade that clubs and links draw: offtake among members, and a premium on supply that meets a standard.

Both shift whom buyers prefer. Offtake adds log points for sellers among the members, as far as they are known
to deliver. A standard is worth money to buyers who are members: a seller who meets it is preferred as if its
goods were cheaper by the premium, so that prices of those who meet it and of those who do not part (product
differentiation by a label, as in Anderson, de Palma and Thisse 1992). Trade that an institution drew before
the run is in the preferences of the base year, and so only what is new counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.adjustment import part_moved
from world.axes import STAGES, Array, Mask, gather_pairs, scatter
from world.calibration.base import BaseMarket
from world.institutions import NEVER, Institution
from world.lanes.terms import StageBorders
from world.state import Politics, WorldState

SLIGHT = 1e-12


def favour_members(
    politics: Politics, institutions: Sequence[Institution], governance: Array, premium_share: float
) -> None:
    """Write down for the round by how much buyers favour sellers, see ``lane_shift``; nothing where no
    institution draws trade.

    governance : (country,) by which supply meets a standard; premium_share : paid for what meets one
    """
    politics.offtake_log, politics.standard_premium_share = None, None
    for place, one in enumerate(institutions):
        if one.draws_trade:
            since = politics.seated_since[place]
            _add_offtake(politics, one, _fresh_pairs(since))
            _add_premium(politics, one, since, governance, premium_share)


def _fresh_pairs(since: Array) -> Mask:
    """(seller, buyer) members of whom one at least came in during the run."""
    seated = since < NEVER
    late: Mask = np.maximum(since[:, None], since[None, :]) >= 0
    pairs: Mask = seated[:, None] & seated[None, :] & late
    np.fill_diagonal(pairs, False)
    return pairs


def _add_offtake(politics: Politics, one: Institution, fresh: Mask) -> None:
    if one.offtake_log <= 0.0 or not fresh.any():
        return
    shift = one.offtake_log * fresh * politics.reliability[:, None]
    held = politics.offtake_log
    if held is None:
        held = np.zeros((len(one.minerals), *fresh.shape))
    held[one.minerals] += shift
    politics.offtake_log = held


def _add_premium(
    politics: Politics, one: Institution, since: Array, governance: Array, premium_share: float
) -> None:
    """A buyer in several clubs with standards pays the highest premium; the one at home is met as well."""
    buyers = (since >= 0) & (since < NEVER)
    if not one.has_standard or premium_share <= 0.0 or not buyers.any():
        return
    meets = governance >= one.standard_index
    paid = premium_share * (meets[:, None] & buyers[None, :])
    held = politics.standard_premium_share
    if held is None:
        held = np.zeros((len(one.minerals), *paid.shape))
    held[one.minerals] = np.maximum(held[one.minerals], paid)
    politics.standard_premium_share = held


def lane_shift(base: BaseMarket, politics: Politics, stage: int) -> Array | float:
    """(mineral, seller, buyer) log points on preferences: the offtake, and the premium over the spread of
    choice, ``premium x price / mu``, so that it weighs as much as a price lower by the premium.
    """
    shift: Array | float = 0.0
    sellers, buyers = base.axes.sellers(stage), base.axes.buyers(stage)
    if politics.offtake_log is not None:
        shift = shift + gather_pairs(politics.offtake_log, sellers, buyers)
    if politics.standard_premium_share is not None:
        price = base.evidence.price_usd_t[:, stage][:, None, None]
        spread = np.maximum(base.lanes(stage).spread_usd_t, SLIGHT)[:, None, :]
        shift = shift + gather_pairs(politics.standard_premium_share, sellers, buyers) * price / spread
    return shift


def mineral_exports_usd(base: BaseMarket) -> Array:
    """(mineral, exporter, importer) value of ore, metal and components that cross borders in the base year,
    USD a round at base-year prices.
    """
    axes, n = base.axes, len(base.axes.countries)
    total = np.zeros((len(axes.minerals), n, n))
    for stage in range(len(STAGES)):
        flow = base.lanes(stage).flow_t
        sellers, buyers = axes.sellers(stage), axes.buyers(stage)
        value = flow * base.evidence.price_usd_t[:, stage][:, None, None]
        mineral, seller, buyer = np.nonzero(value > 0.0)
        index = (mineral, sellers[mineral, seller], buyers[mineral, buyer])
        np.add.at(total, index, value[mineral, seller, buyer])
    total[:, np.arange(n), np.arange(n)] = 0.0
    return total


def revise_reliability(
    base: BaseMarket, state: WorldState, borders: Sequence[StageBorders], healing_year: float
) -> None:
    """What a country is known for: it falls at once to the part of usual exports that its own licences and
    bans let pass, and returns as slowly as trust, at ``healing_year``.
    """
    politics, axes = state.politics, base.axes
    usual, passed = np.zeros(len(axes.countries)), np.zeros(len(axes.countries))
    for stage in range(len(STAGES)):
        border = borders[stage]
        value = _abroad_usd(base, state.markets.usual_flow_t[stage], stage)
        let = np.clip(border.approval_share, 0.0, 1.0)
        usual += scatter(value.sum(axis=2), border.sellers, len(usual)).sum(axis=0)
        passed += scatter((value * let).sum(axis=2), border.sellers, len(usual)).sum(axis=0)
    now = np.divide(passed, usual, out=np.ones_like(usual), where=usual > 0.0)
    back = part_moved(healing_year, base.rounds_per_year)
    known = politics.reliability
    politics.reliability = np.clip(np.minimum(now, known + back * (1.0 - known)), 0.0, 1.0)


def _abroad_usd(base: BaseMarket, usual_flow_t: Array, stage: int) -> Array:
    """(mineral, seller, buyer) value of usual shipments to others, at base-year prices."""
    axes = base.axes
    abroad = axes.sellers(stage)[:, :, None] != axes.buyers(stage)[:, None, :]
    price = base.evidence.price_usd_t[:, stage][:, None, None]
    return np.where(abroad, usual_flow_t, 0.0) * price

"""The lanes of a round as customs officers know them: duties, licences, hubs, habits, from the state and
the round's events.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from world.axes import Array, Axes, Whole, gather_pairs
from world.calibration.base import BaseMarket
from world.calibration.lanes import log_weight_of
from world.habits import lane_weights
from world.lanes.institutions import lane_shift
from world.lanes.quotas import import_quotas
from world.lanes.rerouting import HubNetwork, WaysRound, find_ways, usual_detour_share
from world.lanes.terms import StageBorders, fine_share
from world.licences.lanes import decided_at, hub_room, hubs_kept, licences_of
from world.licences.queue import Decided
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.questions.control_lanes import control_lanes
from world.state import Politics, WorldState
from world.stocks.buying_ahead import ordered_ahead_t
from world.trade_network import last_hub


def stage_borders(
    base: BaseMarket,
    network: HubNetwork,
    state: WorldState,
    happenings: Happenings,
    leader_duty: Array,
    released_t: Array,
    parameters: ParameterValues,
    stage: int,
) -> StageBorders:
    """Borders of a stage.

    leader_duty : (mineral, stage, exporter, importer) the leader's flat duty outside any zone
    released_t : (mineral, seller) what a reserve or a state sells this round
    """
    axes, lanes = base.axes, base.lanes(stage)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    backstop = lanes.backstop_usd_t[:, None, :]
    added = happenings.duty_share[:, stage] + leader_duty[:, stage]
    added[:, :, state.politics.dominant] += state.politics.counter_duty_share[None, :]
    kept = 1.0 - happenings.repealed_share[:, stage]
    if (relieved := state.politics.duty_relief_share).any():  # of all its duties on who signed for relief
        leader = state.politics.leader
        whole = (kept * base.evidence.tariff_share[:, stage])[:, :, leader] + added[:, :, leader]
        added[:, :, leader] -= relieved * whole
    laid = gather_pairs(added, sellers, buyers)
    limits, decided = limits_of(base, state, happenings, parameters, stage)
    duty = lanes.tariff_share * gather_pairs(kept, sellers, buyers) + laid
    charges = _charges(base, happenings, stage)
    duties = kept * base.evidence.tariff_share[:, stage] + added
    barrier = _barrier_share(base, happenings, duties, stage) if _priced(happenings, stage) else None
    ways = _ways(network, base, state, happenings, parameters, (laid, barrier), limits, decided, stage)
    if barrier is not None:
        ways |= _prices_of_hubs(base, happenings, ways["hub"], stage)
    return StageBorders(
        **charges,
        **limits,
        **ways,
        duty_share=duty,
        hub_duty_share=hub_duty(duties, ways["hub"], buyers),
        contract_share=base.evidence.contract_share,
        contract_price_usd_t=state.markets.contract_usd_t[stage],
        fixed_duty_share=gather_pairs(state.politics.fixed_duty_share[:, stage], sellers, buyers),
        log_weight=_log_weights(base, state, released_t, parameters, stage),
        usual_flow_t=state.markets.usual_flow_t[stage],
        sellers=sellers,
        buyers=buyers,
        spread_usd_t=lanes.spread_usd_t,
        backstop_usd_t=backstop,
        backstop_log_weight=np.full(
            backstop.shape, log_weight_of(float(base.evidence.backstop_weight[stage]))
        ),
        price_usd_t=base.evidence.price_usd_t[:, stage],
    )


def with_releases(
    borders: StageBorders,
    base: BaseMarket,
    state: WorldState,
    released_t: Array,
    parameters: ParameterValues,
    stage: int,
) -> StageBorders:
    """The borders of :func:`stage_borders` where nothing but ``released_t`` (mineral, seller) is other."""
    return replace(borders, log_weight=_log_weights(base, state, released_t, parameters, stage))


def _log_weights(
    base: BaseMarket, state: WorldState, released_t: Array, parameters: ParameterValues, stage: int
) -> Array:
    """(mineral, seller, buyer) ln A of this round, by habit, trust, clubs and what sellers have."""
    leaning = trust_shift(base.axes, state.politics, stage, parameters)
    leaning = leaning + lane_shift(base, state.politics, stage)
    return lane_weights(base, state.markets, stage, leaning, released_t)


def _priced(happenings: Happenings, stage: int) -> bool:
    """Whether any importer asks a specific duty or a least price."""
    least = happenings.least_import_usd_t[:, stage]
    return bool(happenings.duty_usd_t[:, stage].any() or (least > -np.inf).any())


def _barrier_share(base: BaseMarket, happenings: Happenings, duty_share: Array, stage: int) -> Array:
    """(mineral, exporter, importer) what specific duties and least prices put on usual prices, as a share of
    the base price; those of the base year are in these."""
    price = np.maximum(base.evidence.price_usd_t[:, stage], 1e-9)[:, None, None]
    specific, least = happenings.duty_usd_t[:, stage], happenings.least_import_usd_t[:, stage]
    return np.asarray((specific + np.maximum(least - (1.0 + duty_share) * price - specific, 0.0)) / price)


def _charges(base: BaseMarket, happenings: Happenings, stage: int) -> dict[str, Any]:
    """Freight of this round, specific duties, export taxes and least prices."""
    sellers, buyers = base.axes.sellers(stage), base.axes.buyers(stage)
    freight, dearer = base.lanes(stage).freight_usd_t, happenings.freight_added_share[:, stage]
    if dearer.any():
        freight = freight * (1.0 + gather_pairs(dearer, sellers, buyers))
    found: dict[str, Any] = {"freight_usd_t": freight}
    for name in ("duty_usd_t", "export_tax_share", "export_tax_usd_t"):
        found[name] = gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers)
    for name in ("least_export_usd_t", "least_import_usd_t"):
        found[name] = gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers, -np.inf)
    floor = base.lanes(stage).floor_usd_t
    if (floor > -np.inf).any():
        standing = _standing_floor_usd_t(base, happenings, stage)
        found["least_import_usd_t"] = np.maximum(found["least_import_usd_t"], standing)
    return found


def _standing_floor_usd_t(base: BaseMarket, happenings: Happenings, stage: int) -> Array:
    """(mineral, seller, buyer) floors of the base year as far as they are not repealed: of one that is taken
    away in part the mean of the floor and the base-year price, as of a floor that is new; -inf where none is
    left."""
    floor, price = base.lanes(stage).floor_usd_t, base.evidence.price_usd_t[:, stage, None, None]
    gone = gather_pairs(
        happenings.repealed_share[:, stage], base.axes.sellers(stage), base.axes.buyers(stage)
    )
    return np.asarray(np.where(gone < 1.0, (1.0 - gone) * floor + gone * price, -np.inf))


def _ways(
    network: HubNetwork,
    base: BaseMarket,
    state: WorldState,
    happenings: Happenings,
    parameters: ParameterValues,
    added: tuple[Array, Array | None],
    limits: dict[str, Any],
    decided: Decided,
    stage: int,
) -> dict[str, Any]:
    """The ways round the lanes of sellers who are restricted or newly taxed, and of the dominant refiner, who
    asks what a control would do; added : (mineral, seller, buyer) duties since the base year, and (mineral,
    exporter, importer) what specific duties and least prices put on top, None where there are none.
    """
    axes, politics = base.axes, state.politics
    laid, barrier = added
    if barrier is not None:
        laid = laid + gather_pairs(barrier, axes.sellers(stage), axes.buyers(stage))
    needed = limits["approval_share"] < 1.0
    needed |= (limits["granted_t"] < np.inf) | (limits["quota_t"] < np.inf)
    needed |= laid > (1.0 - parameters.hub_cost_spread_share) * usual_detour_share(parameters)
    sought = needed.any(axis=2) | (axes.sellers(stage) == politics.dominant)
    price = base.evidence.price_usd_t[:, stage]
    ways = find_ways(network, axes, politics, happenings, price, parameters, sought, stage)
    first = ways.hub[:, :, 0]
    kept = hubs_kept(axes, state, happenings, parameters.licence_reexport_response, first, stage)
    if (limits["refused_share"] > 0.0).any() or (limits["granted_t"] < np.inf).any():
        kept *= hub_room(axes, state, happenings, decided.room_t, first, stage)
    spared = laid[:, None]
    if barrier is not None:
        spared = spared - hub_duty(barrier, ways.hub, axes.buyers(stage))
    mineral = np.arange(len(ways.hub))[:, None, None, None, None]
    capacity = state.markets.hub_capacity_t[stage][mineral, np.maximum(ways.hub, 0)]
    return {
        "hub": ways.hub,
        "hub_freight_usd_t": ways.freight_usd_t,
        "hub_found_share": ways.found_share,
        "hub_open_share": ways.open_share * kept,
        "hub_capacity_t": np.where(ways.hub >= 0, capacity, np.inf),
        "taxed_share": _paying_share(ways, spared, parameters),
    }


def _prices_of_hubs(base: BaseMarket, happenings: Happenings, hub: Whole, stage: int) -> dict[str, Array]:
    """Specific duties and least prices that goods meet when they come as the last hub's; least prices of the
    base year hold whatever the way."""
    buyers = base.axes.buyers(stage)
    least = hub_duty(happenings.least_import_usd_t[:, stage], hub, buyers, -np.inf)
    if (base.lanes(stage).floor_usd_t > -np.inf).any():
        least = np.maximum(least, _standing_floor_usd_t(base, happenings, stage)[:, None])
    return {
        "hub_duty_usd_t": hub_duty(happenings.duty_usd_t[:, stage], hub, buyers),
        "hub_least_usd_t": least,
    }


def _paying_share(ways: WaysRound, spared: Array, parameters: ParameterValues) -> Array:
    """(mineral, way, seller, buyer) part of those who ship for whom a way round a duty or a least price pays,
    where what it spares exceeds margins and the expected fine: these lie evenly around their mean, some have
    partners and papers and some have not."""
    detour = (ways.hub >= 0).sum(axis=2) * parameters.hub_margin_share
    detour = detour + fine_share(ways.found_share, parameters.evasion_penalty_share)
    spread = parameters.hub_cost_spread_share
    some = (ways.hub[:, :, 0] >= 0) & (detour > 0.0)
    width = np.where(some, np.maximum(2.0 * spread * detour, 1e-12), 1.0)
    return np.where(some, np.clip((spared - (1.0 - spread) * detour) / width, 0.0, 1.0), 0.0)


def limits_of(
    base: BaseMarket, state: WorldState, happenings: Happenings, parameters: ParameterValues, stage: int
) -> tuple[dict[str, Any], Decided]:
    """What may pass on the lanes: licences, bans and tariff quotas; what is ordered ahead of them passes on
    the days before. And what the licence offices decide.
    """
    axes, usual = base.axes, state.markets.usual_flow_t[stage]
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    standing = approvals(axes, state.politics, happenings, stage)
    licence = licences_of(axes, state, happenings, parameters, stage)
    decided, licensed_t = decided_at(licence, state, parameters, stage, base.rounds_per_year)
    licensed = licensed_t < np.inf
    some = usual > 0.0
    approval = np.where(licensed & some, licensed_t / np.where(some, usual, 1.0), standing)
    ahead = ordered_ahead_t(base, state.markets, happenings, stage)
    quota_t, above_share = import_quotas(happenings.tariff_quotas, stage, sellers, buyers, usual)
    price = np.maximum(base.evidence.price_usd_t[:, stage], 1e-9)
    limits = {
        "approval_share": approval,
        "granted_t": ahead
        + np.where(licensed, licensed_t, np.where(standing < 1.0, standing * usual, np.inf)),
        "refused_share": licence.refused_share,
        "open_t": ahead + np.where(licensed, decided.open_t, parameters.licence_capacity_ratio * usual),
        "quota_t": quota_t,
        "over_quota_usd_t": above_share * price[:, None, None],
    }
    return limits, decided


def approvals(axes: Axes, politics: Politics, happenings: Happenings, stage: int) -> Array:
    """(mineral, seller, buyer) granted share of usual shipments, from the calendar and from controls
    decided in the run.
    """
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    granted = gather_pairs(happenings.approval_share[:, stage], sellers, buyers, 1.0)
    for control in politics.lane_controls:
        if control.stage == stage:
            lanes = control_lanes(control, sellers[control.mineral], buyers[control.mineral])
            granted[control.mineral][lanes] = np.minimum(
                granted[control.mineral][lanes], control.approval_share
            )
    return granted


def hub_duty(duty: Array, hub: Whole, buyers: Whole, nothing: float = 0.0) -> Array:
    """Duty that goods meet when they come as the last hub's: (mineral, country, country) at (hub, buyer), or
    ``nothing``; hub (mineral, way, handover, seller, buyer) in order, -1 where there is none.
    """
    mineral, last = np.arange(len(hub))[:, None, None, None], last_hub(np.moveaxis(hub, 2, 0))
    rates = duty[mineral, np.maximum(last, 0), np.maximum(buyers, 0)[:, None, None, :]]
    return np.asarray(np.where(last >= 0, rates, nothing))


def trust_shift(axes: Axes, politics: Politics, stage: int, parameters: ParameterValues) -> Array:
    """Log points on habit when trust in a great power has moved from its resting level: buyers turn from
    whom they mistrust.
    """
    n = len(axes.countries)
    shift = np.zeros((n, n))
    for power, trust, rest in (
        (politics.leader, politics.trust_leader, politics.trust_rest_leader),
        (politics.dominant, politics.trust_dominant, politics.trust_rest_dominant),
    ):
        shift[power, :] = parameters.habit_trust_response * (trust - rest)
        shift[power, power] = 0.0
    return gather_pairs(shift, axes.sellers(stage), axes.buyers(stage))

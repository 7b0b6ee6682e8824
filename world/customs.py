"""The lanes of a round as customs officers know them: duties, licences, hubs, habits, from the state and
the round's events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from world.axes import STAGES, Array, Axes, Whole, gather_pairs
from world.border_terms import StageBorders
from world.calibration.base import BaseMarket
from world.calibration.lanes import log_weight_of
from world.calibration.wedges import freight_between
from world.counterfactual import control_lanes
from world.habits import lane_weights
from world.happenings import Happenings
from world.licence_lanes import decided_at, hubs_kept, licences_of
from world.parameters import ParameterValues
from world.quotas import import_quotas
from world.state import Politics, WorldState
from world.trade_network import cheapest_hubs, choose_hubs


@dataclass(frozen=True)
class HubRoutes:
    """Cheapest third country of each lane and its freight, per stage (mineral, seller, buyer)."""

    freight_usd_t: tuple[Array, ...]
    hub: tuple[Whole, ...]


def stage_borders(
    base: BaseMarket,
    routes: HubRoutes,
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
    axes, lanes, hub = base.axes, base.lanes(stage), routes.hub[stage]
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    trust = trust_shift(axes, state.politics, stage, parameters)
    usual = state.markets.usual_flow_t[stage]
    backstop = lanes.backstop_usd_t[:, None, :]
    return StageBorders(
        **_freight(base, routes, happenings, stage),
        **_duties(base, hub, state, happenings, leader_duty, parameters, stage),
        **_limits(base, state, happenings, parameters, stage),
        hub=hub,
        contract_share=base.evidence.contract_share,
        contract_price_usd_t=state.markets.contract_usd_t[stage],
        fixed_duty_share=gather_pairs(state.politics.fixed_duty_share[:, stage], sellers, buyers),
        log_weight=lane_weights(base, state.markets, stage, trust, released_t),
        usual_flow_t=usual,
        hub_capacity_share=hub_capacity(axes, state, stage, usual.shape, parameters),
        sellers=sellers,
        buyers=buyers,
        spread_usd_t=lanes.spread_usd_t,
        backstop_usd_t=backstop,
        backstop_log_weight=np.full(
            backstop.shape, log_weight_of(float(base.evidence.backstop_weight[stage]))
        ),
        price_usd_t=base.evidence.price_usd_t[:, stage],
        hub_open_share=hub_open(axes, state.politics, happenings, hub, stage)
        * hubs_kept(axes, state, happenings, parameters.licence_reexport_response, hub, stage),
    )


def _freight(base: BaseMarket, routes: HubRoutes, happenings: Happenings, stage: int) -> dict[str, Any]:
    """Freight of this round; of the way round a lane by the mean of the changes on its two legs."""
    axes, added = base.axes, happenings.freight_added_share[:, stage]
    direct, through = base.lanes(stage).freight_usd_t, routes.freight_usd_t[stage]
    if not added.any():
        return {"freight_usd_t": direct, "hub_freight_usd_t": through}
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    mineral, hub = np.arange(len(sellers))[:, None, None], np.maximum(routes.hub[stage], 0)
    legs = added[mineral, np.maximum(sellers, 0)[:, :, None], hub]
    legs = legs + added[mineral, hub, np.maximum(buyers, 0)[:, None, :]]
    return {
        "freight_usd_t": direct * (1.0 + gather_pairs(added, sellers, buyers)),
        "hub_freight_usd_t": through * (1.0 + 0.5 * legs),
    }


def _duties(
    base: BaseMarket,
    hub: Whole,
    state: WorldState,
    happenings: Happenings,
    leader_duty: Array,
    parameters: ParameterValues,
    stage: int,
) -> dict[str, Any]:
    """Duties, taxes and least prices; lanes taxed by more than a way round costs."""
    sellers, buyers = base.axes.sellers(stage), base.axes.buyers(stage)
    added = happenings.duty_share[:, stage] + leader_duty[:, stage]
    added[:, :, state.politics.dominant] += state.politics.counter_duty_share[None, :]
    # a way round a duty pays only where the duty exceeds the hub's margin and the expected fine
    detour = parameters.hub_margin_share + parameters.evasion_detection_probability * (
        1.0 + parameters.evasion_penalty_share
    )
    on_lanes = gather_pairs(added, sellers, buyers)
    found: dict[str, Any] = {
        "duty_share": base.lanes(stage).tariff_share + on_lanes,
        "hub_duty_share": hub_duty(base.evidence.tariff_share[:, stage] + added, hub, buyers),
        "taxed": on_lanes > detour,
    }
    for name in ("duty_usd_t", "export_tax_share", "export_tax_usd_t"):
        found[name] = gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers)
    for name in ("least_export_usd_t", "least_import_usd_t"):
        found[name] = gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers, -np.inf)
    return found


def _limits(
    base: BaseMarket, state: WorldState, happenings: Happenings, parameters: ParameterValues, stage: int
) -> dict[str, Any]:
    """What may pass on the lanes: licences, bans and tariff quotas."""
    axes, usual = base.axes, state.markets.usual_flow_t[stage]
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    standing = approvals(axes, state.politics, happenings, stage)
    _, licensed_t = decided_at(
        licences_of(axes, state, happenings, parameters, stage), state, parameters, stage
    )
    licensed = licensed_t < np.inf
    some = usual > 0.0
    approval = np.where(licensed & some, licensed_t / np.where(some, usual, 1.0), standing)
    quota_t, above_share = import_quotas(happenings.tariff_quotas, stage, sellers, buyers, usual)
    price = np.maximum(base.evidence.price_usd_t[:, stage], 1e-9)
    return {
        "approval_share": approval,
        "granted_t": np.where(licensed, licensed_t, np.where(standing < 1.0, standing * usual, np.inf)),
        "quota_t": quota_t,
        "over_quota_usd_t": above_share * price[:, None, None],
    }


def approvals(axes: Axes, politics: Politics, happenings: Happenings, stage: int) -> Array:
    """(mineral, seller, buyer) granted share of usual shipments, from the calendar and from controls
    decided in the run.
    """
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    granted = gather_pairs(happenings.approval_share[:, stage], sellers, buyers, 1.0)
    for control in politics.controls:
        if control.stage == stage:
            lanes = control_lanes(control, sellers[control.mineral], buyers[control.mineral])
            granted[control.mineral][lanes] = np.minimum(
                granted[control.mineral][lanes], control.approval_share
            )
    return granted


def hub_open(axes: Axes, politics: Politics, happenings: Happenings, hub: Whole, stage: int) -> Array:
    """(mineral, seller, buyer) part of shipments that the seller's country grants to the hub of each lane."""
    granted = happenings.approval_share[:, stage].copy()
    for control in politics.controls:
        if control.stage == stage:
            cells = granted[control.mineral, control.actor]
            cells[list(control.targets)] = np.minimum(cells[list(control.targets)], control.approval_share)
    mineral = np.arange(len(hub))[:, None, None]
    seller = np.maximum(axes.sellers(stage), 0)[:, :, None]
    return np.where(hub >= 0, granted[mineral, seller, np.maximum(hub, 0)], 0.0)


def hub_duty(duty_share: Array, hub: Whole, buyers: Whole) -> Array:
    """Duty that goods meet when they come as the hub's: (mineral, country, country) at (hub, buyer)."""
    mineral = np.arange(len(hub))[:, None, None]
    rates: Array = np.where(
        hub >= 0, duty_share[mineral, np.maximum(hub, 0), np.maximum(buyers, 0)[:, None, :]], 0.0
    )
    return rates


def hub_capacity(
    axes: Axes, state: WorldState, stage: int, shape: tuple[int, ...], parameters: ParameterValues
) -> Array:
    """Share of the usual flow that hubs can carry: small at first, growing each year that a control lasts,
    at most all.
    """
    limited = state.markets.limited_rounds[stage]
    grown = parameters.hub_start_share * (1.0 + parameters.hub_growth_year) ** (limited / 4.0)
    return np.asarray(np.minimum(grown, 1.0))


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


def find_hub_routes(
    base: BaseMarket, trade_usd: Array, barred: Sequence[int], parameters: ParameterValues
) -> HubRoutes:
    """Cheapest third countries of all lanes; ``barred`` countries (the great powers) do not serve as hubs."""
    evidence, axes = base.evidence, base.axes
    hubs = choose_hubs(trade_usd)
    found = []
    for stage in range(len(STAGES)):
        freight = freight_between(evidence, stage, parameters)
        found.append(cheapest_hubs(freight, hubs, np.array(barred, dtype=np.int64), axes, stage))
    return HubRoutes(tuple(freight for freight, _ in found), tuple(hub for _, hub in found))

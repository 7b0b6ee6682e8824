"""The lanes of a round as customs officers know them: duties, licences, hubs, habits, from the state and
the round's events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import STAGES, Array, Axes, Whole, gather_pairs
from world.borders import StageBorders
from world.calibration.base import BaseMarket, freight_between
from world.calibration.lanes import log_weight_of
from world.counterfactual import control_lanes
from world.happenings import Happenings
from world.offers import lane_weights
from world.parameters import ParameterValues
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
    released_t : (mineral, seller) what a reserve sells this round
    """
    axes, lanes = base.axes, base.lanes(stage)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    added = happenings.duty_share[:, stage] + leader_duty[:, stage]
    added[:, :, state.politics.dominant] += state.politics.counter_duty_share[None, :]
    # a way round a duty pays only where the duty exceeds the hub's margin and the expected fine
    detour = parameters.hub_margin_share + parameters.evasion_detection_probability * (
        1.0 + parameters.evasion_penalty_share
    )
    taxed = gather_pairs(added, sellers, buyers) > detour
    hub = routes.hub[stage]
    usual = state.markets.usual_flow_t[stage]
    return StageBorders(
        freight_usd_t=lanes.freight_usd_t,
        hub_freight_usd_t=routes.freight_usd_t[stage],
        hub=hub,
        duty_share=lanes.tariff_share + gather_pairs(added, sellers, buyers),
        duty_usd_t=gather_pairs(happenings.duty_usd_t[:, stage], sellers, buyers),
        hub_duty_share=hub_duty(base.evidence.tariff_share[:, stage] + added, hub, buyers),
        taxed=taxed,
        export_tax_share=gather_pairs(happenings.export_tax_share[:, stage], sellers, buyers),
        export_tax_usd_t=gather_pairs(happenings.export_tax_usd_t[:, stage], sellers, buyers),
        least_export_usd_t=gather_pairs(happenings.least_export_usd_t[:, stage], sellers, buyers, -np.inf),
        least_import_usd_t=gather_pairs(happenings.least_import_usd_t[:, stage], sellers, buyers, -np.inf),
        approval_share=approvals(axes, state.politics, happenings, stage),
        quota_t=gather_pairs(happenings.lane_quota_t[:, stage], sellers, buyers, np.inf),
        over_quota_usd_t=over_quota_usd_t(base, happenings, stage),
        fixed_duty_share=gather_pairs(state.politics.fixed_duty_share[:, stage], sellers, buyers),
        log_weight=lane_weights(
            base, state.markets, stage, trust_shift(axes, state.politics, stage, parameters), released_t
        ),
        usual_flow_t=usual,
        hub_capacity_share=hub_capacity(axes, state, stage, usual.shape, parameters),
        sellers=sellers,
        buyers=buyers,
        spread_usd_t=lanes.spread_usd_t,
        backstop_usd_t=lanes.backstop_usd_t[:, None, :],
        backstop_log_weight=np.full(
            lanes.backstop_usd_t[:, None, :].shape, log_weight_of(float(base.evidence.backstop_weight[stage]))
        ),
        price_usd_t=base.evidence.price_usd_t[:, stage],
        hub_open_share=hub_open(axes, state.politics, happenings, hub, stage),
    )


def over_quota_usd_t(base: BaseMarket, happenings: Happenings, stage: int) -> Array:
    """(mineral, seller, buyer) duty above a quota: a share of the base price; inf where nothing passes."""
    axes = base.axes
    share = gather_pairs(
        happenings.over_quota_share[:, stage], axes.sellers(stage), axes.buyers(stage), np.inf
    )
    price = np.maximum(base.evidence.price_usd_t[:, stage], 1e-9)
    return np.asarray(share * price[:, None, None])


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

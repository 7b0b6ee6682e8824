"""Base-year flows of all stages: what is known, gravity for the rest, both margins closed."""

from __future__ import annotations

import numpy as np

from world.axes import REFINED, STAGES, Array, Axes, gather, gather_pairs
from world.calibration.evidence import Evidence
from world.calibration.lanes import fit_stage_flows
from world.calibration.margins import Margins


def fit_base_flows(
    evidence: Evidence, axes: Axes, margins: Margins, feed_t: tuple[Array, ...]
) -> list[Array]:
    """Base-year flows of every stage, (mineral, seller, buyer). What a country buys of refined metal is
    fitted as a
    whole and split between its makers of components and its other users."""
    supply = (margins.ore_supply_t, margins.refined_supply_t, margins.component_supply_t)
    bought = (margins.ore_use_t, margins.purchases_t, margins.final_need_t)
    flows = [
        _flows(
            evidence,
            axes,
            stage,
            gather(supply[stage], axes.sellers(stage)),
            gather(bought[stage], axes.purchasers(stage)),
            feed_t[stage],
        )
        for stage in range(len(STAGES))
    ]
    part = np.divide(
        margins.component_input_t,
        margins.purchases_t,
        out=np.zeros_like(margins.use_t),
        where=margins.purchases_t > 0,
    )
    metal = np.zeros((len(part), feed_t[REFINED].shape[1], len(axes.countries)))
    for mineral in range(len(part)):
        real = axes.users[mineral] >= 0
        metal[mineral][:, axes.users[mineral][real]] = flows[REFINED][mineral][:, real]
    to_makers = np.take_along_axis(
        metal * part[:, None, :], np.maximum(axes.component_makers, 0)[:, None, :], axis=2
    )
    to_makers = np.where((axes.component_makers >= 0)[:, None, :], to_makers, 0.0)
    to_users = flows[REFINED] * (1.0 - gather(part, axes.users))[:, None, :]
    flows[REFINED] = np.concatenate([to_makers, to_users], axis=2)
    return flows


def _flows(evidence: Evidence, axes: Axes, stage: int, supply_t: Array, use_t: Array, feed_t: Array) -> Array:
    sellers, buyers = axes.sellers(stage), axes.purchasers(stage)
    flows = np.zeros((len(axes.minerals), sellers.shape[1], buyers.shape[1]))
    affinity = gather_pairs(evidence.affinity, sellers, buyers, 1e-12)
    known = gather_pairs(evidence.known_share[:, stage], sellers, buyers, np.nan)
    includes = gather(evidence.includes_home[:, stage], buyers)
    floored = evidence.floor_usd_t[:, stage] > evidence.price_usd_t[:, stage, None, None]
    behind = gather(floored.any(axis=1).astype(float), sellers) > 0.0
    # nobody ships out of a country whose floor holds prices above the world's what it could sell at home
    kept_t = np.where(behind, supply_t, feed_t)
    for mineral in range(len(axes.minerals)):
        flows[mineral] = fit_stage_flows(
            affinity[mineral],
            supply_t[mineral],
            use_t[mineral],
            known[mineral],
            includes[mineral],
            sellers[mineral],
            buyers[mineral],
            kept_t[mineral],
        )
    return flows

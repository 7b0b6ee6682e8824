"""Who trades with whom where no figure is known: gravity, then proportional fitting to what is produced and
used.

The affinity of a pair falls with distance and political distance and rises with ordinary commercial ties;
known import shares are imposed on top, and iterative proportional fitting (Deming and Stephan 1940; RAS)
closes every row and column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Mask


@dataclass(frozen=True)
class GravityWeights:
    """Weights of the affinity of a pair of countries."""

    distance: float
    ties: float
    political: float
    home: float


def commercial_intensity(trade_usd: Array) -> Array:
    """How much more two countries trade than their sizes imply: T_ij T / (T_i T_j), kept within 0.02 and 50.

    trade_usd : (country, country) goods trade, exporter by importer
    """
    rows, columns, total = trade_usd.sum(axis=1), trade_usd.sum(axis=0), trade_usd.sum()
    expected = np.outer(rows, columns) / max(total, 1.0)
    ratio = np.where(expected > 0, trade_usd / np.where(expected > 0, expected, 1.0), 0.0)
    # half the weight of a tie rests on the reverse direction: who buys from a country tends also to sell to
    # it
    mixed: Array = np.clip(0.5 * ratio + 0.5 * ratio.T, 0.02, 50.0)
    return mixed


def affinity(distance_km: Array, intensity: Array, ideal_point: Array, weights: GravityWeights) -> Array:
    """(country, country) affinity of each exporter with each importer; home counts as 200 km away with its
    own weight.
    """
    political = np.abs(ideal_point[:, None] - ideal_point[None, :])
    log_affinity = (
        -weights.distance * np.log(np.maximum(distance_km, 200.0) / 1000.0)
        + weights.ties * np.log(intensity)
        - weights.political * political
    )
    at_home = -weights.distance * np.log(0.2) + np.log(weights.home)
    result: Array = np.exp(np.where(np.eye(len(distance_km), dtype=bool), at_home, log_affinity))
    return result


def fit_flows(
    seed: Array,
    supply_t: Array,
    use_t: Array,
    known_share: Array,
    at_home: Mask,
    includes_home: Mask,
    rounds: int = 400,
) -> Array:
    """Flows with the given row and column sums, as near as they allow to known import shares and otherwise to
    ``seed``.

    seed : (seller, buyer) positive; supply_t : (seller,); use_t : (buyer,), same total
    known_share : (seller, buyer) share of the buyer's imports (of all its purchases where ``includes_home``),
        NaN where unknown
    at_home : (seller, buyer) the seller and buyer are one country
    """
    flows = seed * supply_t[:, None] * use_t[None, :]
    known = ~np.isnan(known_share) & (supply_t[:, None] > 0) & (use_t[None, :] > 0)
    target = np.where(known, np.nan_to_num(known_share), 0.0)
    for step in range(rounds):
        if known.any() and step < rounds - 100:
            flows = _pull_to_shares(flows, known, target, at_home, includes_home)
        flows *= _ratio(supply_t, flows.sum(axis=1))[:, None]
        flows *= _ratio(use_t, flows.sum(axis=0))[None, :]
    return _close(flows, supply_t, use_t)


def _pull_to_shares(flows: Array, known: Mask, target: Array, at_home: Mask, includes_home: Mask) -> Array:
    """Move cells with a known share half way (in logs) to it."""
    counted = np.where(at_home & ~includes_home[None, :], 0.0, flows)
    wanted = target * counted.sum(axis=0)[None, :]
    ratio = np.sqrt(_ratio(np.maximum(wanted, 1e-12), np.maximum(flows, 1e-12)))
    pulled: Array = np.where(known, flows * ratio, flows)
    return pulled


def _ratio(wanted: Array, found: Array) -> Array:
    ratio: Array = np.where(found > 0, wanted / np.where(found > 0, found, 1.0), 0.0)
    return ratio


def _close(flows: Array, supply_t: Array, use_t: Array, rounds: int = 2000) -> Array:
    """Proportional fitting until both margins hold to 1e-12."""
    for _ in range(rounds):
        flows = flows * _ratio(supply_t, flows.sum(axis=1))[:, None]
        flows = flows * _ratio(use_t, flows.sum(axis=0))[None, :]
        if np.abs(flows.sum(axis=1) - supply_t).max() <= 1e-12 * max(supply_t.sum(), 1e-300):
            break
    return flows

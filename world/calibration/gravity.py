"""Who trades with whom where no figure is known: gravity, then proportional fitting to what is produced and
used.

The affinity of a pair falls with distance and political distance and rises with ordinary commercial ties.
Much of what a country can use of its own stays there before the rest is traded; known import shares are
imposed on top as far as sellers have the metal, and iterative proportional fitting (Deming and Stephan 1940;
RAS) closes every row and column. How well it foretells shares it was not shown is scored in
:mod:`world.calibration.fit`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Mask

KEPT_SHARE = 0.5
"""Known shares are of other years and forms and can claim more than a seller has. Buyers without figures, and
the seller's own plants, keep about this share at least of what gravity gives them. With 0.75 withheld lanes
fit a little better (rank correlation up by 0.01 to 0.02) and more of the known shares are missed; with 0.25
they fit clearly worse."""
UNLISTED_MULTIPLE = 5.0
"""Lists of sources are short. What one leaves open goes to sellers it does not name, up to this multiple of
what gravity gives them; the rest came through countries that refine nothing and goes to the named ones."""


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
    """Flows with the given row and column sums, as near as they allow to known shares, else to gravity.

    seed : (seller, buyer) positive; supply_t : (seller,); use_t : (buyer,), same total
    known_share : (seller, buyer) share of the buyer's imports (of all its purchases where ``includes_home``),
        NaN where unknown. Buyers whose figures are all the same are one importer (the Union), whose members
        share what it buys by gravity
    at_home : (seller, buyer) the seller and buyer are one country
    """
    natural = natural_flows(seed, supply_t, use_t, at_home)
    members = _group_importers(known_share)
    if members.shape[1] == 0:
        return balance_flows(natural, supply_t, use_t)
    counted = ~at_home | includes_home[None, :]
    kept = np.where(counted, 0.0, KEPT_SHARE * natural)
    left_supply, left_use = supply_t - kept.sum(axis=1), use_t - kept.sum(axis=0)
    flows = natural - kept
    target = _target_shares(known_share[:, members.argmax(axis=0)], np.where(counted, flows, 0.0) @ members)
    listed = ~np.isnan(target)
    pulled = (listed @ members.T > 0) & counted
    offered = np.maximum(
        left_supply - KEPT_SHARE * np.where(pulled, 0.0, flows).sum(axis=1), 0.02 * left_supply
    )
    aimed, traded = np.nan_to_num(target), counted.astype(float)
    for _ in range(rounds):
        bought = (traded * flows) @ members
        wanted = aimed * bought.sum(axis=0)
        wanted *= np.minimum(1.0, _ratio(offered, wanted.sum(axis=1)))[:, None]
        step = np.where(listed, np.sqrt(_ratio(np.maximum(wanted, 1e-12 * bought.sum(axis=0)), bought)), 1.0)
        flows = np.where(pulled, flows * (step @ members.T), flows)  # half way, in logs
        flows = flows * _ratio(left_supply, flows.sum(axis=1))[:, None]
        flows = flows * _ratio(left_use, flows.sum(axis=0))[None, :]
    return balance_flows(kept + flows, supply_t, use_t)


def natural_flows(seed: Array, supply_t: Array, use_t: Array, at_home: Mask) -> Array:
    """Flows by affinity alone, (seller, buyer).

    A country that values home m times as much as its mean buyer abroad keeps 1 - 1 / sqrt(m) of what it could
    use; the rest is traded as if home were one more buyer. A plain weight m would cut a country that is most
    of the world on both sides (China) off from everyone, as small sellers can meet the small needs of others.
    """
    abroad = np.where(at_home, 0.0, 1.0) * use_t[None, :]
    usual = _ratio((seed * abroad).sum(axis=1), abroad.sum(axis=1))[:, None]
    edge = np.where(at_home & (usual > 0), _ratio(usual, seed), 1.0)
    stays = np.where(edge < 1.0, 1.0 - np.sqrt(edge), 0.0) * np.minimum(supply_t[:, None], use_t[None, :])
    traded = np.where(edge < 1.0, usual, seed)
    left_supply, left_use = supply_t - stays.sum(axis=1), use_t - stays.sum(axis=0)
    start = traded * left_supply[:, None] * left_use[None, :]
    return stays + balance_flows(start, left_supply, left_use, tolerance=1e-9)


def balance_flows(
    flows: Array, supply_t: Array, use_t: Array, tolerance: float = 1e-12, rounds: int = 2000
) -> Array:
    """Proportional fitting until both margins hold to ``tolerance`` of the total."""
    for _ in range(rounds):
        flows = flows * _ratio(supply_t, flows.sum(axis=1))[:, None]
        flows = flows * _ratio(use_t, flows.sum(axis=0))[None, :]
        if np.abs(flows.sum(axis=1) - supply_t).max() <= tolerance * max(supply_t.sum(), 1e-300):
            break
    return flows


def _group_importers(known_share: Array) -> Array:
    """(buyer, importer) 1 where the buyer belongs to the importer; none for buyers without any figure."""
    columns = [tuple(column) for column in np.nan_to_num(known_share, nan=-1.0).T.tolist()]
    importers = list(dict.fromkeys(column for column in columns if max(column) >= 0))
    found = [[1.0 if column == importer else 0.0 for importer in importers] for column in columns]
    return np.array(found, dtype=np.float64).reshape(len(columns), len(importers))


def _target_shares(known_share: Array, bought_t: Array) -> Array:
    """(seller, importer) shares to reach; NaN for sellers that the importer's list does not name."""
    listed = ~np.isnan(known_share)
    natural = _ratio(bought_t, bought_t.sum(axis=0)[None, :])
    named = np.where(listed, natural, 0.0)
    unlisted = np.where(listed, 0.0, natural).sum(axis=0)
    unexplained = np.maximum(1.0 - np.nansum(known_share, axis=0), 0.0)
    indirect = unexplained - np.minimum(unexplained, UNLISTED_MULTIPLE * unlisted)
    shares = np.nan_to_num(known_share) + indirect * _ratio(named, named.sum(axis=0)[None, :])
    target: Array = np.where(listed, shares / np.maximum(shares.sum(axis=0), 1.0), np.nan)
    return target


def _ratio(wanted: Array, found: Array) -> Array:
    some = found > 0
    ratio: Array = np.where(some, wanted / np.where(some, found, 1.0), 0.0)
    return ratio

"""Base-year lanes of one stage: flows that close the margins, and the preferences that reproduce them
exactly.

A buyer's share of seller i is A_i exp(-c_i / mu) / sum; inverting the base-year shares gives A (model:
additive logit, the dispersed spatial price equilibrium of Harker 1988). A seller's A is a preference per unit
of capacity times its capacity (the size term of aggregated alternatives, McFadden 1978), so that a country
that builds is noticed as its plants start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array
from world.calibration.gravity import fit_flows


@dataclass(frozen=True)
class StageLanes:
    """Lanes of one stage; axes (mineral, seller, buyer) unless said.

    flow_t : base-year flows, t/quarter
    freight_usd_t, tariff_share : wedges of the base year; floor_usd_t : least landed price, -inf where none;
    transit_months : time under way
    log_preference : ln of the preference per tonne of capacity; -inf where padding
    log_newcomer : the same for capacity that has no customers of old: it secures offtake before it is built
        and sells its share of capacity at going prices, wherever
    base_size_t : (mineral, seller) size of each seller in the base year
    spread_usd_t, backstop_usd_t, index_usd_t : (mineral, buyer)
    """

    flow_t: Array
    freight_usd_t: Array
    tariff_share: Array
    floor_usd_t: Array
    transit_months: Array
    log_preference: Array
    log_newcomer: Array
    base_size_t: Array
    spread_usd_t: Array
    backstop_usd_t: Array
    index_usd_t: Array

    def landed_usd_t(self, price_usd_t: Array) -> Array:
        """(mineral, seller, buyer) what a tonne costs landed under the wedges of the base year, at prices at
        the gate (mineral, seller)."""
        return landed_usd_t(price_usd_t[:, :, None], self.freight_usd_t, self.tariff_share, self.floor_usd_t)


def landed_usd_t(price_usd_t: Array, freight_usd_t: Array, tariff_share: Array, floor_usd_t: Array) -> Array:
    """Price at the gate, freight and duty on both, and no less than the floor."""
    return np.asarray(np.maximum((1.0 + tariff_share) * (price_usd_t + freight_usd_t), floor_usd_t))


def fit_stage_flows(
    affinity: Array,
    supply_t: Array,
    use_t: Array,
    known_share: Array,
    includes_home: Array,
    sellers: Array,
    buyers: Array,
    feed_t: Array | None = None,
) -> Array:
    """(seller, buyer) flows of one mineral and stage; padded sellers and buyers get none.

    feed_t : (seller,) what is used where it arises as far as buyers there can: swarf, scrap, unreported ore,
        and all that is made behind a floor
    """
    same = (sellers[:, None] == buyers[None, :]) & (sellers >= 0)[:, None]
    scaled_use = use_t * (supply_t.sum() / use_t.sum()) if use_t.sum() > 0 else use_t
    feed = np.zeros_like(supply_t) if feed_t is None else np.clip(feed_t, 0.0, np.maximum(supply_t, 0.0))
    kept = np.where(same, np.minimum(feed[:, None], scaled_use[None, :]), 0.0)
    left, wanted = supply_t - kept.sum(axis=1), scaled_use - kept.sum(axis=0)
    least = 1e-9 * max(float(supply_t.sum()), 1e-300)
    rows, columns = np.flatnonzero(left > least), np.flatnonzero(wanted > least)
    if len(rows) == 0 or len(columns) == 0:
        return kept
    block = np.ix_(rows, columns)
    use = wanted[columns] * (left[rows].sum() / wanted[columns].sum())
    fitted = fit_flows(
        affinity[block], left[rows], use, known_share[block], same[block], includes_home[columns] > 0
    )
    kept[block] += fitted
    return kept


def invert_preferences(
    flow_t: Array,
    landed_usd_t: Array,
    spread_usd_t: Array,
    backstop_usd_t: Array,
    backstop_weight: float,
    affinity: Array,
    size_t: Array,
    present: Array,
) -> tuple[Array, Array, Array]:
    """Preferences per tonne of size that give ``flow_t`` at the landed costs, those of newcomers, and the
    inclusive value they imply.

    One mineral and stage: flow_t, landed_usd_t, affinity, present (seller, buyer); size_t (seller,); spread,
    backstop (buyer,). Sellers that sold nothing get the preference of a seller of their affinity, so that
    entrants sell by gravity at going prices.
    """
    bought = flow_t.sum(axis=0)
    pull = affinity * size_t[:, None]
    gravity = affinity / np.maximum(pull.sum(axis=0), 1e-300)[None, :]
    share = np.where(
        bought > 0, flow_t / np.where(bought > 0, bought, 1.0), pull / np.maximum(pull.sum(axis=0), 1e-300)
    )
    per_size = np.where(
        size_t[:, None] > 0,
        np.maximum(share, 1e-7 * np.minimum(pull, 1.0)) / np.where(size_t > 0, size_t, 1.0)[:, None],
        gravity,
    )
    relative = (
        landed_usd_t - landed_usd_t.min(axis=0, where=present > 0, initial=np.inf)[None, :]
    ) / spread_usd_t[None, :]
    raw = np.where(present > 0, np.log(np.maximum(per_size, 1e-300)) + np.minimum(relative, 60.0), -np.inf)
    weight = np.where(size_t[:, None] > 0, np.exp(raw) * size_t[:, None], 0.0).sum(axis=0)
    scale = np.log(np.maximum(weight, 1e-300))[None, :] - np.log(1.0 - backstop_weight)
    log_preference = raw - scale
    newcomer = np.minimum(relative, 60.0) - np.log(np.maximum(size_t.sum(), 1e-300)) - scale
    log_newcomer = np.where(present > 0, newcomer, -np.inf)
    index = inclusive_value(
        log_preference + np.log(np.maximum(size_t, 1e-300))[:, None],
        landed_usd_t,
        spread_usd_t,
        backstop_usd_t,
        backstop_weight,
    )
    return log_preference, log_newcomer, index


def log_weight_of(weight: float) -> float:
    """ln of a weight, -inf for none."""
    return float(np.log(weight)) if weight > 0.0 else -np.inf


def inclusive_value(
    log_weight: Array, landed_usd_t: Array, spread_usd_t: Array, backstop_usd_t: Array, backstop_weight: float
) -> Array:
    """P = -mu ln(A0 exp(-backstop / mu) + sum A exp(-c / mu)), one a buyer."""
    terms = log_weight - landed_usd_t / spread_usd_t[None, :]
    last = log_weight_of(backstop_weight) - backstop_usd_t / spread_usd_t
    stacked = np.vstack([terms, last[None, :]])
    top = stacked.max(axis=0)
    some = np.isfinite(top)  # padding has neither sellers nor a backstop
    level = np.where(some, top, 0.0)
    total = np.exp(stacked - level[None, :]).sum(axis=0)
    return np.asarray(np.where(some, -spread_usd_t * (level + np.log(np.where(some, total, 1.0))), 0.0))

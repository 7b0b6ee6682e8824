"""What goes into a market: plain arrays, one row per market.

A row is one mineral in one round under one set of policies. Rows are independent; the solver clears them all
at once. A market is a chain of stages (ore, refined, components): the good of a stage is sold by its sellers
to the makers of the next stage and to users. Letters in shapes:

    M markets (rows)   T tranches   R routes (1 direct, 2 with a hub)   S sellers of a stage   K its users
    J makers of the next stage, the same countries in the same order as its sellers (0 at the last stage)
    B = J + K buyers of a stage, makers first   D export desks of a stage

Tonnes are tonnes of contained metal a round, prices USD a tonne of contained metal. Rows of different size
are
padded to common numbers: a seller without capacity, feed and making is padding, so is a buyer without need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.rows import Floats, Rowwise


@dataclass(frozen=True)
class Curves(Rowwise):
    """Supply in tranches: tonnes = sum over t of capacity sig((max(p, guaranteed) - cost) / slope).

    capacity_t, cost_usd_t, slope_usd_t  (M, T, S)  slope > 0 where there is capacity
    guaranteed_usd_t                     (M, T, S)  price of the product that public money tops the market up
        to (contract for difference); -inf where none
    """

    capacity_t: Floats
    cost_usd_t: Floats
    slope_usd_t: Floats
    guaranteed_usd_t: Floats


@dataclass(frozen=True)
class Stocks(Rowwise):
    """Stock response of buyers, (M, B) each: orders = use (1 + b - c sig((P - Ps) / w)).

    buy_share b, draw_share c, 0 <= c < 1 + b; price_usd_t Ps; width_usd_t w > 0, best w >= mu
    """

    buy_share: Floats
    draw_share: Floats
    price_usd_t: Floats
    width_usd_t: Floats


@dataclass(frozen=True)
class Needs(Rowwise):
    """Need of users, (M, K) each: D = need (P / P0)^-elasticity, continued exponentially far below P0.

    Where the index exceeds dear_usd_t (inf: nowhere) the need answers with dear_elasticity from there on:
    uses that are worth less, or have a substitute at such a price, are given up. Between second_usd_t and
    second_full_usd_t users find up to second_share of need_t in sources of their own, and need as much less
    of sellers.
    """

    need_t: Floats
    price_usd_t: Floats
    elasticity: Floats
    dear_usd_t: Floats
    dear_elasticity: Floats
    second_usd_t: Floats
    second_full_usd_t: Floats
    second_share: Floats


@dataclass(frozen=True)
class Lanes(Rowwise):
    """Every way from a seller to a buyer of one stage.

    Delivered cost at the seller's price p: ``max(price_factor * p + charge_usd_t, floor_usd_t)``.

    price_factor         (M, R, S, B)  (1 + tariff) (1 + ad valorem export tax), >= 0
    charge_usd_t         (M, R, S, B)  everything that does not scale with the price: freight, specific taxes,
        risk, hub margin
    floor_usd_t          (M, R, S, B)  least delivered cost, kept by a levy, a minimum price or a rule of the
        zone; -inf where none
    log_weight           (M, R, S, B)  ln A <= 0, the habit of buying there; -inf = closed. Not normalised
        again after a closing
    cap_t                (M, R, S, B)  quota of tonnes a round on the lane; inf where none, 0 = closed
    over_quota_usd_t     (M, R, S, B)  duty above the quota (tariff-rate quota); inf = nothing passes above it
    spread_usd_t         (M, B)        mu > 0, dispersion of the buyer's choice
    backstop_usd_t       (M, O, B)     cost of going without or of a dear substitute, in O tiers
    backstop_log_weight  (M, O, B)     ln A0 <= 0 of each tier; -inf = none
    """

    price_factor: Floats
    charge_usd_t: Floats
    floor_usd_t: Floats
    log_weight: Floats
    cap_t: Floats
    over_quota_usd_t: Floats
    spread_usd_t: Floats
    backstop_usd_t: Floats
    backstop_log_weight: Floats


@dataclass(frozen=True)
class Desks(Rowwise):
    """Quotas of a seller over several of its lanes: an export quota, a production quota, a sales ceiling.

    A desk sells at the seller's price plus a premium, which is what its holders ask unless the quota binds.
    The premium is inside the customs value. A lane may belong to several desks; their premiums add up.

    Goods also pass a desk unrecorded, as soon as the premium pays for it: of what can, the part
    ``clip((premium - cost) / width, 0, 1)``, so that

        0 <= premium - asked,  Q + unrecorded - sales >= 0,  one of them zero,
        asked = asked_usd_t clip((sales - unrecorded) / asked_over_t, 0, 1) .

    Holders who are few ask more than nothing: as much as pays them, and less in proportion where they sell
    less than ``asked_over_t``. While some ways are left unused the premium is bounded by the cost of the
    dearest of them.

    seller   (M, D) int       position of the seller, -1 = padding
    quota_t  (M, D)           tonnes a round; 0 closes the lanes
    lanes    (M, D, R, B) bool  the seller's lanes that count against the quota
    unrecorded_most_t          (M, D)  tonnes a round that can pass unrecorded at most; 0 = none
    unrecorded_cost_usd_t      (M, D)  premium at which the first pass; below zero if a tax is evaded as well
    unrecorded_width_usd_t     (M, D)  the last pass at so much more; > 0, best a hundredth of the price or
        more: a step would be hard to find
    asked_usd_t, asked_over_t  (M, D)  what holders ask at most, 0 = nothing; > 0, tonnes a round from which
        on they do
    """

    seller: NDArray[np.int64]
    quota_t: Floats
    lanes: NDArray[np.bool_]
    unrecorded_most_t: Floats
    unrecorded_cost_usd_t: Floats
    unrecorded_width_usd_t: Floats
    asked_usd_t: Floats
    asked_over_t: Floats

    def unrecorded_t(self, premium_usd_t: Floats) -> Floats:
        """Tonnes that could pass unrecorded at these premiums, (M, D)."""
        part = (premium_usd_t - self.unrecorded_cost_usd_t) / self.unrecorded_width_usd_t
        return np.asarray(self.unrecorded_most_t * np.clip(part, 0.0, 1.0))

    def unrecorded_slope(self, premium_usd_t: Floats) -> Floats:
        """Its derivative to the premium, t per USD/t, (M, D)."""
        part = (premium_usd_t - self.unrecorded_cost_usd_t) / self.unrecorded_width_usd_t
        steep = self.unrecorded_most_t / self.unrecorded_width_usd_t
        return np.where((part > 0.0) & (part < 1.0), steep, 0.0)

    def asks_usd_t(self, recorded_t: Floats) -> tuple[Floats, Floats]:
        """What holders ask who sell so much by their books, (M, D), and its derivative, USD/t per t."""
        part, steep = recorded_t / self.asked_over_t, self.asked_usd_t / self.asked_over_t
        asked = self.asked_usd_t * np.clip(part, 0.0, 1.0)
        return np.asarray(asked), np.where((part > 0.0) & (part < 1.0), steep, 0.0)


@dataclass(frozen=True)
class Stage(Rowwise):
    """One stage of the chain.

    own       Curves (M, T, S)  supply that needs no good of the stage before, priced by p: mines, primary
    metal
    feed_t    (M, S)  inelastic supply; negative = taken out of the chain at the seller's price (at most 95
        % of own capacity)
    recovery  (M,)    y, tonnes made per tonne of the good before, 0 < y <= 1; not used at the first stage
    making    Curves (M, T, S)  throughput of the good before, priced by y max(p, guaranteed) - P; its
        capacity is zero at the first stage
    needs     Needs (M, K);  stocks  Stocks (M, B);  lanes  Lanes (M, R, S, B);  desks  Desks (M, D), D >= 0
    """

    own: Curves
    feed_t: Floats
    recovery: Floats
    making: Curves
    needs: Needs
    stocks: Stocks
    lanes: Lanes
    desks: Desks

    @property
    def sellers(self) -> int:
        """Number S of sellers."""
        return int(self.feed_t.shape[1])

    @property
    def makers_next(self) -> int:
        """Number J of buyers that make the good of the next stage."""
        return int(self.lanes.spread_usd_t.shape[1] - self.needs.need_t.shape[1])


@dataclass(frozen=True)
class Market(Rowwise):
    """A batch of markets: the stages of the chain, first to last."""

    stages: tuple[Stage, ...]

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.stages[0].recovery)


@dataclass(frozen=True)
class Prices(Rowwise):
    """F.o.b. prices of the sellers, (M, S) a stage, and premiums of the export desks, (M, D) a stage."""

    price_usd_t: tuple[Floats, ...]
    premium_usd_t: tuple[Floats, ...]


def no_desks(rows: int, routes: int, buyers: int) -> Desks:
    """A stage without quotas of sellers."""
    none = np.zeros((rows, 0))
    return kept_desks(none.astype(np.int64), none, np.zeros((rows, 0, routes, buyers), dtype=bool))


def kept_desks(seller: NDArray[np.int64], quota_t: Floats, lanes: NDArray[np.bool_]) -> Desks:
    """Desks that nothing passes unrecorded."""
    none = np.zeros_like(quota_t)
    one = np.ones_like(quota_t)
    return Desks(seller, quota_t, lanes, none, none, one, none, one)

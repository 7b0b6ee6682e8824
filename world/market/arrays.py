"""What goes into a market and what comes out: plain arrays, one row per market.

A row is one mineral in one round under one set of policies. Rows are independent; the solver clears them all
at once. Rows of different size are padded to common numbers of ore sellers I, refined sellers J, users K and
routes R. Letters in shapes:

    M markets (rows)   R routes (1 direct, 2 with a hub)   I ore sellers   J refined sellers and refiners   K
        users

Tonnes are tonnes of contained metal a round, prices USD a tonne of contained metal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp] | NDArray[np.bool_] | slice | list[int]
Part = TypeVar("Part", bound="Rowwise")


@dataclass(frozen=True)
class Rowwise:
    """Fields whose leading axis is the market."""

    def take(self, rows: Rows) -> Self:
        """The same object with only these rows, in this order; a row may be named more than once. ``rows``
        indexes axis 0."""
        taken = {item.name: _rows_of(getattr(self, item.name), rows) for item in fields(self)}
        return replace(self, **taken)

    def put(self, rows: Rows, other: Self) -> None:
        """Overwrite these rows, in place, with the rows of ``other``."""
        for item in fields(self):
            mine, theirs = getattr(self, item.name), getattr(other, item.name)
            if isinstance(mine, Rowwise):
                mine.put(rows, theirs)
            elif mine is not None:
                mine[rows] = theirs


def join(parts: Sequence[Part]) -> Part:
    """Batches of the same kind, one below the other."""
    first = parts[0]
    names = [item.name for item in fields(first)]
    return replace(first, **{name: _joined([getattr(part, name) for part in parts]) for name in names})


def _joined(values: Sequence[Any]) -> Any:
    return join(values) if isinstance(values[0], Rowwise) else np.concatenate(values)


def _rows_of(value: object, rows: Rows) -> object:
    if isinstance(value, Rowwise):
        return value.take(rows)
    return None if value is None else np.asarray(value)[rows]


@dataclass(frozen=True)
class Lanes(Rowwise):
    """Every way from a seller to a buyer of one stage. S sellers and B buyers: I and J for ore, J and K for
    refined.

    Delivered cost at the seller's price p: ``max(price_factor * p + charge_usd_t, floor_usd_t)``.

    price_factor         (M, R, S, B)  (1 + tariff) (1 + ad valorem export tax), > 0
    charge_usd_t         (M, R, S, B)  everything that does not scale with the price: freight, specific taxes,
        risk, hub margin
    floor_usd_t          (M, R, S, B)  reference price kept by a levy; -inf where none
    log_weight           (M, R, S, B)  ln A <= 0, the habit of buying there; -inf = closed. Not normalised
        again after a closing
    cap_t                (M, R, S, B)  quota of tonnes a round on the lane; inf where none, 0 = closed
    spread_usd_t         (M, B)        mu > 0, dispersion of the buyer's choice
    backstop_usd_t       (M, B)        cost of going without or of a dear substitute
    backstop_log_weight  (M, B)        ln A0 <= 0; -inf = none
    """

    price_factor: Floats
    charge_usd_t: Floats
    floor_usd_t: Floats
    log_weight: Floats
    cap_t: Floats
    spread_usd_t: Floats
    backstop_usd_t: Floats
    backstop_log_weight: Floats


@dataclass(frozen=True)
class Market(Rowwise):
    """A batch of two-stage markets.

    Logistic curves: tonnes = capacity * sig((price - cost) / slope), slope > 0. Sellers without capacity and
    feed are padding: no equation, no flow, and their price stays where it started. So is a seller with a
    ceiling of zero.

    ore_capacity_t, ore_cost_usd_t, ore_slope_usd_t  (M, I)  mines; where only feed is sold give a sensible
        slope too
    ore_feed_t      (M, I)  inelastic ore; negative = ore taken out of the chain at the seller's price (<= 95
        % of capacity)
    ore_ceiling_t   (M, I)  sales <= ceiling; inf where none. What may not be sold is not mined
    recovery        (M,)    y, refined tonnes per tonne of ore, 0 < y <= 1
    refining_capacity_t, refining_cost_usd_t, refining_slope_usd_t  (M, J)  ore throughput, priced by y p2 -
        P1
    primary_capacity_t, primary_cost_usd_t, primary_slope_usd_t     (M, J)  refined supply that needs no ore,
        priced by p2
    refined_feed_t  (M, J)  inelastic refined metal; negative as for ore, <= 95 % of primary capacity
    need_t, need_price_usd_t, need_elasticity  (M, K)  D = d (P / P0)^-eps, continued exponentially far below
        P0; need 0 = padding
    stock_buy_share b, stock_draw_share c      (M, K)  purchases Q = D (1 + b - c sig((P - Ps) / w)), 0 <= c <
        1 + b
    stock_price_usd_t Ps, stock_width_usd_t w  (M, K)  w > 0; best w >= mu
    ore_lanes       Lanes (M, R, I, J);  refined_lanes  Lanes (M, R, J, K)
    """

    ore_capacity_t: Floats
    ore_cost_usd_t: Floats
    ore_slope_usd_t: Floats
    ore_feed_t: Floats
    ore_ceiling_t: Floats
    recovery: Floats
    refining_capacity_t: Floats
    refining_cost_usd_t: Floats
    refining_slope_usd_t: Floats
    primary_capacity_t: Floats
    primary_cost_usd_t: Floats
    primary_slope_usd_t: Floats
    refined_feed_t: Floats
    need_t: Floats
    need_price_usd_t: Floats
    need_elasticity: Floats
    stock_buy_share: Floats
    stock_draw_share: Floats
    stock_price_usd_t: Floats
    stock_width_usd_t: Floats
    ore_lanes: Lanes
    refined_lanes: Lanes

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.recovery)


@dataclass(frozen=True)
class Prices(Rowwise):
    """F.o.b. prices of the sellers: ``ore_price_usd_t`` (M, I), ``refined_price_usd_t`` (M, J)."""

    ore_price_usd_t: Floats
    refined_price_usd_t: Floats


@dataclass(frozen=True)
class Clearing(Rowwise):
    """A cleared market. Every array has the row as leading axis.

    ore_price_usd_t (M, I), refined_price_usd_t (M, J)   f.o.b. prices
    ore_index_usd_t (M, J), refined_index_usd_t (M, K)   inclusive values P: welfare indices, never to be
        reported as a price
    ore_output_t    (M, I)   mined (after the ceiling);  ore_feed_t (M, I), refined_feed_t (M, J)  feed sold
        (+) or taken (-)
    throughput_t    (M, J)   ore a refiner orders, R; it gets the sum of its ore flows, which is less only by
        its backstop
    converted_t     (M, J)   refined metal from ore = recovery * sum of ore flows;  primary_t (M, J) without
        ore
    ore_flow_t (M, R, I, J), refined_flow_t (M, R, J, K)
    ore_disposal_t (M, I), refined_disposal_t (M, J)     what a seller without buyers gives away (traces
        elsewhere)
    ore_backstop_t  (M, J)   part of the throughput ordered and not got
    need_t          (M, K)   D(P);  purchases_t (M, K)  Q(P), with stocks bought or drawn
    unmet_t         (M, K)   purchases that find no seller (backstop share of Q)
    stock_change_t  (M, K)   into (+) or out of (-) the users' stocks
    use_t           (M, K)   metal used = sum of refined flows - stock change
    ore_landed_usd_t (M, R, I, J), refined_landed_usd_t (M, R, J, K)  delivered cost with duty and levy,
        without quota rent
    ore_levy_usd_t, refined_levy_usd_t                   per tonne, >= 0, same shapes
    ore_rent_usd_t, refined_rent_usd_t                   shadow price of the quota per tonne, >= 0, same
        shapes
    residual        (M,)     largest |ln supply - ln demand| of the row
    iterations      (M,)     Newton steps of the row, those of a fallback included
    """

    ore_price_usd_t: Floats
    refined_price_usd_t: Floats
    ore_index_usd_t: Floats
    refined_index_usd_t: Floats
    ore_output_t: Floats
    ore_feed_t: Floats
    refined_feed_t: Floats
    throughput_t: Floats
    converted_t: Floats
    primary_t: Floats
    ore_flow_t: Floats
    refined_flow_t: Floats
    ore_disposal_t: Floats
    refined_disposal_t: Floats
    ore_backstop_t: Floats
    need_t: Floats
    purchases_t: Floats
    unmet_t: Floats
    stock_change_t: Floats
    use_t: Floats
    ore_landed_usd_t: Floats
    refined_landed_usd_t: Floats
    ore_levy_usd_t: Floats
    refined_levy_usd_t: Floats
    ore_rent_usd_t: Floats
    refined_rent_usd_t: Floats
    residual: Floats
    iterations: NDArray[np.int64]

    def prices(self, rows: Rows = slice(None)) -> Prices:
        """The seller prices of these rows, to start another clearing from (copies when rows are listed)."""
        return Prices(self.ore_price_usd_t[rows], self.refined_price_usd_t[rows])

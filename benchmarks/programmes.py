"""A market as HiGHS sees it: a linear programme on curves cut into steps, or a quadratic one on curves made
straight at an equilibrium. Both are the limit in which buyers have no taste for variety.

Two stages of one tranche and one route, freight alone on the lanes, no stocks. Columns: tonnes of every curve
(steps, or one straight piece), then tonnes on every lane. Rows: sellers of ore, makers, sellers of metal,
users; what comes in less what goes out is zero, and the shadow prices are the prices.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import pairwise

import highspy
import numpy as np
from scipy.sparse import coo_array, csc_array

from world.market.arrays import Curves, Market, Needs
from world.market.clearing import Clearing
from world.market.need import use_of_users, users_of
from world.market.rows import Floats

STEPS = 24
"""Of every curve of the linear programme."""
LAST_SHARE = 1e-4  # of a capacity that is left out at both ends, where a logistic curve is steep
LOWEST, HIGHEST = 0.2, 20.0  # prices of need that are told apart, in reference prices


@dataclass
class Columns:
    """Columns as they are added: cost, curvature, most tonnes, and their entries (row, weight)."""

    cost: list[Floats] = field(default_factory=list)
    curvature: list[Floats] = field(default_factory=list)
    most_t: list[Floats] = field(default_factory=list)
    entries: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)
    count: int = 0

    def add(
        self, cost: Floats, most_t: Floats, *ends: tuple[Floats, float], curvature: Floats | None = None
    ) -> None:
        """Add columns of these costs; ``ends``: the row that each enters, and the weight there."""
        size = cost.size
        place = self.count + np.arange(size)
        self.cost.append(cost.ravel())
        self.curvature.append(np.zeros(size) if curvature is None else curvature.ravel())
        self.most_t.append(most_t.ravel())
        for row, weight in ends:
            rows = np.broadcast_to(row, cost.shape).ravel()
            self.entries.append((rows.astype(float), place.astype(float), np.full(size, weight)))
        self.count += size

    def matrix(self, rows: int) -> csc_array:
        """The rows, (rows, columns)."""
        row, column, weight = (np.concatenate([entry[part] for entry in self.entries]) for part in range(3))
        return csc_array(coo_array((weight, (row.astype(int), column.astype(int))), (rows, self.count)))


@dataclass(frozen=True)
class Answer:
    """Prices of ore and of metal at their sellers' gates, seconds taken, and whether this is the optimum."""

    ore_usd_t: Floats
    metal_usd_t: Floats
    seconds: float
    is_optimal: bool


def solve_linear(market: Market, limit_s: float) -> Answer:
    """The linear programme of the market's only row."""
    columns, size = Columns(), _sizes(market)
    ore, metal = market.stages
    _add_steps(columns, ore.own, (size.ore, 1.0))
    _add_steps(columns, metal.own, (size.metal, 1.0))
    _add_steps(columns, metal.making, (size.makers, -1.0), (size.metal, float(metal.recovery[0])))
    _add_need(columns, metal.needs, (size.users, -1.0))
    _add_lanes(columns, market, size)
    return _solve(columns, size, limit_s)


def solve_quadratic(market: Market, at: Clearing, limit_s: float) -> Answer:
    """The quadratic programme whose curves touch those of the market's only row at an equilibrium."""
    columns, size = Columns(), _sizes(market)
    ore, metal = market.stages
    found_ore, found = at.stages
    margin = metal.recovery[0] * found.price_usd_t - found_ore.index_usd_t[:, : metal.sellers]
    _add_straight(columns, ore.own, found_ore.price_usd_t, (size.ore, 1.0))
    _add_straight(columns, metal.own, found.price_usd_t, (size.metal, 1.0))
    made = (size.metal, float(metal.recovery[0]))
    _add_straight(columns, metal.making, margin, (size.makers, -1.0), made)
    index, use = found.index_usd_t[0], found.wanted_t[0]
    users = users_of(metal.needs, metal.lanes.spread_usd_t[:, metal.makers_next :])
    slope = -1.0 / (use_of_users(users, index[None])[1][0] * use)  # of the price of need, downwards
    columns.add(-(index + slope * use), np.full(use.shape, np.inf), (size.users, -1.0), curvature=slope)
    _add_lanes(columns, market, size)
    return _solve(columns, size, limit_s)


@dataclass(frozen=True)
class _Sizes:
    """The rows of sellers of ore, makers, sellers of metal and users."""

    ore: Floats
    makers: Floats
    metal: Floats
    users: Floats


def _sizes(market: Market) -> _Sizes:
    ore, metal = market.stages
    counts = np.cumsum([0, ore.sellers, metal.sellers, metal.sellers, metal.needs.need_t.shape[1]])
    return _Sizes(*(np.arange(first, last) for first, last in pairwise(counts.tolist())))


def _add_steps(columns: Columns, curves: Curves, *ends: tuple[Floats, float]) -> None:
    """Supply in steps of equal tonnes, each at the price of its middle."""
    capacity, cost, slope = _only_tranche(curves)
    share = np.linspace(LAST_SHARE, 1.0 - LAST_SHARE, STEPS + 1)
    middle = 0.5 * (share[1:] + share[:-1])
    price = cost[:, None] + slope[:, None] * np.log(middle / (1.0 - middle))
    most = capacity[:, None] * np.diff(share)
    columns.add(price, most, *((row[:, None], weight) for row, weight in ends))


def _add_need(columns: Columns, needs: Needs, *ends: tuple[Floats, float]) -> None:
    """Need in steps of equal ratio of prices; the last is what is needed at the highest price."""
    price = needs.price_usd_t[0] * np.geomspace(HIGHEST, LOWEST, STEPS + 1)[:, None]
    users = users_of(needs, np.zeros_like(needs.need_t))
    tonnes = np.exp([use_of_users(users, at[None])[0][0] for at in price])
    worth = np.concatenate([price[:1], np.sqrt(price[1:] * price[:-1])])
    most = np.concatenate([tonnes[:1], np.diff(tonnes, axis=0)])
    columns.add(-worth, most, *ends)


def _only_tranche(curves: Curves) -> tuple[Floats, Floats, Floats]:
    """Capacity, cost and slope (S,) of a market of one row whose sellers have one tranche."""
    return curves.capacity_t[0, 0], curves.cost_usd_t[0, 0], curves.slope_usd_t[0, 0]


def _add_straight(columns: Columns, curves: Curves, price: Floats, *ends: tuple[Floats, float]) -> None:
    """Supply that is straight through what is sold at this price (1, S), up to capacity."""
    capacity, cost, slope = _only_tranche(curves)
    part = 1.0 / (1.0 + np.exp(-np.clip((price[0] - cost) / slope, -30.0, 30.0)))
    rise = slope / np.maximum(capacity * part * (1.0 - part), 1e-9 * np.maximum(capacity, 1e-9))
    columns.add(price[0] - rise * capacity * part, capacity, *ends, curvature=rise)


def _add_lanes(columns: Columns, market: Market, size: _Sizes) -> None:
    for stage, sellers, buyers in zip(
        market.stages, (size.ore, size.metal), (size.makers, size.users), strict=True
    ):
        charge = stage.lanes.charge_usd_t[0, 0]
        most = np.where(stage.lanes.log_weight[0, 0] > -np.inf, np.inf, 0.0)
        columns.add(charge, most, (sellers[:, None], -1.0), (buyers[None, :], 1.0))


def _solve(columns: Columns, size: _Sizes, limit_s: float) -> Answer:
    solver, rows = highspy.Highs(), int(size.users[-1]) + 1
    for name, value in (("output_flag", False), ("threads", 1), ("time_limit", limit_s)):
        solver.setOptionValue(name, value)
    solver.passModel(_model(columns, rows))
    began = time.process_time()
    solver.run()
    took = time.process_time() - began
    duals = np.array(solver.getSolution().row_dual)
    return Answer(
        duals[size.ore], duals[size.metal], took, solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    )


def _model(columns: Columns, rows: int) -> highspy.HighsModel:
    model, matrix = highspy.HighsModel(), columns.matrix(rows)
    lp = model.lp_
    lp.num_col_, lp.num_row_ = columns.count, rows
    lp.col_cost_, lp.col_lower_ = np.concatenate(columns.cost), np.zeros(columns.count)
    lp.col_upper_ = np.concatenate(columns.most_t)
    lp.row_lower_ = lp.row_upper_ = np.zeros(rows)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    curvature = np.concatenate(columns.curvature)
    some = np.flatnonzero(curvature > 0)
    if len(some):
        model.hessian_.dim_ = columns.count
        model.hessian_.format_ = highspy.HessianFormat.kTriangular
        model.hessian_.start_ = np.concatenate([[0], np.cumsum(curvature > 0)])
        model.hessian_.index_, model.hessian_.value_ = some, curvature[some]
    return model

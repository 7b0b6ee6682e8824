"""Random markets for tests and benchmarks: from an ordinary world economy to everything at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.arrays import Floats, Lanes, Market
from world.market.charges import LaneCharges, compose_lanes


@dataclass(frozen=True)
class Setting:
    """What the random markets look like. Ranges are (low, high), shares are probabilities per lane."""

    rows: int = 12
    ore_sellers: int = 6
    refined_sellers: int = 7
    users: int = 9
    routes: int = 1
    closed: tuple[float, float] = (0.0, 0.2)
    levied: float = 0.1
    capped: float = 0.0
    tax: tuple[float, float] = (-0.05, 0.3)
    supply_ratio: tuple[float, float] = (0.9, 1.3)
    elasticity: tuple[float, float] = (0.1, 0.5)
    theta: tuple[float, float] = (3.0, 8.0)
    slope: tuple[float, float] = (0.1, 0.3)
    cost_decades: float = 0.3
    backstop: tuple[float, float] = (10.0, 200.0)
    feeds: float = 0.2
    ceilings: float = 0.1
    idle: float = 0.1
    stocks: bool = True


EVERYTHING = Setting(
    closed=(0.0, 0.95),
    levied=0.5,
    capped=0.3,
    tax=(-0.3, 2.0),
    supply_ratio=(0.1, 3.0),
    elasticity=(0.05, 1.2),
    theta=(2.0, 10.0),
    slope=(0.03, 0.5),
    cost_decades=3.0,
    feeds=0.3,
    ceilings=0.4,
    idle=0.2,
)


def random_market(rng: np.random.Generator, setting: Setting) -> tuple[Market, LaneCharges, LaneCharges]:
    """Markets of ``setting`` with the charges of their ore and refined lanes."""
    m, i, j, k = setting.rows, setting.ore_sellers, setting.refined_sellers, setting.users
    price = 10.0 ** rng.uniform(3, 6, (m, 1))
    ore_price, recovery = price * rng.uniform(0.3, 0.7, (m, 1)), rng.uniform(0.7, 1.0, m)
    total = 10.0 ** rng.uniform(2, 6, (m, 1))
    need = total * rng.dirichlet(np.full(k, 0.5), m) * (rng.random((m, k)) > 0.5 * setting.idle)
    ore_cost = 0.7 * ore_price * _spread(rng, setting, (m, i))
    metal_cost = 0.5 * (price - ore_price) * _spread(rng, setting, (m, j))
    metal_slope = rng.uniform(*setting.slope, (m, j)) * (metal_cost + 0.3 * price)
    theta = rng.uniform(*setting.theta, (2, m, 1))
    spread_ore = np.minimum(ore_price / theta[0], np.maximum(metal_slope, ore_price / 30.0))
    spread = np.broadcast_to(price / theta[1], (m, k))
    ore_lanes, ore_charges = _lanes(rng, setting, (i, j), ore_price, spread_ore, total)
    lanes, charges = _lanes(rng, setting, (j, k), price, spread, total)
    stocks = float(setting.stocks)
    market = Market(
        ore_capacity_t=_capacity(rng, setting, total / recovery[:, None], i),
        ore_cost_usd_t=ore_cost,
        ore_slope_usd_t=rng.uniform(*setting.slope, (m, i)) * ore_cost,
        ore_feed_t=_some(rng, setting.feeds, (m, i)) * total * rng.uniform(-0.3, 1.0, (m, i)) / i,
        ore_ceiling_t=np.where(
            rng.random((m, i)) < setting.ceilings, total * rng.choice([0, 0.3, 1], (m, i)) / i, np.inf
        ),
        recovery=recovery,
        refining_capacity_t=_capacity(rng, setting, total / recovery[:, None], j),
        refining_cost_usd_t=metal_cost,
        refining_slope_usd_t=metal_slope,
        primary_capacity_t=_some(rng, setting.feeds, (m, j)) * total * rng.random((m, j)) / j,
        primary_cost_usd_t=0.8 * price * _spread(rng, setting, (m, j)),
        primary_slope_usd_t=0.2 * price * rng.random((m, j)) + 0.02 * price,
        refined_feed_t=_some(rng, setting.feeds, (m, j)) * total * rng.uniform(-0.1, 1.0, (m, j)) / j,
        need_t=need,
        need_price_usd_t=price * rng.uniform(0.9, 1.1, (m, k)),
        need_elasticity=rng.uniform(*setting.elasticity, (m, k)),
        stock_buy_share=stocks * 0.2 * rng.random((m, k)),
        stock_draw_share=stocks * 0.5 * rng.random((m, k)),
        stock_price_usd_t=price * rng.uniform(0.9, 1.5, (m, k)),
        stock_width_usd_t=spread * rng.uniform(1.0, 2.0, (m, k)),
        ore_lanes=ore_lanes,
        refined_lanes=lanes,
    )
    return market, ore_charges, charges


def _spread(rng: np.random.Generator, setting: Setting, shape: tuple[int, ...]) -> Floats:
    return 10.0 ** rng.uniform(-0.5 * setting.cost_decades, 0.5 * setting.cost_decades, shape)


def _some(rng: np.random.Generator, share: float, shape: tuple[int, ...]) -> Floats:
    return (rng.random(shape) < share).astype(float)


def _capacity(rng: np.random.Generator, setting: Setting, total: Floats, sellers: int) -> Floats:
    rows = len(total)
    share = rng.dirichlet(np.full(sellers, 0.6), rows) * _some(rng, 1.0 - setting.idle, (rows, sellers))
    low, high = np.log(setting.supply_ratio)
    return total * share * np.exp(rng.uniform(low, high, (rows, 1)))


def _lanes(
    rng: np.random.Generator,
    setting: Setting,
    size: tuple[int, int],
    price: Floats,
    spread: Floats,
    total: Floats,
) -> tuple[Lanes, LaneCharges]:
    rows, (sellers, buyers) = len(price), size
    shape = (rows, setting.routes, sellers, buyers)
    unit = price[:, :, None, None]
    some_tax = _some(rng, 0.5, shape)
    charges = LaneCharges(
        tariff_share=some_tax * rng.uniform(*setting.tax, shape),
        export_tax_share=_some(rng, 0.2, shape) * rng.uniform(*setting.tax, shape),
        export_tax_usd_t=_some(rng, 0.1, shape) * 0.2 * unit * rng.random(shape),
        freight_usd_t=0.1 * unit * rng.random(shape),
        other_usd_t=_some(rng, 0.1, shape) * 0.1 * unit * rng.random(shape),
        hub_margin_usd_t=np.where(np.arange(setting.routes) > 0, 0.1, 0.0)[:, None, None]
        * unit
        * rng.random(shape),
    )
    weight = rng.dirichlet(np.full(setting.routes * sellers, 0.4), (rows, buyers)).reshape(
        rows, buyers, -1, sellers
    )
    weight = np.maximum(weight.transpose(0, 2, 3, 1), 1e-4)
    closed = rng.random(shape) < rng.uniform(*setting.closed, (rows, 1, 1, 1))
    quota = (total[..., None, None] / (sellers * buyers)) * 10.0 ** rng.uniform(-3, 1, shape)
    lanes = compose_lanes(
        charges,
        floor_usd_t=np.where(
            rng.random(shape) < setting.levied, unit * rng.uniform(0.7, 2.0, shape), -np.inf
        ),
        log_weight=np.where(closed, -np.inf, np.log(weight)),
        cap_t=np.where(rng.random(shape) < setting.capped, quota, np.inf),
        spread_usd_t=np.broadcast_to(spread, (rows, buyers)).copy(),
        backstop_usd_t=price * rng.uniform(*setting.backstop, (rows, buyers)),
        backstop_log_weight=np.full((rows, buyers), np.log(0.01)),
    )
    return lanes, charges

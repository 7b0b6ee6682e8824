"""Random markets for tests and benchmarks: from an ordinary world economy to everything at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from world.market.arrays import Curves, Desks, Lanes, Market, Needs, Stage, Stocks, kept_desks
from world.market.charges import LaneCharges, compose_lanes
from world.market.rows import Floats


@dataclass(frozen=True)
class Setting:
    """What the random markets look like. Ranges are (low, high), shares are probabilities per lane or seller.

    sellers : of each stage, first to last; users : of each stage
    """

    rows: int = 12
    sellers: tuple[int, ...] = (6, 7)
    users: tuple[int, ...] = (0, 9)
    routes: int = 1
    tranches: int = 1
    desks: int = 0
    unrecorded: float = 0.0
    asked: float = 0.0
    closed: tuple[float, float] = (0.0, 0.2)
    levied: float = 0.1
    capped: float = 0.0
    over_quota: float = 0.0
    guaranteed: float = 0.0
    tax: tuple[float, float] = (-0.05, 0.3)
    supply_ratio: tuple[float, float] = (0.9, 1.3)
    elasticity: tuple[float, float] = (0.1, 0.5)
    theta: tuple[float, float] = (3.0, 8.0)
    slope: tuple[float, float] = (0.1, 0.3)
    cost_decades: float = 0.3
    backstop: tuple[float, float] = (10.0, 200.0)
    tiers: int = 1
    contracts: float = 0.0
    feeds: float = 0.2
    idle: float = 0.1
    stocks: bool = True


EVERYTHING = Setting(
    tranches=3,
    desks=2,
    unrecorded=0.5,
    asked=0.4,
    closed=(0.0, 0.95),
    levied=0.5,
    capped=0.3,
    over_quota=0.5,
    guaranteed=0.1,
    tax=(-0.3, 2.0),
    supply_ratio=(0.1, 3.0),
    elasticity=(0.05, 1.2),
    theta=(2.0, 10.0),
    slope=(0.03, 0.5),
    cost_decades=3.0,
    tiers=3,
    contracts=0.9,
    feeds=0.3,
    idle=0.2,
)


def random_market(rng: np.random.Generator, setting: Setting) -> tuple[Market, list[LaneCharges]]:
    """Markets of ``setting`` with the charges of their lanes, stage by stage."""
    last = 10.0 ** rng.uniform(3, 6, (setting.rows, 1))
    total = 10.0 ** rng.uniform(2, 6, (setting.rows, 1))
    count = len(setting.sellers)
    steps = [rng.uniform(0.4, 0.7, (setting.rows, 1)) for _ in range(count - 1)]
    prices = [last * np.prod(steps[place:], axis=0) if place < count - 1 else last for place in range(count)]
    stages, charges = [], []
    for place in range(count):
        stage, charge = _stage(rng, setting, place, prices, total)
        stages.append(stage)
        charges.append(charge)
    return Market(tuple(stages)), charges


def _stage(
    rng: np.random.Generator, setting: Setting, place: int, prices: list[Floats], total: Floats
) -> tuple[Stage, LaneCharges]:
    rows, sellers, users = setting.rows, setting.sellers[place], setting.users[place]
    makers = setting.sellers[place + 1] if place + 1 < len(prices) else 0
    price = prices[place]
    first = place == 0
    margin = price if first else price - prices[place - 1]
    following = prices[min(place + 1, len(prices) - 1)] - price
    theta = rng.uniform(*setting.theta, (rows, 1))
    spread = np.repeat(price / theta, makers + users, 1)
    spread[:, :makers] = np.minimum(spread[:, :makers], np.maximum(0.1 * following, price / 30.0))
    lanes, charges = _lanes(rng, setting, (sellers, makers + users), price, spread, total)
    own = _curves(rng, setting, sellers, 0.7 * price, price, total, 1.0 if first else 0.3)
    making = _curves(rng, setting, sellers, 0.5 * margin, price, total, 0.0 if first else 1.0)
    stocks = float(setting.stocks)
    buyers = (rows, makers + users)
    need = total * rng.dirichlet(np.full(max(users, 1), 0.5), rows)[:, :users]
    need = need * (rng.random((rows, users)) > 0.5 * setting.idle)
    feed = rng.uniform(-0.3 if first else -0.1, 1.0, (rows, sellers)) / sellers
    stage = Stage(
        own=own,
        feed_t=_some(rng, setting.feeds, (rows, sellers)) * total * feed,
        recovery=rng.uniform(0.7, 1.0, rows),
        making=making,
        needs=Needs(
            need * (1.0 if place == len(prices) - 1 else 0.3),
            price * rng.uniform(0.9, 1.1, (rows, users)),
            rng.uniform(*setting.elasticity, (rows, users)),
            price * np.where(rng.random((rows, users)) < 0.7, rng.uniform(1.2, 5.0, (rows, users)), np.inf),
            setting.elasticity[1] + rng.uniform(0.0, 0.7, (rows, users)),
            *_second_sources(rng.spawn(1)[0], price, (rows, users)),
        ),
        stocks=Stocks(
            stocks * 0.2 * rng.random(buyers),
            stocks * 0.5 * rng.random(buyers),
            price * rng.uniform(0.9, 1.5, buyers),
            spread * rng.uniform(1.0, 2.0, buyers),
        ),
        lanes=lanes,
        desks=_desks(rng, setting, (sellers, makers + users), price, total),
    )
    return stage, charges


def _second_sources(
    rng: np.random.Generator, price: Floats, shape: tuple[int, int]
) -> tuple[Floats, Floats, Floats]:
    """Prices between which users find sources of their own, and the part of need that these give; half have
    none. From a generator of their own: the other draws of a market stay what they were."""
    second = price * rng.uniform(1.1, 2.0, shape)
    share = rng.uniform(0.05, 0.9, shape) * (rng.random(shape) < 0.5)
    return second, second * rng.uniform(1.5, 4.0, shape), share


def _spread(rng: np.random.Generator, setting: Setting, shape: tuple[int, ...]) -> Floats:
    return 10.0 ** rng.uniform(-0.5 * setting.cost_decades, 0.5 * setting.cost_decades, shape)


def _some(rng: np.random.Generator, share: float, shape: tuple[int, ...]) -> Floats:
    return (rng.random(shape) < share).astype(float)


def _curves(
    rng: np.random.Generator,
    setting: Setting,
    sellers: int,
    cost: Floats,
    price: Floats,
    total: Floats,
    part: float,
) -> Curves:
    rows, shape = setting.rows, (setting.rows, setting.tranches, sellers)
    share = rng.dirichlet(np.full(sellers, 0.6), rows) * _some(rng, 1.0 - setting.idle, (rows, sellers))
    low, high = np.log(setting.supply_ratio)
    size = part * total * share * np.exp(rng.uniform(low, high, (rows, 1)))
    tranche = rng.dirichlet(np.full(setting.tranches, 2.0), (rows, sellers)).transpose(0, 2, 1)
    costs = cost[:, None, :] * _spread(rng, setting, shape)
    backed = rng.random(shape) < setting.guaranteed
    return Curves(
        capacity_t=size[:, None, :] * tranche,
        cost_usd_t=costs,
        slope_usd_t=rng.uniform(*setting.slope, shape) * (costs + 0.2 * cost[:, None, :]),
        guaranteed_usd_t=np.where(backed, price[:, None, :] * rng.uniform(0.5, 1.8, shape), -np.inf),
    )


def _desks(
    rng: np.random.Generator, setting: Setting, size: tuple[int, int], price: Floats, total: Floats
) -> Desks:
    shape, (sellers, buyers) = (setting.rows, setting.desks), size
    usual = total / sellers * 10.0 ** rng.uniform(-2, 0.7, shape)
    seller = np.where(rng.random(shape) < 0.8, rng.integers(0, sellers, shape), -1)
    quota = usual * (rng.random(shape) > 0.1)
    desks = kept_desks(seller, quota, rng.random((*shape, setting.routes, buyers)) < 0.7)
    ways, holders = rng.spawn(2)  # streams of their own: the rest of the world stays as it was
    if setting.asked:
        desks = replace(
            desks,
            asked_usd_t=(holders.random(shape) < setting.asked)
            * price
            * 10.0 ** holders.uniform(-2, 1, shape),
            asked_over_t=usual * 10.0 ** holders.uniform(-1, 1, shape),
        )
    if not setting.unrecorded:
        return desks
    some = ways.random(shape) < setting.unrecorded
    return replace(
        desks,
        unrecorded_most_t=some * usual * 10.0 ** ways.uniform(-2, 0.5, shape),
        unrecorded_cost_usd_t=price * ways.uniform(-0.2, 1.5, shape),
        unrecorded_width_usd_t=price * 10.0 ** ways.uniform(-1.5, 0, shape),
    )


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

    def floor() -> Floats:
        some = rng.random(shape) < 0.5 * setting.levied
        return np.where(some, unit * rng.uniform(0.7, 2.0, shape), -np.inf)

    charges = LaneCharges(
        tariff_share=some_tax * rng.uniform(*setting.tax, shape),
        import_duty_usd_t=_some(rng, 0.1, shape) * 0.1 * unit * rng.random(shape),
        export_tax_share=_some(rng, 0.2, shape) * rng.uniform(*setting.tax, shape),
        export_tax_usd_t=_some(rng, 0.1, shape) * 0.2 * unit * rng.random(shape),
        freight_usd_t=0.1 * unit * rng.random(shape),
        other_usd_t=_some(rng, 0.1, shape) * 0.1 * unit * rng.random(shape),
        hub_margin_usd_t=np.where(np.arange(setting.routes) > 0, 0.1, 0.0)[:, None, None]
        * unit
        * rng.random(shape),
        fine_usd_t=np.where(np.arange(setting.routes) > 0, 0.05, 0.0)[:, None, None]
        * unit
        * rng.random(shape),
        levy_floor_usd_t=floor(),
        seller_floor_usd_t=floor(),
        seller_holds_quota=rng.random(shape),
        contract_share=setting.contracts * rng.random(shape),
        contract_price_usd_t=unit * rng.uniform(0.7, 1.3, shape),
    )
    weight = rng.dirichlet(np.full(setting.routes * sellers, 0.4), (rows, buyers)).reshape(
        rows, buyers, -1, sellers
    )
    weight = np.maximum(weight.transpose(0, 2, 3, 1), 1e-4)
    closed = rng.random(shape) < rng.uniform(*setting.closed, (rows, 1, 1, 1))
    quota = (total[..., None, None] / (sellers * max(buyers, 1))) * 10.0 ** rng.uniform(-3, 1, shape)
    tiers = np.sort(rng.uniform(*setting.backstop, (rows, setting.tiers, buyers)), axis=1)
    lanes = compose_lanes(
        charges,
        log_weight=np.where(closed, -np.inf, np.log(weight)),
        cap_t=np.where(rng.random(shape) < setting.capped, quota, np.inf),
        over_quota_usd_t=np.where(
            rng.random(shape) < setting.over_quota, unit * rng.uniform(0.0, 1.0, shape), np.inf
        ),
        spread_usd_t=spread,
        backstop_usd_t=price[:, :, None] * tiers,
        backstop_log_weight=np.full((rows, setting.tiers, buyers), np.log(0.01)),
    )
    return lanes, charges

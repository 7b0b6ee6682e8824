"""A chain without taste for variety as a linear programme: least cost less value, prices as shadow prices.

The limit mu -> 0 of the chain: buyers take the cheapest. Curves become steps on a grid of prices, so prices
are right to about one step. Only what is a sum of costs has such a programme: lanes with factor 1 and without
floors, and makers without stocks and guaranteed prices that cannot do without ore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf, log

import numpy as np
from buyer_choice import Purchase
from chain_equations import Books, Key, Network, network, own_supply, throughput_t
from chain_records import Chain, Lane, Maker, Outside, Taste, User
from scipy.optimize import linprog
from scipy.sparse import csr_array

LEAST_SHARE = 1e-12  # of an order that counts as a lane in use
Step = tuple[float, float]  # tonnes, and the price they cost or are worth


@dataclass(frozen=True)
class ProgrammePrices:
    """Shadow prices: of sellers' goods, of one tonne more to each (stage, buyer), of desks' quotas."""

    prices: dict[Key, float]
    indices: dict[Key, float]
    premia: dict[Key, float]


@dataclass
class Columns:
    """Variables of the programme: cost, most, and where they enter which row."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    entries: list[tuple[str, Key, int, float]] = field(default_factory=list)

    def add(self, cost: float, most: float, *rows: tuple[str, Key, float]) -> None:
        self.entries += [(kind, key, len(self.cost), weight) for kind, key, weight in rows]
        self.cost.append(cost)
        self.most.append(most)


def solve_programme(chain: Chain, grid: np.ndarray) -> ProgrammePrices:
    """The programme on a grid of evenly spaced prices, which must contain all prices to be found."""
    net = network(chain)
    refuse_what_is_no_cost(net)
    columns = Columns()
    for key in net.sellers:
        add_supply(columns, net, key, grid)
    for level in range(len(chain.stages)):
        for buyer, who in enumerate(net.buyers[level]):
            add_buyer(columns, level, buyer, who, grid)
            add_lanes(columns, net, level, buyer)
    return shadow_prices(columns, net)


def frozen(chain: Chain, at: Books) -> Chain:
    """The chain in which what lanes charge at an equilibrium is fixed, taste for variety included.

    With A e^((P - c) / mu) = s a lane costs its buyer c + mu ln(s / A) = P: at these charges all lanes in use
    are equally good, and the equilibrium, whatever taxes, floors and tastes made it, is one of least cost.
    """
    stages = []
    for level, stage in enumerate(chain.stages):
        book, buyers = at.stages[level], chain.buyers(level)
        lanes = []
        for lane, flow, landed in zip(stage.lanes, book.flow_t, book.landed_usd_t, strict=True):
            ordered = book.purchases[lane.buyer].ordered_t
            if flow > LEAST_SHARE * ordered:
                mu = buyers[lane.buyer].taste.spread_usd_t
                premium = 0.0 if lane.desk is None else at.premia[level, lane.desk]
                charge = landed - at.prices[level, lane.seller] - premium
                charge += mu * (log(flow / ordered) - lane.log_weight)
                fixed = Lane(lane.seller, lane.buyer, charge_usd_t=charge, desk=lane.desk)
                lanes.append(replace(fixed, cap_t=lane.cap_t, over_cap_usd_t=lane.over_cap_usd_t))
        users = tuple(
            replace(user, taste=frozen_taste(user.taste, book.purchases[place]))
            for place, user in enumerate(stage.users, len(chain.makers(level + 1)))
        )
        stages.append(replace(stage, lanes=tuple(lanes), users=users))
    return Chain(tuple(stages))


def frozen_taste(taste: Taste, purchase: Purchase) -> Taste:
    """Ways to do without that were used, at the price index."""
    used = (tonnes > LEAST_SHARE * purchase.ordered_t for tonnes in purchase.outside_t)
    ways = tuple(Outside(purchase.index_usd_t) for use in used if use)
    return replace(taste, outside=ways[:1])


def refuse_what_is_no_cost(net: Network) -> None:
    for level, stage in enumerate(net.chain.stages):
        lanes = [stage.lanes[place] for mine in net.lanes[level] for place in mine]
        if any(lane.factor != 1.0 or max(lane.floor_usd_t, lane.least_export_usd_t) > -inf for lane in lanes):
            raise ValueError(f"stage {level}: taxes on value and floors have no linear programme")
        for who in net.buyers[level]:
            if isinstance(who, Maker) and (
                who.taste.outside
                or who.stock.buy_share
                or who.stock.draw_share
                or any(part.guaranteed_usd_t > -inf for part in who.tranches)
            ):
                raise ValueError(f"stage {level}: a maker's backstop, stocks or guarantee have no programme")


def add_supply(columns: Columns, net: Network, key: Key, grid: np.ndarray) -> None:
    seller = net.chain.stages[key[0]].sellers[key[1]]
    for tonnes, price in rising_steps(lambda at: own_supply(seller, at)[0], grid):
        columns.add(price, tonnes, ("seller", key, 1.0))
    if seller.disposal:  # bought at a price that is a cost where it is negative
        given = seller.disposal.tonnes
        for tonnes, price in rising_steps(lambda at: -given(at), grid):
            columns.add(-price, tonnes, ("seller", key, -1.0))


def add_buyer(columns: Columns, level: int, buyer: int, who: Maker | User, grid: np.ndarray) -> None:
    """Orders, worth their place on the curve, and ways to do without. Stock responses are part of a curve."""
    row = ("buyer", (level, buyer))
    if isinstance(who, User):
        need, stock = who.need, who.stock
        for tonnes, price in rising_steps(lambda at: -need.tonnes(at) * (1.0 + stock.share(at)), grid):
            columns.add(-price, tonnes, (*row, -1.0))
        last = float(grid[-1])
        columns.add(-last, need.tonnes(last) * (1.0 + stock.share(last)), (*row, -1.0))
        for way in who.taste.outside:
            columns.add(way.cost_usd_t, inf, (*row, 1.0))
        return
    reach = float(grid[-1] - grid[0])
    margins = np.linspace(-reach, reach, 2 * len(grid) - 1)
    for tonnes, margin in rising_steps(lambda at: throughput_t(who, at / who.recovery, 0.0), margins):
        columns.add(margin, tonnes, (*row, -1.0))


def rising_steps(tonnes: Callable[[float], float], grid: np.ndarray) -> Iterator[Step]:
    """A rising curve as steps half-way between grid prices, after what is there at the lowest price."""
    before = tonnes(float(grid[0]))
    if before > 0:
        yield before, float(grid[0])
    for low, high in pairwise(grid):
        here = tonnes(float(high))
        if here > before:
            yield here - before, 0.5 * float(low + high)
        before = here


def add_lanes(columns: Columns, net: Network, level: int, buyer: int) -> None:
    stage, makers = net.chain.stages[level], net.chain.makers(level + 1)
    for place in net.lanes[level][buyer]:
        lane = stage.lanes[place]
        rows = [("seller", (level, lane.seller), -1.0), ("buyer", (level, buyer), 1.0)]
        if buyer < len(makers):
            rows.append(("seller", (level + 1, makers[buyer][0]), makers[buyer][1].recovery))
        if lane.desk is not None:
            rows.append(("desk", (level, lane.desk), 1.0))
        columns.add(lane.charge_usd_t, lane.cap_t, *rows)
        if lane.cap_t < inf and lane.over_cap_usd_t < inf:
            columns.add(lane.charge_usd_t + lane.over_cap_usd_t, inf, *rows)


def shadow_prices(columns: Columns, net: Network) -> ProgrammePrices:
    chain = net.chain
    buyers = [(level, buyer) for level, all_ in enumerate(net.buyers) for buyer in range(len(all_))]
    rows = [("seller", key) for key in net.sellers] + [("buyer", key) for key in buyers]
    taken = [max(-chain.stages[level].sellers[place].feed_t, 0.0) for level, place in net.sellers]
    quotas = [chain.stages[level].desks[desk].quota_t for level, desk in net.desks]
    desks = [("desk", key) for key in net.desks]
    result = linprog(
        columns.cost,
        A_eq=matrix(columns, rows),
        b_eq=taken + [0.0] * len(buyers),
        A_ub=matrix(columns, desks) if desks else None,
        b_ub=quotas or None,
        bounds=[(0.0, most) for most in columns.most],
        method="highs",
    )
    if result.status != 0:
        raise ValueError(result.message)
    duals = dict(zip(rows, map(float, result.eqlin.marginals), strict=True))
    premia = dict(zip(net.desks, (-float(value) for value in result.ineqlin.marginals), strict=True))
    indices = {key: duals["buyer", key] for key in buyers}
    for level in range(len(chain.stages)):  # a tonne more to a maker is also metal: the row holds P - y p
        for buyer, (place, maker) in enumerate(chain.makers(level + 1)):
            indices[level, buyer] += maker.recovery * duals.get(("seller", (level + 1, place)), 0.0)
    return ProgrammePrices({key: duals["seller", key] for key in net.sellers}, indices, premia)


def matrix(columns: Columns, rows: list[tuple[str, Key]]) -> csr_array:
    place = {row: number for number, row in enumerate(rows)}
    known = [
        (place[kind, key], at, weight) for kind, key, at, weight in columns.entries if (kind, key) in place
    ]
    row, column, weight = (np.array([entry[part] for entry in known]) for part in range(3))
    return csr_array((weight, (row.astype(int), column.astype(int))), shape=(len(rows), len(columns.cost)))

"""From prices that clear to everything one may want to know about the market."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Lanes, Market, Prices, Stage
from world.market.balance import Problem, StageProblem
from world.market.choice import Pulls
from world.market.need import stock_share, throughput_t
from world.market.newton import Outcome
from world.market.purchases import Purchases
from world.market.rows import Floats, Rows, Rowwise
from world.market.supply import disposal, output_t


@dataclass(frozen=True)
class StageClearing(Rowwise):
    """A cleared stage. Letters in shapes as in :mod:`world.market.arrays`.

    price_usd_t     (M, S)  price at the seller's gate;  premium_usd_t (M, D) of the export desks
    fob_usd_t       (M, S)  mean of what is asked over the seller's sales, premiums included; the gate price
        of who sells nothing
    index_usd_t     (M, B)  inclusive value P of the buyers: a welfare index, never to be reported as a price
    output_t        (M, T, S)  own output;  feed_t (M, S) feed sold (+) or taken (-)
    throughput_t    (M, T, S)  what the sellers' making takes of the good before
    converted_t     (M, S)  what it makes of what it gets
    disposal_t      (M, S)  what a seller without buyers gives away (traces elsewhere)
    flow_t          (M, R, S, B)
    wanted_t        (M, B)  use at this index: D of users, R of makers
    ordered_t       (M, B)  with stocks bought or drawn;  unmet_t (M, B) orders that find no seller
    stock_change_t  (M, B)  into (+) or out of (-) the buyers' stocks;  use_t (M, B) used = got - stock change
    asked_usd_t     (M, R, S, B)  seller's price with the premium of its desks
    landed_usd_t    (M, R, S, B)  delivered cost with duty, levy and premium, without the rent of lane quotas
    levy_usd_t      (M, R, S, B)  what the floor of the lane adds, >= 0
    rent_usd_t      (M, R, S, B)  shadow price of the lane's quota, >= 0; above a tariff quota its duty
    """

    price_usd_t: Floats
    premium_usd_t: Floats
    fob_usd_t: Floats
    index_usd_t: Floats
    output_t: Floats
    feed_t: Floats
    throughput_t: Floats
    converted_t: Floats
    disposal_t: Floats
    flow_t: Floats
    wanted_t: Floats
    ordered_t: Floats
    unmet_t: Floats
    stock_change_t: Floats
    use_t: Floats
    asked_usd_t: Floats
    landed_usd_t: Floats
    levy_usd_t: Floats
    rent_usd_t: Floats


@dataclass(frozen=True)
class Clearing(Rowwise):
    """A cleared market: its stages, ``residual`` (M,) the largest of each row, ``iterations`` (M,) Newton
    steps of the row, those of a fallback included."""

    stages: tuple[StageClearing, ...]
    residual: Floats
    iterations: NDArray[np.int64]

    def prices(self, rows: Rows = slice(None)) -> Prices:
        """The prices of these rows, to start another clearing from (copies when rows are listed)."""
        return Prices(
            tuple(stage.price_usd_t[rows] for stage in self.stages),
            tuple(stage.premium_usd_t[rows] for stage in self.stages),
        )


def describe(market: Market, problem: Problem, outcome: Outcome) -> Clearing:
    """The clearing at the prices and premiums that were found."""
    prices, premiums = problem.prices(outcome.unknowns), problem.premiums(outcome.unknowns)
    stages: list[StageClearing] = []
    for number, stage in enumerate(market.stages):
        before = stages[-1] if stages else None
        parts = (problem.stages[number], outcome.purchases[number])
        stages.append(_stage(stage, parts, prices[number].copy(), premiums[number], before))
    return Clearing(tuple(stages), outcome.error, outcome.steps)


def _stage(
    stage: Stage,
    parts: tuple[StageProblem, Purchases],
    price: Floats,
    premium: Floats,
    before: StageClearing | None,
) -> StageClearing:
    problem, bought = parts
    count, flow, ordered = stage.sellers, bought.flow_t, np.exp(bought.log_order)
    premium = np.where(premium > 0, premium, 0.0)
    asked = asked_usd_t(stage, price, premium)
    landed, levy = landed_usd_t(stage.lanes, asked)
    change, use = _use(stage, problem, bought)
    taken, made = np.zeros_like(stage.making.capacity_t), np.zeros_like(price)
    if before is not None:
        index = before.index_usd_t[:, :count]
        taken = throughput_t(stage.making, stage.recovery, price, index) * problem.working[:, None, :]
        made = stage.recovery[:, None] * before.use_t[:, :count]
    return StageClearing(
        price_usd_t=price,
        premium_usd_t=premium,
        fob_usd_t=_mean_asked_usd_t(asked, flow, price) if premium.shape[1] else price,
        index_usd_t=bought.index_usd_t,
        output_t=output_t(problem.sellers.own, price),
        feed_t=problem.sellers.feed_t - problem.sellers.taken_t,
        throughput_t=taken,
        converted_t=made,
        disposal_t=disposal(problem.sellers, price)[0],
        flow_t=flow,
        wanted_t=np.exp(bought.log_use),
        ordered_t=ordered,
        unmet_t=ordered * bought.unmet_share,
        stock_change_t=change,
        use_t=use,
        asked_usd_t=asked,
        landed_usd_t=landed,
        levy_usd_t=levy,
        rent_usd_t=_rent_usd_t(problem.pulls, bought, landed, stage.lanes),
    )


def asked_usd_t(stage: Stage, price_usd_t: Floats, premium_usd_t: Floats) -> Floats:
    """What sellers ask on every lane (M, R, S, B): their price and the premiums of their desks."""
    asked = np.broadcast_to(price_usd_t[:, None, :, None], stage.lanes.charge_usd_t.shape).copy()
    rows = np.arange(len(asked))
    for desk in range(premium_usd_t.shape[1]):
        seller = np.maximum(stage.desks.seller[:, desk], 0)
        asked[rows, :, seller, :] += stage.desks.lanes[:, desk] * premium_usd_t[:, desk, None, None]
    return asked


def _mean_asked_usd_t(asked: Floats, flow: Floats, price: Floats) -> Floats:
    sold = flow.sum((1, 3))
    return np.where(sold > 0, (asked * flow).sum((1, 3)) / np.where(sold > 0, sold, 1.0), price)


def landed_usd_t(lanes: Lanes, asked_usd: Floats) -> tuple[Floats, Floats]:
    """Delivered cost (M, R, S, B) at what sellers ask on each lane, and the part of it that the floor
    adds."""
    before = lanes.price_factor * asked_usd + lanes.charge_usd_t
    landed = np.maximum(before, lanes.floor_usd_t)
    return landed, landed - before


def _rent_usd_t(pulls: Pulls, bought: Purchases, landed: Floats, lanes: Lanes) -> Floats:
    """mu ln(unconstrained flow / quota) where the quota binds, at most the duty above it; zero elsewhere."""
    rent = np.zeros_like(landed)
    if pulls.log_cap is None:
        return rent
    capped = np.nonzero((lanes.cap_t < np.inf) & (pulls.offset > -np.inf))
    buyer = (capped[0], capped[3])
    log_order = bought.log_order[buyer] - pulls.log_cap[capped]
    wanted = pulls.spread[buyer] * (lanes.log_weight[capped] + log_order) + bought.index_usd_t[buyer]
    rent[capped] = np.clip(wanted - landed[capped], 0.0, lanes.over_quota_usd_t[capped])
    return rent


def _use(stage: Stage, problem: StageProblem, bought: Purchases) -> tuple[Floats, Floats]:
    """Stock change and use (M, B). Stocks that are wanted fill only with what is got; users' stocks drawn on
    are there in full, makers' are drawn as far as what they ordered arrives."""
    got = np.exp(bought.log_order) * bought.got_share
    wanted = np.exp(bought.log_use) * stock_share(problem.buyers.stocks, bought.index_usd_t)
    filled = wanted * bought.got_share
    is_user = np.arange(got.shape[1]) >= stage.makers_next
    change = np.where((wanted > 0) | ~is_user, filled, wanted)
    return change, got - change

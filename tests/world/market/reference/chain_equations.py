"""The equations of a chain, written out one seller and one buyer at a time.

    seller   min(own supply + feed, ceiling) + y (ore got - ore stored)  =  sales + taken out + disposal
    desk     0 <= premium - asked,  quota + unrecorded - flow of its lanes >= 0,  one of the two zero

Sellers that can never sell (no supply, or no lane) have no equation; their price is -inf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from buyer_choice import Purchase, buy
from chain_records import Chain, Lane, Maker, Seller, User

Key = tuple[int, int]  # (stage, place among its sellers or desks)
Prices = dict[Key, float]


@dataclass(frozen=True)
class Network:
    """A chain without what is closed. ``lanes[stage][buyer]``: positions of the open lanes of a buyer;
    ``sellers`` and ``desks``: those whose price or premium is unknown."""

    chain: Chain
    makers: tuple[tuple[tuple[int, Maker], ...], ...]
    buyers: tuple[tuple[Maker | User, ...], ...]
    lanes: tuple[tuple[tuple[int, ...], ...], ...]
    sellers: tuple[Key, ...]
    desks: tuple[Key, ...]


@dataclass(frozen=True)
class StageBooks:
    """One stage; every tuple by lane but ``purchases``, by buyer. USD a tonne and tonnes.

    landed_usd_t: delivered cost without a quota's rent; levy_usd_t: the part of it that is the gap up to the
    floor; export_gap_usd_t: gap up to a minimum export price; rent_usd_t: of the lane's own quota
    """

    purchases: tuple[Purchase, ...]
    flow_t: tuple[float, ...]
    rent_usd_t: tuple[float, ...]
    landed_usd_t: tuple[float, ...]
    levy_usd_t: tuple[float, ...]
    export_gap_usd_t: tuple[float, ...]


@dataclass(frozen=True)
class Books:
    """The chain at given prices and premia.

    own_t: own supply with positive feed, after the ceiling; converted_t: made from ore; sold_t: over all
    lanes; removed_t: negative feed and disposal; slack_t: what a desk leaves of its quota and unrecorded ways
    """

    prices: Prices
    premia: Prices
    stages: tuple[StageBooks, ...]
    own_t: Prices
    removed_t: Prices
    converted_t: Prices
    sold_t: Prices
    slack_t: Prices

    def supply_t(self, key: Key) -> float:
        return self.own_t[key] + self.converted_t[key]

    def demand_t(self, key: Key) -> float:
        return self.sold_t[key] + self.removed_t[key]


def network(chain: Chain) -> Network:
    """Work out from the mine on who can sell at all, and which lanes are open."""
    lanes: list[tuple[tuple[int, ...], ...]] = []
    sellers: list[Key] = []
    fed: set[int] = set()  # places of makers of this stage that can get ore
    for level, stage in enumerate(chain.stages):
        able = {place for place, seller in enumerate(stage.sellers) if can_sell(seller) or place in fed}
        of_buyer: list[list[int]] = [[] for _ in chain.buyers(level)]
        for place, lane in enumerate(stage.lanes):
            if lane.seller in able and lane.log_weight > -inf and lane.cap_t > 0:
                of_buyer[lane.buyer].append(place)
        selling = {stage.lanes[place].seller for mine in of_buyer for place in mine}
        losing = {place for place in able if stage.sellers[place].feed_t < 0 or stage.sellers[place].disposal}
        sellers += [(level, place) for place in sorted(selling | losing)]
        after = zip(chain.makers(level + 1), of_buyer, strict=False)
        fed = {place for (place, maker), mine in after if mine and maker.tranches}
        lanes.append(tuple(map(tuple, of_buyer)))
    desks = [(level, desk) for level, stage in enumerate(chain.stages) for desk in range(len(stage.desks))]
    makers = tuple(chain.makers(level) for level in range(len(chain.stages) + 1))
    buyers = tuple(chain.buyers(level) for level in range(len(chain.stages)))
    return Network(chain, makers, buyers, tuple(lanes), tuple(sellers), tuple(desks))


def can_sell(seller: Seller) -> bool:
    return (bool(seller.tranches) or seller.feed_t > 0) and seller.ceiling_t > 0


def books(net: Network, prices: Prices, premia: Prices) -> Books:
    """The chain at the sellers' ``prices`` and the desks' ``premia``."""
    chain = net.chain
    sides = {key: own_supply(chain.stages[key[0]].sellers[key[1]], prices[key]) for key in net.sellers}
    converted, sold = dict.fromkeys(net.sellers, 0.0), dict.fromkeys(net.sellers, 0.0)
    desks = {key: chain.stages[key[0]].desks[key[1]] for key in net.desks}
    slack = {key: desk.quota_t + desk.unrecorded_t(premia[key]) for key, desk in desks.items()}
    stages = tuple(stage_books(net, level, prices, premia) for level in range(len(chain.stages)))
    for level, (stage, book) in enumerate(zip(chain.stages, stages, strict=True)):
        for lane, flow in zip(stage.lanes, book.flow_t, strict=True):
            if flow > 0:
                sold[level, lane.seller] += flow
                if lane.desk is not None:
                    slack[level, lane.desk] -= flow
        for (place, maker), purchase in zip(net.makers[level + 1], book.purchases, strict=False):
            if (level + 1, place) in converted:
                converted[level + 1, place] = maker.recovery * used_t(maker, purchase)
    own, removed = ({key: side[part] for key, side in sides.items()} for part in (0, 1))
    return Books(prices, premia, stages, own, removed, converted, sold, slack)


def above_asked_usd_t(net: Network, at: Books, key: Key) -> float:
    """Premium of a desk above what its holders ask at what they sell."""
    return at.premia[key] - net.chain.stages[key[0]].desks[key[1]].asked_usd_t(at.slack_t[key])


def own_supply(seller: Seller, price_usd_t: float) -> tuple[float, float]:
    """Supply without conversion, and what leaves the chain at the seller's price."""
    offered = sum(tranche.curve.tonnes(tranche.received_usd_t(price_usd_t)) for tranche in seller.tranches)
    taken = max(-seller.feed_t, 0.0)
    given = seller.disposal.tonnes(price_usd_t) if seller.disposal else 0.0
    return min(offered + max(seller.feed_t, 0.0), seller.ceiling_t + taken), taken + given


def stage_books(net: Network, level: int, prices: Prices, premia: Prices) -> StageBooks:
    """What the buyers of a stage buy from whom."""
    stage = net.chain.stages[level]
    terms = [lane_terms(lane, level, prices, premia) for lane in stage.lanes]
    flow, rent, purchases = [0.0] * len(terms), [0.0] * len(terms), []
    for buyer, mine in enumerate(net.lanes[level]):
        purchase = purchase_of(net, level, buyer, prices, premia)
        purchases.append(purchase)
        for place, tonnes, per_tonne in zip(mine, purchase.flow_t, purchase.rent_usd_t, strict=True):
            flow[place], rent[place] = tonnes, per_tonne
    landed, levy, gap = (tuple(row[part] for row in terms) for part in range(3))
    return StageBooks(tuple(purchases), tuple(flow), tuple(rent), landed, levy, gap)


def purchase_of(net: Network, level: int, buyer: int, prices: Prices, premia: Prices) -> Purchase:
    """What one buyer buys, over its open lanes."""
    lanes = [net.chain.stages[level].lanes[place] for place in net.lanes[level][buyer]]
    costs = [lane_terms(lane, level, prices, premia)[0] for lane in lanes]
    return buy(lanes, costs, net.buyers[level][buyer].taste, orders(net, level, buyer, prices))


def seller_sides(net: Network, key: Key, prices: Prices, premia: Prices) -> tuple[float, float]:
    """Supply and demand of one seller: of the books only what its price can change."""
    level, place = key
    supply, demand = own_supply(net.chain.stages[level].sellers[place], prices[key])
    for buyer, (who, maker) in enumerate(net.makers[level]):
        if who == place:
            supply += maker.recovery * used_t(maker, purchase_of(net, level - 1, buyer, prices, premia))
    lanes = net.chain.stages[level].lanes
    for buyer, mine in enumerate(net.lanes[level]):
        if any(lanes[at].seller == place for at in mine):
            flow = purchase_of(net, level, buyer, prices, premia).flow_t
            demand += sum(tonnes for at, tonnes in zip(mine, flow, strict=True) if lanes[at].seller == place)
    return supply, demand


def lane_terms(lane: Lane, level: int, prices: Prices, premia: Prices) -> tuple[float, float, float]:
    """Landed cost, levy and export gap per tonne; of an idle seller nothing can be had."""
    price = prices.get((level, lane.seller), -inf)
    if price == -inf:
        return inf, 0.0, 0.0
    premium = 0.0 if lane.desk is None else premia[level, lane.desk]
    landed = lane.landed_usd_t(price, premium)
    levy = landed - lane.unlevied_usd_t(price, premium)
    return landed, levy, lane.export_usd_t(price, premium) - price - premium


def orders(net: Network, level: int, buyer: int, prices: Prices) -> Callable[[float], float]:
    """What this buyer orders in all, as a function of its index."""
    who = net.buyers[level][buyer]
    if isinstance(who, User):
        need, stock = who.need, who.stock
        return lambda index: need.tonnes(index) * (1.0 + stock.share(index))
    maker = who
    if not net.lanes[level][buyer]:  # without any seller a maker does not run, whatever it could do without
        return lambda index: 0.0
    metal_usd_t = prices.get((level + 1, net.makers[level + 1][buyer][0]), -inf)
    return lambda index: throughput_t(maker, metal_usd_t, index) * (1.0 + maker.stock.share(index))


def throughput_t(maker: Maker, metal_usd_t: float, index_usd_t: float) -> float:
    """Ore a maker wants to process. Who can neither sell nor buy does not run."""
    if metal_usd_t == -inf or index_usd_t == inf:
        return 0.0
    return sum(
        tranche.curve.tonnes(maker.recovery * tranche.received_usd_t(metal_usd_t) - index_usd_t)
        for tranche in maker.tranches
    )


def used_t(who: Maker | User, purchase: Purchase) -> float:
    """What is left for use of what was got. Stocks fill only with what is got; a user's drawn stocks
    are there, a maker draws on its own as far as what it ordered arrives."""
    return purchase.got_t - stock_change_t(who, purchase)


def stock_change_t(who: Maker | User, purchase: Purchase) -> float:
    """Into (+) or out of (-) the buyer's stocks."""
    share = who.stock.share(purchase.index_usd_t)
    wanted = purchase.ordered_t / (1.0 + share) * share
    filled = wanted * (1.0 - purchase.outside_share)
    return filled if wanted > 0 or isinstance(who, Maker) else wanted

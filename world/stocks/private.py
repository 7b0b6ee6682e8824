"""Private stocks: what buyers hold and have under way, how orders answer, and how fast prices reach users.

One rule for the buyers of every stage: refineries hold ore, makers of components and other first users metal,
final users components; traders' goods count with those of the country they lie in. Pure: numpy in, numpy out.

    order = use (1 + b - c sig((P - Ps) / w))
    b - c / 4 = (target + due - held - arriving) / use, closed over the adjustment time
    target    = cover (1 + fear response x fear + price response x ln(1 + expected rise)) + built + ahead

At most so much is drawn that what is held, what arrives and what is ordered and comes in a quarter last for
the quarter and leave a floor of the cover, so that rounds of a month draw as fast as rounds of a quarter do.
Expected prices follow the last one the more, the more is wanted of stocks, and the less, the more there is of
them. A part of what users pay follows the cost of the goods in stock:

    ln local price' = (1 - passing) ln local price + passing ln P,
    passing = 1 - cost pricing x (1 - fresh / (held + arriving + fresh))

so that a duty reaches users as goods bought before it run out, and use answers today's price by that part.
Competitive storage (Williams and Wright 1991) limited in speed; stocks priced at cost as in trade accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from world.axes import Array
from world.parameters import ParameterValues

LEAST_PROMPT_SHARE = 0.25
"""Orders of which less comes in time do not help within the round: holders count on this part at least."""
MOST_DRAWN_SHARE = 0.9
DRAWN_WITHIN = 0.5
"""Part of a quarter for which holders plan when goods are dear: in rounds of a month all but a twentieth of
what may be drawn is gone after three of them, in a quarter all of it."""
MOST_SHED, LEAST_ORDER_SHARE = 0.27, 0.05
"""Most by which holders of too much buy less than they use at the usual price, and the least they order at
any price, both over use."""
SPARE_QUARTERS, USELESS_QUARTERS = 3.0, 6.0
"""Quarters of use beyond what is wanted from which holders stop keeping sellers and lines of supply warm, and
at which they order the least: spare stock costs a tenth of its value a year (carrying cost), and beyond
a year and a half what it is kept for may be gone (assumption)."""
SAVED_SHARE = 0.5
"""Part of their use that holders plan without when they are sure to be cut off (assumption)."""
CENTRE_IN_WIDTHS, AT_REST_SHARE = 1.1, 0.25
"""Ps stands so many widths above the usual price: there a quarter of the answer c is drawn, which b makes up
for, and three quarters are left to be drawn when goods are dear."""


@dataclass(frozen=True)
class Holding:
    """Stocks of the buyers of a stage when a round begins, (mineral, buyer) each.

    use_t : usual use of the round; most_t : the most that plants can use; cover_t : usual stock, built_t :
    what is held beyond it for a while; held_t : on hand; arriving_t, later_t : ordered before and due in the
    round and in the next; late_share : part of an order that comes after the round, last_share : after the
    next; late_in_quarter_share : after a quarter; quarter_rounds : rounds in a quarter; expected_usd_t :
    price index at which holders reckon; least_width_usd_t : least width w of their answer; usual_usd_t :
    price index that they are used to; ahead_t : bought
    ahead of a measure that withholds (below zero: lent for that), planned_t : to be added to it in the round,
    below zero to be used of stocks; cut_share : part of purchases that is withheld for a time
    """

    use_t: Array
    most_t: Array
    cover_t: Array
    built_t: Array
    held_t: Array
    arriving_t: Array
    late_share: Array
    expected_usd_t: Array
    least_width_usd_t: Array
    usual_usd_t: Array | float = np.inf
    later_t: Array | float = 0.0
    last_share: Array | float = 0.0
    late_in_quarter_share: Array | float = 0.0
    quarter_rounds: float = 1.0
    ahead_t: Array | float = 0.0
    planned_t: Array | float = 0.0
    cut_share: Array | float = 0.0


def answer_of(
    holding: Holding, fear: Array, rise_share: Array, parameters: ParameterValues
) -> tuple[Array, Array, Array, Array]:
    """b, c, Ps and w of the orders of a round, (mineral, buyer) each.

    fear : chance of a cut-off before goods arrive; rise_share : rise of the price that is expected from what
    has been announced; both (mineral, buyer). At the usual price and a stock on target nothing is bought or
    drawn: b = c sig(-1.1) = c / 4.
    """
    p = parameters
    use, most = np.maximum(holding.use_t, 1e-12), np.maximum(holding.most_t, 1e-12)
    wish = 1.0 + p.stock_fear_response * fear + p.stock_price_response * np.log1p(rise_share)
    target = holding.cover_t * wish + holding.built_t + holding.ahead_t
    due = (holding.late_share + holding.last_share) * holding.use_t
    gap = (target + due - holding.held_t - holding.arriving_t - holding.later_t) / use
    most_shed = most_shed_share(-gap / holding.quarter_rounds)
    # what is withheld cannot be refilled, and what is there instead is planned for
    gap = gap * (1.0 - holding.cut_share)
    gap = gap / max(p.stock_adjustment_months / 3.0 * holding.quarter_rounds, 1.0)
    # who is cut off plans to use less
    planned = most * (1.0 - SAVED_SHARE * fear)
    drawn = drawn_share(holding, p.stock_floor_share, planned)
    shed = np.clip(gap, -np.minimum(0.9 * drawn / (1.0 - AT_REST_SHARE), most_shed), 0.0)
    ahead = np.maximum(holding.planned_t, 0.0) / use
    shed = np.maximum(shed + np.minimum(holding.planned_t, 0.0) / use, LEAST_ORDER_SHARE - 1.0)
    # an order stays above zero at any price: 1 + b - c = 1 - drawn + shed
    drawn = np.minimum(drawn, 1.0 - LEAST_ORDER_SHARE + shed)
    draw = drawn / (1.0 - AT_REST_SHARE)
    # what is missing is bought at the usual price and put off when goods are dear
    afforded = afforded_share(holding, p.stock_budget_ratio)
    refill = (np.clip(gap, 0.0, afforded) + ahead) / (1.0 - AT_REST_SHARE)
    spread = 0.5 / max(p.stock_price_response, 0.1)
    width = np.maximum(spread * holding.expected_usd_t, holding.least_width_usd_t)
    centre = holding.expected_usd_t + CENTRE_IN_WIDTHS * width
    return AT_REST_SHARE * draw + refill + shed, draw + refill, centre, width


def afforded_share(holding: Holding, budget_ratio: float) -> Array:
    """(mineral, buyer) most that is bought for stocks in a round, over use: what is spent on it is bounded in
    money, by ``budget_ratio`` times what the use of the round costs at the prices buyers are used to, so that
    at five times these a fifth of the tonnes is put by (working capital and credit are lines in money)."""
    dear = holding.expected_usd_t / np.maximum(holding.usual_usd_t, 1e-9)
    return np.asarray(budget_ratio / np.maximum(dear, 1.0))


def most_shed_share(spare_quarters: Array) -> Array:
    """(mineral, buyer) most by which holders with so many quarters of use beyond what they want buy less than
    they use at the usual price: ``MOST_SHED`` at first, then ever more until they live on what lies there.
    Plants that were closed for want of sales leave stocks that their owners would never use up otherwise.
    """
    idle = (spare_quarters - SPARE_QUARTERS) / (USELESS_QUARTERS - SPARE_QUARTERS)
    return np.asarray(MOST_SHED + (1.0 - LEAST_ORDER_SHARE - MOST_SHED) * np.clip(idle, 0.0, 1.0))


def followed_share(holding: Holding, fear: Array, parameters: ParameterValues) -> Array:
    """(mineral, buyer) part of what holders expect that rests on the last price and its trend, the rest on
    the mean of some years: ``stock_trend_share`` of who has what it usually wants, more of who wants more for
    fear, less of who has plenty and can wait."""
    wish = 1.0 + parameters.stock_fear_response * fear
    due = (holding.late_share + holding.last_share) * holding.use_t
    there = holding.held_t + holding.arriving_t + holding.later_t - due
    cover = np.divide(there, holding.cover_t, out=np.ones_like(there), where=holding.cover_t > 0.0)
    return np.asarray(1.0 - (1.0 - parameters.stock_trend_share) ** (wish / np.maximum(cover, 1.0)))


def lendable_t(holding: Holding, floor_share: float) -> Array:
    """(mineral, buyer) what holders can do without within a round."""
    return np.asarray(np.maximum(holding.held_t - floor_share * holding.cover_t, 0.0))


def drawn_share(holding: Holding, floor_share: float, use_t: Array) -> Array:
    """(mineral, buyer) most by which orders may fall short of use, as a share of it, where ``use_t`` are
    used."""
    held = replace(holding, held_t=holding.held_t + np.minimum(holding.planned_t, 0.0))
    free = lendable_t(held, floor_share)
    late = holding.late_share if holding.quarter_rounds == 1.0 else holding.late_in_quarter_share
    prompt = np.maximum(1.0 - late, LEAST_PROMPT_SHARE)
    comes = free + holding.arriving_t + holding.later_t
    spared = comes / (max(DRAWN_WITHIN * holding.quarter_rounds, 1.0) * use_t) - (1.0 - prompt)
    return np.asarray(np.clip(spared / prompt, 0.0, MOST_DRAWN_SHARE))


def passing_share(holding: Holding, cost_pricing_share: float) -> Array:
    """(mineral, buyer) part of a change of the price of orders that reaches users within the round."""
    fresh = (1.0 - holding.late_share) * holding.use_t
    goods = holding.held_t + holding.arriving_t + fresh
    turned = np.divide(fresh, goods, out=np.ones_like(goods), where=goods > 0)
    return np.asarray(1.0 - cost_pricing_share * (1.0 - turned))


def settle_stocks(held_t: Array, due_t: Array, change_t: Array, shipped_t: Array) -> tuple[Array, Array]:
    """Stocks on hand and goods under way after a round; no tonne is lost between them.

    held_t : (mineral, buyer); due_t : (mineral, 2, buyer) due in this round and in the next; change_t :
    (mineral, buyer) what was got less what was used; shipped_t : (mineral, 2, buyer) part of it that comes a
    round and two rounds later. Who would run out has goods sent on by air: what is under way arrives at once.
    """
    after = np.stack([due_t[:, 1] + shipped_t[:, 0], shipped_t[:, 1]], axis=1)
    held = held_t + due_t.sum(axis=1) + change_t - after.sum(axis=1)
    for leg in range(after.shape[1]):
        flown = np.minimum(np.maximum(-held, 0.0), after[:, leg])
        held, after[:, leg] = held + flown, after[:, leg] - flown
    return np.maximum(held, 0.0), after

"""One buyer in compiled loops: what it orders, and its index under quotas. See ``need`` and ``capped``."""

from __future__ import annotations

from math import exp, inf, log, log1p

from world.market.capped import FIRST_REACH, PASSES, SETTLED
from world.market.compiled.cache import lean
from world.market.need import NOTHING

LOG_CAP, LOG_OVER = 3, 4  # of the terms of lanes, see ``packed``
# Between these e^x keeps its digits when it is multiplied by another such number.
TINY, LARGE = 1e-200, 300.0
# An index that moves by less, in spreads, is settled with this step if no lane comes to or from its quota.
NEARLY_SETTLED, CLEAR_OF_KINKS = 1e-8, 1e-5


@lean
def logistic(x):  # type: ignore[no-untyped-def]
    """curves.logistic"""
    return 1.0 / (1.0 + exp(min(-x, 709.0)))


@lean
def _use_of_maker(tranches, recovery, index, price):  # type: ignore[no-untyped-def]
    """need._use_of_makers for one of them: ln use, its slope, and its slope to the maker's own price."""
    top, total, answer, by_price = NOTHING, 0.0, 0.0, 0.0
    for t in range(len(tranches)):
        loss = (index + tranches[t, 1] - recovery * max(price, tranches[t, 3])) / tranches[t, 2]
        # the logistic and its integral share one exponential
        tail = exp(-abs(loss))
        part = tranches[t, 0] - max(loss, 0.0) - log1p(tail)
        rate = (1.0 if loss > 0.0 else tail) / ((1.0 + tail) * tranches[t, 2])
        share = exp(-abs(part - top))
        if part > top:
            total, answer, by_price = total * share, answer * share, by_price * share
            top, share = part, 1.0
        total += share
        answer += share * rate
        if price > tranches[t, 3]:
            by_price += share * rate * recovery
    if total > 0.0:
        return top + log(total), -answer / total, by_price / total
    return top, -answer, by_price


@lean
def _use_of_user(user, index):  # type: ignore[no-untyped-def]
    """need.use_of_users for one of them: ln use and its slope."""
    kept = max(index, user[3])
    log_use = user[0] - user[2] * (log(kept / user[1]) + min(index - user[3], 0.0) / user[3])
    use_slope = -user[2] / kept
    if kept > user[4]:
        log_use -= user[5] * log(kept / user[4])
        use_slope -= user[5] / kept
    if user[8] + user[9] > 0.0 and kept > user[6]:
        log_use -= user[8] * log(min(kept, user[7]) / user[6])
        if kept <= user[7]:
            use_slope -= user[8] / kept
        else:
            log_use -= user[9] * log(kept / user[7])
            use_slope -= user[9] / kept
    return log_use, use_slope


@lean
def orders_of(buyer, index, price):  # type: ignore[no-untyped-def]
    """need.orders_of for one buyer: ln orders, its slope, ln use, its slope, slope to the maker's own price.
    ``buyer``: (tranches (1, T, 4) if it is a maker, recovery, need (1, 10) if it is a user, choice (6,))."""
    makers, recovery, users, choice = buyer
    if len(makers) > 0:
        log_use, use_slope, by_price = _use_of_maker(makers[0], recovery, index, price)
    else:
        by_price = 0.0
        log_use, use_slope = _use_of_user(users[0], index)
    if choice[2] == 0.0 and choice[3] == 0.0:
        return log_use, use_slope, log_use, use_slope, by_price
    drawn = logistic((index - choice[4]) / choice[5])
    factor = 1.0 + choice[2] - choice[3] * drawn
    factor_slope = -choice[3] * drawn * (1.0 - drawn) / choice[5]
    return log_use + log(factor), use_slope + factor_slope / factor, log_use, use_slope, by_price


@lean
def log_unlimited(terms, outside, wanted, pull, above):  # type: ignore[no-untyped-def]
    """ln of the sum of e^z over the lanes without a quota and the backstop, which rise and fall as one. The
    pulls are e^(z - above); lanes out of all proportion dearer than that are counted from their own
    largest."""
    total, top = exp(outside - above), outside
    for k in range(len(wanted)):
        if terms[LOG_CAP, k] == inf:
            total += pull[k]
            top = max(top, wanted[k])
    if total > TINY:
        return above + log(total)
    if top == -inf:
        return -inf
    total = exp(outside - top)
    for k in range(len(wanted)):
        if terms[LOG_CAP, k] == inf:
            total += exp(wanted[k] - top)
    return top + log(total)


@lean
def _covered(terms, wanted, between, free):  # type: ignore[no-untyped-def]
    """capped._covered for one buyer: ln of the sum, the sum and what is held of it, over the largest term;
    how near a lane is to coming to or from its quota. ``free``: ln of the lanes without a quota, index in
    spreads, ln orders."""
    log_free, relative, log_order = free
    first, last = between
    top = log_free + relative
    for k in range(first, last):
        cap = terms[LOG_CAP, k]
        if cap < inf:
            z = wanted[k] + relative
            top = max(top, max(min(z, cap - log_order), z - terms[LOG_OVER, k]))
    total, held, from_kink = exp(log_free + relative - top), 0.0, inf
    for k in range(first, last):
        cap = terms[LOG_CAP, k]
        if cap < inf:
            z, allowed = wanted[k] + relative, cap - log_order
            beyond = z - terms[LOG_OVER, k]
            share = exp(max(min(z, allowed), beyond) - top)
            total += share
            from_kink = min(from_kink, min(abs(z - allowed), abs(beyond - allowed)))
            if z > allowed and allowed >= beyond:
                held += share
    return top + log(total), total, held, from_kink


@lean
def capped_index_usd_t(terms, buyer, price, wanted, log_free, start):  # type: ignore[no-untyped-def]
    """capped.capped_index_usd_t for one buyer; ``wanted`` its z without quotas, ``log_free`` of
    log_unlimited; ``start``: the index without quotas, a lower bound, and a guess."""
    spread, outside = buyer[3][0], buyer[3][1]
    low, high = start[0], max(-spread * outside, start[0])
    index = start[1] if low < start[1] < high else low
    between = _capped_between(terms, len(wanted))
    for _ in range(PASSES):
        log_order, slope, _u, _v, _w = orders_of(buyer, index, price)
        free = (log_free, index / spread, log_order)
        gap, total, held, from_kink = _covered(terms, wanted, between, free)
        rate = ((total - held) / spread - held * slope) / total
        if gap <= 0:
            low = index
        else:
            high = index
        reach = min(high, low + abs(low) + FIRST_REACH * spread)
        moved = index - gap / rate
        newton = low <= moved <= reach
        if not newton:
            moved = reach if high == inf else 0.5 * (low + reach)
        if gap == 0.0:
            moved = index
        change = abs(moved - index)
        # a step of Newton's squares what is left, between the kinks
        last_one = newton and change <= NEARLY_SETTLED * spread and from_kink > CLEAR_OF_KINKS
        index = moved
        if last_one or change <= SETTLED * (abs(index) + spread):
            break
    return index


@lean
def _capped_between(terms, count):  # type: ignore[no-untyped-def]
    """The lanes with a quota all stand from the first of these places to before the second."""
    first, last = 0, 0
    for k in range(count):
        if terms[LOG_CAP, k] < inf:
            first, last = k if last == 0 else first, k + 1
    return first, last

"""Measures of money: revenue, accounts of countries, what a policy costs whom."""

from __future__ import annotations

import numpy as np

from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import ONE, Target, word
from world.axes import Array

ACCOUNTS = (
    "welfare stake user_surplus final_user_surplus miner_profit refiner_profit maker_profit tariff levy"
)
ACCOUNTS += " export_tax quota_rent hub_margin support finance reserve capital"


def account_of(run: Outcome, where: frozenset[str], name: str) -> Array:
    """(round,) USD bn a year on an account of some countries."""
    rows = run.of(run.tables["countries"], "country", where)
    return run.total(rows, f"{name}_usd") * run.clock.rounds_per_year / 1e9


@word("USD bn a year", ONE)
def revenue(run: Outcome, target: Target) -> Array:
    """What producers of the place earn at their gate."""
    rows = run.of(run.rows("markets", target.goods), "country", target.where)
    earned = rows.assign(earned=rows["price_fob_usd_t"].fillna(0.0) * rows["output_t"])
    return run.total(earned, "earned") * run.clock.rounds_per_year / 1e9


@word("USD bn a year", ONE, ACCOUNTS, of_goods=False)
def account(run: Outcome, target: Target) -> Array:
    """An account of the place, over all goods of the case (table countries)."""
    return account_of(run, target.where, target.segment)


@word("% of GDP", ONE, "welfare stake", of_goods=False, against=True)
def loss_over_gdp(run: Outcome, target: Target) -> Array:
    """Loss on an account of the place against the variant named in relative_to, over its GDP."""
    assert target.against is not None
    lost = account_of(target.against, target.where, target.segment)
    lost = lost - account_of(run, target.where, target.segment)
    return np.asarray(100.0 * lost / sum(run.gdp_usd_bn[code] for code in target.where))


@word("share", ONE, "welfare stake", of_goods=False, against=True)
def net_over_user_cost(run: Outcome, target: Target) -> Array:
    """Loss of welfare of the place over the loss of its users, against the variant named in relative_to.
    Users lose what they pay more for the mean of what they use in both (welfare), or final users their
    surplus (stake)."""
    assert target.against is not None
    if target.segment == "stake":
        users = _lost(run, target, "final_user_surplus")
        return _over_loss(_lost(run, target, "stake"), users)
    dearer = users_pay_more(run, target.against, target)
    others = _lost(run, target, "welfare") - _lost(run, target, "user_surplus")
    return _over_loss(dearer + others, dearer)


def users_pay_more(run: Outcome, other: Outcome, target: Target) -> Array:
    """(round,) USD bn a year that users of the place pay more than in another run for the mean of what they
    use in the two. Their surplus, counted up to ten times the price, would weigh a shift of need, as when
    prices reach users late, far above what it costs them."""
    total, per_year = np.zeros(run.clock.rounds), run.clock.rounds_per_year / 1e9
    for good in target.goods:
        for code in sorted(target.where):
            here, there = (one.of(one.rows("markets", (good,)), "country", {code}) for one in (run, other))
            used = 0.5 * (run.total(here, "use_t") + other.total(there, "use_t"))
            price = [run.total(rows, "price_mean_usd_t") for rows in (here, there)]
            total += np.where(used > 0.0, (price[0] - price[1]) * used, 0.0) * per_year
    return total


def _lost(run: Outcome, target: Target, name: str) -> Array:
    """(round,) what an account of the place has less than in the run it is compared with."""
    assert target.against is not None
    return account_of(target.against, target.where, name) - account_of(run, target.where, name)


def _over_loss(lost: Array, users: Array) -> Array:
    return np.where(users > 0, ratio(lost, users), np.nan)

"""Who gained what, country by country: the accounts of market rows brought home to countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import REFINED, Array, Axes, Whole, scatter, scattering
from world.lanes.unrecorded import unrecorded_gain_usd
from world.market.arrays import Market
from world.market.clearing import Clearing
from world.market.lane_books import LaneBook, lane_books
from world.market.payments import added
from world.offers import Priced
from world.welfare import StageAccounts, account_over

ACCOUNTS = (
    "user_surplus",
    "miner_profit",
    "refiner_profit",
    "maker_profit",
    "tariff",
    "levy",
    "export_tax",
    "quota_rent",
    "unrecorded",
    "hub_margin",
    "fine",
    "support",
)
(
    USERS,
    MINERS,
    REFINERS,
    MAKERS,
    TARIFF,
    LEVY,
    EXPORT_TAX,
    QUOTA_RENT,
    UNRECORDED,
    HUB_MARGIN,
    FINE,
    SUPPORT,
) = range(len(ACCOUNTS))
PRODUCERS = (MINERS, REFINERS, MAKERS)
"""Account of the producers of each stage."""


@dataclass(frozen=True)
class CountryAccounts:
    """Accounts of market rows by country.

    usd : (row, account, country) USD a round, first-use basis
    final_surplus_usd : (row, country) the user surplus passed down to where the goods end up
    world_usd : (row,) total of the world, by which the sum over countries is checked
    """

    usd: Array
    final_surplus_usd: Array
    world_usd: Array

    def stake_usd(self, weight: Array) -> Array:
        """(row, country) welfare with user surplus split between first use (``weight``) and final use;
        weight : (row,).
        """
        users = self.usd[:, USERS]
        rest = self.usd.sum(axis=1) - users
        passed = (1.0 - weight[:, None]) * self.final_surplus_usd
        return np.asarray(rest + weight[:, None] * users + passed)


def country_accounts(
    priced: Priced,
    clearing: Clearing,
    axes: Axes,
    final_use: Array,
    hub: Sequence[Whole],
    capture_share: Array,
    captor: int,
) -> CountryAccounts:
    """Accounts by country of cleared rows; ``axes`` and all arrays are those of the rows.

    final_use : (row, country, user) share of what each user of metal makes that ends up in each country
    hub : per stage (row, way, handover, seller, buyer) country positions of the hubs, -1 none
    capture_share : (row,) part of the levy on the goods of ``captor`` that it takes over by an export tax of
        the same size; prices and trade do not move (known answer T9b), the revenue does
    """
    books = lane_books(priced.market, clearing, priced.charges)
    passed = [
        ways[book.lanes.row, np.maximum(book.lanes.route - 1, 0), :, book.lanes.seller, book.lanes.buyer]
        for ways, book in zip(hub, books, strict=True)
    ]
    return accounts_over(priced.market, clearing, books, axes, final_use, passed, capture_share, captor)


def accounts_over(
    market: Market,
    clearing: Clearing,
    lanes: Sequence[LaneBook],
    axes: Axes,
    final_use: Array,
    hub: Sequence[Whole],
    capture_share: Array,
    captor: int,
) -> CountryAccounts:
    """As :func:`country_accounts`, of a market cleared over listed lanes; ``hub`` per stage (lane, handover)
    what goods that go round pass."""
    n, rows = len(axes.countries), len(final_use)
    usd, final = np.zeros((rows, len(ACCOUNTS), n)), np.zeros((rows, n))
    books = account_over(market, clearing, lanes)
    for stage, book in enumerate(books):
        sellers, buyers = axes.sellers(stage), axes.buyers(stage)
        users = axes.users_of(stage)
        makers = buyers.shape[1] - users.shape[1]
        at_sellers, at_buyers, at_users = (scattering(places, n) for places in (sellers, buyers, users))
        surplus = book.surplus_usd - book.agreed_usd[:, makers:]
        usd[:, USERS] += at_users(surplus)
        if makers:
            agreed = book.agreed_usd[:, :makers]
            usd[:, PRODUCERS[stage + 1]] -= scatter(agreed, axes.makers_next(stage), n)
        usd[:, PRODUCERS[stage]] += at_sellers(book.profit_usd + book.feed_usd + book.contract_usd)
        usd[:, SUPPORT] -= at_sellers(book.support_usd)
        rent, tax = unrecorded_gain_usd(market.stages[stage], clearing.stages[stage], lanes[stage])
        # what leaves unrecorded pays those who bring it out, not who holds the quota, nor the treasury; what
        # is found of it stays with them: fines of a country on its own are no matter of its sum
        usd[:, EXPORT_TAX] += at_sellers(book.export_tax_usd - tax)
        usd[:, QUOTA_RENT] += at_sellers(book.premium_usd - rent) + at_buyers(book.holder_usd)
        usd[:, UNRECORDED] += at_sellers(rent + tax)
        usd[:, TARIFF] += at_buyers(book.duty_usd)
        usd[:, LEVY] += at_buyers(book.levy_usd)
        usd[:, FINE] += at_buyers(book.fine_usd)
        usd[:, HUB_MARGIN] += _hub_margins(book, hub[stage], (rows, n))
        if stage == REFINED:
            final += np.einsum("rnk,rk->rn", final_use, surplus)
        else:
            final += at_users(surplus)
        if capture_share.any():
            _capture(usd, book, sellers, buyers, capture_share, captor)
    world = np.sum([book.real_value_usd() for book in books], axis=0)
    return CountryAccounts(usd, final, world)


def _hub_margins(book: StageAccounts, hub: Whole, shape: tuple[int, int]) -> Array:
    """(row, country) margins earned by the third countries that goods passed, the same at every handover."""
    some = np.flatnonzero(book.by_lane.hub_margin_usd)
    row, passed = book.lanes.row[some], hub[some]
    each = book.by_lane.hub_margin_usd[some] / np.maximum((passed >= 0).sum(axis=1), 1)
    total = np.zeros(shape)
    for place in range(passed.shape[1]):
        there = passed[:, place] >= 0
        total += added(row[there], passed[there, place], each[there], shape)
    return total


def _capture(
    usd: Array, book: StageAccounts, sellers: Whole, buyers: Whole, share: Array, captor: int
) -> None:
    """Move the captor's part of the levy on its goods from importers to its export tax, in place."""
    lanes = book.lanes
    mine = sellers[lanes.row, lanes.seller] == captor
    taken = np.where(mine, share[lanes.row] * book.by_lane.levy_usd, 0.0)
    paid = added(lanes.row, lanes.buyer, taken, buyers.shape)
    usd[:, LEVY] -= scatter(paid, buyers, usd.shape[2])
    usd[:, EXPORT_TAX, captor] += paid.sum(axis=1)

"""Who gained what, country by country: the accounts of market rows brought home to countries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Axes, Whole, scatter
from world.market.arrays import Clearing
from world.offers import Priced
from world.welfare import Accounts, account

ACCOUNTS = (
    "user_surplus",
    "miner_profit",
    "refiner_profit",
    "tariff",
    "levy",
    "export_tax",
    "quota_rent",
    "hub_margin",
)
USERS, MINERS, REFINERS, TARIFF, LEVY, EXPORT_TAX, QUOTA_RENT, HUB_MARGIN = range(len(ACCOUNTS))


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
    mineral: Whole,
    axes: Axes,
    final_use: Array,
    hub: tuple[Whole, Whole],
    capture_share: float,
    captor: int,
) -> CountryAccounts:
    """Accounts by country of cleared rows.

    final_use : (mineral, country, user) share of what each first user makes that ends up in each country
    hub : per stage (mineral, seller, buyer) country position of the hub, -1 none
    capture_share : part of the levy on the goods of ``captor`` that it takes over by an export tax of the
        same size; prices and trade do not move (known answer T9b), the revenue does
    """
    book = account(priced.market, clearing, priced.ore_charges, priced.refined_charges)
    n = len(axes.countries)
    ore_sellers, refiners, users = axes.ore_sellers[mineral], axes.refiners[mineral], axes.users[mineral]
    usd = np.zeros((len(mineral), len(ACCOUNTS), n))
    usd[:, USERS] = scatter(book.consumer_surplus_usd, users, n)
    usd[:, MINERS] = scatter(book.ore_profit_usd + book.ore_feed_usd, ore_sellers, n)
    usd[:, REFINERS] = scatter(book.refining_profit_usd + book.refined_feed_usd, refiners, n)
    usd[:, TARIFF] = scatter(book.ore.duty_usd, refiners, n) + scatter(book.refined.duty_usd, users, n)
    usd[:, LEVY] = scatter(book.ore.levy_usd, refiners, n) + scatter(book.refined.levy_usd, users, n)
    usd[:, EXPORT_TAX] = scatter(book.ore.export_tax_usd, ore_sellers, n) + scatter(
        book.refined.export_tax_usd, refiners, n
    )
    usd[:, QUOTA_RENT] = scatter(book.ore.rent_usd, ore_sellers, n) + scatter(
        book.refined.rent_usd, refiners, n
    )
    usd[:, HUB_MARGIN] = _hub_margins(book, mineral, hub, n)
    if capture_share > 0.0:
        _capture(usd, clearing, mineral, axes, capture_share, captor)
    passed = np.einsum("rnk,rk->rn", final_use[mineral], book.consumer_surplus_usd)
    return CountryAccounts(usd, passed, _world_total_usd(book))


def _hub_margins(book: Accounts, mineral: Whole, hub: tuple[Whole, Whole], countries: int) -> Array:
    """Margins earned by the third countries that goods passed."""
    total = np.zeros((len(mineral), countries))
    for stage, hubs in ((book.ore, hub[0]), (book.refined, hub[1])):
        margin = stage.hub_margin_usd.sum(axis=1)
        rows, sellers, buyers = np.nonzero(margin)
        np.add.at(total, (rows, hubs[mineral[rows], sellers, buyers]), margin[rows, sellers, buyers])
    return total


def _world_total_usd(book: Accounts) -> Array:
    """(row,) value of use and of what went into stocks, less all real costs: what the accounts of
    countries must add up to.
    """
    total = (
        (book.use_value_usd + book.stock_value_usd).sum(axis=1)
        - book.mining_cost_usd.sum(axis=1)
        - book.refining_cost_usd.sum(axis=1)
    )
    for stage in (book.ore, book.refined):
        total = total - (stage.freight_usd + stage.other_usd + stage.backstop_usd + stage.switching_usd).sum(
            axis=1
        )
    world: Array = total
    return world


def _capture(usd: Array, clearing: Clearing, mineral: Whole, axes: Axes, share: float, captor: int) -> None:
    for levy, flow, sellers, buyers in (
        (clearing.ore_levy_usd_t, clearing.ore_flow_t, axes.ore_sellers, axes.refiners),
        (clearing.refined_levy_usd_t, clearing.refined_flow_t, axes.refiners, axes.users),
    ):
        paid = (levy * flow).sum(axis=1) * (sellers[mineral] == captor)[:, :, None]
        usd[:, LEVY] -= share * scatter(paid.sum(axis=1), buyers[mineral], usd.shape[2])
        usd[:, EXPORT_TAX, captor] += share * paid.sum(axis=(1, 2))

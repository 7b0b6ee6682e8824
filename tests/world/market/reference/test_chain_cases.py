"""Chains: two stages on paper (T11 of the formal core), three stages, several tranches, stocks of makers."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from buyer_choice import NoEquilibriumError
from chain_records import Chain, Desk, Lane, Maker, Outside, Seller, Stage, Taste, User
from chain_solver import solve
from curve_records import Linear, LinearNeed, Logistic, StockResponse, Tranche
from paper_chains import power_need, seller
from scipy.optimize import brentq

MINE, TASTE = Logistic(1.5, 0.4, 0.08), Taste(0.1)
CONVERSION = Logistic(1.3, 0.3, 0.1)


def plant(*tranches: Tranche, recovery: float = 0.9, taste: Taste = TASTE, **more: StockResponse) -> Seller:
    return Seller(maker=Maker(tranches or (Tranche(CONVERSION),), taste, recovery, **more))


def two_stages(middle: Seller, mine: Seller | None = None) -> Chain:
    ore = Stage((mine or seller(MINE),), (Lane(0, 0, charge_usd_t=0.02),))
    users = (User(power_need(1.0, 0.3, 0.05), TASTE),)
    return Chain((ore, Stage((middle,), (Lane(0, 0, charge_usd_t=0.03),), users)))


def test_t11_two_stages_one_of_each() -> None:
    books = solve(two_stages(plant()))
    assert books.prices[0, 0] == pytest.approx(0.4760857, abs=1e-7)
    assert books.prices[1, 0] == pytest.approx(1.0625452, abs=1e-7)
    assert books.stages[0].purchases[0].ordered_t == pytest.approx(1.0819960, abs=1e-7)
    assert books.stages[1].flow_t[0] == pytest.approx(0.9737964, abs=1e-7)


def test_tranches_are_a_sum_of_curves() -> None:
    """Halves of a mine and of a plant are the whole; a third tranche too dear to run adds nothing."""
    half_mine, half_plant = replace(MINE, capacity_t=0.75), replace(CONVERSION, capacity_t=0.65)
    idle = Logistic(1.0, 50.0, 0.1)
    split = two_stages(
        plant(Tranche(half_plant), Tranche(half_plant), Tranche(idle)), seller(half_mine, half_mine, idle)
    )
    assert list(solve(split).prices.values()) == pytest.approx(
        list(solve(two_stages(plant())).prices.values()), abs=1e-9
    )


def test_three_stages_one_of_each() -> None:
    """The metal price fixes what mine and last plant do: one equation in one unknown, users on the way."""
    makers = [plant(recovery=0.9), plant(Tranche(Logistic(1.2, 0.5, 0.2)), recovery=0.8)]
    metal_users = (User(LinearNeed(0.6, 0.3), TASTE),)
    chain = Chain(
        (
            Stage((seller(MINE),), (Lane(0, 0, charge_usd_t=0.02),)),
            Stage((makers[0],), (Lane(0, 0, charge_usd_t=0.03), Lane(0, 1)), metal_users),
            Stage((makers[1],), (Lane(0, 0),), (User(power_need(0.5, 0.4, 0.05), TASTE),)),
        )
    )

    def excess(metal_usd_t: float) -> float:
        """Metal made less metal used at this metal price, ore and magnets clearing."""
        ore = brentq(lambda p: MINE.tonnes(p) - CONVERSION.tonnes(0.9 * metal_usd_t - p - 0.02), -2.0, 5.0)
        take = Logistic(1.2, 0.5, 0.2)

        def magnets(price: float) -> float:
            return 0.8 * take.tonnes(0.8 * price - metal_usd_t - 0.03) - power_need(0.5, 0.4, 0.05).tonnes(
                price
            )

        price = brentq(magnets, 0.1, 20.0, xtol=1e-13)
        used = take.tonnes(0.8 * price - metal_usd_t - 0.03) + metal_users[0].need.tonnes(metal_usd_t)
        return 0.9 * MINE.tonnes(ore) - used

    books = solve(chain)
    assert books.prices[1, 0] == pytest.approx(brentq(excess, 0.1, 5.0, xtol=1e-12), abs=1e-9)
    assert books.own_t[0, 0] * 0.9 == pytest.approx(books.sold_t[1, 0], abs=1e-9)
    assert books.stages[1].flow_t[0] * 0.8 == pytest.approx(books.sold_t[2, 0], abs=1e-9)


def test_a_makers_stocks_feed_its_plant() -> None:
    """Drawing 40 % where ore is dear: orders fall, output does not; it falls short only by the price."""
    stock = StockResponse(0.0, 0.4, 0.3, 0.004)  # far below the ore price: the full 40 % is drawn
    books = solve(two_stages(plant(stock=stock)))
    bought, metal = books.stages[0].purchases[0], books.stages[1].flow_t[0]
    throughput = CONVERSION.tonnes(0.9 * books.prices[1, 0] - bought.index_usd_t)
    assert bought.ordered_t == pytest.approx(0.6 * throughput, rel=1e-6)
    assert metal == pytest.approx(0.9 * throughput, rel=1e-6)
    assert books.prices[0, 0] < solve(two_stages(plant())).prices[0, 0]


def test_a_makers_stocks_fill_with_ore_it_gets() -> None:
    """Building 20 % of throughput: what is bought beyond use does not become metal."""
    books = solve(two_stages(plant(stock=StockResponse(0.2, 0.0, 0.3, 0.1))))
    bought = books.stages[0].purchases[0]
    assert books.stages[1].flow_t[0] == pytest.approx(0.9 * bought.got_t / 1.2, rel=1e-9)


def test_a_makers_guaranteed_metal_price_keeps_its_plant_running() -> None:
    guaranteed = solve(two_stages(plant(Tranche(CONVERSION, guaranteed_usd_t=1.5))))
    free = solve(two_stages(plant()))
    index = guaranteed.stages[0].purchases[0].index_usd_t
    assert guaranteed.prices[1, 0] < free.prices[1, 0] < 1.5
    assert guaranteed.sold_t[1, 0] == pytest.approx(0.9 * CONVERSION.tonnes(0.9 * 1.5 - index), rel=1e-9)


def test_a_maker_without_ore_lanes_does_not_run_on_its_backstop() -> None:
    spare = plant(taste=Taste(0.1, (Outside(0.1, 0.0),)))
    chain = two_stages(plant())
    both = replace(
        chain.stages[1],
        sellers=(*chain.stages[1].sellers, spare),
        lanes=(Lane(0, 0, charge_usd_t=0.03), Lane(1, 0)),
    )
    books = solve(Chain((chain.stages[0], both)))
    assert (1, 1) not in books.prices
    assert books.stages[0].purchases[1].ordered_t == 0.0
    assert books.prices[1, 0] == pytest.approx(1.0625452, abs=1e-7)


def test_a_licence_on_ore_is_a_rent_for_its_exporter() -> None:
    """Half the ore as before: metal is priced as half the metal, the mine gets its cost and the premium."""
    mine, plain = seller(MINE), solve(two_stages(plant()))
    ore = Stage((mine,), (Lane(0, 0, charge_usd_t=0.02, desk=0),), desks=(Desk(0.5 * plain.sold_t[0, 0]),))
    books = solve(Chain((ore, two_stages(plant()).stages[1])))
    quota = ore.desks[0].quota_t
    metal = (0.9 * quota) ** (-1.0 / 0.3) - 0.03
    cost = 0.4 + 0.08 * log(quota / (1.5 - quota))
    margin = 0.3 + 0.1 * log(quota / (1.3 - quota))
    assert books.prices[1, 0] == pytest.approx(metal, rel=1e-8)
    assert books.prices[0, 0] == pytest.approx(cost, abs=1e-8)
    assert books.premia[0, 0] == pytest.approx(0.9 * metal - margin - 0.02 - cost, rel=1e-8)


def test_a_lane_to_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="names nobody"):
        Chain((Stage((seller(MINE),), (Lane(0, 1),), (User(power_need(1.0, 0.3), TASTE),)),))


def test_a_chain_that_cannot_clear_is_an_error() -> None:
    """Feed that must be sold, at a floor at which it is not all bought, and no disposal."""
    lane = Lane(0, 0, floor_usd_t=40.0)
    users = (User(LinearNeed(100.0, 2.0), TASTE),)
    with pytest.raises(NoEquilibriumError):
        solve(Chain((Stage((seller(feed_t=50.0),), (lane,), users),)))


def test_linear_supply_of_a_maker() -> None:
    """Throughput 2 (y p - P): any rising curve will do."""
    middle = plant(Tranche(Linear(2.0, 0.1)), recovery=0.5)
    ore = Stage((seller(Linear(4.0, 0.0)),), (Lane(0, 0),))
    books = solve(Chain((ore, Stage((middle,), (Lane(0, 0),), (User(LinearNeed(1.0, 1.0), TASTE),)))))
    # 4 p1 = 2 (p2 / 2 - p1 - .1) and half of it = 1 - p2
    assert books.prices[0, 0] == pytest.approx(0.1, abs=1e-9)
    assert books.prices[1, 0] == pytest.approx(0.8, abs=1e-9)

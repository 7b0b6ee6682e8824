"""What is bargained for signing, and what comes of it in the market and in the accounts."""

from __future__ import annotations

import pytest
from small_worlds import QUIET_LEADER, bind, make_world, measure, play, table

from agents.decision import Offer
from agents.ladder import ACTION_PLAN
from world.model import TradeWorld
from world.moves.invitations import duty_burden_usd


def world_with(offer: Offer) -> TradeWorld:
    """Japan and Germany bound by a floor in force, Japan on these terms."""
    world = make_world(
        "zone_floor",
        minerals=("ndpr",),
        rounds=6,
        zone__text_quarters=[0, 0],
        zone__standings={"JPN": "join", "DEU": "join"},
        accession__strategy="fixed",
        reserve__exists=False,
        dominant_refiner__doctrine="passive",
        **QUIET_LEADER,
    )
    play(world, world.decisions_open)
    bind(world, ["JPN", "DEU"])
    world.state.politics.agreed["JPN"] = offer
    return play(world)


def levied(world: TradeWorld, country: str) -> float:
    return float(table(world, "flows", round=5, destination=country)["levy_usd_t"].max())


def test_an_exempt_mineral_comes_in_without_the_levy_and_only_there() -> None:
    free, bound = world_with(Offer(exempt=("ndpr",))), world_with(Offer())
    assert levied(free, "JPN") == 0.0 < levied(bound, "JPN")
    assert levied(free, "DEU") > 0.0
    paid = [float(table(w, "countries", round=5, country="JPN")["levy_usd"].iloc[0]) for w in (free, bound)]
    assert paid[0] == 0.0 < paid[1]


def test_relief_from_duties_is_paid_while_the_country_is_bound_and_sums_to_zero() -> None:
    world = world_with(Offer(tariff_relief_usd=5e6, side_payment_usd=1e6))
    paid = table(world, "countries", round=5).set_index("country")["finance_usd"]
    assert paid["JPN"] == pytest.approx(6e6)
    assert paid["USA"] == pytest.approx(-6e6)
    assert paid.sum() == pytest.approx(0.0, abs=1e-3)


DUTY = measure("tariff", "USA", "2025-Q1", targets=("CAN",), minerals=("nickel",), size=0.25)


def package(rounds_per_year: int = 4, **given: object) -> TradeWorld:
    """Canada reviews its trade with the leader in the last quarter of 2026, minerals among the rest; it
    stands on the rung before the floor, and what it signs is in force at once."""
    world = make_world(
        "zone_floor",
        minerals=("nickel",),
        zone__stages=["ore"],  # so that members' waiver of duties leaves metal alone
        rounds=3 * rounds_per_year,
        measures=[DUTY],
        run__rounds_per_year=rounds_per_year,
        zone__text_quarters=[0, 0],
        zone__ratification_quarters=[0, 0],
        accession__strategies={"CAN": "linked_talks"},
        accession__talks={"CAN": "2026-Q4"},
        parameters__talks_bargaining_share=1.0,  # all that the leader gains or would lose goes to Canada
        institutions__off=["*"],
        dominant_refiner__doctrine="passive",
        **given,
    )
    play(world, world.decisions_open)
    world.state.politics.rung[world.base.axes.country("CAN")] = ACTION_PLAN
    return play(world)


@pytest.mark.parametrize("rounds_per_year", [4, 12])
def test_the_package_is_signed_at_its_deadline_and_relief_is_in_the_accounts_and_at_the_border(
    rounds_per_year: int,
) -> None:
    world = package(rounds_per_year)
    deadline = 7 if rounds_per_year == 4 else 21
    rows = table(world, "decisions", kind="accession", actor="CAN", subject="floor")
    signed = sorted(set(rows[rows["choice"] == "join"]["round"]))
    assert signed == [deadline]
    leader = table(world, "decisions", kind="offer", subject="CAN", choice="sign a package")
    assert set(leader["term"]) >= {"gain from its accession", "linked trade", "tariff relief"}
    offer = world.state.politics.agreed["CAN"]
    assert offer.tariff_relief_usd > 0.0
    paid = table(world, "countries", country="CAN").set_index("round")["finance_usd"]
    assert paid[deadline - 1] == pytest.approx(0.0, abs=1.0)
    assert paid[deadline + 1] >= offer.tariff_relief_usd
    burden = duty_burden_usd(world, [world.base.axes.country("CAN")])
    lifted = duty(world, deadline - 1) - duty(world, world.round - 1)
    assert lifted == pytest.approx(0.25 * offer.tariff_relief_usd / burden, rel=0.2)


def duty(world: TradeWorld, round_: int) -> float:
    """What the leader's duty and freight add to the price of Canada's nickel, over the price at the gate."""
    where = {"round": round_, "mineral": "nickel", "stage": "refined"}
    landed = table(world, "flows", origin="CAN", destination="USA", **where)["price_landed_usd_t"].iloc[0]
    return float(landed / table(world, "markets", country="CAN", **where)["price_fob_usd_t"].iloc[0]) - 1.0


def test_without_leave_to_give_there_is_no_relief_in_the_package() -> None:
    world = package(leader__offers=[])
    agreed = world.state.politics.agreed.get("CAN")
    assert agreed is None or agreed.paid_usd == 0.0
    assert not world.state.politics.duty_relief_share.any()

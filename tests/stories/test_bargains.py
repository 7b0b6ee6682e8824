"""What is bargained for signing, and what comes of it in the market and in the accounts."""

from __future__ import annotations

import pytest
from small_worlds import QUIET_LEADER, bind, make_world, play, table

from agents.decision import Offer
from world.model import TradeWorld


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

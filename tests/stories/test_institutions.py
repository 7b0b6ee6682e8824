"""What an economist expects of clubs and links beside the zone: trade along them, prices that part."""

from __future__ import annotations

import pytest
from small_worlds import measure, played, table

from world.model import TradeWorld

MINERALS = ["nickel", "cobalt"]
GERMANY = ["DEU", "CAN"]
LINK = {"members": GERMANY, "begins": "2026-Q1", "offtake_log": 0.5}
CLEAN = {"members": ["USA", "JPN", "KOR", "EU", "GBR", "CAN", "AUS"], "standard_index": 0.55}


def with_own(own: dict[str, object] | None, **given: object) -> TradeWorld:
    mine = {} if own is None else {"ours": own}
    settings = {"minerals": MINERALS, "rounds": 12, "institutions__off": ["*"], "institutions__own": mine}
    return played(**(settings | given))


def shipped(world: TradeWorld, seller: str, buyer: str, mineral: str = "nickel") -> float:
    rows = table(world, "flows", mineral=mineral, stage="refined", origin=seller, destination=buyer)
    return float(rows[rows["round"] >= 8]["flow_t"].sum())


def test_a_link_draws_exports_along_it() -> None:
    off, on = with_own(None), with_own(LINK)
    assert shipped(on, "CAN", "DEU") > 1.2 * shipped(off, "CAN", "DEU")
    assert shipped(on, "CAN", "USA") < shipped(off, "CAN", "USA")  # from where it sold before


def test_who_withholds_is_favoured_less() -> None:
    ban = measure("ban", "CAN", "2026-Q1", targets=("USA", "JPN", "NOR", "NLD"))
    calm, acted = with_own(LINK), with_own(LINK, measures=[ban])
    places = [world.base.axes.country("CAN") for world in (calm, acted)]
    known = [w.state.politics.reliability[p] for w, p in zip((calm, acted), places, strict=True)]
    assert known[0] == pytest.approx(1.0)
    assert known[1] < 0.9


def split(world: TradeWorld, mineral: str) -> float:
    rows = table(world, "standards", mineral=mineral, stage="refined")
    late = rows[rows["round"] >= 8]
    return float((late["price_clean_usd_t"] / late["price_other_usd_t"]).mean())


@pytest.mark.parametrize("mineral", MINERALS)
def test_a_premium_for_clean_supply_parts_prices_by_standard(mineral: str) -> None:
    """The premium is worth so much to the buyers who pay it; of what all pay, clean sellers gain a part."""
    parted = [
        split(with_own(CLEAN, parameters__clean_premium_share=premium), mineral)
        for premium in (0.0, 0.05, 0.1)
    ]
    assert parted[0] < parted[1] < parted[2]
    assert parted[2] < 1.1 * parted[0]


def test_money_of_a_club_builds_plants_of_members() -> None:
    club = {"members": ["AUS", "CAN"], "begins": "2026-Q1", "finance_usd_year": 2e10}
    off, on = (with_own(own, rounds=28, minerals=["lithium"]) for own in (None, club))
    built = [
        float(table(w, "markets", stage="ore", country="AUS", round=27)["capacity_t"].sum())
        for w in (off, on)
    ]
    assert built[1] > built[0]

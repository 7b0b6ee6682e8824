"""The ways in which a zone may keep its reference price: who can escape them, and who gets the money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import measure, same_tables, table, zone_world

from world.axes import ORE, REFINED, Array
from world.model import TradeWorld
from world.price_floor import gap_to_reference_usd_t
from world.round import happen, trade

OPEN = 4
JAPAN_ALONE = {"leader__country": "JPN", "minerals": ["ndpr"]}


def zone(form: str, rounds: int = OPEN + 2, **given: Any) -> TradeWorld:
    """Japan keeps a floor at its border alone, by this form."""
    return zone_world(**{**JAPAN_ALONE, "rounds": rounds, "zone__duty_form": form, **given})


def into_japan(world: TradeWorld, round_: int = OPEN) -> Any:
    """Direct lanes of refined metal into Japan, by origin."""
    rows = table(world, "flows", stage="refined", destination="JPN", round=round_, hub="")
    return rows[rows["origin"] != "JPN"].set_index("origin")


def account(world: TradeWorld, name: str, country: str = "JPN", round_: int = OPEN) -> float:
    return float(table(world, "countries", country=country, round=round_)[name].iloc[0])


def reference(world: TradeWorld, round_: int = OPEN) -> float:
    return float(table(world, "zone", stage="refined", round=round_)["reference_price_usd_t"].iloc[0])


def duties(world: TradeWorld) -> tuple[Array, Array]:
    """Specific and ad valorem duty on the lanes of refined metal into Japan, were another round played."""
    world.premise = world.premise.model_copy(
        update={"run": world.premise.run.model_copy(update={"rounds": world.round + 1})}
    )
    happen(world)
    charges = trade(world).priced.charges[REFINED]
    axes = world.base.axes
    to = axes.users[0] == axes.country("JPN")
    from_ = (axes.refiners[0] >= 0) & (axes.refiners[0] != axes.country("JPN"))
    lanes = from_[:, None] & to[None, :]
    return charges.import_duty_usd_t[0, 0][lanes], charges.tariff_share[0, 0][lanes]


def test_a_benchmark_duty_is_last_quarter_s_gap_and_the_same_for_all() -> None:
    world = zone("benchmark")
    gap = gap_to_reference_usd_t(world.state.politics.reference_usd_t, world.outside_prices[OPEN - 1])
    paid = account(world, "tariff_usd")
    flows = table(world, "flows", destination="JPN", round=OPEN)
    flows = flows[flows["origin"] != "JPN"]
    expected = sum(
        float(flows[flows["stage"] == name]["flow_t"].sum()) * gap[0, stage]
        for stage, name in ((ORE, "ore"), (REFINED, "refined"))
    )
    assert gap[0, REFINED] > 10_000.0
    assert paid == pytest.approx(expected, rel=2e-3)  # lanes under 1e-4 are not listed
    assert account(world, "levy_usd") == 0.0
    landed = into_japan(world)["price_landed_usd_t"]
    levied = into_japan(zone("levy"))["price_landed_usd_t"]
    assert levied.max() == pytest.approx(levied.min())
    assert landed.max() > landed.min() + 100.0  # no floor: the cheaper origin stays cheaper


def test_a_benchmark_duty_follows_the_price_and_a_specific_one_stays() -> None:
    moving, fixed = zone("benchmark", rounds=OPEN + 3), zone("specific", rounds=OPEN + 3)
    first = gap_to_reference_usd_t(fixed.state.politics.reference_usd_t, fixed.outside_prices[OPEN - 1])[
        0, REFINED
    ]
    np.testing.assert_allclose(duties(fixed)[0], first)
    latest = gap_to_reference_usd_t(moving.state.politics.reference_usd_t, moving.outside_prices[-1])
    np.testing.assert_allclose(duties(moving)[0], latest[0, REFINED])
    assert abs(latest[0, REFINED] - first) > 1.0


def test_a_benchmark_may_look_at_one_origin() -> None:
    keyed = zone("benchmark", zone__benchmark_index="CHN")
    price = table(keyed, "markets", stage="refined", country="CHN", round=OPEN + 1)["price_fob_usd_t"].iloc[0]
    np.testing.assert_allclose(duties(keyed)[0], reference(keyed) - price)


def test_an_ad_valorem_duty_lifts_each_lane_to_the_reference_at_the_prices_of_the_announcement() -> None:
    world = zone("ad_valorem")
    _, share = duties(world)
    assert share.max() > share.min() > 0.1
    before = into_japan(world, OPEN - 1)["price_landed_usd_t"]
    after = into_japan(world)
    expected = reference(world) / before - 1.0
    moved = after["price_landed_usd_t"] / (1.0 + expected)
    gate = table(world, "markets", stage="refined", round=OPEN).set_index("country")["price_fob_usd_t"]
    old = table(world, "markets", stage="refined", round=OPEN - 1).set_index("country")["price_fob_usd_t"]
    for origin in after.index:
        shift = gate[origin] - old[origin]
        assert moved[origin] == pytest.approx(before[origin] + shift, rel=1e-9), origin
    assert account(world, "levy_usd") == 0.0
    assert account(world, "tariff_usd") > 0.0


def test_a_minimum_price_leaves_the_gap_with_the_seller() -> None:
    asked, levied = zone("minimum_price"), zone("levy")
    for world in (asked, levied):
        np.testing.assert_allclose(into_japan(world)["price_landed_usd_t"], reference(world))
    assert account(asked, "levy_usd") == account(asked, "tariff_usd") == 0.0
    gained = account(asked, "quota_rent_usd", "CHN") - account(levied, "quota_rent_usd", "CHN")
    assert gained > 0.0
    handed = table(levied, "flows", round=OPEN, destination="JPN", origin="CHN")
    assert gained == pytest.approx((handed["levy_usd_t"] * handed["flow_t"]).sum(), rel=0.02)


def test_under_a_quota_usual_trade_comes_in_free_and_more_pays_the_gap() -> None:
    world = zone("quota", zone__quota_share=0.5)
    assert account(world, "levy_usd") == 0.0
    assert account(world, "tariff_usd") > 0.0
    whole, half = (account(zone("quota", zone__quota_share=share), "tariff_usd") for share in (1.0, 0.5))
    assert whole < half
    chinese = into_japan(world)["flow_t"]["CHN"]
    assert chinese > into_japan(zone("levy"))["flow_t"]["CHN"]


def test_the_dominant_refiner_cannot_capture_a_duty_that_is_the_same_for_all() -> None:
    """Known answer T9b and its counterpart: a levy can be taken over without moving a price, this cannot."""
    at_once = {"rounds": OPEN + 4, "parameters__levy_capture_delay_quarters": 2}
    for form, moved in (("levy", True), ("benchmark", False)):
        left = zone(form, **at_once)
        taken = zone(form, **at_once, dominant_refiner__levy_capture=1.0)
        assert bool(same_tables(left, taken)) is moved, form
        revenue = [account(world, "export_tax_usd", "CHN", OPEN + 3) for world in (left, taken)]
        assert (revenue[1] > revenue[0]) is moved


def test_a_tax_of_the_exporter_takes_the_place_of_a_levy_and_comes_on_top_of_a_benchmark_duty() -> None:
    tax = measure("export_tax", "CHN", "2026-Q1", stages=("refined",), targets=("JPN",), size=0.1)
    for form in ("levy", "benchmark"):
        free = zone(form, rounds=OPEN + 1)
        taxed = zone(form, rounds=OPEN + 1, measures=[tax])
        landed = [into_japan(world)["price_landed_usd_t"]["CHN"] for world in (free, taxed)]
        if form == "levy":
            assert landed[1] == pytest.approx(landed[0], rel=1e-9)
            assert account(taxed, "levy_usd") < account(free, "levy_usd")
        else:
            assert landed[1] > landed[0] + 1000.0
            sold = [into_japan(world)["flow_t"].sum() for world in (free, taxed)]
            per_tonne = [account(w, "tariff_usd") / t for w, t in zip((free, taxed), sold, strict=True)]
            assert per_tonne[1] == pytest.approx(per_tonne[0], rel=0.01)


def test_reading_a_binds_members_among_themselves_and_what_is_unsold_is_not_made() -> None:
    given = {"leader__country": "USA", "minerals": ["ndpr"], "rounds": OPEN + 1}
    border, inside = (zone_world(["AUS", "JPN"], zone__reading=letter, **given) for letter in "BA")
    members = ["USA", "AUS", "JPN"]
    for stage in ("ore", "refined"):
        floor = table(inside, "zone", stage=stage, round=OPEN)["reference_price_usd_t"].iloc[0]
        flows = table(inside, "flows", stage=stage, round=OPEN, hub="")
        both = flows[flows["origin"].isin(members) & flows["destination"].isin(members)]
        assert len(both) > 0
        assert (both["price_landed_usd_t"] >= floor * (1.0 - 1e-12)).all()
        assert (both["levy_usd_t"] == 0.0).all()
    made = [
        table(world, "markets", stage="refined", country="USA", round=OPEN)["output_t"].iloc[0]
        for world in (border, inside)
    ]
    assert made[1] < made[0]
    paid = [
        table(world, "markets", stage="refined", country="USA", round=OPEN)["price_mean_usd_t"].iloc[0]
        for world in (border, inside)
    ]
    assert paid[1] > 1.2 * paid[0]
    assert account(inside, "quota_rent_usd", "USA") > 0.0
    assert account(border, "quota_rent_usd", "USA") == pytest.approx(0.0, abs=1.0)

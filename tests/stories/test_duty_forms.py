"""The ways in which a zone may keep its reference price: who can escape them, and who gets the money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_worlds import measure, same_tables, table, zone_world

from world.axes import ORE, REFINED, Array
from world.cleared_market import Cleared
from world.model import TradeWorld
from world.parameters import load_parameters
from world.price_floor import gap_to_reference_usd_t
from world.round import happen, trade
from world.welfare import account as account_stages

OPEN = 4
SPOT = {f"parameters__{name}": 0.0 for name in load_parameters() if name.startswith("contract_share")}
"""All trade at spot prices: what is said of them here is exact."""
JAPAN_ALONE = {"leader__country": "JPN", "minerals": ["ndpr"], **SPOT}


def zone(form: str, rounds: int = OPEN + 2, **given: Any) -> TradeWorld:
    """Japan keeps a floor at its border alone, by this form."""
    return zone_world(**{**JAPAN_ALONE, "rounds": rounds, "zone__duty_form": form, **given})


def into_japan(world: TradeWorld, round_: int = OPEN) -> Any:
    """Direct trade in refined metal into Japan, by origin."""
    rows = table(world, "flows", stage="refined", destination="JPN", round=round_, hub="")
    rows = rows[rows["origin"] != "JPN"]
    paid = rows["flow_t"] * rows["price_landed_usd_t"]
    tonnes = rows.groupby("origin")["flow_t"].sum()
    price = paid.groupby(rows["origin"]).sum() / tonnes
    return pd.DataFrame({"flow_t": tonnes, "price_landed_usd_t": price})


def account(world: TradeWorld, name: str, country: str = "JPN", round_: int = OPEN) -> float:
    return float(table(world, "countries", country=country, round=round_)[name].iloc[0])


def reference(world: TradeWorld, round_: int = OPEN) -> float:
    return float(table(world, "zone", stage="refined", round=round_)["reference_price_usd_t"].iloc[0])


def another_quarter(world: TradeWorld) -> Cleared:
    """The market of one more round, governments at rest."""
    run = world.premise.run.model_copy(update={"rounds": world.round + 1})
    world.premise = world.premise.model_copy(update={"run": run})
    happen(world)
    return trade(world)


def duties(world: TradeWorld, cleared: Cleared, stage: int = REFINED) -> tuple[Array, Array]:
    """Specific and ad valorem duty on the direct lanes into Japan."""
    charges, axes = cleared.priced.charges[stage], world.base.axes
    japan, sellers = axes.country("JPN"), axes.sellers(stage)[0]
    lanes = ((sellers >= 0) & (sellers != japan))[:, None] & (axes.buyers(stage)[0] == japan)[None, :]
    specific = np.broadcast_to(charges.import_duty_usd_t[0, 0], lanes.shape)
    return specific[lanes], charges.tariff_share[0, 0][lanes]


def test_a_benchmark_duty_is_last_quarter_s_gap_and_the_same_for_all() -> None:
    world = zone("benchmark")
    assert account(world, "tariff_usd") > 0.0
    assert account(world, "levy_usd") == 0.0
    gap = gap_to_reference_usd_t(world.state.politics.reference_usd_t, world.outside_prices[-1])
    assert gap[0, REFINED] > 10_000.0
    cleared = another_quarter(world)
    books = account_stages(cleared.priced.market, cleared.clearing, cleared.priced.charges)
    for stage in (ORE, REFINED):
        specific, share = duties(world, cleared, stage)
        np.testing.assert_allclose(specific, gap[0, stage])
        assert (share == 0.0).all()
        axes, flow = world.base.axes, cleared.clearing.stages[stage].flow_t[0].sum(axis=0)
        japan = axes.country("JPN")
        from_abroad = axes.sellers(stage)[0] != japan
        here = axes.buyers(stage)[0] == japan
        bought = flow[from_abroad][:, here].sum()
        assert books[stage].duty_usd[0][here].sum() == pytest.approx(gap[0, stage] * bought, rel=1e-9)


def test_a_benchmark_duty_is_no_floor() -> None:
    landed = into_japan(zone("benchmark"))["price_landed_usd_t"]
    levied = into_japan(zone("levy"))["price_landed_usd_t"]
    assert levied.max() == pytest.approx(levied.min())
    assert landed.max() > landed.min() + 100.0  # the cheaper origin stays cheaper


def test_a_benchmark_duty_follows_the_price_and_a_specific_one_stays() -> None:
    moving, fixed = zone("benchmark", rounds=OPEN + 3), zone("specific", rounds=OPEN + 3)
    announced = fixed.outside_prices[OPEN - 1]
    first = gap_to_reference_usd_t(fixed.state.politics.reference_usd_t, announced)[0, REFINED]
    np.testing.assert_allclose(duties(fixed, another_quarter(fixed))[0], first)
    latest = gap_to_reference_usd_t(moving.state.politics.reference_usd_t, moving.outside_prices[-1])
    np.testing.assert_allclose(duties(moving, another_quarter(moving))[0], latest[0, REFINED])
    assert abs(latest[0, REFINED] - first) > 1.0


def test_a_benchmark_may_look_at_one_origin() -> None:
    keyed = zone("benchmark", zone__benchmark_index="CHN")
    price = table(keyed, "markets", stage="refined", country="CHN", round=OPEN + 1)["price_fob_usd_t"].iloc[0]
    np.testing.assert_allclose(duties(keyed, another_quarter(keyed))[0], reference(keyed) - price)


def test_an_ad_valorem_duty_lifts_each_lane_to_the_reference_at_the_prices_of_the_announcement() -> None:
    """What it would have lifted last quarter's landed price to is the reference, lane by lane."""
    world = zone("ad_valorem")
    before, after = into_japan(world, OPEN - 1)["price_landed_usd_t"], into_japan(world)
    gate = table(world, "markets", stage="refined", round=OPEN).set_index("country")["price_fob_usd_t"]
    old = table(world, "markets", stage="refined", round=OPEN - 1).set_index("country")["price_fob_usd_t"]
    for origin, landed in after["price_landed_usd_t"].items():
        lift = reference(world) / before[origin]
        value = before[origin] + gate[origin] - old[origin]
        assert landed == pytest.approx(lift * value, rel=1e-9), origin
    _, share = duties(world, another_quarter(world))
    assert share.max() > share.min() > 0.1
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
    world = zone("quota", minerals=["gallium"], zone__quota_share=0.5)
    assert account(world, "levy_usd") == 0.0
    assert account(world, "tariff_usd") > 0.0
    whole, half = (
        account(zone("quota", minerals=["gallium"], zone__quota_share=share), "tariff_usd")
        for share in (1.0, 0.5)
    )
    assert whole < half
    chinese = into_japan(world)["flow_t"]["CHN"]
    assert chinese > into_japan(zone("levy", minerals=["gallium"]))["flow_t"]["CHN"]


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
            gate = [
                table(world, "markets", stage="refined", country="CHN", round=OPEN)["price_fob_usd_t"].iloc[0]
                for world in (free, taxed)
            ]
            assert landed[1] - landed[0] == pytest.approx(1.1 * gate[1] - gate[0], rel=1e-9)


def test_reading_a_binds_members_among_themselves_and_what_is_unsold_is_not_made() -> None:
    given = {"leader__country": "USA", "minerals": ["ndpr"], "rounds": OPEN + 1, **SPOT}
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

"""Every instrument on a real market of one quarter: what it does exactly, and whose account it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from small_worlds import make_world, measure

from world.accounts import (
    EXPORT_TAX,
    LEVY,
    QUOTA_RENT,
    REFINERS,
    SUPPORT,
    TARIFF,
    USERS,
)
from world.axes import ORE, REFINED, Array, Mask
from world.cleared_market import Cleared
from world.market.clearing import StageClearing
from world.model import TradeWorld
from world.moves.country_view import excluded_usd
from world.parameters import load_parameters
from world.policy.measures import Measure
from world.round import happen, trade
from world.welfare import account

NOW = "2025-Q1"


@dataclass(frozen=True)
class Quarter:
    """One cleared quarter of one mineral."""

    world: TradeWorld
    cleared: Cleared

    def stage(self, stage: int = REFINED) -> StageClearing:
        return self.cleared.clearing.stages[stage]

    def lanes(self, origins: str, destinations: str, stage: int = REFINED) -> Mask:
        """(seller, buyer) lanes between countries; ``*`` for all, ``abroad`` for all but the other side."""
        axes = self.world.base.axes
        sellers, buyers = axes.sellers(stage)[0], axes.buyers(stage)[0]
        home = sellers[:, None] == buyers[None, :]
        return self._at(sellers, origins)[:, None] & self._at(buyers, destinations)[None, :] & ~home

    def _at(self, positions: Array, names: str) -> Mask:
        places = [self.world.base.axes.country(name) for name in names.split()] if names != "*" else None
        return (positions >= 0) & (True if places is None else np.isin(positions, places))

    def flow_t(self, origins: str, destinations: str, stage: int = REFINED, route: int = 0) -> float:
        flow = self.stage(stage).flow_t[0]
        if route >= len(flow):
            return 0.0
        return float(flow[route][self.lanes(origins, destinations, stage)].sum())

    def rent_usd(self, country: str, stage: int = REFINED) -> float:
        """What a country's sellers get above gate prices, at one stage."""
        book = account(self.cleared.priced.market, self.cleared.clearing, self.cleared.priced.charges)[stage]
        mine = self.world.base.axes.sellers(stage)[0] == self.world.base.axes.country(country)
        return float(book.premium_usd[0][mine].sum())

    def quota_rent_usd(self, country: str, stage: int = REFINED) -> float:
        """What the quotas of a country's border are worth to its importers, at one stage."""
        book = account(self.cleared.priced.market, self.cleared.clearing, self.cleared.priced.charges)[stage]
        mine = self.world.base.axes.buyers(stage)[0] == self.world.base.axes.country(country)
        return float(book.holder_usd[0][mine].sum())

    def account_usd(self, account: int, country: str) -> float:
        return float(self.cleared.accounts.usd[0, account, self.world.base.axes.country(country)])

    def paid_usd(self, account: int) -> float:
        return float(self.cleared.accounts.usd[0, account].sum())

    def fob_usd_t(self, country: str, stage: int = REFINED) -> float:
        place = self.world.base.axes.sellers(stage)[0].tolist().index(self.world.base.axes.country(country))
        return float(self.stage(stage).fob_usd_t[0, place])


SPOT = {f"parameters__{name}": 0.0 for name in load_parameters() if name.startswith("contract_share")}
"""All trade at spot prices: what is said of them here is exact."""


KEPT = {"parameters__unrecorded_start_share": 0.0}
"""Nothing leaves past an export quota (what does otherwise: see test_unrecorded)."""


def clear(*measures: Measure, mineral: str = "ndpr", **given: Any) -> Quarter:
    """The first quarter of a quiet world under these measures."""
    world = make_world(minerals=[mineral], rounds=2, measures=measures, **(SPOT | given))
    happen(world)
    cleared = trade(world)
    total = cleared.accounts.usd.sum(axis=(1, 2))
    np.testing.assert_allclose(total, cleared.accounts.world_usd, rtol=1e-9)
    return Quarter(world, cleared)


@pytest.fixture(scope="module")
def free() -> Quarter:
    return clear()


def on_ndpr(instrument: str, actor: str, size: float | None = None, **fields: Any) -> Measure:
    given = {"minerals": ("ndpr",), "stages": ("refined",), "size": size} | fields
    return measure(instrument, actor, NOW, **given)


def same_market(one: Quarter, other: Quarter) -> None:
    """Prices and flows agree as far as the market is cleared."""
    for stage in (ORE, REFINED):
        np.testing.assert_allclose(one.stage(stage).fob_usd_t, other.stage(stage).fob_usd_t, rtol=1e-7)
        first, second = one.stage(stage).flow_t.sum(1), other.stage(stage).flow_t.sum(1)
        np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-6)


class TestDutiesAndTaxes:
    def test_a_specific_tariff_is_revenue_of_the_importer_on_each_tonne(self, free: Quarter) -> None:
        taxed = clear(on_ndpr("specific_tariff", "JPN", 6.0, unit="USD/kg", targets=("CHN",)))
        rate = taxed.world.base.lanes(REFINED).tariff_share[0][taxed.lanes("CHN", "JPN")]
        assert (rate == 0.0).all()
        gained = taxed.account_usd(TARIFF, "JPN")
        assert gained == pytest.approx(6000.0 * taxed.flow_t("CHN", "JPN"), rel=1e-9)
        assert 0.0 < taxed.flow_t("CHN", "JPN") < free.flow_t("CHN", "JPN")
        assert taxed.fob_usd_t("CHN") < free.fob_usd_t("CHN")

    def test_a_specific_export_tax_is_revenue_of_the_exporter_on_each_tonne(self) -> None:
        taxed = clear(on_ndpr("specific_export_tax", "CHN", 5000.0, unit="USD/t"))
        assert taxed.account_usd(EXPORT_TAX, "CHN") == pytest.approx(
            5000.0 * taxed.flow_t("CHN", "*"), rel=1e-9
        )
        assert taxed.paid_usd(EXPORT_TAX) == taxed.account_usd(EXPORT_TAX, "CHN")

    def test_an_exclusion_falls_on_those_below_the_rung_alone(self) -> None:
        aligned = clear(on_ndpr("exclusion", "JPN", 0.5), zone__aligned_rung="forum")
        rungs = aligned.world.state.politics.rung
        outside = [
            name
            for place, name in enumerate(aligned.world.base.axes.countries)
            if rungs[place] < 1 and name not in ("USA", "JPN")
        ]
        assert "CHN" in outside
        duty = aligned.cleared.priced.charges[REFINED].tariff_share[0, 0]
        base = aligned.world.base.lanes(REFINED).tariff_share[0]
        lanes = aligned.lanes(" ".join(outside), "JPN")
        np.testing.assert_allclose((duty - base)[lanes], 0.5)
        assert np.abs((duty - base)[~lanes]).max() == 0.0
        assert lanes.sum() < aligned.lanes("*", "JPN").sum()
        world, axes = aligned.world, aligned.world.base.axes
        assert excluded_usd(world, [axes.country("CHN")]) > 0.0
        assert excluded_usd(world, np.flatnonzero(rungs >= 1).tolist()) == 0.0


class TestTariffQuota:
    def quota(self, size: float) -> Measure:
        return on_ndpr("tariff_quota", "JPN", size, targets=("CHN",), above=0.2)

    def above_usd(self, quarter: Quarter, size: float) -> float:
        duty = 0.2 * float(quarter.world.base.evidence.price_usd_t[0, REFINED])
        return duty * (quarter.flow_t("CHN", "JPN") - size / 4.0)

    def test_a_slack_one_changes_nothing(self, free: Quarter) -> None:
        slack = clear(self.quota(8.0 * free.flow_t("CHN", "JPN")))
        same_market(slack, free)
        assert slack.stage().rent_usd_t.max() == 0.0
        assert slack.account_usd(TARIFF, "JPN") == free.account_usd(TARIFF, "JPN")

    def test_the_duty_is_paid_on_what_is_above_and_on_nothing_else(self, free: Quarter) -> None:
        """At a fifth of the price above a small quota buyers go on, and pay for the tonnes above alone."""
        size = 4.0 * 0.2 * free.flow_t("CHN", "JPN")
        some = clear(self.quota(size))
        assert some.flow_t("CHN", "JPN") > size / 4.0
        revenue = some.account_usd(TARIFF, "JPN")
        assert revenue == pytest.approx(self.above_usd(some, size), rel=1e-6)

    def test_the_rent_of_what_comes_in_below_is_the_importer_s(self, free: Quarter) -> None:
        size = 4.0 * 0.2 * free.flow_t("CHN", "JPN")
        some = clear(self.quota(size))
        duty = 0.2 * float(some.world.base.evidence.price_usd_t[0, REFINED])
        assert some.quota_rent_usd("JPN") == pytest.approx(duty * size / 4.0, rel=1e-6)
        assert some.rent_usd("CHN") == pytest.approx(0.0, abs=1.0)
        gained = some.account_usd(QUOTA_RENT, "JPN") - free.account_usd(QUOTA_RENT, "JPN")
        assert gained == pytest.approx(some.quota_rent_usd("JPN"), rel=0.01)

    def test_one_just_below_usual_trade_holds_flow_at_the_quota(self, free: Quarter) -> None:
        """Where the rent is less than the duty nobody pays it."""
        size = 4.0 * 0.9 * free.flow_t("CHN", "JPN")
        held = clear(self.quota(size))
        lanes = held.lanes("CHN", "JPN")
        cap = held.cleared.priced.market.stages[REFINED].lanes.cap_t[0, 0][lanes]
        used = held.stage().flow_t[0, 0][lanes]
        assert (used <= cap * (1.0 + 1e-6)).all()
        assert used.max() == pytest.approx(cap[used.argmax()], rel=1e-6)
        rent = held.stage().rent_usd_t[0, 0][lanes].max()
        assert 0.0 < rent < 0.2 * float(held.world.base.evidence.price_usd_t[0, REFINED])
        collected = held.account_usd(TARIFF, "JPN") - free.account_usd(TARIFF, "JPN")
        assert abs(collected) < 1e-6 * rent * used.sum()

    def test_it_is_shared_out_by_usual_trade(self, free: Quarter) -> None:
        both = on_ndpr("tariff_quota", "JPN", 1000.0, targets=("CHN", "VNM"), above=0.2)
        cap = clear(both).cleared.priced.market.stages[REFINED].lanes.cap_t[0, 0]
        lanes = free.lanes("CHN VNM", "JPN")
        usual = free.world.state.markets.usual_flow_t[REFINED][0][lanes]
        np.testing.assert_allclose(cap[lanes], 250.0 * usual / usual.sum(), rtol=1e-12)
        assert np.isinf(cap[~lanes]).all()


class TestLeastPrices:
    def test_no_lane_lands_below_a_minimum_import_price_and_the_gap_is_the_seller_s(
        self, free: Quarter
    ) -> None:
        floor = 70_000.0
        bound = clear(on_ndpr("minimum_import_price", "JPN", floor / 1000.0, unit="USD/kg"))
        lanes = bound.lanes("*", "JPN")
        landed = bound.stage().landed_usd_t[0, 0][lanes]
        used = bound.stage().flow_t[0, 0][lanes] > 0.0
        assert (landed[used] >= floor * (1.0 - 1e-12)).all()
        assert landed[used] == pytest.approx(floor)
        assert free.stage().landed_usd_t[0, 0][lanes][used].max() < floor
        gap = floor - bound.fob_usd_t("CHN") - bound.world.base.lanes(REFINED).freight_usd_t[0]
        china = bound.lanes("CHN", "JPN")
        expected = float((gap * bound.stage().flow_t[0, 0])[china].sum())
        assert bound.rent_usd("CHN") == pytest.approx(expected, rel=1e-9)
        assert bound.paid_usd(LEVY) == bound.account_usd(TARIFF, "JPN") == 0.0

    def test_no_lane_leaves_below_a_minimum_export_price(self) -> None:
        floor = 65_000.0
        bound = clear(on_ndpr("minimum_export_price", "CHN", floor, unit="USD/t"))
        lanes = bound.lanes("CHN", "*")
        freight = bound.world.base.lanes(REFINED).freight_usd_t[0]
        tariff = bound.world.base.lanes(REFINED).tariff_share[0]
        landed = bound.stage().landed_usd_t[0, 0]
        np.testing.assert_allclose(landed[lanes], ((1.0 + tariff) * (floor + freight))[lanes])
        sold = bound.flow_t("CHN", "*")
        above = floor - bound.fob_usd_t("CHN")
        assert bound.rent_usd("CHN") == pytest.approx(above * sold, rel=1e-9)
        assert bound.fob_usd_t("CHN") < 55_000.0  # what cannot be sold abroad is cheap at home

    def test_a_floor_below_the_market_changes_nothing(self, free: Quarter) -> None:
        for instrument, actor in (("minimum_import_price", "JPN"), ("minimum_export_price", "CHN")):
            same_market(clear(on_ndpr(instrument, actor, 20.0, unit="USD/kg")), free)


class TestQuotasOfSellers:
    @pytest.mark.parametrize("part", [0.9, 0.5, 0.1])
    def test_an_export_quota_is_never_exceeded_and_its_rent_is_the_exporter_s(
        self, free: Quarter, part: float
    ) -> None:
        allowed = part * free.flow_t("CHN", "*")
        bound = clear(on_ndpr("export_quota", "CHN", 4.0 * allowed), **KEPT)
        sold = bound.flow_t("CHN", "*") + bound.flow_t("CHN", "*", route=1)
        assert sold == pytest.approx(allowed, rel=1e-6)
        premium = float(bound.stage().premium_usd_t[0].max())
        assert premium > 0.0
        assert bound.rent_usd("CHN") == pytest.approx(premium * allowed, rel=1e-6)
        others = [name for name in bound.world.base.axes.countries if name != "CHN"]
        assert sum(map(bound.rent_usd, others)) == pytest.approx(0.0, abs=1.0)
        china = bound.world.base.axes.refiners[0].tolist().index(bound.world.base.axes.country("CHN"))
        # at home it hardly follows: what may not leave stays, but makers of magnets there sell more of them
        rise = bound.stage().price_usd_t[0, china] - free.stage().price_usd_t[0, china]
        assert rise < 0.1 * premium

    def test_a_slack_export_quota_has_no_price_and_changes_nothing(self, free: Quarter) -> None:
        slack = clear(on_ndpr("export_quota", "CHN", 4.0 * 1.01 * free.flow_t("CHN", "*")))
        assert slack.stage().premium_usd_t.max() == pytest.approx(0.0, abs=1e-5)
        same_market(slack, free)
        assert slack.rent_usd("CHN") == pytest.approx(0.0, abs=1.0)

    def test_targets_together_and_each_by_itself(self, free: Quarter) -> None:
        allowed = 0.5 * free.flow_t("CHN", "JPN VNM")
        together = clear(on_ndpr("export_quota", "CHN", 4.0 * allowed, targets=("JPN", "VNM")), **KEPT)
        assert together.flow_t("CHN", "JPN VNM") == pytest.approx(allowed, rel=1e-6)
        assert together.flow_t("CHN", "USA") > free.flow_t("CHN", "USA")
        each = 0.25 * free.flow_t("CHN", "VNM")
        quota = on_ndpr("export_quota", "CHN", 4.0 * each, targets=("JPN", "VNM"), each=True)
        alone = clear(quota, **KEPT)
        for country in ("JPN", "VNM"):
            assert alone.flow_t("CHN", country) == pytest.approx(each, rel=1e-6)
        assert alone.stage().premium_usd_t.shape[1] == 2
        assert len(set(alone.stage().premium_usd_t[0].round(3))) == 2

    @pytest.mark.parametrize(("stage", "name"), [(ORE, "ore"), (REFINED, "refined")])
    def test_a_production_quota_counts_sales_at_home_too(self, free: Quarter, stage: int, name: str) -> None:
        china = free.world.base.axes.sellers(stage)[0] == free.world.base.axes.country("CHN")
        sold = float(free.stage(stage).flow_t[0][:, china].sum())
        bound = clear(on_ndpr("production_quota", "CHN", 4.0 * 0.8 * sold, stages=(name,)))
        assert float(bound.stage(stage).flow_t[0][:, china].sum()) == pytest.approx(0.8 * sold, rel=1e-6)
        assert bound.fob_usd_t("CHN", stage) > free.fob_usd_t("CHN", stage)
        assert bound.rent_usd("CHN", stage) > 0.0


class TestClosing:
    def test_an_embargo_closes_lanes_both_ways(self) -> None:
        shut = clear(measure("embargo", "CHN", NOW, targets=("USA", "JPN")))
        open_ = clear()
        for stage in (ORE, REFINED):
            for pair in (("CHN", "USA JPN"), ("USA JPN", "CHN")):
                assert shut.flow_t(*pair, stage=stage) == 0.0
        assert open_.flow_t("USA", "CHN", stage=ORE) > 0.0  # American ore went to China
        assert open_.flow_t("CHN", "JPN") > 0.0
        assert shut.flow_t("CHN", "VNM") > 0.0

    def test_freight_is_a_real_cost_and_nobody_s_income(self, free: Quarter) -> None:
        dear = clear(measure("freight", "CHN", NOW, targets=("JPN",), size=50.0))
        lanes = dear.lanes("CHN", "JPN")
        base = free.world.base.lanes(REFINED).freight_usd_t[0][lanes]
        np.testing.assert_allclose(
            dear.cleared.priced.charges[REFINED].freight_usd_t[0, 0][lanes], 50.0 * base
        )
        other = dear.lanes("CHN", "VNM")
        np.testing.assert_allclose(
            dear.cleared.priced.charges[REFINED].freight_usd_t[0, 0][other],
            free.world.base.lanes(REFINED).freight_usd_t[0][other],
        )
        assert dear.flow_t("CHN", "JPN") < free.flow_t("CHN", "JPN")
        assert dear.account_usd(USERS, "JPN") < free.account_usd(USERS, "JPN")

    def test_enforcement_is_told_to_those_who_look_after_the_way_round(self) -> None:
        audited = clear(measure("enforcement", "CHN", NOW, targets=("JPN",), size=0.4))
        countries = audited.world.base.axes.countries
        china, japan = countries.index("CHN"), countries.index("JPN")
        audits = audited.world.happenings.audit_share
        assert (audits[:, :, china, japan] == 0.4).all()
        assert (audits > 0.0).sum() == 2 * audits.shape[1]


class TestGuarantee:
    def contract(self, **fields: Any) -> Measure:
        return on_ndpr("guarantee", "USA", 110.0, unit="USD/kg", **fields)

    def covered(self, quarter: Quarter, guaranteed: bool) -> tuple[float, float]:
        """(tonnes of metal, price) that American refineries sell under the guarantee or beside it."""
        axes, metal = quarter.world.base.axes, quarter.stage()
        place = axes.refiners[0].tolist().index(axes.country("USA"))
        making = quarter.cleared.priced.market.stages[REFINED].making
        assured = making.guaranteed_usd_t[0, :, place] > 0.0
        taken = metal.throughput_t[0, :, place]
        made = float(metal.converted_t[0, place]) * float(taken[assured == guaranteed].sum() / taken.sum())
        return made, float(metal.price_usd_t[0, place])

    def test_the_producer_gets_the_price_and_the_treasury_pays_the_gap(self, free: Quarter) -> None:
        assured = clear(self.contract())
        tonnes, price = self.covered(assured, guaranteed=True)
        assert tonnes > 0.0
        assert price < 110_000.0
        support = -assured.account_usd(SUPPORT, "USA")
        assert support == pytest.approx((110_000.0 - price) * tonnes, rel=1e-9)
        assert assured.paid_usd(SUPPORT) == assured.account_usd(SUPPORT, "USA")
        assert self.covered(assured, guaranteed=False)[0] == 0.0
        gained = assured.account_usd(REFINERS, "USA") - free.account_usd(REFINERS, "USA")
        assert 0.0 < gained < support
        sold = assured.stage().converted_t[0].sum()
        assert sold > free.stage().converted_t[0].sum() * (1.0 - 1e-9)

    def test_tonnes_limit_what_is_covered(self) -> None:
        axes = make_world(minerals=["ndpr"], rounds=2).base.axes
        place = axes.refiners[0].tolist().index(axes.country("USA"))
        assured = clear(self.contract(tonnes=400.0))
        making = assured.cleared.priced.market.stages[REFINED].making
        recovery = float(assured.world.base.recovery[0])
        covered = making.guaranteed_usd_t[0, :, place] > 0.0
        assert covered.sum() == len(covered) / 2
        assert recovery * making.capacity_t[0, covered, place].sum() == pytest.approx(100.0)
        under, price = self.covered(assured, guaranteed=True)
        beside, _ = self.covered(assured, guaranteed=False)
        assert 0.0 < under <= 100.0
        assert beside > 0.0
        support = -assured.account_usd(SUPPORT, "USA")
        assert support == pytest.approx((110_000.0 - price) * under, rel=1e-9)
        others = np.arange(making.capacity_t.shape[2]) != place
        assert making.capacity_t[0][covered][:, others].sum() == 0.0

    def test_a_guarantee_below_the_market_costs_nothing(self, free: Quarter) -> None:
        cheap = clear(on_ndpr("guarantee", "USA", 20.0, unit="USD/kg"))
        same_market(cheap, free)
        assert cheap.paid_usd(SUPPORT) == 0.0

    def test_producers_believe_in_it_as_far_as_it_covers(self) -> None:
        world = clear(self.contract(tonnes=400.0)).world
        place = world.base.axes.refiners[0].tolist().index(world.base.axes.country("USA"))
        market = float(world.state.markets.believed_usd_t[REFINED][0, place])
        assert market < float(world.believed("refining")[0, place]) < 110_000.0
        whole = clear(self.contract()).world
        assert whole.believed("refining")[0, place] == pytest.approx(110_000.0)
        others = np.arange(whole.base.axes.refiners.shape[1]) != place
        np.testing.assert_array_equal(
            whole.believed("refining")[0, others],
            whole.state.markets.believed_usd_t[REFINED][0, others],
        )

    def test_a_guarantee_of_ore_is_paid_to_mines(self) -> None:
        assured = clear(on_ndpr("guarantee", "AUS", 60.0, unit="USD/kg", stages=("ore",)))
        axes, ore = assured.world.base.axes, assured.stage(ORE)
        place = axes.ore_sellers[0].tolist().index(axes.country("AUS"))
        mined = float(ore.output_t[0, :, place].sum())
        gap = 60_000.0 - float(ore.price_usd_t[0, place])
        assert -assured.account_usd(SUPPORT, "AUS") == pytest.approx(gap * mined, rel=1e-9)


class TestStateStocks:
    def test_what_a_state_buys_is_need_at_home_and_lifts_the_price(self, free: Quarter) -> None:
        bought = clear(on_ndpr("state_purchase", "CHN", 20_000.0))
        need = bought.cleared.priced.market.stages[REFINED].needs.need_t[0]
        before = free.cleared.priced.market.stages[REFINED].needs.need_t[0]
        china = bought.world.base.axes.users[0] == bought.world.base.axes.country("CHN")
        np.testing.assert_allclose((need - before)[china], 5000.0)
        np.testing.assert_array_equal(need[~china], before[~china])
        assert bought.fob_usd_t("CHN") > 1.01 * free.fob_usd_t("CHN")

    def test_what_a_state_sells_is_supply_at_home_and_lowers_the_price(self, free: Quarter) -> None:
        sold = clear(on_ndpr("state_release", "CHN", 8_000.0))
        feed = sold.stage().feed_t[0] - free.stage().feed_t[0]
        china = sold.world.base.axes.refiners[0] == sold.world.base.axes.country("CHN")
        np.testing.assert_allclose(feed[china], 2000.0)
        np.testing.assert_allclose(feed[~china], 0.0, atol=1e-9)
        assert sold.fob_usd_t("CHN") < free.fob_usd_t("CHN")

    def test_a_state_without_industry_can_buy(self) -> None:
        bought = clear(on_ndpr("state_purchase", "NOR", 400.0))
        axes = bought.world.base.axes
        place = axes.users[0].tolist().index(axes.country("NOR"))
        count = axes.users.shape[1]
        got = bought.stage().flow_t[0].sum(axis=(0, 1))[-count:][place]
        assert 0.5 * 100.0 < got < 1.5 * 100.0

"""A round in order, and what must hold in every round of every scenario of the library."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from small_worlds import make_world, play, played, table

import world.round as round_module
from world.accounts import ACCOUNTS
from world.axes import STAGES
from world.cleared_market import Cleared
from world.lanes.terms import SAME_FOR_ALL
from world.market.clearing import Clearing
from world.model import TradeWorld
from world.scenario import list_scenarios
from world.zone import floor_members

LIBRARY = [key for key, _, _ in list_scenarios()]
LIVELY = {
    "minerals": ["ndpr", "cobalt", "gallium"],
    "rounds": 10,
    "run__shocks": True,
    "history": True,
    "zone__text_quarters": [0, 1],
    "zone__ratification_quarters": [0, 0],
    "parameters__accession_review_probability": 0.5,
}


class Rounds:
    """Every round of a scenario as it was cleared."""

    def __init__(self, name: str, **settings: object) -> None:
        self.world = make_world(name, **(settings or LIVELY))
        self.cleared: list[Cleared] = []
        self.members: list[np.ndarray] = []

    def play(self, patch: pytest.MonkeyPatch) -> Rounds:
        record = round_module.measure

        def keep(world: TradeWorld, cleared: Cleared) -> None:
            self.cleared.append(cleared)
            self.members.append(
                floor_members(world.state.politics, world.premise.zone) & world.state.politics.floor_in_force
            )
            record(world, cleared)

        patch.setattr(round_module, "measure", keep)
        play(self.world)
        return self


@pytest.fixture(scope="module", params=LIBRARY)
def rounds(request: pytest.FixtureRequest) -> Rounds:
    with pytest.MonkeyPatch.context() as patch:
        return Rounds(request.param).play(patch)


def test_the_accounts_of_all_countries_add_up_to_the_worlds(rounds: Rounds) -> None:
    assert len(rounds.cleared) == LIVELY["rounds"]
    mined = (rounds.world.base.axes.ore_sellers >= 0).any(axis=1)
    for cleared in rounds.cleared:
        total = cleared.accounts.usd.sum(axis=(1, 2))
        np.testing.assert_allclose(total[mined], cleared.accounts.world_usd[mined], rtol=1e-9)


NO_ORE = "no taste for ore where there is none: its spread, the switching cost and so the world total are NaN"


def test_the_accounts_of_minerals_without_ore_add_up_too() -> None:
    cleared = round_module.trade(make_world(minerals=["gallium", "germanium"], rounds=2))
    np.testing.assert_allclose(cleared.accounts.usd.sum(axis=(1, 2)), cleared.accounts.world_usd, rtol=1e-9)


def test_what_is_recorded_adds_up_to_welfare(rounds: Rounds) -> None:
    rows = table(rounds.world, "countries")
    totals = {"final_user_surplus_usd", "welfare_usd", "stake_usd"}
    parts = [name for name in rows if name.endswith("_usd") and name not in totals]
    assert {f"{name}_usd" for name in ACCOUNTS} < set(parts)
    scale = rows["welfare_usd"].abs().max()
    np.testing.assert_allclose(rows[parts].sum(axis=1) / scale, rows["welfare_usd"] / scale, atol=1e-12)
    np.testing.assert_allclose(
        rows.groupby("round")["stake_usd"].sum(), rows.groupby("round")["welfare_usd"].sum(), rtol=1e-9
    )
    np.testing.assert_allclose(rows.groupby("round")["finance_usd"].sum(), 0.0, atol=1.0)


def balances(clearing: Clearing, yields: list[np.ndarray]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Both sides of each mass balance, (mineral, seller or buyer)."""
    both = {}
    for stage, at in enumerate(clearing.stages):
        made = at.converted_t + at.output_t.sum(axis=1) + at.feed_t - at.disposal_t
        got = at.flow_t.sum(axis=(1, 2))
        both[f"{STAGES[stage]} sold"] = (at.flow_t.sum(axis=(1, 3)), made)
        both[f"{STAGES[stage]} bought"] = (got, at.use_t + at.stock_change_t)
        both[f"{STAGES[stage]} ordered"] = (got + at.unmet_t, at.ordered_t)
        if stage + 1 < len(STAGES):
            following = clearing.stages[stage + 1]
            used = at.use_t[:, : following.converted_t.shape[1]]
            both[f"{STAGES[stage]} made into more"] = (
                following.converted_t,
                yields[stage + 1][:, None] * used,
            )
    return both


def test_mass_balances_in_every_round(rounds: Rounds) -> None:
    for number, cleared in enumerate(rounds.cleared):
        assert cleared.clearing.residual.max() < 1e-9
        for name, (one, other) in balances(
            cleared.clearing, [rounds.world.base.yield_of(stage) for stage in range(len(STAGES))]
        ).items():
            scale = np.maximum(np.abs(other).sum(axis=1, keepdims=True), 1e-9)
            np.testing.assert_allclose(
                one / scale, other / scale, atol=1e-9, err_msg=f"round {number}, {name}"
            )


def test_no_flow_no_use_and_no_price_is_negative(rounds: Rounds) -> None:
    for cleared in rounds.cleared:
        clearing = cleared.clearing
        for at in clearing.stages:
            for name in (
                "flow_t",
                "output_t",
                "throughput_t",
                "unmet_t",
                "levy_usd_t",
                "rent_usd_t",
                "premium_usd_t",
            ):
                assert (getattr(at, name) >= 0.0).all(), name
            total = at.use_t.sum(axis=1, keepdims=True)
            assert (at.use_t >= -1e-9 * total).all()
            sold = at.flow_t.sum(axis=(1, 3)) > 1e-6 * at.flow_t.sum(axis=(1, 2, 3))[:, None]
            assert (at.price_usd_t[sold] > 0.0).all()


def test_ceilings_and_licences_hold(rounds: Rounds) -> None:
    for cleared in rounds.cleared:
        market, clearing = cleared.priced.market, cleared.clearing
        for stage, at in zip(market.stages, clearing.stages, strict=True):
            free = np.where(np.isinf(stage.lanes.over_quota_usd_t), stage.lanes.cap_t, np.inf)
            assert (at.flow_t <= free * (1 + 1e-6) + 1e-9).all()
            for row, desk in np.argwhere(stage.desks.seller >= 0):
                flow = at.flow_t[row, :, stage.desks.seller[row, desk], :]
                sold = flow[stage.desks.lanes[row, desk]].sum()
                past = stage.desks.unrecorded_t(at.premium_usd_t)[row, desk]
                quota = stage.desks.quota_t[row, desk] + past
                assert sold <= quota * (1 + 1e-6) + 1e-9
                if sold < quota * (1 - 1e-6):
                    part = min(max((sold - past) / stage.desks.asked_over_t[row, desk], 0.0), 1.0)
                    asked = part * stage.desks.asked_usd_t[row, desk]
                    near = 1e-6 * np.abs(at.price_usd_t[row]).max()
                    assert at.premium_usd_t[row, desk] == pytest.approx(asked, abs=near)


def test_a_closed_lane_carries_nothing(rounds: Rounds) -> None:
    for cleared in rounds.cleared:
        for border, at in zip(cleared.setting.borders, cleared.clearing.stages, strict=True):
            assert (at.flow_t[:, 0][border.approval_share <= 0.0] <= 1e-9).all()


def test_outsiders_goods_land_at_the_reference_or_above(rounds: Rounds) -> None:
    axes = rounds.world.base.axes
    if rounds.world.premise.zone.duty_form in SAME_FOR_ALL:
        pytest.skip("a duty the same for all, set on last quarter's prices, is no floor")
    for cleared, members in zip(rounds.cleared, rounds.members, strict=True):
        for stage in range(len(STAGES)):
            landed = cleared.clearing.stages[stage].landed_usd_t
            sellers, buyers = axes.sellers(stage), axes.buyers(stage)
            outside = (sellers >= 0) & ~members[np.maximum(sellers, 0)]
            inside = (buyers >= 0) & members[np.maximum(buyers, 0)]
            into = outside[:, None, :, None] & inside[:, None, None, :] & np.ones_like(landed, dtype=bool)
            reference = np.nan_to_num(cleared.setting.reference_usd_t[:, stage])[
                :, None, None, None
            ] * np.ones_like(landed)
            assert (landed[into] >= reference[into] * (1 - 1e-9)).all()


def test_goods_pass_no_barred_country(rounds: Rounds) -> None:
    flows = table(rounds.world, "flows")
    through = flows[flows["hub"] != ""]
    barred = {
        rounds.world.base.axes.countries[place] for place in (rounds.world.leader, rounds.world.dominant)
    }
    for passed in ("hub", "last_shipper"):
        assert not set(through[passed]) & barred
        assert (through[passed] != through["origin"]).all()
        assert (through[passed] != through["destination"]).all()
    direct = flows[flows["hub"] == ""]
    assert (direct["last_shipper"] == direct["origin"]).all()


def test_the_reserve_balances_to_the_cent(rounds: Rounds) -> None:
    if rounds.world.reserve is not None:
        assert abs(rounds.world.reserve.gap_usd()) < 0.01


def test_the_recorded_shares_are_shares(rounds: Rounds) -> None:
    shares = {
        "markets": ["import_share", "dominant_share"],
        "zone": ["dominant_share", "concentration_hhi", "member_share", "member_dependence_share"],
        "countries": ["trust_in_leader", "trust_in_dominant", "unmet_share", "dependence_on_dominant_share"],
    }
    for name, columns in shares.items():
        values = table(rounds.world, name)[columns].to_numpy(float)
        assert (values >= -1e-9).all(), name
        assert (values <= 1.0 + 1e-9).all(), name


def test_output_stays_within_working_capacity_and_feed(rounds: Rounds) -> None:
    for cleared in rounds.cleared:
        for stage, at in zip(cleared.priced.market.stages, cleared.clearing.stages, strict=True):
            assert (at.output_t <= stage.own.capacity_t * (1 + 1e-12)).all()
            assert (at.throughput_t <= stage.making.capacity_t * (1 + 1e-12)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zone_floor", "zone_floor_retaliation", "embargo"])
def test_ten_years_of_all_minerals_keep_every_promise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Rounds(name, minerals=["*"], rounds=44, run__shocks=True, history=True).play(monkeypatch)
    for check in (
        test_mass_balances_in_every_round,
        test_no_flow_no_use_and_no_price_is_negative,
        test_ceilings_and_licences_hold,
        test_a_closed_lane_carries_nothing,
        test_outsiders_goods_land_at_the_reference_or_above,
        test_goods_pass_no_barred_country,
        test_the_reserve_balances_to_the_cent,
        test_the_recorded_shares_are_shares,
        test_output_stays_within_working_capacity_and_feed,
        test_what_is_recorded_adds_up_to_welfare,
    ):
        check(whole)


def test_governments_move_only_once_decisions_are_open() -> None:
    world = played("zone_floor", rounds=8, minerals=["ndpr"], history=True)
    assert table(world, "decisions")["round"].min() == world.decisions_open == 4
    assert np.isnan(table(world, "zone")["reference_price_usd_t"][: 2 * world.decisions_open]).all()


@pytest.mark.parametrize("order", ["leader_first", "refiner_first"])
def test_the_order_of_moves_is_a_switch(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    monkeypatch.setattr(round_module, "move_leader", lambda world: moved.append("leader"))
    monkeypatch.setattr(round_module, "move_countries", lambda world, shared: moved.append("countries"))
    monkeypatch.setattr(round_module, "move_dominant_refiner", lambda world, shared: moved.append("refiner"))
    round_module.move_governments(make_world("zone_floor", rounds=1, run__order=order))
    assert moved == [
        "leader",
        *(["countries", "refiner"] if order == "leader_first" else ["refiner", "countries"]),
    ]


def test_nothing_happens_beyond_the_horizon() -> None:
    world = make_world(rounds=2)
    play(world)
    assert world.finished
    before = len(table(world, "markets"))
    world.step()
    assert world.round == 2
    assert len(table(world, "markets")) == before


def test_a_world_that_nobody_holds_is_let_go() -> None:
    world = play(make_world("zone_floor", rounds=1, minerals=["ndpr"]))
    seen = weakref.ref(world)
    del world
    gc.collect()
    assert seen() is None

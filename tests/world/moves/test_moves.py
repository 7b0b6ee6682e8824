"""What governments do in a round: side payments kept, controls widened, members that leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import QUIET_LEADER, bind, make_world, play, table, zone_world

from agents.bargaining import SWEETENER
from agents.decision import ControlDecision, CountryDecision, ImposedControl, Offer
from agents.ladder import FLOOR
from agents.view import Accounts, Answer, RefinerView, WhatIfMember
from world.axes import REFINED
from world.industry.finance import finance_paid_usd
from world.model import TradeWorld
from world.moves.country_view import view_of
from world.moves.leader import leader_view
from world.moves.review import remember_bargain
from world.state import Control

# --- side payments: what a holdout lacked is offered, and what was promised is paid


def bargaining_world() -> TradeWorld:
    return play(
        make_world(
            "zone_floor",
            rounds=12,
            zone__text_quarters=[0, 0],
            accession__strategy="fixed",
            reserve__exists=False,
        ),
        6,
    )


def offered(world: TradeWorld, choice: str, short: float = 1e6) -> float:
    """The side payment on offer to Indonesia after it answered so, ``short`` of joining on the last offer."""
    country = next(one for one in world.population if one.iso3 == "IDN")
    decision = CountryDecision("IDN", "accession", choice, "join", "floor", {"users": -short})
    answer = {WhatIfMember(): Answer(Accounts(), Accounts(), {"leader": 1e8})}
    view = replace(view_of(world, country), duty_burden_usd=0.0)
    remember_bargain(world, view, decision, answer)
    decided = world.leader_strategy.decide(leader_view(world), updates_prices=False)
    world.state.politics.offers = dict(decided.offers)
    return decided.offers.get("IDN", Offer()).side_payment_usd


def test_a_holdout_is_offered_what_it_lacked_and_a_little_more() -> None:
    assert offered(bargaining_world(), "hold_out") == pytest.approx(SWEETENER * 1e6)


def test_an_offer_stands_until_the_country_has_signed() -> None:
    world = bargaining_world()
    first = offered(world, "hold_out")
    assert offered(world, "prepare", short=-1e4) == first


def test_an_offer_that_fell_short_is_raised() -> None:
    world = bargaining_world()
    first = offered(world, "hold_out")
    assert offered(world, "hold_out", short=5e5) == pytest.approx(SWEETENER * (first + 5e5))


def test_a_payment_promised_for_signing_is_paid_once_the_floor_binds() -> None:
    world = bargaining_world()
    promised = offered(world, "hold_out")
    offered(world, "join")
    indonesia = world.base.axes.country("IDN")
    assert finance_paid_usd(world)[indonesia] < promised  # not before it is bound
    bind(world, ["IDN"])
    kept = finance_paid_usd(world)[indonesia]
    offered(world, "leave")
    assert kept - finance_paid_usd(world)[indonesia] == pytest.approx(promised)


# --- widening a control


def test_widening_a_control_does_not_punish_its_old_targets_again() -> None:
    def trust_after(targets: tuple[str, ...]) -> float:
        world = make_world("baseline", rounds=8, dominant_refiner__doctrine="passive", **QUIET_LEADER)
        play(world, 4)
        japan = world.base.axes.country("JPN")
        world.state.politics.controls.append(Control(world.dominant, 0, REFINED, (japan,), 0.4, 3, "first"))
        world.doctrine = Widens(targets)
        play(world, 5)
        return float(world.state.politics.trust_dominant[japan])

    assert trust_after(("DEU", "JPN")) == pytest.approx(trust_after(()))


class Widens:
    """A doctrine that puts one control on the given targets, or none."""

    def __init__(self, targets: tuple[str, ...]) -> None:
        self.targets = targets

    def questions(self, view: RefinerView) -> tuple[()]:
        return ()

    def decide(self, view: RefinerView, answers: object) -> ControlDecision:
        wider = ImposedControl("ndpr", self.targets, 0.4, "wider")
        return ControlDecision((wider,) if self.targets else ())


def test_a_member_that_leaves_no_longer_upholds_the_floor() -> None:
    world = make_world(
        "zone_floor",
        rounds=8,
        zone__text_quarters=[0, 0],
        zone__standings={"KOR": "join"},
        accession__strategy="fixed",
        reserve__exists=False,
        parameters__accession_review_probability=1.0,
        **QUIET_LEADER,
    )
    play(world, 5)
    bind(world, ["JPN", "KOR"])
    world.step()
    rung = world.state.politics.rung
    assert rung[world.base.axes.country("KOR")] == FLOOR
    assert rung[world.base.axes.country("JPN")] == FLOOR - 1  # a fixed holdout leaves at its first review
    levy = table(world, "countries", round=5).set_index("country")["levy_usd"]
    assert levy["JPN"] == 0.0


# --- duties in answer


def test_duties_in_answer_are_told_once_and_name_whom_they_hit() -> None:
    members = ["JPN", "KOR"]
    world = zone_world(members, rounds=8, dominant_refiner__doctrine="tit_for_tat")
    told = table(world, "events")
    told = told[(told["kind"] == "decision") & (told["instrument"] == "tariff")]
    hit = [code for targets in told["targets"] for code in targets.split(";")]
    assert set(members) <= set(hit)
    assert len(hit) == len(set(hit))
    assert set(told["actor"]) == {"CHN"}
    laid = world.state.politics.counter_duty_share
    assert sorted(hit) == sorted(world.base.axes.countries[place] for place in np.flatnonzero(laid))
    assert "duty of 10% on the goods of " in told["text"].iloc[0]


# --- what a scenario writes for governments


def test_a_country_does_what_is_written_and_decides_by_itself_before() -> None:
    options = {"rounds": 6, "zone__text_quarters": [0, 0], "reserve__exists": False}
    plain = play(make_world("zone_floor", **options), 6)
    written = {"JPN": {"2026-Q1": "join", "2026-Q2": "hold_out"}}
    told = play(make_world("zone_floor", zone__decisions=written, **options), 6)
    first = told.clock.round_named("2026-Q1")
    decisions = table(told, "decisions")
    own = decisions[(decisions["actor"] == "JPN") & (decisions["round"] >= first)]
    assert own[["quarter", "choice"]].drop_duplicates().to_numpy().tolist()[0] == ["2026-Q1", "join"]
    assert set(own["quarter"]) <= {"2026-Q1", "2026-Q2"}
    before = [table(world, "countries") for world in (plain, told)]
    early = [frame[frame["round"] < first].reset_index(drop=True) for frame in before]
    assert early[0].equals(early[1])


def test_the_dominant_refiner_does_what_is_written_for_it() -> None:
    options = {"rounds": 7, "reserve__exists": False, "dominant_refiner__doctrine": "passive"}
    moves = {"2026-Q1": ["ban ndpr refined"], "2026-Q3": ["relieve ndpr refined"]}
    world = play(make_world("zone_floor", dominant_refiner__decisions=moves, **options), 7)
    decisions = table(world, "decisions")
    own = decisions[decisions["role"] == "dominant_refiner"]
    assert own[["quarter", "choice"]].to_numpy().tolist() == [["2026-Q1", "ban"], ["2026-Q3", "relent"]]
    prices = table(world, "markets").query("mineral == 'ndpr' and stage == 'refined' and country == 'JPN'")
    price = prices.set_index("quarter")["price_spot_usd_t"]
    assert price["2026-Q2"] > 1.2 * price["2025-Q4"]
    assert world.state.politics.controls == []


def test_a_scale_of_the_floor_holds_from_its_quarter_on() -> None:
    options = {"rounds": 8, "zone__text_quarters": [0, 0], "reserve__exists": False}
    world = play(make_world("zone_floor", leader__floor_scale={"2026-Q3": 1.5, "2026-Q4": 0.5}, **options), 8)
    plain = play(make_world("zone_floor", **options), 8)
    ratio = table(world, "zone")["reference_price_usd_t"] / table(plain, "zone")["reference_price_usd_t"]
    by_quarter = ratio.groupby(table(world, "zone")["quarter"]).mean().dropna()
    assert by_quarter[["2026-Q2", "2026-Q3", "2026-Q4"]].tolist() == pytest.approx([1.0, 1.5, 0.5])

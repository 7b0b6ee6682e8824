"""Why not otherwise: the other choice weighed, and levers that turn a decision when they are tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.ladder import FLOOR
from experiments.__main__ import main
from experiments.batch import run_scenario
from experiments.explain import ExplainError
from experiments.why_not.levers import Lever, find_tip
from experiments.why_not.other_choice import OtherChoice, describe_other_choice
from experiments.why_not.question import ask_why_not, scenario_of_run
from world.model import TradeWorld
from world.moves.reopened import ReopenedReview, open_at
from world.scenario import load_scenario

SETTINGS: dict[str, object] = {"run.minerals": ["gallium", "ndpr"], "run.rounds": 9, "run.shocks": False}


def weigh(country: str, asked: str, number: int = 8, **settings: object) -> OtherChoice:
    named = {key.replace("__", "."): value for key, value in settings.items()}
    return ask_why_not(load_scenario("zone_floor", SETTINGS | named), 1, country, asked, number)


@pytest.fixture(scope="module")
def japan() -> OtherChoice:
    return weigh("Japan", "sign floor")


def test_the_terms_are_told_and_add_up(japan: OtherChoice) -> None:
    """Japan makes magnets: dearer metal costs its makers and users more than the zone gives them."""
    assert not japan.same
    assert sum(japan.weighed.terms.values()) == pytest.approx(japan.weighed.margin_usd)
    assert japan.weighed.margin_usd < japan.weighed.threshold_usd
    assert japan.weighed.terms["users"] < 0
    text = describe_other_choice(japan)
    assert "What the step to the binding floor was worth to Japan" in text
    assert re.search(r"had to exceed +\+\d", text)


def test_a_side_payment_that_turns_it_covers_the_gap_and_little_more(japan: OtherChoice) -> None:
    """The payment told is the gap, in two figures: nothing less would do, and it was tried."""
    gap = japan.weighed.threshold_usd - japan.weighed.margin_usd
    paid = next(tip for tip in japan.tips if tip.lever.name == "a side payment")
    assert paid.value is not None
    assert gap < paid.value < 1.11 * gap
    assert paid.lever.turns(paid.value)
    assert not paid.lever.turns(0.98 * gap)


def test_the_floor_is_moved_on_markets_solved_so() -> None:
    """At its present level nothing changes; at half of it Japan's users lose less by joining."""
    world = TradeWorld(load_scenario("zone_floor", SETTINGS), rng=1)
    for _ in range(8):
        world.step()
    open_at(world, refiner=False)
    review = ReopenedReview(world, next(one for one in world.population if one.iso3 == "JPN"))
    review.weigh_step_to(FLOOR)
    users = [review.replay_at_floor(scale).terms["users"] for scale in (1.0, 0.5)]
    assert users[0] == pytest.approx(review.replay().terms["users"], rel=1e-6)
    assert users[0] < users[1] <= 0


def test_what_was_reviewed_in_a_run_is_told_as_the_run_recorded_it() -> None:
    """A round opened again finds, for every government that reviewed, the decision of the ledger."""
    scenario = load_scenario("zone_floor", SETTINGS)
    world = TradeWorld(scenario, rng=1)
    for _ in range(7):
        world.step()
    rows = world.record.rows("decisions")
    told = {
        actor: (choice, margin)
        for number, kind, actor, choice, margin in zip(
            *(rows[name] for name in ("round", "kind", "actor", "choice", "margin_usd")), strict=True
        )
        if number == 6 and kind == "accession"
    }
    assert told
    for actor in sorted(told)[:3]:
        did = ask_why_not(scenario, 1, actor, "hold out", 6).did
        assert did is not None
        assert (did.choice, did.margin_usd) == (told[actor][0], pytest.approx(told[actor][1], rel=1e-6))


def test_a_setting_plays_on_under_the_other_choice() -> None:
    """The setting told makes the country take the step that it had not taken."""
    choice = weigh("AUS", "hold out", number=6)
    assert choice.play_on == "--set zone.decisions.AUS.2026-Q3=hold_out"
    other = load_scenario("zone_floor", {**SETTINGS, "zone.decisions.AUS.2026-Q3": "hold_out"})
    world = TradeWorld(other, rng=1)
    for _ in range(7):
        world.step()
    rows = world.record.rows("decisions")
    taken = zip(*(rows[name] for name in ("actor", "round", "kind", "choice")), strict=True)
    last = {choice for *what, choice in taken if what == ["AUS", 6, "accession"]}
    assert last == {"hold_out"}


def test_a_standing_fixed_by_the_scenario_is_weighed_by_payoff() -> None:
    choice = weigh("CAN", "sign floor", number=5, zone__standings={"CAN": "hold_out"})
    assert "fixed by the scenario" in " ".join(choice.notes)
    assert "users" in choice.weighed.terms


def test_a_ban_that_was_not_imposed_is_weighed_as_leverage_would() -> None:
    choice = weigh("CHN", "ban gallium", number=5, dominant_refiner__doctrine="passive")
    assert choice.weighed.choice == "none"
    assert "own accounts" in choice.weighed.terms
    text = describe_other_choice(choice)
    assert "does not weigh controls in money" in text
    assert "What banning gallium was worth to China" in text
    assert any(tip.value is not None for tip in choice.tips)


def test_a_run_on_disk_is_asked_with_its_own_settings(tmp_path: Path) -> None:
    run = run_scenario(
        "zone_floor", seed=3, rounds=5, out=tmp_path / "run", settings=SETTINGS | {"run.rounds": 5}
    )
    scenario, seed = scenario_of_run(run.folder)
    assert (scenario.run.minerals, seed) == (("gallium", "ndpr"), 3)
    assert scenario.text == run.meta["scenario_text"]


def test_the_least_of_a_lever_is_found_from_where_it_stands() -> None:
    told = Lever("x", 0.0, 100.0, lambda value: value > 37.2, "{:.0f}".format)
    assert find_tip(told).text == "38"
    downward = Lever("x", 10.0, 0.0, lambda value: value < 7.31, "{:.1f}".format)
    assert find_tip(downward).text == "7.3"
    assert find_tip(Lever("x", 0.0, 1.0, lambda value: False, str)).text == ""


@pytest.mark.parametrize(
    ("country", "asked", "number", "message"),
    [
        ("XYZ", "join", 5, "country 'XYZ': given no country that decides"),
        ("CAN", "dance", 5, "choice 'dance': given no choice about the zone, allowed: join, sign forum"),
        ("CAN", "leave", 5, "Canada is not bound by the floor in this round"),
        ("USA", "join", 5, "United States leads the zone"),
        ("RUS", "join", 5, "Russia is not invited"),
        ("KOR", "sign forum", 8, "stands on this rung or above"),
        ("CHN", "join", 5, "given no control that can be weighed, allowed: one of list firms"),
        ("CHN", "ban unobtainium", 5, "given no control that can be weighed"),
        ("CAN", "join", 3, "--round: given 3, allowed: 4 to 8"),
        ("CAN", "join", 9, "--round: given 9, allowed: 4 to 8"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    country: str, asked: str, number: int, message: str
) -> None:
    with pytest.raises(ExplainError, match=re.escape(message)) as error:
        weigh(country, asked, number)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["explain", "--why-not", "CAN", "--round", "5"],
            "--why-not: a country and a choice, and --round",
        ),
        (["explain", "baseline", "--why-not", "CAN", "join", "--round", "5"], "zone.exists is false"),
        (["explain", "no_such", "--why-not", "CAN", "join", "--round", "5"], "no_such"),
        (["explain", "zone_floor", "--country", "CAN", "--seed", "2"], "only with --why-not"),
    ],
)
def test_the_command_says_in_one_line_what_is_wrong(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1

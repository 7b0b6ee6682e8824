"""Moves written for the dominant refiner: done when written; the doctrine decides before, nobody after."""

import pickle
from dataclasses import replace

from made_up_views import held, option, refiner_view, same_both

from agents.decision import ControlDecision
from agents.doctrines.scripted import Scripted
from agents.doctrines.tit_for_tat import TitForTat
from agents.dominant_refiner import doctrine_of
from agents.view import Accounts, RefinerView

LICENCE = option("ndpr", 1e8, 0.9)
BAN = replace(option("gallium", 1e8, 0.9), instrument="ban", approval_share=0.0)
FIRST = 8


def decide(doctrine: Scripted, view: RefinerView) -> ControlDecision:
    return doctrine.decide(view, dict.fromkeys(doctrine.questions(view), same_both(Accounts())))


def view_at(round_: int) -> RefinerView:
    return replace(refiner_view([LICENCE, BAN], controls=[held("tungsten", "AAA", "BBB")]), round=round_)


def test_what_is_written_is_done_and_nothing_else() -> None:
    script = Scripted({FIRST: ("ban gallium refined", "relieve tungsten refined")}, TitForTat())
    done = decide(script, view_at(FIRST))
    assert [(one.mineral, one.instrument) for one in done.impose] == [("gallium", "ban")]
    assert [(one.mineral, one.targets) for one in done.relent] == [("tungsten", ("AAA", "BBB"))]
    assert [reason.choice for reason in done.reasons] == ["relent", "ban"]
    assert done.counter_duty_share == {}
    assert decide(script, view_at(FIRST + 1)) == ControlDecision()


def test_its_doctrine_decides_before() -> None:
    script, own = Scripted({FIRST: ()}, TitForTat()), TitForTat()
    before = view_at(FIRST - 1)
    assert decide(script, before) == own.decide(before, {})
    assert decide(script, before).impose
    assert decide(script, view_at(FIRST)) == ControlDecision()


def test_duties_stay_until_they_are_called_off() -> None:
    script = Scripted({FIRST: ("duties",), FIRST + 4: ("no_duties",)}, TitForTat())
    shares = [decide(script, view_at(round_)).counter_duty_share for round_ in (FIRST, FIRST + 3, FIRST + 4)]
    assert shares[0] == shares[1] == {"AAA": view_at(FIRST).parameters["counter_duty_share"]}
    assert shares[2] == {}


def test_the_levy_is_taken_over_and_given_back() -> None:
    script = Scripted({FIRST: ("capture_levy",), FIRST + 1: ("release_levy",)}, TitForTat())
    assert [decide(script, view_at(round_)).captures for round_ in (FIRST, FIRST + 1, FIRST + 2)] == [
        True,
        False,
        None,
    ]


def test_what_is_not_open_to_it_is_passed_over() -> None:
    script = Scripted({FIRST: ("ban copper refined", "relieve copper refined")}, TitForTat())
    assert decide(script, view_at(FIRST)) == ControlDecision()


def test_a_script_takes_the_place_of_a_doctrine_only_where_something_is_written() -> None:
    assert isinstance(doctrine_of("tit_for_tat", {}), TitForTat)
    script = doctrine_of("tit_for_tat", {FIRST: ("duties",)})
    assert isinstance(pickle.loads(pickle.dumps(script)), Scripted)

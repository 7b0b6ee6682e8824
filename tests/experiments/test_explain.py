"""Decisions in words: with their numbers, for members of the union too, and clear about what there is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agents.decision import CountryDecision
from experiments.explain import ExplainError, explain_decisions, tell_decision
from experiments.results import Run

MakeRun = Callable[..., Run]


def test_a_hold_out_is_explained_with_its_terms(run: Run) -> None:
    text = explain_decisions(run, "CAN", 8)
    assert text.startswith("Canada held out from the binding floor in Q1 2027.")
    assert "Signing was worth +80 million USD a quarter (security +110 million USD, producers +60" in text
    assert "feared retaliation -40 million USD" in text
    assert "below the 130 million USD it had to exceed" in text
    assert text.endswith("It would have signed for a side payment of 52 million USD a quarter.")


def test_a_decision_at_hand_is_told_like_one_of_a_table() -> None:
    terms = {"security": 4e6, "users": -9e6}
    decision = CountryDecision("CAN", "accession", "hold_out", "join", "floor", terms, 2e6)
    text = tell_decision(decision, "2027-Q1")
    assert text.startswith(
        "Canada held out from the binding floor in Q1 2027. Signing was worth -5.0 million"
    )
    assert text.endswith(
        "It would have signed for 7.0 million USD a quarter more, for instance as a side payment."
    )


def test_a_member_of_the_union_is_told_about_the_union(run: Run) -> None:
    text = explain_decisions(run, "DEU")
    assert text.startswith("Germany is a member of the European Union")
    assert "European Union took the step to the binding floor in Q1 2027" in text
    assert "300 million USD a quarter less in its largest term, security, would have turned it" in text
    assert explain_decisions(run, "EU") in text


@pytest.mark.parametrize(
    ("kind", "choice", "alternative", "subject", "told"),
    [
        (
            "institution",
            "stay",
            "leave",
            "the G7 action plan",
            "Canada kept its seat in the G7 action plan in",
        ),
        (
            "institution",
            "stay away",
            "join",
            "the forum",
            "Canada stayed away from the forum in Q1 2027. Joining",
        ),
        (
            "retaliation",
            "ban",
            "none",
            "lithium component to AUS;USA at 0%",
            "to Australia, the United States, 0%",
        ),
        ("retaliation", "tax exports", "none", "gallium to JPN at a tax of +10%", "to Japan, a tax of +10%)"),
    ],
)
def test_no_decision_is_told_in_the_words_of_a_table(
    kind: str, choice: str, alternative: str, subject: str, told: str
) -> None:
    decision = CountryDecision("CAN", kind, choice, alternative, subject, {"premium": 2e6}, 1e6)
    text = tell_decision(decision, "2027-Q1")
    assert told in text
    assert "chose" not in text


def test_what_was_written_for_a_government_is_not_said_to_be_weighed() -> None:
    decision = CountryDecision("CAN", "accession", "stay", "leave", "floor", {"scripted": 1.0})
    assert "by the scenario or from its seat, not weighed" in tell_decision(decision, "2027-Q1")


def test_who_decided_nothing_is_said(run: Run) -> None:
    assert explain_decisions(run, "IND") == "India took no decision in this run that was recorded."


@pytest.mark.parametrize(
    ("country", "number", "message"),
    [
        ("XYZ", None, "country 'XYZ': not in this run; these decide in it: CAN and EU"),
        ("CAN", 3, "round 3: Canada decided nothing in it; it decided in rounds 8"),
    ],
)
def test_what_is_not_there_is_named(run: Run, country: str, number: int | None, message: str) -> None:
    with pytest.raises(ExplainError, match=message):
        explain_decisions(run, country, number)

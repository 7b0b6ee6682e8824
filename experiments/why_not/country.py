"""What a country would have gained or lost by the other choice about the zone, and what would have turned
it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.accession import PayoffAccession
from agents.decision import CountryDecision
from agents.ladder import FLOOR, RUNGS
from experiments.explain import GIVEN, ExplainError
from experiments.figures.naming import country_name, quarter_in_words
from experiments.why_not.circumstances import Turns, levers_of
from experiments.why_not.levers import find_tip
from experiments.why_not.other_choice import OtherChoice
from world.moves.country_view import is_apart
from world.moves.reopened import ReopenedReview

if TYPE_CHECKING:
    from agents.country import Country
    from world.model import TradeWorld

RUNGS_TO_SIGN = {"forum": 1, "framework": 2, "action plan": 3, "floor": 4}
WORDS = ("join", *(f"sign {name}" for name in RUNGS_TO_SIGN), "hold out", "stay", "leave")


def weigh_other_choice(world: TradeWorld, country: Country, asked: str) -> OtherChoice:
    """Weigh ``asked`` (one of ``WORDS``) in a world that stands at the reviews of a round.

    Raises ``ExplainError`` in one line for a choice that there is not, or that the country could not make.
    """
    asked = " ".join(asked.replace("_", " ").lower().split())
    _check_standing(world, country, asked)
    review = ReopenedReview(world, country)
    target = _target(review, asked)
    did = review.decision if review.takes_part else None
    play_on = _play_on(review, target, asked)
    notes = _set_scene(review, target)
    weighed = review.replay()
    is_asked = _is_asked(asked)
    same = is_asked(weighed)

    def turns(decision: CountryDecision) -> bool:
        return is_asked(decision) != same

    toward = (asked in ("hold out", "leave")) == same
    return OtherChoice(
        actor=country.iso3,
        quarter=world.quarters[world.round],
        asked=asked,
        did=did,
        weighed=weighed,
        same=same,
        tips=tuple(find_tip(lever) for lever in levers_of(review, turns, toward)),
        notes=notes,
        trust_leader=review.view.trust_leader,
        play_on="" if same else play_on,
        word=world.clock.word,
    )


def _check_standing(world: TradeWorld, country: Country, asked: str) -> None:
    """``ExplainError`` for who cannot join, and for words that are no choice."""
    who, places = country_name(country.iso3), list(world.places[country.iso3])
    if is_apart(world, places):
        reason = "leads the zone" if world.leader in places else "is not invited to the zone"
        raise ExplainError(f"{who} {reason} and has no standing in it to review")
    if asked not in WORDS:
        raise ExplainError(f"choice {asked!r}: given no choice about the zone, allowed: {', '.join(WORDS)}")


def _target(review: ReopenedReview, asked: str) -> int | None:
    """The rung in question; None for leaving and staying. ``ExplainError`` where there is no such choice."""
    who, member = country_name(review.country.iso3), review.rung == FLOOR
    stands = RUNGS[review.rung].replace("_", " ")
    if review.waits:
        raise ExplainError(
            f"choice {asked!r}: {who} has taken a step in this round that is not in force yet, and has "
            "nothing to decide; allowed: a round before it or after"
        )
    if asked in ("leave", "stay"):
        if not member:
            given = f"{who} is not bound by the floor in this round (it stands on: {stands})"
            raise ExplainError(f"choice {asked!r}: {given}; allowed: {', '.join(WORDS[:-2])}")
        return None
    target = RUNGS_TO_SIGN.get(asked.removeprefix("sign "), review.rung + 1)
    if target <= review.rung or member:
        allowed = "leave, stay" if member else "a higher rung, or hold out"
        raise ExplainError(
            f"choice {asked!r}: {who} stands on this rung or above in this round ({stands}); "
            f"allowed: {allowed}"
        )
    return target


def _set_scene(review: ReopenedReview, target: int | None) -> tuple[str, ...]:
    """Put the review where the choice can be weighed; what was assumed for that, in words."""
    world, who, notes = review.world, country_name(review.country.iso3), []
    if not review.takes_part:
        notes.append(
            f"{who} did not review its standing in {quarter_in_words(world.quarters[world.round])}: "
            "governments do so at their own rhythm. What follows is what it would have found."
        )
    if target is not None and target > review.rung + 1:
        stands = RUNGS[review.rung].replace("_", " ")
        notes.append(
            f"It stood {target - review.rung} steps below (on: {stands}). The last step is weighed as if it "
            "had taken those before."
        )
    if target == FLOOR and _no_text(world):
        notes.append("There was no text of a floor to sign yet: it is weighed as if it lay on the table.")
    if target is not None and (target > review.rung + 1 or _no_text(world)):
        review.weigh_step_to(target)
    if any(name in GIVEN for name in review.replay().terms):
        notes.append(
            "Its standing was fixed by the scenario. It is weighed here as a government that weighs payoffs "
            "would."
        )
        review.weigh_by(PayoffAccession())
    return tuple(notes)


def _no_text(world: TradeWorld) -> bool:
    return not 0 <= world.state.politics.text_round <= world.round


def _is_asked(asked: str) -> Turns:
    if asked in ("leave", "stay"):
        return lambda decision: decision.choice == asked
    if asked == "hold out":
        return lambda decision: decision.choice == "hold_out"
    return lambda decision: decision.choice in ("join", "prepare")


def _play_on(review: ReopenedReview, target: int | None, asked: str) -> str:
    """The setting that plays on under the other choice; empty where it could not be made in this round."""
    world = review.world
    if target is not None and (target > review.rung + 1 or (target == FLOOR and _no_text(world))):
        return ""
    choice = {"hold out": "hold_out", "leave": "leave", "stay": "stay"}.get(asked, "join")
    return f"--set zone.decisions.{review.country.iso3}.{world.quarters[world.round]}={choice}"

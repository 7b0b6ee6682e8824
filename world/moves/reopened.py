"""The decisions of a round opened again: what one government sees and is answered, and what it would decide
in other circumstances. The markets are solved anew, the strategy is its own; nothing is carried on from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.accession import AccessionStrategy
from agents.country import Country
from agents.decision import ControlDecision, CountryDecision
from agents.ladder import FLOOR
from agents.view import Answer, CountryView, Question, RefinerView, WhatIfMember
from world.moves.country_view import view_of
from world.moves.dominant_refiner import refiner_view
from world.moves.leader import announce_duties, move_leader
from world.moves.review import reviews
from world.questions.outlooks import ask_all
from world.questions.shared_setting import SharedSetting
from world.round import happen, move_countries, move_dominant_refiner, outlooks_of
from world.stocks.reserve_round import plan_reserve

if TYPE_CHECKING:
    from world.model import TradeWorld


def open_at(world: TradeWorld, refiner: bool) -> None:
    """Bring the world from the end of a round to the point of the next at which countries review their
    standing, or at which the dominant refiner moves: whoever moves before has moved.
    """
    world.state.round = world.round
    happen(world)
    plan_reserve(world)
    move_leader(world)
    refiner_first = world.premise.run.order == "refiner_first"
    if refiner and not refiner_first:
        move_countries(world, SharedSetting(world))
    elif refiner_first and not refiner:
        move_dominant_refiner(world, SharedSetting(world))


class ReopenedReview:
    """A review of one country's standing, in a world brought there by ``open_at``.

    rung : the rung it stood on; ``takes_part``: whether it reviewed in this round; ``waits``: whether it has
        taken a step that is not in force yet
    decision : what it decided, or would have decided had it reviewed
    """

    def __init__(self, world: TradeWorld, country: Country) -> None:
        self.world, self.country = world, country
        self.places = world.places[country.iso3]
        politics, index = world.state.politics, list(self.places)
        self.rung = int(politics.rung[index].max())
        self.waits = bool((politics.due_round[index] >= 0).any())
        self.takes_part = reviews(world, country)
        self.strategy: AccessionStrategy = country.accession
        self.view = view_of(world, country)
        self.answers = self._ask(self.view)
        self.decision = self.replay()

    def weigh_step_to(self, rung: int) -> None:
        """Go on as if it stood a step before ``rung``, with the text on the table if that is the floor."""
        self.world.state.politics.rung[list(self.places)] = rung - 1
        view = view_of(self.world, self.country)
        self.view = replace(view, text_exists=view.text_exists or rung == FLOOR)
        if self.view.members:
            members = tuple(replace(one, text_exists=self.view.text_exists) for one in self.view.members)
            self.view = replace(self.view, members=members)
        self.answers = self._ask(self.view)

    def weigh_by(self, strategy: AccessionStrategy) -> None:
        """Go on as if it decided by another strategy."""
        self.strategy = strategy
        self.answers = self._ask(self.view)

    def replay(
        self, view: CountryView | None = None, answers: Mapping[Question, Answer] | None = None
    ) -> CountryDecision:
        """Its decision, on another view or on other answers where given."""
        return self.strategy.decide(view or self.view, self.answers if answers is None else answers)

    def replay_at_floor(self, scale: float) -> CountryDecision:
        """Its decision if all reference prices were ``scale`` times what they are, on markets solved so; how
        it would fare if cut off it has studied before.
        """
        with _rescaled(self.world, scale):
            asked = [question for question in self.answers if isinstance(question, WhatIfMember)]
            (found,) = ask_all(outlooks_of(self.world, with_later=True), [(self.places, asked)])
        return self.replay(answers={**self.answers, **found})

    def _ask(self, view: CountryView) -> dict[Question, Answer]:
        """Answers to what its strategy asks; what it has studied of late it remembers."""
        known = {question: study.answer for question, study in self.country.studies.items()}
        wanted = self.strategy.questions(view)
        fresh = set(self.country.ask(view)) if self.strategy is self.country.accession else set(wanted)
        asked = [question for question in wanted if question in fresh or question not in known]
        (found,) = ask_all(outlooks_of(self.world, with_later=True), [(self.places, asked)])
        return {**known, **found}


class ReopenedControl:
    """The dominant refiner's move of a round, in a world brought there by ``open_at``; ``decision`` is what
    it did.
    """

    def __init__(self, world: TradeWorld) -> None:
        self.world = world
        self.view: RefinerView = refiner_view(world)
        self.answers = self.ask(world.doctrine.questions(self.view))
        self.decision: ControlDecision = world.doctrine.decide(self.view, self.answers)

    def ask(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Answers on exact markets, today's and those of some years on."""
        outlooks = outlooks_of(self.world, with_later=True)
        (found,) = ask_all(outlooks, [((self.world.dominant,), list(questions))])
        return dict(found)


@contextmanager
def _rescaled(world: TradeWorld, scale: float) -> Iterator[None]:
    """The world with reference prices ``scale`` times what they are, and the duties that follow from them."""
    politics = world.state.politics
    scaled = replace(
        politics,
        reference_usd_t=politics.reference_usd_t * scale,
    )
    world.state.politics = scaled
    try:
        announce_duties(world)
        yield
    finally:
        world.state.politics = politics

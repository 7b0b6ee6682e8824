"""What changing sides is worth to every government in any zone: by its own strategy, on exact counterfactual
markets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.country import Country
from agents.decision import CountryDecision
from agents.ladder import FLOOR
from agents.political_stake import payoff_scale
from agents.view import Answer, CountryView, Question, WhatIfMember
from world.moves.country_view import is_apart, view_of
from world.questions.outlooks import ask_all
from world.round import outlooks_of
from world.stability import Zone

if TYPE_CHECKING:
    from world.model import TradeWorld

MOVES = ("join", "prepare", "leave")
"""Answers that say that changing sides pays."""


class ZoneValues:
    """Values zones in a world that stands at a review (``world.moves.reopened.open_at``).

    Every government is asked as if it stood before the binding floor with the text on the table, or were
    bound by it. The markets with it inside and outside are solved for each zone anew; how it would fare if it
    were cut off it studies once, in the first zone judged, as governments do. ``decisions`` keeps every
    answer by (zone, voter).
    """

    def __init__(self, world: TradeWorld) -> None:
        self.world = world
        self.players = [country for country in world.population if _may_join(world, country)]
        self.decisions: dict[tuple[Zone, str], CountryDecision] = {}
        self.scales: dict[str, float] = {}
        self._studies: dict[str, dict[Question, Answer]] = {}
        self.markets = 0

    @property
    def names(self) -> Zone:
        """All who may join or leave."""
        return frozenset(country.iso3 for country in self.players)

    @property
    def present(self) -> Zone:
        """Who is bound by the floor or has signed it; the leader goes without saying."""
        politics = self.world.state.politics
        bound = (politics.rung == FLOOR) | ((politics.due_rung == FLOOR) & (politics.due_round >= 0))
        return frozenset(
            country.iso3 for country in self.players if bound[list(self.world.places[country.iso3])].any()
        )

    def __call__(self, zone: Zone) -> Mapping[str, float]:
        """What each gains by changing sides, net of what changing costs it, over its payoff scale."""
        with _as_if(self.world, zone):
            views = [replace(view_of(self.world, country), text_exists=True) for country in self.players]
            answers = self._ask(views)
            gains = {}
            for country, view, answer in zip(self.players, views, answers, strict=True):
                decision = country.accession.decide(view, answer)
                self.decisions[zone, country.iso3] = decision
                self.scales[country.iso3] = payoff_scale(view)
                net = (decision.margin_usd - decision.threshold_usd) / payoff_scale(view)
                moves = decision.choice in MOVES
                gains[country.iso3] = net if moves == (net > 0) else (1.0 if moves else -1.0)
        return gains

    def _ask(self, views: list[CountryView]) -> list[dict[Question, Answer]]:
        """Answers for every player; only the markets with it inside and outside are solved each time."""
        outlooks = outlooks_of(self.world, with_later=True)
        asked = []
        for country, view in zip(self.players, views, strict=True):
            studied = self._studies.get(country.iso3, {})
            questions = [
                question for question in country.accession.questions(view) if question not in studied
            ]
            asked.append((self.world.places[country.iso3], questions))
        found = []
        for country, answers in zip(self.players, ask_all(outlooks, asked), strict=True):
            studied = self._studies.setdefault(country.iso3, {})
            studied.update({q: a for q, a in answers.items() if not isinstance(q, WhatIfMember)})
            found.append({**studied, **answers})
        self.markets += outlooks.solved
        return found


def _may_join(world: TradeWorld, country: Country) -> bool:
    return not is_apart(world, list(world.places[country.iso3]))


@contextmanager
def _as_if(world: TradeWorld, zone: Zone) -> Iterator[None]:
    """The world with exactly ``zone`` and its leader bound by a floor in force, others a step before it."""
    politics = world.state.politics
    rung = np.minimum(politics.rung, FLOOR - 1)
    rung[world.leader] = FLOOR
    for country in world.population:
        if _may_join(world, country):
            rung[list(world.places[country.iso3])] = FLOOR if country.iso3 in zone else FLOOR - 1
    world.state.politics = replace(
        politics, rung=rung, due_round=np.full_like(politics.due_round, -1), floor_in_force=True
    )
    try:
        yield
    finally:
        world.state.politics = politics

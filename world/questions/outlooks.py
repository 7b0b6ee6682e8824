"""What agents are told when they ask: cases built from their questions, all of a round's movers solved in
one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agents.view import (
    Accounts,
    Answer,
    Question,
    WhatIfCapture,
    WhatIfControl,
    WhatIfControlled,
    WhatIfMember,
)
from world.accounts import PRODUCERS, REFINERS, USERS, CountryAccounts
from world.axes import REFINED, STAGES, Array, Axes, Mask
from world.counterfactual import Case, Outcome, solve_cases
from world.questions.setting import Setting
from world.state import Control

After = tuple[Control, bool, Outcome]
"""A control, whether it lasts, and today's market under it."""
_ByAccount = tuple[Array, Array, Array, Array]
CallUp = Callable[[Outcome, Sequence[After]], Sequence[Mapping[str, Array]]]


@dataclass
class Outlooks:
    """Answers questions on the state after the earlier moves of the round.

    bound : (country,) those bound by the floor or about to be, the leader among them; ``in_force`` whether
        the floor is applied now
    weight : (mineral,) share of the users' stake that lies with first use
    presence : who sells and who buys, each (stage, mineral, country)
    call_up : capacity that controls call up or close, given the market before: for each block -> (seller,)
    known : outcomes without any move, by floor and horizon; those that are found are added
    solved : markets solved so far, for the record
    before : what is ``known`` by account, by floor, horizon and minerals, as far as it was compared with
    """

    setting: Setting
    bound: Mask
    in_force: bool
    weight: Array
    dominant: int
    leader: int
    presence: tuple[Mask, Mask]
    call_up: CallUp | None = None
    known: dict[tuple[bool, bool], Outcome] = field(default_factory=dict)
    solved: int = 0
    before: dict[tuple[bool, bool, tuple[int, ...]], _ByAccount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (floor, is_later), outcome in self.known.items():
            if not is_later or self.setting.later is not None:
                self._start_from(floor, is_later, outcome)

    @property
    def axes(self) -> Axes:
        """The axes of all arrays."""
        return self.setting.axes

    def answer(self, asked: Sequence[tuple[tuple[int, ...], Question]]) -> list[Answer]:
        """Answer (places of the asker, question) pairs in order."""
        plans = [self._plan(places, question) for places, question in asked]
        cases = [case for plan in plans for case in plan]
        for (_, question), plan in zip(asked, plans, strict=True):
            for case in plan:
                self._solve_status_quo(self._floor_now(question), case.is_later)
        outcomes, solved = solve_cases(self.setting, cases)
        self.solved += solved
        parts, position = [], 0
        for plan in plans:
            parts.append(list(zip(plan, outcomes[position : position + len(plan)], strict=True)))
            position += len(plan)
        self._look_ahead([question for _, question in asked], parts)
        return [
            self._compare(places, question, part)
            for (places, question), part in zip(asked, parts, strict=True)
        ]

    def _look_ahead(self, questions: Sequence[Question], parts: list[list[tuple[Case, Outcome]]]) -> None:
        """Adds to the parts of questions on controls the market of some years on with the plants that each
        control calls up or closes; where one would be lifted it is gone, or exports are taxed by then, and
        the same market without these plants comes too.
        """
        if self.setting.later is None or self.call_up is None:
            return
        asked = [
            (place, question, *part[0])
            for place, (question, part) in enumerate(zip(questions, parts, strict=True))
            if isinstance(question, WhatIfControl) and part
        ]
        if not asked:
            return
        self._solve_status_quo(self.in_force, is_later=True)
        controls = [(case.controls[0], question.lasts, after) for _, question, case, after in asked]
        called_t = self.call_up(self.known[self.in_force, False], controls)
        places, cases = [], []
        for (place, question, case, _), called in zip(asked, called_t, strict=True):
            lifted = case.controls if question.lifts else _taxed_by_then(case, question)
            kept = case.controls if question.lasts else lifted
            cases.append(Case(case.minerals, self.bound, self.in_force, kept, True, called))
            places.append(place)
            if lifted:
                cases.append(Case(case.minerals, self.bound, self.in_force, lifted, True))
                places.append(place)
        outcomes, solved = solve_cases(self.setting, cases)
        self.solved += solved
        for place, case, outcome in zip(places, cases, outcomes, strict=True):
            parts[place].append((case, outcome))

    def _plan(self, places: tuple[int, ...], question: Question) -> list[Case]:
        """The cases that answer a question; none where it can change nothing."""
        if isinstance(question, WhatIfMember):
            minerals = self._covered((*places, *map(self.axes.country, question.followers)))
            flipped = self.bound.copy()
            movers = [*places, *(self.axes.country(iso3) for iso3 in question.followers)]
            flipped[movers] = ~self.bound[places[0]]
            horizons = (False, True) if self.setting.later is not None else (False,)
            return [Case(minerals, flipped, True, (), later) for later in horizons] if minerals else []
        if isinstance(question, WhatIfControlled):
            stage = STAGES.index(question.stage)
            minerals = self._bought_from_dominant(places, stage)
            controls = tuple(
                self._control(mineral, places, question.approval_share, stage) for mineral in minerals
            )
            return [Case(minerals, self.bound, self.in_force, controls)] if minerals else []
        if isinstance(question, WhatIfControl):
            return [self._case_of(places[0], question)]
        if isinstance(question, WhatIfCapture):
            covered = tuple(np.flatnonzero(~np.isnan(self.setting.reference_usd_t).all(axis=1)).tolist())
            return [Case(covered, self.bound, True, captures=True)] if self.in_force and covered else []
        return [Case(tuple(range(len(self.axes.minerals))), self.bound, False)] if self.in_force else []

    def _case_of(self, actor: int, question: WhatIfControl) -> Case:
        """Today's market under the control that the actor asks about."""
        mineral, stage = self.axes.mineral(question.mineral), STAGES.index(question.stage)
        targets = tuple(self.axes.country(iso3) for iso3 in question.targets)
        share, tax = question.approval_share, question.tax_share
        control = Control(
            actor, mineral, stage, targets, share, 0, "", tax_share=tax, for_few=question.for_few
        )
        return Case((mineral,), self.bound, self.in_force, (control,))

    def _control(
        self, mineral: int, targets: tuple[int, ...], approval_share: float, stage: int = REFINED
    ) -> Control:
        return Control(self.dominant, mineral, stage, targets, approval_share, 0, "question")

    def _covered(self, places: tuple[int, ...]) -> tuple[int, ...]:
        """Minerals that these countries sell or buy at a stage that the zone covers."""
        sells, buys = self.presence
        here = (sells | buys)[:, :, list(places)].any(axis=2).T & ~np.isnan(self.setting.reference_usd_t)
        return tuple(np.flatnonzero(here.any(axis=1)).tolist())

    def _bought_from_dominant(self, places: tuple[int, ...], stage: int) -> tuple[int, ...]:
        """Minerals that these countries buy at a stage at which the dominant refiner sells."""
        sells, buys = self.presence
        here = buys[stage][:, list(places)].any(axis=1) & sells[stage][:, self.dominant]
        return tuple(np.flatnonzero(here).tolist())

    def _floor_now(self, question: Question) -> bool:
        """The floor in the status quo of a question: membership is weighed as if the floor were applied."""
        return True if isinstance(question, WhatIfMember) else self.in_force

    def _solve_status_quo(self, floor: bool, is_later: bool) -> None:
        """The status quo of a horizon, once a round; the cases that follow start from its prices."""
        if (floor, is_later) in self.known:
            return
        every = tuple(range(len(self.axes.minerals)))
        (outcome,), solved = solve_cases(self.setting, [Case(every, self.bound, floor, (), is_later)])
        self.known[floor, is_later] = outcome
        self.solved += solved
        self._start_from(floor, is_later, outcome)

    def _start_from(self, floor: bool, is_later: bool, outcome: Outcome) -> None:
        """Let the searches of questions begin at the prices of the status quo."""
        started = self.setting.horizon(is_later).started(floor, outcome.prices)
        self.setting = self.setting.with_horizon(is_later, started)

    def _compare(
        self, places: tuple[int, ...], question: Question, part: Sequence[tuple[Case, Outcome]]
    ) -> Answer:
        if not part:
            nothing = Answer(Accounts(), Accounts(), {})
            return replace(nothing, parts=(nothing,) * len(places) if len(places) > 1 else ())
        floor = self._floor_now(question)
        changes = [self._change(case, outcome, floor) for case, outcome in part]
        mine = [_sum_accounts(change, places) for change in changes]
        others: dict[str, float] = {"leader": float(changes[-1].total[self.leader])}
        if isinstance(question, WhatIfControl):
            targets = [self.axes.country(iso3) for iso3 in question.targets]
            others["targets"] = float(changes[0].total[targets].sum())
            rivals = np.ones(len(self.axes.countries), dtype=bool)
            rivals[places[0]] = False
            others["rivals"] = float(changes[0].refiners[rivals].sum())
            if len(changes) > 1:
                before = changes[2].refiners if len(changes) > 2 else 0.0 * changes[1].refiners
                others["own refiners later"] = float((changes[1].refiners - before)[list(places)].sum())
            later = mine[1] if len(mine) > 1 else Accounts()
            return Answer(mine[0], later + mine[2].scaled(-1.0) if len(mine) > 2 else later, others)
        by_mineral = self._by_mineral(places, part) if isinstance(question, WhatIfMember) else ({}, {})
        parts = tuple(
            Answer(_sum_accounts(changes[0], (place,)), _sum_accounts(changes[-1], (place,)), others)
            for place in places
            if len(places) > 1
        )
        return Answer(mine[0], mine[-1], others, parts, *by_mineral)

    def _by_mineral(
        self, places: tuple[int, ...], part: Sequence[tuple[Case, Outcome]]
    ) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
        """What membership would do mineral by mineral: to the asker today and later, and to the leader."""
        totals = []
        for case, outcome in part:
            before = self.known[True, case.is_later].stakes_usd(self.weight, case.minerals)
            totals.append(outcome.stakes_usd(self.weight) - before)
        names = [self.axes.minerals[mineral] for mineral in part[0][0].minerals]
        first, last = totals[0][:, list(places)].sum(axis=1), totals[-1][:, list(places)].sum(axis=1)
        mine = {name: (float(a), float(b)) for name, a, b in zip(names, first, last, strict=True)}
        leader = dict(zip(names, map(float, totals[-1][:, self.leader]), strict=True))
        return mine, leader

    def _change(self, case: Case, outcome: Outcome, floor: bool) -> _Change:
        key = (floor, case.is_later, case.minerals)
        if key not in self.before:
            accounts = self.known[floor, case.is_later].accounts
            self.before[key] = _by_account(accounts, np.array(case.minerals), self.weight)
        after = _by_account(outcome.accounts, None, self.weight[outcome.minerals])
        return _Change(*(b - a for a, b in zip(self.before[key], after, strict=True)))


def _taxed_by_then(case: Case, question: WhatIfControl) -> tuple[Control, ...]:
    """The export tax that is added later where a question names one."""
    if question.then_tax_share == 0.0:
        return ()
    return tuple(
        replace(control, approval_share=1.0, tax_share=question.then_tax_share) for control in case.controls
    )


@dataclass(frozen=True)
class _Change:
    """(country,) changes of the three accounts, and of refiners, who are part of the producers."""

    users: Array
    producers: Array
    treasury: Array
    refiners: Array

    @property
    def total(self) -> Array:
        return self.users + self.producers + self.treasury


def _by_account(accounts: CountryAccounts, minerals: Array | None, weight: Array) -> _ByAccount:
    """(country,) users (split between first and final use), producers, treasury, refiners; summed over
    minerals.
    """
    usd, final = accounts.usd, accounts.final_surplus_usd
    if minerals is not None:
        usd, final, weight = usd[minerals], final[minerals], weight[minerals]
    users = (weight[:, None] * usd[:, USERS] + (1.0 - weight[:, None]) * final).sum(axis=0)
    refiners = usd[:, REFINERS].sum(axis=0)
    producers = usd[:, list(PRODUCERS)].sum(axis=(0, 1))
    treasury = usd.sum(axis=(0, 1)) - usd[:, USERS].sum(axis=0) - producers
    return users, producers, treasury, refiners


def _sum_accounts(change: _Change, places: tuple[int, ...]) -> Accounts:
    index = list(places)
    return Accounts(
        float(change.users[index].sum()),
        float(change.producers[index].sum()),
        float(change.treasury[index].sum()),
    )


def ask_all(
    outlooks: Outlooks, movers: Sequence[tuple[tuple[int, ...], Sequence[Question]]]
) -> list[Mapping[Question, Answer]]:
    """Answers for every mover, in one batch."""
    pairs = [(places, question) for places, questions in movers for question in questions]
    answers = iter(outlooks.answer(pairs))
    return [{question: next(answers) for question in questions} for _, questions in movers]

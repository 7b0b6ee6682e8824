"""Views and answers made up for tests: a plain country, a plain refiner, and strategies that draw any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import mesa
from hypothesis import strategies as st

from agents.accession import COMPONENTS_STOP, METAL_STOPS
from agents.decision import ControlDecision
from agents.doctrines.doctrine import RefinerDoctrine
from agents.leader_view import Invitation, LeaderView
from agents.talks import Talks
from agents.view import (
    Accounts,
    Answer,
    ControlOption,
    CountryView,
    Grievance,
    HeldControl,
    Question,
    RefinerView,
    WhatIfMember,
)
from world.parameters import resolve

PARAMETERS = {name: resolve({})[name] for name in resolve({})}
NOTHING = Answer(Accounts(), Accounts())

PLAIN = CountryView(
    actor="AAA",
    round=10,
    rung=3,
    zone_open=True,
    text_exists=True,
    trust_leader=1.0,
    trust_dominant=0.5,
    mineral_trade_usd=1e9,
    covered_trade_usd=1e9,
    economy_stake_usd=1e9,
    gdp_usd=1e11,
    peers_share=0.0,
    exports_to_leader_usd=0.0,
    exports_to_dominant_share=0.0,
    pressure=0.0,
    retaliation_belief=0.0,
    finance_offer_usd=0.0,
    side_payment_usd=0.0,
    emergency_relief_share=0.0,
    cut_off_quarters=0.0,
    component_stop_usd=0.0,
    favourable_reviews=0,
    taste=0.0,
    mood=0.0,
    parameters=PARAMETERS,
)
"""A country with nothing at stake: full trust, no exposure, no offer, no taste. Its scale is 1e9 USD."""


def view(**changes: Any) -> CountryView:
    """The plain country with some fields changed; ``parameters`` are laid over the defaults."""
    parameters = {**PARAMETERS, **changes.pop("parameters", {})}
    return replace(PLAIN, parameters=parameters, **changes)


def answers(
    member: Answer = NOTHING, cut: Answer = NOTHING, components: Answer = NOTHING
) -> dict[Question, Answer]:
    """Answers to the two questions on the binding floor."""
    return {WhatIfMember(): member, METAL_STOPS: cut, COMPONENTS_STOP: components}


def same_both(accounts: Accounts, **others: float) -> Answer:
    """The same accounts today and later."""
    return Answer(accounts, accounts, others)


_money = st.floats(-1e9, 1e9)
_share = st.floats(0.0, 1.0)
_accounts = st.builds(Accounts, _money, _money, _money)
any_answer = st.builds(
    Answer,
    _accounts,
    _accounts,
    st.fixed_dictionaries({"leader": _money, "targets": _money, "rivals": _money}),
)
any_view = st.builds(
    view,
    round=st.integers(0, 43),
    rung=st.integers(0, 4),
    zone_open=st.booleans(),
    text_exists=st.booleans(),
    trust_leader=_share,
    trust_dominant=_share,
    mineral_trade_usd=st.floats(0.0, 1e11),
    covered_trade_usd=st.floats(0.0, 1e11),
    economy_stake_usd=st.floats(0.0, 1e11),
    goods_at_risk_usd=st.floats(0.0, 1e10),
    administration_usd=st.floats(0.0, 1e7),
    gdp_usd=st.floats(1.0, 1e13),
    peers_share=_share,
    exports_to_leader_usd=st.floats(0.0, 1e11),
    exports_to_dominant_share=_share,
    pressure=st.sampled_from([0.0, 0.5, 1.0]),
    retaliation_belief=_share,
    finance_offer_usd=st.floats(0.0, 1e9),
    side_payment_usd=st.floats(0.0, 1e9),
    emergency_relief_share=_share,
    cut_off_quarters=st.floats(0.0, 8.0),
    component_stop_usd=st.floats(0.0, 1e10),
    favourable_reviews=st.integers(0, 5),
    taste=st.floats(-4.0, 4.0),
    mood=st.floats(-4.0, 4.0),
    followers=st.sampled_from([(), ("BBB",), ("BBB", "CCC")]),
    talks=st.one_of(st.none(), st.builds(Talks, st.sampled_from([0, 10, 40]), _money, _money)),
    tariff_relief_usd=st.floats(0.0, 1e9),
    duty_burden_usd=st.floats(0.0, 1e9),
).map(lambda seen: replace(seen, zone_open=True, text_exists=True) if seen.rung == 4 else seen)


def option(
    mineral: str = "ndpr", dependence: float = 0.5, value: float = 1e8, **changes: Any
) -> ControlOption:
    """A control it could impose on AAA and BBB."""
    return replace(ControlOption(mineral, ("AAA", "BBB"), 0.4, value, dependence), **changes)


def refiner_view(
    options: Sequence[ControlOption] = (),
    hostile: Sequence[str] = ("AAA",),
    controls: Sequence[HeldControl] = (),
    **parameters: float,
) -> RefinerView:
    """What the dominant refiner sees."""
    grievances = tuple(Grievance(actor, "floor", 4) for actor in hostile)
    gdp = {"AAA": 1e12, "BBB": 1e11}
    return RefinerView(
        "CHN", 8, grievances, tuple(controls), tuple(options), gdp, {**PARAMETERS, **parameters}
    )


def held(mineral: str, *targets: str, **changes: Any) -> HeldControl:
    """A control in force: a licence on metal at 40% since round 4."""
    return replace(HeldControl(mineral, "refined", "licence", targets, 0.4, 0.0, 4), **changes)


_minerals = ("ndpr", "gallium", "tungsten", "graphite", "antimony")
_targets = st.lists(st.sampled_from(["AAA", "BBB", "CCC"]), min_size=1, unique=True).map(
    lambda names: tuple(sorted(names))
)
_instruments = st.sampled_from(
    [
        ("listing", 0.9, 0.0),
        ("end_use", 0.8, 0.0),
        ("licence", 0.4, 0.0),
        ("quota", 0.4, 0.0),
        ("ban", 0.0, 0.0),
        ("export_tax", 1.0, 0.1),
        ("price_war", 1.0, -0.2),
    ]
)
_stages = st.sampled_from(["refined", "component"])


@st.composite
def _any_option(draw: st.DrawFn) -> ControlOption:
    instrument, granted, tax = draw(_instruments)
    return ControlOption(
        draw(st.sampled_from(_minerals)),
        draw(_targets),
        granted,
        draw(st.floats(0.0, 1e10)),
        draw(_share),
        draw(_stages),
        instrument,
        tax,
        draw(_share),
        draw(st.floats(0.0, 1e10)),
        draw(st.floats(0.0, 1e9)),
        draw(_share),
        draw(st.floats(-0.5, 0.5)),
    )


@st.composite
def _any_control(draw: st.DrawFn) -> HeldControl:
    instrument, granted, tax = draw(_instruments)
    return HeldControl(
        draw(st.sampled_from(_minerals)),
        draw(_stages),
        instrument,
        draw(_targets),
        granted,
        tax,
        draw(_rounds),
    )


_rounds = st.integers(0, 8)
any_refiner_view = st.builds(
    lambda hurt, floor, captures, **seen: replace(
        refiner_view(**seen), hurt_share=hurt, floor_in_force=floor, captures=captures
    ),
    hurt=_share,
    floor=st.booleans(),
    captures=st.booleans(),
    options=st.lists(_any_option(), max_size=6, unique_by=lambda item: (item.good, item.instrument)),
    hostile=st.lists(st.sampled_from(["AAA", "BBB", "CCC"]), unique=True),
    controls=st.lists(_any_control(), max_size=3, unique_by=lambda item: item.good),
)


def leader_view(invitations: Mapping[str, Invitation] | None = None, **changes: Any) -> LeaderView:
    """What the leader sees, with one mineral in scope."""
    key = ("ndpr", "refined")
    plain = LeaderView("USA", 4, {key: 100.0}, {key: 80.0}, {}, invitations or {}, 1e9, PARAMETERS)
    return replace(plain, **changes)


def everything_in(thing: object, depth: int = 6) -> Iterator[object]:
    """A thing and all that can be reached from it by attributes and items."""
    yield thing
    if depth == 0 or isinstance(thing, str | bytes | int | float | type(None)):
        return
    inner = (
        list(thing.items())
        if isinstance(thing, Mapping)
        else list(thing)
        if isinstance(thing, list | tuple | set | frozenset)
        else []
    )
    inner += list(getattr(thing, "__dict__", {}).values())
    inner += [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]
    for part in inner:
        yield from everything_in(part, depth - 1)


def touches_the_world(thing: object) -> list[object]:
    """What a strategy holds of the model, of other agents or of anything that the world defines."""
    return [
        part
        for part in everything_in(thing)
        if isinstance(part, mesa.Model | mesa.Agent)
        or type(part).__module__.split(".")[0] in ("world", "experiments")
    ]


def decide(doctrine: RefinerDoctrine, view: RefinerView, answer: Answer) -> ControlDecision:
    answers: Mapping[Question, Answer] = dict.fromkeys(doctrine.questions(view), answer)
    return doctrine.decide(view, answers)

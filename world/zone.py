"""The membership ladder: from dialogue to a binding floor, with the delays of real treaties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents.decision import CountryDecision
from agents.ladder import ACTION_PLAN, FLOOR, FORUM, FRAMEWORK, RUNGS
from world.axes import STAGES, Axes, Mask
from world.parameters import ParameterValues
from world.premise.schema import ZoneSection
from world.randomness import Streams
from world.state import Politics


def draw_text_round(
    streams: Streams, published: int, quarters: tuple[int, int], quarter_rounds: int = 1
) -> int:
    """Round in which a binding text exists, drawn from the quarters after the formula is published."""
    return published + quarter_rounds * streams.whole("binding text", 0, "zone", *quarters)


def delay_rounds(
    rung: int,
    actor: str,
    streams: Streams,
    ratification: tuple[int, int],
    parameters: ParameterValues,
    quarter_rounds: int = 1,
) -> int:
    """Rounds from decision to effect: framework 0-2 quarters, action plan 1-4, floor by ratification (drawn
    in whole quarters by actor, known to nobody before).
    """
    quarters = 0
    if rung == FRAMEWORK:
        quarters = streams.whole("framework", 0, actor, 0, int(parameters.framework_delay_quarters))
    elif rung == ACTION_PLAN:
        quarters = streams.whole("action plan", 0, actor, 1, int(parameters.action_plan_delay_quarters))
    elif rung == FLOOR:
        quarters = streams.whole("ratification", 0, actor, *ratification)
    return quarters * quarter_rounds


def apply_decision(
    politics: Politics,
    decision: CountryDecision,
    places: Sequence[int],
    round_: int,
    streams: Streams,
    ratification: tuple[int, int],
    parameters: ParameterValues,
    quarter_rounds: int = 1,
) -> None:
    """Enter a decision on standing for the countries it speaks for."""
    index = list(places)
    if decision.choice == "join":
        rung = RUNGS.index(decision.subject) if decision.subject in RUNGS else 0
        rung = max(rung, int(politics.rung[index].max()) + 1)
        unwritten = rung == FLOOR and not 0 <= politics.text_round <= round_
        if rung > FLOOR or unwritten or (politics.due_round[index] >= 0).any():
            return
        delay = delay_rounds(rung, decision.actor, streams, ratification, parameters, quarter_rounds)
        if len(index) > 1 and rung < FLOOR:
            delay += int(parameters.bloc_mandate_quarters) * quarter_rounds
        politics.rung[index] = np.maximum(politics.rung[index], min(rung - 1, FORUM))  # it talks already
        politics.due_rung[index], politics.due_round[index] = rung, round_ + delay
        politics.favourable_reviews[index] = 0
        _stand(politics, index, "applied")
    elif decision.choice == "leave":
        politics.rung[index] = ACTION_PLAN
        politics.due_round[index] = -1
        politics.favourable_reviews[index] = 0
        _stand(politics, index, "leaving")
    elif decision.choice == "prepare":
        politics.favourable_reviews[index] += 1
    elif decision.choice == "stay":
        _stand(politics, index, "member")
    else:
        politics.favourable_reviews[index] = 0
        if (politics.due_round[index] < 0).all():
            _stand(politics, index, "hold_out")


def enter_into_force(politics: Politics, round_: int) -> list[tuple[int, int]]:
    """Rungs whose delay is over take effect; returns (country, rung)."""
    due = np.flatnonzero((politics.due_round >= 0) & (politics.due_round <= round_))
    entered = []
    for place in due.tolist():
        politics.rung[place] = politics.due_rung[place]
        politics.due_round[place] = -1
        politics.standing[place] = "member"
        entered.append((place, int(politics.rung[place])))
    return entered


def review_due(
    streams: Streams, actor: str, round_: int, probability: float, applied: bool, quarter_rounds: int = 1
) -> bool:
    """A country reviews at its own rhythm (about one in four a quarter): when all revise at once, clubs
    cycle. None while applied. A review is an event of the quarter: in rounds of a month it falls on one of
    the quarter's months, drawn for it, so that shorter rounds bring no more reviews.
    """
    quarter, place = divmod(round_, quarter_rounds)
    falls = streams.whole("month of review", quarter, actor, 0, quarter_rounds - 1)
    return not applied and place == falls and streams.uniform("review", quarter, actor) < probability


def _stand(politics: Politics, index: Sequence[int], standing: str) -> None:
    for place in index:
        politics.standing[place] = standing


def floor_members(politics: Politics, zone: ZoneSection) -> Mask:
    """(country,) those whose border upholds the floor in force: binding members and the leader."""
    members: Mask = politics.rung == FLOOR
    members[politics.leader] = zone.exists
    return members


def signatories(politics: Politics) -> Mask:
    """(country,) the leader and its framework partners: who would be inside."""
    inside: Mask = politics.rung >= FRAMEWORK
    inside[politics.leader] = True
    return inside


def nonaligned(politics: Politics, aligned_rung: str) -> list[int]:
    """Positions of the countries on no rung that counts as aligned (``zone.aligned_rung``); the leader is
    aligned with itself.
    """
    aligned = politics.rung >= RUNGS.index(aligned_rung)
    aligned[politics.leader] = True
    return np.flatnonzero(~aligned).tolist()


def update_zone(politics: Politics, zone: ZoneSection, round_: int) -> None:
    """The floor is in force once a text exists and someone besides the leader is bound, or the leader
    applies it alone.
    """
    text = zone.exists and 0 <= politics.text_round <= round_
    others = politics.rung == FLOOR
    others[politics.leader] = False
    politics.floor_in_force = bool(text and (others.any() or zone.leader_border_alone))
    if not politics.floor_in_force:
        politics.floor_since_round = -1
    elif politics.floor_since_round < 0:
        politics.floor_since_round = round_
    if politics.floor_in_force:
        politics.rung[politics.leader] = FLOOR
        politics.standing[politics.leader] = "member"
    elif politics.rung[politics.leader] == FLOOR:
        politics.rung[politics.leader] = ACTION_PLAN  # the last partner has left


def scope_of(zone: ZoneSection, axes: Axes) -> Mask:
    """(mineral, stage) covered by the zone; a mineral without ore of its own has only the refined stage."""
    minerals = np.array(["*" in zone.scope or name in zone.scope for name in axes.minerals])
    stages = np.array([stage in zone.stages for stage in STAGES])
    sold = np.stack([(axes.sellers(stage) >= 0).any(axis=1) for stage in range(len(STAGES))], axis=1)
    scope: Mask = minerals[:, None] & stages[None, :] & sold
    return scope


def exemptions(politics: Politics, axes: Axes, places: Mapping[str, Sequence[int]]) -> Mask | None:
    """(mineral, country) where the floor does not bind: agreed with members, on offer to others (it counts
    when they ask what signing would bring); None where there are none.

    places : voter -> positions of the countries that it speaks for
    """
    exempt = np.zeros((len(axes.minerals), len(axes.countries)), dtype=bool)
    for voter in {*politics.offers, *politics.agreed}:
        given = politics.agreed.get(voter) or politics.offers.get(voter)
        minerals = [axes.mineral(name) for name in given.exempt] if given is not None else []
        exempt[np.ix_(minerals, list(places[voter]))] = True
    return exempt if exempt.any() else None

"""The dominant refiner moves having seen the leader and the members: controls on its goods, or relief."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.decision import ImposedControl, Relief
from agents.view import Grievance, HeldControl, RefinerView
from world.axes import STAGES, Array
from world.moves.exits import learn_exits
from world.moves.refiner_options import dominated_goods, find_options, rival_share
from world.questions.outlooks import Outlooks, ask_all
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


def move_refiner(world: TradeWorld, outlooks: Outlooks) -> None:
    """Ask, decide, and put controls on or off."""
    view = refiner_view(world)
    questions = world.doctrine.questions(view)
    (answers,) = ask_all(outlooks, [((world.dominant,), questions)])
    decision = world.doctrine.decide(view, answers)
    politics = world.state.politics
    lift_controls(world, world.dominant, decision.relent)
    _lay_duties(world, decision.counter_duty_share)
    for imposed in decision.impose:
        put_control(world, world.dominant, imposed)
    if decision.captures is not None:
        politics.captures_since = world.round if decision.captures else -1
    for reason in decision.reasons:
        world.ledger.enter(reason, "dominant_refiner", world.round)


def lift_controls(world: TradeWorld, actor: int, reliefs: Iterable[Relief]) -> None:
    """Take the targets of each relief out of the actor's controls on the good."""
    axes, before = world.base.axes, list(world.state.politics.controls)
    for relief in reliefs:
        places = {axes.country(iso3) for iso3 in relief.targets}
        good = axes.mineral(relief.mineral), STAGES.index(relief.stage)
        _take_out(world, actor, good, places)
        if not any((c.mineral, c.stage) == good for c in world.state.politics.controls_of(actor)):
            world.state.politics.freed[(actor, *good)] = world.round
    learn_exits(world, [control for control in before if control not in world.state.politics.controls])


def _take_out(world: TradeWorld, actor: int, good: tuple[int, int], places: set[int]) -> None:
    """What is left of controls once some targets are out of them."""
    politics, kept = world.state.politics, []
    for control in politics.controls:
        if control.actor == actor and (control.mineral, control.stage) == good:
            control = replace(
                control, targets=tuple(place for place in control.targets if place not in places)
            )
        if control.targets:
            kept.append(control)
    politics.controls = kept


def put_control(world: TradeWorld, actor: int, imposed: ImposedControl) -> None:
    """Put a control on; between the actor and the targets it takes the place of what was in force, and where
    that was the same nothing changes."""
    axes, politics = world.base.axes, world.state.politics
    good = axes.mineral(imposed.mineral), STAGES.index(imposed.stage)
    here = [c for c in politics.controls_of(actor) if (c.mineral, c.stage) == good]
    terms = (imposed.instrument, imposed.approval_share, imposed.tax_share)
    same = {t for c in here if (c.instrument, c.approval_share, c.tax_share) == terms for t in c.targets}
    targets = tuple(place for place in map(axes.country, imposed.targets) if place not in same)
    if not targets:
        return
    before = [c.approval_share for c in here if set(targets) & set(c.targets)]
    _take_out(world, actor, good, set(targets))
    control = Control(
        actor,
        *good,
        targets,
        imposed.approval_share,
        world.round,
        imposed.reason,
        instrument=imposed.instrument,
        tax_share=imposed.tax_share,
        reach=imposed.reach,
        allowed_t=_allowed_t(world, actor, good, targets, imposed),
        approval_before=min(before, default=1.0),
        rival_share=rival_share(world, *good),
    )
    politics.controls.append(control)
    world.news.control(world.round, control, axes)


def _allowed_t(
    world: TradeWorld, actor: int, good: tuple[int, int], targets: tuple[int, ...], imposed: ImposedControl
) -> float:
    """Tonnes a round under a quota: a share of usual shipments on the day it is set."""
    if imposed.instrument != "quota":
        return float("inf")
    (mineral, stage), axes = good, world.base.axes
    flow = world.state.markets.usual_flow_t[stage][mineral]
    aimed = np.isin(axes.buyers(stage)[mineral], targets)
    mine = axes.sellers(stage)[mineral] == actor
    return imposed.approval_share * float(flow[mine][:, aimed].sum())


def _lay_duties(world: TradeWorld, shares: Mapping[str, float]) -> None:
    """Duties on the goods of those named and on nobody else's; those laid anew are told."""
    axes, laid = world.base.axes, world.state.politics.counter_duty_share
    new = sorted(iso3 for iso3, share in shares.items() if share > laid[axes.country(iso3)])
    laid[:] = 0.0
    for iso3, share in shares.items():
        laid[axes.country(iso3)] = share
    if new:
        world.news.counter_duty(world.round, axes.countries[world.dominant], new, shares[new[0]])


def refiner_view(world: TradeWorld) -> RefinerView:
    """Grievances, controls in force and options of the round."""
    axes, politics = world.base.axes, world.state.politics
    grievances = find_grievances(world)
    return RefinerView(
        actor=axes.countries[world.dominant],
        round=world.round,
        grievances=grievances,
        controls=held_controls(world, world.dominant),
        options=find_options(world, sorted({grievance.actor for grievance in grievances})),
        targets_gdp_usd={
            iso3: float(world.facts.gdp_usd[place]) for place, iso3 in enumerate(axes.countries)
        },
        parameters=world.parameter_map,
        hurt_share=hurt_share(world) if grievances else 0.0,
        floor_in_force=politics.floor_in_force,
        captures=politics.captures_since >= 0,
        quarter_rounds=world.clock.quarter_rounds,
        wars_seen=politics.wars_seen,
        exits_seen=politics.exits_seen,
    )


def held_controls(world: TradeWorld, actor: int) -> tuple[HeldControl, ...]:
    """An actor's controls in force, as it sees them; a widened control is several, each with its own date."""
    axes = world.base.axes
    return tuple(
        HeldControl(
            axes.minerals[c.mineral],
            STAGES[c.stage],
            c.instrument,
            tuple(axes.countries[target] for target in c.targets),
            c.approval_share,
            c.tax_share,
            c.since,
            c.rival_share,
        )
        for c in world.state.politics.controls_of(actor)
    )


def find_grievances(world: TradeWorld) -> tuple[Grievance, ...]:
    """Hostile acts in force: binding members of a floor, and duties on its goods beyond those that stood when
    the decisions opened.
    """
    axes, state = world.base.axes, world.state
    found = []
    if state.politics.floor_in_force:
        since = state.politics.text_round
        found += [
            Grievance(axes.countries[place], "floor", since)
            for place in np.flatnonzero(state.binding_members)
        ]
    new = duties_on_dominant(world) - world.duties_before
    found += [
        Grievance(axes.countries[place], "duty", world.decisions_open) for place in np.flatnonzero(new > 0.01)
    ]
    return tuple(found)


def duties_on_dominant(world: TradeWorld) -> Array:
    """(country,) highest duty that each importer has laid on the dominant refiner's goods since the base
    year.
    """
    duty = world.happenings.duty_share[:, :, world.dominant, :] + world.leader_duty[:, :, world.dominant, :]
    return np.asarray(duty.max(axis=(0, 1)))


def hurt_share(world: TradeWorld) -> float:
    """What duties and floors newly laid on its goods are worth, over all that it ships of the goods it
    dominates: the new duty, and the gap of its price to the reference, on what it shipped at
    base prices in the base year, so that trade that has gone still counts.
    """
    axes, politics = world.base.axes, world.state.politics
    new = np.maximum(duties_on_dominant(world) - world.duties_before, 0.0)
    bound, laid, shipped = world.state.binding_members, 0.0, 0.0
    for mineral, stage in dominated_goods(world):
        buyers = axes.buyers(stage)[mineral]
        mine = axes.sellers(stage)[mineral] == world.dominant
        abroad = (buyers >= 0) & (buyers != world.dominant)
        flow = np.where(abroad, world.base.lanes(stage).flow_t[mineral][mine].sum(axis=0), 0.0)
        price = float(world.base.evidence.price_usd_t[mineral, stage])
        reference = float(np.nan_to_num(politics.reference_usd_t[mineral, stage]))
        gap = max(0.0, reference / price - 1.0)
        at = np.maximum(buyers, 0)
        laid += price * float(flow @ (new[at] + gap * bound[at]))
        shipped += price * float(flow.sum())
    return laid / shipped if shipped > 0.0 else 0.0

"""The dominant refiner moves having seen the leader and the members: controls on refined metal, or relief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.view import ControlOption, Grievance, RefinerView
from world.axes import REFINED, Array
from world.outlooks import Outlooks, ask_all
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


def move_refiner(world: TradeWorld, outlooks: Outlooks) -> None:
    """Ask, decide, and put controls on or off."""
    view = refiner_view(world)
    questions = world.doctrine.questions(view)
    (answers,) = ask_all(outlooks, [((world.dominant,), questions)])
    decision = world.doctrine.decide(view, answers)
    axes, politics = world.base.axes, world.state.politics
    replaced = set(decision.relent)
    politics.controls = [
        control for control in politics.controls if axes.minerals[control.mineral] not in replaced
    ]
    _lay_duties(world, decision.counter_duty_share)
    for imposed in decision.impose:
        held = {
            t for c in politics.controls if axes.minerals[c.mineral] == imposed.mineral for t in c.targets
        }
        targets = tuple(place for place in map(axes.country, imposed.targets) if place not in held)
        control = Control(
            world.dominant,
            axes.mineral(imposed.mineral),
            REFINED,
            targets,
            imposed.approval_share,
            world.round,
            imposed.reason,
        )
        politics.controls.append(control)
        world.news.control(world.round, control, axes)
    for reason in decision.reasons:
        world.ledger.enter(reason, "dominant_refiner", world.round)


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
    controls: dict[str, tuple[str, ...]] = {}
    for c in politics.controls:  # a widened control is several, each with its own date
        name = axes.minerals[c.mineral]
        controls[name] = (*controls.get(name, ()), *(axes.countries[t] for t in c.targets))
    grievances = find_grievances(world)
    return RefinerView(
        axes.countries[world.dominant],
        world.round,
        grievances,
        controls,
        _options(world, grievances) if grievances or controls else (),
        {iso3: float(world.facts.gdp_usd[place]) for place, iso3 in enumerate(axes.countries)},
        world.parameter_map,
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


def _options(world: TradeWorld, grievances: tuple[Grievance, ...]) -> tuple[ControlOption, ...]:
    """One licence per mineral that it dominates, against those who aggrieve it and buy from it."""
    axes, base = world.base.axes, world.base
    hostile = sorted({grievance.actor for grievance in grievances}) or sorted(
        {axes.countries[t] for c in world.state.politics.controls for t in c.targets}
    )
    places = [axes.country(iso3) for iso3 in hostile]
    output = world.refined_output_t()
    options = []
    for mineral, name in enumerate(axes.minerals):
        sellers, users = axes.refiners[mineral], axes.buyers(REFINED)[mineral]
        mine = sellers == world.dominant
        if not mine.any() or float(
            output[mineral][mine].sum()
        ) < world.parameters.control_least_share * float(output[mineral].sum()):
            continue
        aimed = np.isin(users, places)
        flow = world.state.markets.usual_flow_t[REFINED][mineral]
        shipped = float(flow[mine][:, aimed].sum())
        bought = float(flow[:, aimed].sum())
        targets = tuple(
            iso3 for iso3, place in zip(hostile, places, strict=True) if place in users[flow[mine][0] > 0]
        )
        if shipped > 0.0 and targets:
            value = shipped * float(base.evidence.price_usd_t[mineral, REFINED])
            options.append(
                ControlOption(
                    name, targets, world.premise.dominant_refiner.licence_approval, value, shipped / bought
                )
            )
    return tuple(options)

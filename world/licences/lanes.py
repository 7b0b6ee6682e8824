"""Licence offices on the lanes of a stage: from measures, decided controls and the state to what may pass."""

from __future__ import annotations

import numpy as np

from agents.ladder import FLOOR
from world.axes import Array, Axes, Whole, gather_pairs, scatter
from world.licences.queue import Decided, Licence, decide_requests, kept_share, office_of
from world.licences.standing import dealt_out, distance_points
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.questions.control_lanes import control_lanes
from world.state import WorldState


def licences_of(
    axes: Axes, state: WorldState, happenings: Happenings, parameters: ParameterValues, stage: int
) -> Licence:
    """Licences on the lanes of a stage: those of measures and those decided in the run, approval dealt out by
    standing and lowered for buyers whose re-exports were found.
    """
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)

    def on_lanes(name: str) -> Array:
        return gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers)

    licensed, subject, closed = _under_licence(buyers, axes, state, happenings, stage)
    approval, delay = 1.0 - on_lanes("refused_share"), on_lanes("delay_days")
    for control in state.politics.lane_controls:
        if control.stage == stage and 0.0 < control.approval_share < 1.0:
            row = control.mineral
            lanes = control_lanes(control, sellers[row], buyers[row])
            approval[row][lanes] = np.minimum(approval[row][lanes], control.approval_share)
            delay[row][lanes] = np.maximum(delay[row][lanes], parameters.licence_delay_days)
    approval = dealt_out(
        approval,
        gather_pairs(_distance_points(state, parameters), sellers, buyers),
        licensed * subject * state.markets.usual_flow_t[stage],
        parameters.licence_standing_response,
    )
    to = np.broadcast_to(buyers[:, None, :], approval.shape)
    found = at_countries(state.markets.detected_share[stage], to[:, None])[:, 0]
    return Licence(
        licensed_share=licensed,
        subject_share=subject,
        approval_share=approval * kept_share(found, parameters.licence_reexport_response),
        days=np.maximum(on_lanes("licence_days"), state.markets.licence_days[stage]),
        delay_days=delay,
        closed_share=closed,
    )


def _distance_points(state: WorldState, parameters: ParameterValues) -> Array:
    """(seller, buyer) how far countries stand from each other as licence offices see it."""
    bound = (state.politics.rung == FLOOR) & state.politics.floor_in_force
    return distance_points(state.politics.vote_points, bound, parameters.licence_zone_points)


def _under_licence(
    buyers: Whole, axes: Axes, state: WorldState, happenings: Happenings, stage: int
) -> tuple[Array, Array, Array]:
    """(mineral, seller, place) part of the round under licence, of the trade that needs one, and part of the
    round on which nothing may pass to countries ``buyers`` (mineral, place)."""
    sellers = axes.sellers(stage)
    licensed, subject, closed = (
        gather_pairs(getattr(happenings, name)[:, stage], sellers, buyers)
        for name in ("licensed_share", "subject_share", "closed_share")
    )
    for control in state.politics.lane_controls:
        if control.stage == stage:
            row = control.mineral
            lanes = control_lanes(control, sellers[row], buyers[row])
            if control.approval_share <= 0.0:
                closed[row][lanes] = 1.0
            elif control.approval_share < 1.0:
                licensed[row][lanes] = subject[row][lanes] = 1.0
    return np.minimum(licensed, 1.0 - closed), subject, closed


def hubs_kept(
    axes: Axes, state: WorldState, happenings: Happenings, response: float, hub: Whole, stage: int
) -> Array:
    """(mineral, way, seller, buyer) part of what the seller grants the first hub of each way that is left
    after the re-exports found there; all where the hub needs no licence and no transshipment ban is on.

    hub : (mineral, way, seller, buyer)
    """
    mineral, seller = np.arange(len(hub))[:, None], np.maximum(axes.sellers(stage), 0)
    licensed = happenings.licensed_share[mineral, stage, seller] > 0.0
    licensed |= (happenings.own_reach_share[:, stage].max(axis=2) > 0.0)[mineral, seller][..., None]
    for control in state.politics.lane_controls:
        if control.stage == stage and 0.0 < control.approval_share < 1.0:
            mine = axes.sellers(stage)[control.mineral] == control.actor
            licensed[control.mineral][np.ix_(mine, list(control.targets))] = True
    found = kept_share(state.markets.detected_share[stage], response)
    return np.where(hub >= 0, at_countries(np.where(licensed, found, 1.0), hub), 1.0)


def hub_room(
    axes: Axes,
    state: WorldState,
    happenings: Happenings,
    room_t: Array,
    hub: Whole,
    stage: int,
) -> Array:
    """(mineral, way, seller, buyer) part of what the first hub of each way could hand on for which it can
    have licences: an office grants its users first what they wait for themselves; all where it needs none.

    room_t : (mineral, seller, buyer) what the offices could grant besides what they are asked for
    hub : (mineral, way, seller, buyer)
    """
    countries, buyers = len(axes.countries), axes.buyers(stage)
    everyone = np.broadcast_to(np.arange(countries), (len(hub), countries))
    licensed, subject, _ = _under_licence(everyone, axes, state, happenings, stage)
    under, lines = licensed * subject, room_t.reshape(-1, buyers.shape[1])
    room = scatter(lines, np.repeat(buyers, under.shape[1], axis=0), countries).reshape(under.shape)
    capacity = np.maximum(state.markets.hub_capacity_t[stage], 1e-300)[:, None, :]
    return at_countries(1.0 - under + under * np.minimum(room / capacity, 1.0), hub)


def at_countries(values: Array, country: Whole) -> Array:
    """Values (mineral, seller, country) at countries (mineral, way, seller, buyer), zero at -1."""
    mineral, seller = np.arange(len(values))[:, None, None, None], np.arange(values.shape[1])[:, None]
    taken = values[mineral, seller, np.maximum(country, 0)]
    return np.asarray(np.where(country >= 0, taken, 0.0))


def decided_at(
    licence: Licence, state: WorldState, parameters: ParameterValues, stage: int, rounds_per_year: int = 4
) -> tuple[Decided, Array]:
    """What the offices do with this round's requests, and the tonnes that may pass (inf where a licence
    limits nothing: none is needed, or everything is granted and nothing waits).
    """
    markets = state.markets
    usual, waiting = markets.usual_flow_t[stage], markets.backlog_t[stage]
    decided = decide_requests(licence, office_of(parameters, rounds_per_year), usual, waiting)
    needed = licence.licensed_share * licence.subject_share > 0.0
    settled = (licence.approval_share >= 1.0) & (waiting <= 0.0) & (decided.passes_t >= usual * (1.0 - 1e-9))
    return decided, np.where(needed & ~settled, decided.passes_t, np.inf)

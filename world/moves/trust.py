"""Trust in the two great powers: it falls by act, most where the act is aimed, and heals slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.beliefs import heal_trust, learn_retaliation, lose_trust
from agents.ladder import FLOOR, FRAMEWORK
from world.axes import Array, Mask
from world.institutions import seats, working_together

if TYPE_CHECKING:
    from world.model import TradeWorld


def revise_trust(world: TradeWorld) -> None:
    """Lose, heal, learn: after the acts of the round."""
    politics, p = world.state.politics, world.parameters
    rungs = np.maximum(politics.rung - FRAMEWORK + 1, 0) / 3.0
    seated = seats(politics, world.round)
    in_clubs, in_theirs = (
        working_together(world.institutions, seated, power) for power in (world.leader, world.dominant)
    )
    together = p.trust_gain_cooperation_year * (rungs + in_clubs / 3.0)
    with_dominant = p.trust_gain_cooperation_year * in_theirs / 3.0
    politics.trust_leader = heal_trust(
        lose_trust(politics.trust_leader, _loss(world, world.leader)),
        politics.trust_rest_leader,
        p.trust_healing_year,
        together,
        world.clock.rounds_per_year,
    )
    politics.trust_dominant = heal_trust(
        lose_trust(politics.trust_dominant, _loss(world, world.dominant)),
        politics.trust_rest_dominant,
        p.trust_healing_year,
        with_dominant,
        world.clock.rounds_per_year,
    )
    politics.trust_leader[world.leader] = 1.0
    politics.trust_dominant[world.dominant] = 1.0
    learn_from_others(world)


def _loss(world: TradeWorld, power: int) -> Array:
    """(country,) share of trust in a power lost this round, by its acts and its controls."""
    p, n = world.parameters, len(world.state.politics.rung)
    loss = np.zeros(n)
    for actor, targets, severity in world.happenings.acts:
        if actor == power:
            size = p.trust_loss_per_severity * severity
            hit = np.zeros(n, dtype=bool)
            hit[list(targets)] = True
            # what is done to everyone singles out nobody: it weighs like an act seen from outside
            aimed = 1.0 if hit.sum() <= n / 2 else p.trust_spillover_share
            seen = p.trust_spillover_share if hit.sum() <= n / 2 else 0.0
            loss += size * np.where(hit, aimed, seen)
    for control in world.state.politics.controls:
        if control.actor == power and control.since == world.round:
            loss[list(control.targets)] += p.trust_loss_broken_licence * control.newly_withheld_share
    return loss


def learn_from_others(world: TradeWorld) -> None:
    """How likely retaliation is: each accession that took effect is an observation, answered or not."""
    politics = world.state.politics
    bound = politics.rung == FLOOR
    fresh = np.flatnonzero(bound & ~world.bound_before)
    world.bound_before = bound
    joined = {world.facts.speaks_for[place] for place in fresh}
    hit = _hit(world)
    answered = {world.facts.speaks_for[place] for place in fresh if hit[place]}
    politics.retaliation_belief = learn_retaliation(
        politics.retaliation_belief,
        world.parameters.retaliation_prior_weight,
        np.full(len(politics.rung), float(len(answered))),
        float(len(joined)),
    )


def belief_in_answers_to_soft_steps(world: TradeWorld, belief: float) -> float:
    """Chance that a step which binds to nothing is answered, for a government that believes a signature of
    the floor to be with ``belief``: it has seen what befell each that holds a framework or an action plan.
    """
    politics, p = world.state.politics, world.parameters
    holds = (politics.rung >= FRAMEWORK) & (politics.rung < FLOOR)
    holds[[world.leader, world.dominant]] = False
    voters = {world.facts.speaks_for[place] for place in np.flatnonzero(holds).tolist()}
    struck = {world.facts.speaks_for[place] for place in np.flatnonzero(holds & _hit(world)).tolist()}
    weight = p.retaliation_prior_weight
    return min(1.0, (belief * weight + len(struck)) / (weight + len(voters)))


def _hit(world: TradeWorld) -> Mask:
    """(country,) those whom a control or a duty of the dominant refiner meets that it put on in the run."""
    politics = world.state.politics
    hit: Mask = politics.counter_duty_share > 0.0
    for control in politics.controls_of(politics.dominant):
        hit[list(control.targets)] = True
    return hit

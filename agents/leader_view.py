"""What the zone's leader is shown when it sets prices, pays and courts. Nothing here reaches the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.decision import Request


@dataclass(frozen=True)
class LeaderView:
    """What the zone's leader is shown when it sets reference prices and offers; price keys are (mineral,
    stage).

    ``full_cost_usd_t`` : all-in cost of the marginal project outside the dominant refiner
    ``recent_price_usd_t`` : mean price outside the dominant refiner over the memory of the rule
    ``inputs`` : good -> what it is made of, first stages first; none where nothing traded goes in
    ``invitations`` : what it knows of each candidate; ``asked_below`` : it asks those below this rung
    """

    actor: str
    round: int
    full_cost_usd_t: Mapping[tuple[str, str], float]
    recent_price_usd_t: Mapping[tuple[str, str], float]
    announced_usd_t: Mapping[tuple[str, str], float]
    invitations: Mapping[str, Invitation]
    budget_usd: float
    parameters: Mapping[str, float]
    inputs: Mapping[tuple[str, str], Input] = field(default_factory=dict)
    asked_below: int = 2


@dataclass(frozen=True)
class Input:
    """What a good is made of: the good of the stage before, its price in the base year, tonnes a tonne."""

    good: tuple[str, str]
    usual_price_usd_t: float
    needed_t_per_t: float


@dataclass(frozen=True)
class Invitation:
    """What the leader knows of one country it may court.

    supply_usd, projects_usd : part of what a stop of the dominant refiner would cost the leader that rests on
        what the country supplies now, and on what its projects could add; USD a quarter
    absorbs_usd : most that its projects could take, USD a quarter
    reliability : how far it trusts the leader, 0-1
    duty_burden_usd : what the leader's duties on all its goods take from it; request : what it asked for last
    market_usd : part of the leader's stake that rests on what its buyers could take of what projects make
    potential_usd : part of the stake in minerals that no market here covers that its ore in the ground holds
    already_share : part of its goods exports that goes to the leader already
    sales_to_leader_share : goods it sells to the leader over its output, the hold of talks on duties
    near : candidates so near that one journey serves them all; asked : it would sign a framework if invited
    waits : it is invited and silent, has agreed, or has refused within the year
    """

    rung: int
    supply_usd: float
    projects_usd: float
    absorbs_usd: float
    reliability: float
    duty_burden_usd: float = 0.0
    request: Request | None = None
    potential_usd: float = 0.0
    market_usd: float = 0.0
    sales_to_leader_share: float = 0.0
    already_share: float = 0.0
    near: tuple[str, ...] = ()
    asked: bool = False
    waits: bool = False

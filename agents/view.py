"""What an agent is shown in a round, and the answers to what it asked. Nothing here reaches the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Accounts:
    """Change of one country's accounts against the status quo, USD a quarter."""

    users_usd: float = 0.0
    producers_usd: float = 0.0
    treasury_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """Sum of the accounts."""
        return self.users_usd + self.producers_usd + self.treasury_usd

    def __add__(self, other: Accounts) -> Accounts:
        return Accounts(
            self.users_usd + other.users_usd,
            self.producers_usd + other.producers_usd,
            self.treasury_usd + other.treasury_usd,
        )

    def blend(self, later: Accounts, weight: float) -> Accounts:
        """Weighted mean of today's accounts and those of a market whose capacity has adjusted."""
        first = 1.0 - weight
        return Accounts(
            first * self.users_usd + weight * later.users_usd,
            first * self.producers_usd + weight * later.producers_usd,
            first * self.treasury_usd + weight * later.treasury_usd,
        )


@dataclass(frozen=True)
class Answer:
    """What the asker would gain or lose, today and once capacity has adjusted; ``others_usd`` what it
    would do to named others. ``parts`` holds the same for each country of a bloc, in order.
    """

    now: Accounts
    later: Accounts
    others_usd: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class WhatIfMember:
    """What would change if the asker were bound by the floor (or, for a member, if it left), and with it the
    countries of ``followers``?
    """

    followers: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhatIfControlled:
    """What would change if the dominant refiner granted only ``approval_share`` of the asker's usual
    purchases from it at a stage: refined metal, or components?
    """

    approval_share: float
    stage: str = "refined"


@dataclass(frozen=True)
class WhatIfControl:
    """The dominant refiner's own question: what if it granted ``approval_share`` of ``mineral`` to
    ``targets``?
    """

    mineral: str
    targets: tuple[str, ...]
    approval_share: float


@dataclass(frozen=True)
class WhatIfNoFloor:
    """What would change if the zone's floor were not applied?"""


Question = WhatIfMember | WhatIfControlled | WhatIfControl | WhatIfNoFloor


@dataclass(frozen=True)
class CountryView:
    """All that one government (or a bloc that votes as one) is shown when it reviews its standing.

    Money is USD a quarter. ``taste`` is its own lasting disposition toward the zone and ``mood`` the part
    that is drawn anew, both standard normal. ``emergency_relief_share`` is the part of a cut-off that
    members' stocks and output could cover. ``cut_off_quarters`` is how long an episode outlasts its private
    stocks. ``followers`` are countries on its side of the floor that trade so much with it that they would go
    its way. ``talks_deadline`` is the round in which talks with the leader that are linked to minerals end
    (-1: none). ``population`` weighs votes in a bloc; ``members`` holds the view of each of its countries
    (none for a country by itself).
    """

    actor: str
    round: int
    rung: int
    zone_open: bool
    text_exists: bool
    trust_leader: float
    trust_dominant: float
    mineral_trade_usd: float
    gdp_usd: float
    peers_share: float
    exports_to_leader_usd: float
    exports_to_dominant_share: float
    pressure: float
    retaliation_belief: float
    finance_offer_usd: float
    side_payment_usd: float
    emergency_relief_share: float
    cut_off_quarters: float
    component_stop_usd: float
    favourable_reviews: int
    taste: float
    mood: float
    parameters: Mapping[str, float]
    followers: tuple[str, ...] = ()
    talks_deadline: int = -1
    population: float = 0.0
    members: tuple[CountryView, ...] = ()


@dataclass(frozen=True)
class Grievance:
    """Something done to the dominant refiner: by whom, what, and since when."""

    actor: str
    kind: str
    since: int


@dataclass(frozen=True)
class ControlOption:
    """A control it could impose: on which mineral, against whom, and the value of what it ships there, USD
    a quarter.
    """

    mineral: str
    targets: tuple[str, ...]
    approval_share: float
    lane_value_usd: float
    target_dependence_share: float


@dataclass(frozen=True)
class RefinerView:
    """What the dominant refiner is shown: grievances, its controls in force (mineral -> targets), and the
    options it has.
    """

    actor: str
    round: int
    grievances: tuple[Grievance, ...]
    controls: Mapping[str, tuple[str, ...]]
    options: tuple[ControlOption, ...]
    targets_gdp_usd: Mapping[str, float]
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class LeaderView:
    """What the zone's leader is shown when it sets reference prices and offers; price keys are (mineral,
    stage).

    ``full_cost_usd_t`` : all-in cost of the marginal project outside the dominant refiner
    ``recent_price_usd_t`` : mean price outside the dominant refiner over the memory of the rule
    ``invitations`` : candidate -> (resource potential, investability, reliability, shortfall of its last
    review USD, gain to the leader USD)
    """

    actor: str
    round: int
    full_cost_usd_t: Mapping[tuple[str, str], float]
    recent_price_usd_t: Mapping[tuple[str, str], float]
    announced_usd_t: Mapping[tuple[str, str], float]
    invitations: Mapping[str, Invitation]
    budget_usd: float
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Invitation:
    """What the leader knows of one country it may court."""

    rung: int
    potential: float
    investability: float
    reliability: float
    shortfall_usd: float
    gain_usd: float

"""What an agent is shown in a round, and the answers to what it asked. Nothing here reaches the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.ladder import FLOOR, FRAMEWORK

if TYPE_CHECKING:
    from agents.institutions import Fellows
    from agents.talks import Talks


@dataclass(frozen=True)
class Accounts:
    """Change of one country's accounts against the status quo, USD a round."""

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

    def scaled(self, factor: float) -> Accounts:
        """The accounts times a factor."""
        return Accounts(factor * self.users_usd, factor * self.producers_usd, factor * self.treasury_usd)

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
    would do to named others. ``parts`` holds the same for each country of a bloc, in order. On membership
    also mineral by mineral: ``minerals`` the asker's total today and later, ``leader_minerals`` the leader's.
    """

    now: Accounts
    later: Accounts
    others_usd: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[Answer, ...] = ()
    minerals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    leader_minerals: Mapping[str, float] = field(default_factory=dict)


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
    """A seller's own question: what if its country granted ``approval_share`` of what it usually ships of a
    good to ``targets``, or added ``tax_share`` to its export tax (below zero: a subsidy)? An approval of 1
    and no tax asks what lifting the control in force would do.

    The answer's ``now`` is today's market; its ``later`` the market of some years on in which the plants
    stand that the prices under the control would have called up or closed, and the control itself is gone
    (``lasts``: it is still there). With ``then_tax_share`` the exports are taxed by so much by then, on top
    of what stands today, and ``later`` is what these plants change under that tax. ``for_few``: what is
    granted goes to firms on a list, as under a quota.
    """

    mineral: str
    targets: tuple[str, ...]
    approval_share: float
    stage: str = "refined"
    tax_share: float = 0.0
    lasts: bool = False
    then_tax_share: float = 0.0
    for_few: bool = False

    @property
    def lifts(self) -> bool:
        """Whether it asks to lift what is in force."""
        return self.approval_share >= 1.0 and self.tax_share == 0.0


@dataclass(frozen=True)
class WhatIfCapture:
    """What would change if the dominant refiner taxed its exports by the levy that the zone lays on them?"""


@dataclass(frozen=True)
class WhatIfNoFloor:
    """What would change if the zone's floor were not applied?"""


Question = WhatIfMember | WhatIfControlled | WhatIfControl | WhatIfCapture | WhatIfNoFloor


@dataclass(frozen=True)
class CountryView:
    """All that one government (or a bloc that votes as one) is shown when it reviews its standing.

    Money is USD a round. ``taste`` is its own lasting disposition toward the zone and ``mood`` the part
    that is drawn anew, both standard normal. ``emergency_relief_share`` is the part of a cut-off that
    members' stocks and output could cover. ``cut_off_quarters`` is how long an episode outlasts its private
    stocks. ``followers`` are countries on its side of the floor that trade so much with it that they would go
    its way. ``talks`` with the leader are those linked to minerals (none mostly).
    ``quarter_rounds`` is how many rounds make a quarter. ``tariff_relief_usd`` and ``exempt``,
    minerals in which the floor would not bind it, are on offer for its signature; ``duty_burden_usd`` is what
    the leader's duties on all its goods take from it, ``excluded_usd`` what duties on those who stand below
    ``aligned_rung`` take. ``population`` weighs votes in a bloc; ``members``
    holds the view of each of its countries (none for a country by itself). ``minerals_at_risk_usd`` is what
    it would lose if the dominant refiner sold it no more metal and bought no minerals, ``goods_at_risk_usd``
    what it would lose on all goods that it sells there if some were turned away; ``promised_supply_usd`` is
    what partners' projects would save it a round if no more metal came. ``covered_trade_usd`` is its
    trade in minerals that the zone covers, ``economy_stake_usd`` the size of its economy, as a share of the
    world's mineral trade; ``administration_usd`` what it takes to run reference prices at its border.
    ``retaliation_belief`` is the chance that the step in question is answered. ``invited`` says that the
    leader has asked it to a framework, ``founding`` that founders' terms still hold. ``rivals_share`` is the
    part of those who compete with it for the leader's finance that have signed a framework;
    ``finance_if_bound_usd`` finance that is kept for those bound by the floor. ``fellows`` : clubs it sits
    in, as they bear on the rung. ``asked_from`` is the lowest rung that the leader must ask it to,
    ``highest_rung`` the last that is on offer.
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
    talks: Talks | None = None
    population: float = 0.0
    members: tuple[CountryView, ...] = ()
    tariff_relief_usd: float = 0.0
    duty_burden_usd: float = 0.0
    excluded_usd: float = 0.0
    aligned_rung: int = FRAMEWORK
    asked_from: int = FRAMEWORK
    highest_rung: int = FLOOR
    exempt: tuple[str, ...] = ()
    quarter_rounds: int = 1
    invited: bool = True
    founding: bool = False
    rivals_share: float = 0.0
    finance_if_bound_usd: float = 0.0
    minerals_at_risk_usd: float = 0.0
    promised_supply_usd: float = 0.0
    goods_at_risk_usd: float = 0.0
    covered_trade_usd: float = 0.0
    economy_stake_usd: float = 0.0
    administration_usd: float = 0.0
    fellows: tuple[Fellows, ...] = ()


@dataclass(frozen=True)
class Grievance:
    """Something done to the dominant refiner: by whom, what, and since when."""

    actor: str
    kind: str
    since: int


@dataclass(frozen=True)
class ControlOption:
    """A control that a government could put on its exports of a good.

    lane_value_usd : what it ships of the good to the targets, USD a round
    target_dependence_share : share of it in what the targets buy of the good
    exports_usd : what it ships of the good to everyone abroad, USD a round
    feed_usd : what its plants buy from the targets to make the good of, USD a round
    instrument, tax_share : what is done; a price war is an export tax below zero
    reach : part of third countries bound not to hand the good on to the targets
    rival_share : share of others in the world's capacity for the good that works; rival_growth_share its rise
        since the run began
    freed_quarters : since it last lifted a control on the good
    """

    mineral: str
    targets: tuple[str, ...]
    approval_share: float
    lane_value_usd: float
    target_dependence_share: float
    stage: str = "refined"
    instrument: str = "licence"
    tax_share: float = 0.0
    reach: float = 0.0
    exports_usd: float = 0.0
    feed_usd: float = 0.0
    rival_share: float = 0.0
    rival_growth_share: float = 0.0
    freed_quarters: float = float("inf")

    @property
    def good(self) -> tuple[str, str]:
        """Mineral and stage."""
        return self.mineral, self.stage


@dataclass(frozen=True)
class HeldControl:
    """A control in force: the same terms for its targets since round ``since``; ``rival_share``: that of the
    option on the day.
    """

    mineral: str
    stage: str
    instrument: str
    targets: tuple[str, ...]
    approval_share: float
    tax_share: float
    since: int
    rival_share: float = 0.0

    @property
    def good(self) -> tuple[str, str]:
        """Mineral and stage."""
        return self.mineral, self.stage


@dataclass(frozen=True)
class RefinerView:
    """What the dominant refiner is shown: grievances, its controls in force, and the options it has.

    hurt_share : what duties and floors newly laid on its goods are worth over all that it ships of the goods
        it could withhold
    floor_in_force : whether a zone keeps a floor that its goods meet; captures whether it takes the levy over
    quarter_rounds : rounds in a quarter
    wars_seen, exits_seen : price wars that ended, rivals who came back after one counted as well, and those
        in which rivals left, a part of one for a part of what they had grown by
    """

    actor: str
    round: int
    grievances: tuple[Grievance, ...]
    controls: tuple[HeldControl, ...]
    options: tuple[ControlOption, ...]
    targets_gdp_usd: Mapping[str, float]
    parameters: Mapping[str, float]
    hurt_share: float = 0.0
    floor_in_force: bool = False
    captures: bool = False
    quarter_rounds: int = 1
    wars_seen: float = 0.0
    exits_seen: float = 0.0

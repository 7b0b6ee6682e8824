"""What an agent may answer in a round. Each decision carries the payoff terms it rests on, in USD a
quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CountryDecision:
    """One decision with its reasons.

    choice : what was chosen, ``alternative`` the best option not chosen
    terms : payoff terms of the move considered over the status quo; they add up to ``margin_usd``
    threshold_usd : what the margin had to exceed; package : what is signed with it, if it ends talks
    """

    actor: str
    kind: str
    choice: str
    alternative: str
    subject: str
    terms: Mapping[str, float] = field(default_factory=dict)
    threshold_usd: float = 0.0
    package: Package | None = None

    @property
    def margin_usd(self) -> float:
        """Payoff of the move considered over the status quo: the sum of its terms."""
        return float(sum(self.terms.values()))

    def tipping(self, round_word: str = "quarter") -> str:
        """The smallest change in the leading term that would have reversed the decision, in words, by what a
        round is called."""
        if not self.terms:
            return ""
        gap = self.threshold_usd - self.margin_usd
        leading = max(self.terms, key=lambda name: (abs(self.terms[name]), name))
        return f"{leading} {gap:+.3e} USD a {round_word}"


@dataclass(frozen=True)
class ControlDecision:
    """The dominant refiner's move: controls to impose, relief to give, duties on the goods of those named,
    and whether to take the zone's levy over by an export tax (None: as before); with the reasons of each.
    """

    impose: tuple[ImposedControl, ...] = ()
    relent: tuple[Relief, ...] = ()
    counter_duty_share: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[CountryDecision, ...] = ()
    captures: bool | None = None


@dataclass(frozen=True)
class ImposedControl:
    """A control on one good against the targets; it takes the place of what was in force between them.

    ``approval_share`` of usual shipments is granted (0: a ban, 1: all); ``tax_share`` is an export tax, below
    zero a subsidy; ``reach`` binds third countries not to hand the good on to the targets, as in the
    instrument ``transshipment_ban``.
    """

    mineral: str
    targets: tuple[str, ...]
    approval_share: float
    reason: str
    stage: str = "refined"
    instrument: str = "licence"
    tax_share: float = 0.0
    reach: float = 0.0


@dataclass(frozen=True)
class Relief:
    """Controls on one good are lifted for the targets."""

    mineral: str
    stage: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """What a holdout asks the leader for.

    kind : side_payment, tariff_relief or exemption; short_usd what it lacks to sign, USD a quarter
    gain_usd : what its accession would bring the leader; mineral, leader_usd : the mineral it would have
        exempt, and what that mineral brings the leader; exempt : what it was promised already
    """

    actor: str
    kind: str
    short_usd: float
    gain_usd: float
    mineral: str = ""
    leader_usd: float = 0.0
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """What the leader gives a country that signs, as long as it is bound: USD a quarter, and minerals in
    which the floor does not bind it.
    """

    side_payment_usd: float = 0.0
    tariff_relief_usd: float = 0.0
    exempt: tuple[str, ...] = ()

    @property
    def paid_usd(self) -> float:
        """What it is worth in money."""
        return self.side_payment_usd + self.tariff_relief_usd

    def kept(self, share: float) -> Offer:
        """The offer as far as it is kept: money in part, exemptions whole or not at all."""
        exempt = self.exempt if share > 0.0 else ()
        return Offer(share * self.side_payment_usd, share * self.tariff_relief_usd, exempt)


@dataclass(frozen=True)
class Package:
    """What ends talks in which minerals are a part: what the country is given, and why the leader agrees."""

    offer: Offer
    leader_terms: Mapping[str, float]


@dataclass(frozen=True)
class LeaderDecision:
    """The leader's move: reference prices by (mineral, stage), finance by country (USD a round), offers and
    strength of threats (0 to 1) by country; whom it asks to a framework; and by country the finance (USD a
    round) that is kept for those bound by the floor.
    """

    reference_usd_t: Mapping[tuple[str, str], float]
    finance_usd: Mapping[str, float]
    offers: Mapping[str, Offer]
    reasons: tuple[CountryDecision, ...] = ()
    threats: Mapping[str, float] = field(default_factory=dict)
    invited: tuple[str, ...] = ()
    finance_if_bound_usd: Mapping[str, float] = field(default_factory=dict)

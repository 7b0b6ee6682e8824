"""Talks in which minerals are part of a larger bargain with the leader: what is at stake, and Nash's rule."""

from __future__ import annotations

from dataclasses import dataclass

from agents.decision import Offer


@dataclass(frozen=True)
class Talks:
    """Talks with a deadline.

    deadline : round in which they end; linked_usd, leader_linked_usd : trade that the country and the leader
        would lose if they failed, USD a round; may_give : what the leader may put into the package
    """

    deadline: int
    linked_usd: float
    leader_linked_usd: float
    may_give: tuple[str, ...] = ("side_payment", "tariff_relief")


def nash_transfer(own_usd: float, leader_usd: float, share: float, most_usd: float) -> float | None:
    """What the leader gives the country so that the country has ``share`` of the joint gain (Nash 1950, with
    weights); None where there is no package that both prefer to none. USD a round.

    own_usd, leader_usd : gain of each over no agreement, before anything is given
    most_usd : most that may be given; the country gives nothing. Between these bounds the product of gains
        has one peak, so that the bound nearest to it is the solution where it lies outside.
    """
    joint = own_usd + leader_usd
    if joint <= 0.0:
        return None
    given = share * joint - own_usd
    if given < 0.0:
        return 0.0 if leader_usd >= 0.0 else None
    if given > most_usd:
        return most_usd if own_usd + most_usd >= 0.0 else None
    return given


def as_offer(given_usd: float, burden_usd: float, may_give: tuple[str, ...]) -> Offer:
    """The package's money: relief from the leader's duties first, up to what they take, then a payment."""
    relief = min(given_usd, burden_usd) if "tariff_relief" in may_give else 0.0
    return Offer(side_payment_usd=given_usd - relief, tariff_relief_usd=relief)


def most_given_usd(burden_usd: float, may_give: tuple[str, ...]) -> float:
    """Most that the leader may give: any money, or its duties and no more, or nothing."""
    if "side_payment" in may_give:
        return float("inf")
    return burden_usd if "tariff_relief" in may_give else 0.0

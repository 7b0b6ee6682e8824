"""A chain of any number of stages as records: who sells, who buys, over which lanes, under which quotas.

The buyers of a stage are the makers of the next stage, in the order of its sellers, followed by the stage's
own users. A maker is a seller of the next stage that converts what it buys here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

from curve_records import NO_STOCKS, Disposal, Need, StockResponse, Tranche


@dataclass(frozen=True)
class Outside:
    """A way to do without: a dear substitute, thrift, a line stop. ``log_weight`` = ln A0."""

    cost_usd_t: float
    log_weight: float = 0.0


@dataclass(frozen=True)
class Taste:
    """How a buyer chooses: additive logit with dispersion mu > 0 and a few ways to do without."""

    spread_usd_t: float
    outside: tuple[Outside, ...] = ()


@dataclass(frozen=True)
class Maker:
    """Converts ore: throughput R = sum of tranches at the margin y max(p, guaranteed) - P, output y x ore."""

    tranches: tuple[Tranche, ...]
    taste: Taste
    recovery: float = 1.0
    stock: StockResponse = NO_STOCKS


@dataclass(frozen=True)
class Seller:
    """Sells its own supply, min(sum of tranches + feed, ceiling), and what it makes as a ``maker``.

    Negative feed is metal taken out of the chain at the seller's price.
    """

    tranches: tuple[Tranche, ...] = ()
    feed_t: float = 0.0
    ceiling_t: float = inf
    maker: Maker | None = None
    disposal: Disposal | None = None


@dataclass(frozen=True)
class User:
    """Last buyer of a stage's good: purchases = need x (1 + stock share)."""

    need: Need
    taste: Taste
    stock: StockResponse = NO_STOCKS


@dataclass(frozen=True)
class Lane:
    """Way from a seller to a buyer of a stage; there may be several between the same two.

    cost = max(alpha max(p + premium, least_export) + beta, floor), and a quota's rent on top of it

    factor, charge_usd_t      alpha > 0, beta
    floor_usd_t               landed price kept at the border (levy, minimum import price, floor inside)
    least_export_usd_t        minimum export price; its gap goes to the seller
    gap_to                    who gets the gap up to the floor: the treasury (a levy) or the seller
    cap_t, over_cap_usd_t     quota on the lane, its rent held by the importer; with a finite duty on what
                              exceeds it a tariff-rate quota
    desk                      position of the export desk whose quota and premium the lane shares
    """

    seller: int
    buyer: int
    log_weight: float = 0.0
    factor: float = 1.0
    charge_usd_t: float = 0.0
    floor_usd_t: float = -inf
    least_export_usd_t: float = -inf
    gap_to: Literal["treasury", "seller"] = "treasury"
    cap_t: float = inf
    over_cap_usd_t: float = inf
    desk: int | None = None

    def export_usd_t(self, price_usd_t: float, premium_usd_t: float) -> float:
        """Price at the exporter's border, before its taxes."""
        return max(price_usd_t + premium_usd_t, self.least_export_usd_t)

    def landed_usd_t(self, price_usd_t: float, premium_usd_t: float = 0.0) -> float:
        """Delivered cost without a quota's rent."""
        return max(self.unlevied_usd_t(price_usd_t, premium_usd_t), self.floor_usd_t)

    def unlevied_usd_t(self, price_usd_t: float, premium_usd_t: float = 0.0) -> float:
        """Delivered cost before the gap up to the floor."""
        return self.factor * self.export_usd_t(price_usd_t, premium_usd_t) + self.charge_usd_t


@dataclass(frozen=True)
class Desk:
    """Export desk: its lanes together carry at most ``quota_t`` > 0, and what passes unrecorded; the exporter
    holds the premium.

    ways    of tonnes a round that pass at a premium of so much or more; (tonnes, from, to): spread evenly
    asks    (USD a tonne, tonnes): premium that its few holders ask at least, in full from so many recorded
            tonnes on, in proportion below
    """

    quota_t: float
    ways: tuple[float, float, float] = (0.0, 0.0, 1.0)
    asks: tuple[float, float] = (0.0, 1.0)

    def asked_usd_t(self, slack_t: float) -> float:
        """What holders ask when they leave ``slack_t`` of quota and ways."""
        most, over = self.asks
        return most * min(max((self.quota_t - slack_t) / over, 0.0), 1.0)

    def unrecorded_t(self, premium_usd_t: float) -> float:
        most, first, last = self.ways
        return most * min(max((premium_usd_t - first) / (last - first), 0.0), 1.0)


@dataclass(frozen=True)
class Stage:
    """One good: its sellers, its users, its lanes and export desks."""

    sellers: tuple[Seller, ...]
    lanes: tuple[Lane, ...]
    users: tuple[User, ...] = ()
    desks: tuple[Desk, ...] = field(default=())


@dataclass(frozen=True)
class Chain:
    """Stages from the mine on."""

    stages: tuple[Stage, ...]

    def makers(self, level: int) -> tuple[tuple[int, Maker], ...]:
        """(position among the sellers, maker) of a stage; none beyond the last."""
        if level >= len(self.stages):
            return ()
        sellers = enumerate(self.stages[level].sellers)
        return tuple((place, seller.maker) for place, seller in sellers if seller.maker is not None)

    def buyers(self, level: int) -> tuple[Maker | User, ...]:
        """Buyers of a stage's good, in the order lanes count them."""
        return (*(maker for _, maker in self.makers(level + 1)), *self.stages[level].users)

    def __post_init__(self) -> None:
        if self.makers(0):
            raise ValueError("sellers of the first stage have nothing to convert")
        for level, stage in enumerate(self.stages):
            for lane in stage.lanes:
                known = lane.seller < len(stage.sellers) and lane.buyer < len(self.buyers(level))
                if not known or (lane.desk is not None and lane.desk >= len(stage.desks)):
                    raise ValueError(f"stage {level}: {lane} names nobody")


def warmer(chain: Chain, times: float) -> Chain:
    """The same chain with every buyer's dispersion so many times larger."""

    def taste(old: Taste) -> Taste:
        return replace(old, spread_usd_t=old.spread_usd_t * times)

    def seller(old: Seller) -> Seller:
        maker = old.maker and replace(old.maker, taste=taste(old.maker.taste))
        return replace(old, maker=maker)

    return Chain(
        tuple(
            replace(
                stage,
                sellers=tuple(seller(old) for old in stage.sellers),
                users=tuple(replace(old, taste=taste(old.taste)) for old in stage.users),
            )
            for stage in chain.stages
        )
    )

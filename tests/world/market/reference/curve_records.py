"""Supply and need as records: how many tonnes at a price. Nothing here is shared with ``world.market``.

Prices in USD a tonne, tonnes a round; in cases worked on paper both are plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log
from typing import Protocol


class Curve(Protocol):
    """Tonnes that never fall as the price rises; for a maker the price is its margin a tonne of ore."""

    def tonnes(self, price_usd_t: float) -> float: ...


class Need(Protocol):
    """Tonnes that never rise with the price. ``usual_usd_t`` is a price of the right size to begin with."""

    @property
    def usual_usd_t(self) -> float: ...

    def tonnes(self, price_usd_t: float) -> float: ...


def sig(x: float) -> float:
    """Logistic function, without overflow."""
    return 1.0 / (1.0 + exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x)) if x > -700 else 0.0


@dataclass(frozen=True)
class Logistic:
    """K sig((p - c) / v)."""

    capacity_t: float
    cost_usd_t: float
    slope_usd_t: float

    def tonnes(self, price_usd_t: float) -> float:
        return self.capacity_t * sig((price_usd_t - self.cost_usd_t) / self.slope_usd_t)


@dataclass(frozen=True)
class Isoelastic:
    """S (p / P0)^eta, nothing at a price of zero."""

    supply_t: float
    price_usd_t: float
    elasticity: float

    def tonnes(self, price_usd_t: float) -> float:
        return self.supply_t * float((max(price_usd_t, 0.0) / self.price_usd_t) ** self.elasticity)


@dataclass(frozen=True)
class Linear:
    """k (p - p_least), nothing below; k in tonnes per USD/t."""

    tonnes_per_usd: float
    least_usd_t: float

    def tonnes(self, price_usd_t: float) -> float:
        return self.tonnes_per_usd * max(price_usd_t - self.least_usd_t, 0.0)


@dataclass(frozen=True)
class Tranche:
    """Part of a supply. ``guaranteed_usd_t``: contract for difference, the owner acts on max(p, guaranteed)
    and public money pays the gap."""

    curve: Curve
    guaranteed_usd_t: float = -inf

    def received_usd_t(self, price_usd_t: float) -> float:
        return max(price_usd_t, self.guaranteed_usd_t)


@dataclass(frozen=True)
class Disposal:
    """Tonnes given away at the seller's price: t exp(-(p + c) / v), traces unless it falls to about -c.

    It gives a price to a seller whose inelastic feed nobody takes.
    """

    given_t: float
    cost_usd_t: float
    slope_usd_t: float

    def tonnes(self, price_usd_t: float) -> float:
        return self.given_t * exp(min(-(price_usd_t + self.cost_usd_t) / self.slope_usd_t, 600.0))


@dataclass(frozen=True)
class IsoelasticNeed:
    """d (P / P0)^-eps above ``lowest_usd_t``; below it grows exponentially with the slope it has there; above
    ``dear_usd_t`` it falls with another elasticity."""

    need_t: float
    price_usd_t: float
    elasticity: float
    lowest_usd_t: float
    dear_usd_t: float = inf
    dear_elasticity: float = 0.0
    second_usd_t: float = 1.0
    second_full_usd_t: float = 1.0
    second_share: float = 0.0

    @property
    def usual_usd_t(self) -> float:
        return self.price_usd_t

    def tonnes(self, price_usd_t: float) -> float:
        kept = max(price_usd_t, self.lowest_usd_t)
        if kept == inf:
            return 0.0 if self.elasticity > 0 else self.need_t
        below = min(price_usd_t - self.lowest_usd_t, 0.0) / self.lowest_usd_t
        more = exp(min(-self.elasticity * below, 600.0))
        return self._used_t(kept) * more * self._of_sellers_share(kept)

    def _used_t(self, price_usd_t: float) -> float:
        usual = min(price_usd_t, self.dear_usd_t)
        used = self.need_t * float((usual / self.price_usd_t) ** -self.elasticity)
        return used * float((price_usd_t / usual) ** -self.dear_elasticity)

    def _of_sellers_share(self, price_usd_t: float) -> float:
        """Part of the need that sources of the user's own leave to sellers: a power of the price, down to use
        less all that they give; above, the power that touches that difference."""
        if self.second_share <= 0 or price_usd_t <= self.second_usd_t:
            return 1.0
        full = self.second_full_usd_t
        left = 1.0 - min(self.need_t * self.second_share / self._used_t(full), 0.9)
        part = log(min(price_usd_t, full) / self.second_usd_t) / log(full / self.second_usd_t)
        own = self.dear_elasticity if full > self.dear_usd_t else self.elasticity
        return float(left**part * max(price_usd_t / full, 1.0) ** (own - own / left))


@dataclass(frozen=True)
class LinearNeed:
    """a - b P, nothing above the choke price a / b."""

    most_t: float
    tonnes_per_usd: float

    @property
    def usual_usd_t(self) -> float:
        return 0.5 * self.most_t / self.tonnes_per_usd

    def tonnes(self, price_usd_t: float) -> float:
        return max(self.most_t - self.tonnes_per_usd * price_usd_t, 0.0)


@dataclass(frozen=True)
class StockResponse:
    """Stocks bought or drawn: purchases are the need times 1 + b - c sig((P - Ps) / w)."""

    buy_share: float
    draw_share: float
    price_usd_t: float
    width_usd_t: float

    def share(self, price_usd_t: float) -> float:
        """Stock building wanted, as a share of the need."""
        return self.buy_share - self.draw_share * sig((price_usd_t - self.price_usd_t) / self.width_usd_t)


NO_STOCKS = StockResponse(0.0, 0.0, 0.0, 1.0)

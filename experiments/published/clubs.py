"""Clubs of the literature on the machinery of accession: stable sizes by the search for stable zones, and
where reviews one by one, by the rule with which governments step up and leave, end.

Worlds stripped to what each paper has: like players and a payoff by size. Nothing of markets is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agents.accession import stay_or_leave, step_up
from agents.ladder import ACTION_PLAN, FLOOR
from agents.view import CountryView
from world.parameters import resolve
from world.randomness import Streams
from world.stability import Court, Valuation, Zone
from world.zone import review_due

ROUNDS, SEEDS = 120, 5
"""Quarters that reviews go on for, and draws of who reviews when."""


def names(count: int) -> list[str]:
    """Names of like players."""
    return [f"p{number:02d}" for number in range(count)]


def by_size(count: int, inside: Mapping[int, float], outside: Mapping[int, float]) -> Valuation:
    """A valuation of like players from the payoff of a member and of an outsider at each size."""

    def value(zone: Zone) -> Mapping[str, float]:
        size = len(zone)
        leave = outside[size - 1] - inside[size] if size else 0.0
        join = inside[size + 1] - outside[size] if size < count else 0.0
        return {name: leave if name in zone else join for name in names(count)}

    return value


def public_good(count: int) -> Valuation:
    """Benefit Q - q^2/2: members provide q = k each, outsiders 1 (Barrett 1994)."""
    total = {k: k * k + count - k for k in range(count + 1)}
    inside = {k: total[k] - k * k / 2 for k in range(count + 1)}
    return by_size(count, inside, {k: total[k] - 0.5 for k in range(count + 1)})


def price_leaders(count: int, slope: float = 1.0) -> Valuation:
    """A cartel that sets the price before a fringe with marginal cost q; demand n (1 - slope p) (d'Aspremont
    and others 1983)."""
    inside, outside = {0: 0.0}, {}
    for k in range(count + 1):
        a, b = float(count), slope * count + count - k  # residual demand a - b p
        # k (p q - q^2 / 2) with q = (a - b p) / k is greatest at this price
        price = a * (k + b) / (b * (2 * k + b)) if k else a / b
        if k:
            quantity = (a - b * price) / k
            inside[k] = price * quantity - quantity**2 / 2
        outside[k] = price**2 / 2
    return by_size(count, inside, outside)


def penalty_club(duty: float, count: int = 20, trade: float = 100.0, cost: float = 2.0) -> Valuation:
    """A duty on outsiders, after Nordhaus 2015: joining pays duty x trade x (others inside, the leader among
    them) / N - cost. The leader is always in; the others decide."""
    followers = names(count - 1)

    def value(zone: Zone) -> Mapping[str, float]:
        gain = {name: duty * trade * (1 + len(zone - {name})) / count - cost for name in followers}
        return {name: -gain[name] if name in zone else gain[name] for name in gain}

    return value


def stable_sizes(count: int, valuation: Valuation) -> list[int]:
    """Sizes of zones of like players that nobody wants to leave or join."""
    court = Court(valuation)
    return [k for k in range(count + 1) if court.judge(frozenset(names(count)[:k])).is_stable]


@dataclass(frozen=True)
class Reviews:
    """Sizes of the club by quarter, one run a row."""

    sizes: np.ndarray[tuple[int, int], np.dtype[np.int64]]

    @property
    def last(self) -> float:
        """Mean size over the last quarter of the time, all runs."""
        return float(self.sizes[:, -(self.sizes.shape[1] // 4) :].mean())

    @property
    def swing(self) -> float:
        """Mean of greatest less least size over that time."""
        late = self.sizes[:, -(self.sizes.shape[1] // 4) :]
        return float((late.max(axis=1) - late.min(axis=1)).mean())


def hold_reviews(
    valuation: Valuation, count: int, start: int = 0, together: bool = False, seeds: int = SEEDS
) -> Reviews:
    """Let like players review their standing as governments do in the model: at their own rhythm, or all
    ``together`` in every quarter."""
    sizes = [_one_run(valuation, count, start, together, Streams(seed)) for seed in range(1, seeds + 1)]
    return Reviews(np.array(sizes, dtype=np.int64))


def _one_run(valuation: Valuation, count: int, start: int, together: bool, streams: Streams) -> list[int]:
    values = resolve()
    parameters = {name: values[name] for name in values}
    rhythm = parameters["accession_review_probability"]
    zone = frozenset(names(count)[:start])
    favourable = dict.fromkeys(names(count), 0)
    sizes = []
    for round_ in range(ROUNDS):
        gains, before = valuation(zone), zone
        for name in sorted(gains):
            if not together and not review_due(streams, name, round_, rhythm, False):
                continue
            if name in before:
                leaves = stay_or_leave(_view(name, round_, FLOOR, 0, parameters), {"gain": gains[name]}, 0.0)
                zone = zone - {name} if leaves.choice == "leave" else zone
                continue
            view = _view(name, round_, ACTION_PLAN, favourable[name], parameters)
            choice = step_up(view, {"gain": gains[name]}, 0.0).choice
            favourable[name] = favourable[name] + 1 if choice == "prepare" else 0
            zone = zone | {name} if choice == "join" else zone
        sizes.append(len(zone))
    return sizes


def _view(name: str, round_: int, rung: int, favourable: int, parameters: Mapping[str, float]) -> CountryView:
    """What the rule of accession reads of a view: the rung, reviews that were favourable, parameters."""
    nothing = dict.fromkeys(
        (
            *("trust_leader", "trust_dominant", "mineral_trade_usd", "gdp_usd", "peers_share", "pressure"),
            *("exports_to_leader_usd", "exports_to_dominant_share", "retaliation_belief", "taste", "mood"),
            *("finance_offer_usd", "side_payment_usd", "emergency_relief_share", "cut_off_quarters"),
            "component_stop_usd",
        ),
        0.0,
    )
    return CountryView(
        actor=name,
        round=round_,
        rung=rung,
        zone_open=True,
        text_exists=True,
        favourable_reviews=favourable,
        parameters=parameters,
        **nothing,  # type: ignore[arg-type]
    )

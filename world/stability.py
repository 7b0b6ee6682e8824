"""Stable zones: who would leave, who would join, who is pivotal, and the zones that a stated search finds.

A zone is stable when no member gains by leaving (internal) and no outsider by joining (external), each taking
the others as they are (d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983). The rules here know nothing of
markets: a ``Valuation`` says for any zone what each player would gain by changing sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Zone = frozenset[str]
Valuation = Callable[[Zone], Mapping[str, float]]
"""For a zone: what each player gains by changing sides, net of what changing costs it; above 0 it would."""


@dataclass(frozen=True)
class Verdict:
    """Who would change sides in one zone; ``gains`` as the valuation gave them."""

    zone: Zone
    gains: Mapping[str, float]

    @property
    def would_leave(self) -> tuple[str, ...]:
        """Members who gain by leaving, the keenest first: none in a zone that is internally stable."""
        return self._keenest(inside=True)

    @property
    def would_join(self) -> tuple[str, ...]:
        """Outsiders who gain by joining, the keenest first: none where a zone is externally stable."""
        return self._keenest(inside=False)

    @property
    def is_stable(self) -> bool:
        """Nobody gains by changing sides."""
        return not self.would_leave and not self.would_join

    def _keenest(self, inside: bool) -> tuple[str, ...]:
        movers = [name for name, gain in self.gains.items() if gain > 0 and (name in self.zone) == inside]
        return tuple(sorted(movers, key=lambda name: (-self.gains[name], name)))


@dataclass(frozen=True)
class Search:
    """Where a search from one zone ended: who changed sides in turn (``path``), and the verdict there."""

    start: str
    path: tuple[str, ...]
    verdict: Verdict


@dataclass
class Court:
    """Judges zones by a valuation, each once."""

    valuation: Valuation
    known: dict[Zone, Verdict] = field(default_factory=dict)

    def judge(self, zone: Zone) -> Verdict:
        """The verdict on one zone."""
        if zone not in self.known:
            self.known[zone] = Verdict(zone, dict(self.valuation(zone)))
        return self.known[zone]

    def search(self, start: str, zone: Zone, most_steps: int = 1000) -> Search:
        """From ``zone`` on, whoever gains most changes sides, one at a time, never back to a zone seen
        before; ends where nobody wants to, where every wish leads back, or after ``most_steps``.
        """
        seen: set[Zone] = {zone}
        path: list[str] = []
        verdict = self.judge(zone)
        while len(path) < most_steps:
            movers = sorted((*verdict.would_leave, *verdict.would_join), key=lambda n: (-verdict.gains[n], n))
            mover = next((name for name in movers if verdict.zone ^ {name} not in seen), None)
            if mover is None:
                break
            verdict = self.judge(verdict.zone ^ {mover})
            seen.add(verdict.zone)
            path.append(mover)
        return Search(start, tuple(path), verdict)

    def followers(self, zone: Zone, name: str) -> tuple[str, ...]:
        """Who would follow if ``name`` changed sides: members who would then leave but would not now, or
        outsiders who would then join but would not now.
        """
        before, after = self.judge(zone), self.judge(zone ^ {name})
        moved = after.would_leave if name in zone else after.would_join
        stayed = {*before.would_leave, *before.would_join}
        return tuple(other for other in moved if other != name and other not in stayed)


def search_all(court: Court, players: Zone, present: Zone, most_steps: int = 1000) -> tuple[Search, ...]:
    """The search from the present zone, from the empty one and from the full one."""
    starts = {"present": present, "empty": frozenset[str](), "full": players}
    return tuple(court.search(name, zone, most_steps) for name, zone in starts.items())


def stable_extremes(searches: tuple[Search, ...]) -> tuple[Zone, Zone] | None:
    """The smallest and the largest stable zone among the ends of searches; None where none is stable."""
    stable = [search.verdict.zone for search in searches if search.verdict.is_stable]
    ranked = sorted(stable, key=lambda zone: (len(zone), sorted(zone)))
    return (ranked[0], ranked[-1]) if ranked else None

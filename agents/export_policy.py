"""Governments with ore: keep it at home for smelters to come, ration it for its price, or leave it alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from agents.decision import CountryDecision, ImposedControl, Relief
from agents.doctrines.doctrine import if_imposed, if_lifted, impose
from agents.view import Answer, ControlOption, HeldControl, Question


@dataclass(frozen=True)
class OreView:
    """What a government with ore is shown when it reviews its policy.

    options : what it could do with the ore of each mineral; controls : what it does
    foreign_share : mineral -> part of the plants that refine the mineral in the country that foreigners own
    """

    actor: str
    round: int
    options: tuple[ControlOption, ...]
    controls: tuple[HeldControl, ...]
    foreign_share: Mapping[str, float]
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class OreDecision:
    """Controls on exports of ore, relief, and the reasons."""

    impose: tuple[ImposedControl, ...] = ()
    relent: tuple[Relief, ...] = ()
    reasons: tuple[CountryDecision, ...] = ()


class ExportPolicy(Protocol):
    """How a government with ore decides on its exports of it."""

    def questions(self, view: OreView) -> Sequence[Question]:
        """What it wants to know."""
        ...

    def decide(self, view: OreView, answers: Mapping[Question, Answer]) -> OreDecision:
        """What to put on or lift, and why."""
        ...


class _Weighed(ABC):
    """Puts the best of its instruments on the ore of each mineral where the gain exceeds a change of course,
    and lifts it where that has come to pay by as much.
    """

    instruments: ClassVar[tuple[str, ...]]

    def questions(self, view: OreView) -> Sequence[Question]:
        """What each instrument would bring for good, and what lifting would."""
        held = {control.mineral for control in view.controls}
        asked = [
            if_imposed(option, lasts=True) for option in self._options(view) if option.mineral not in held
        ]
        return tuple(asked + [if_lifted(control, lasts=True) for control in view.controls])

    def decide(self, view: OreView, answers: Mapping[Question, Answer]) -> OreDecision:
        """One instrument a mineral."""
        imposed, reliefs, reasons = [], [], []
        for control in view.controls:
            value = next((o.exports_usd for o in view.options if o.mineral == control.mineral), 0.0)
            terms = self.terms(view, control.mineral, answers[if_lifted(control, lasts=True)])
            if sum(terms.values()) > view.parameters["ore_policy_inertia_share"] * value:
                reliefs.append(Relief(control.mineral, control.stage, control.targets))
                reasons.append(_reason(view, "lift", "keep", control.mineral, terms))
        held = {control.mineral for control in view.controls}
        for mineral in sorted({option.mineral for option in self._options(view)} - held):
            options = [option for option in self._options(view) if option.mineral == mineral]
            worth = {
                o.instrument: self.terms(view, mineral, answers[if_imposed(o, lasts=True)]) for o in options
            }
            best = max(options, key=lambda o: (sum(worth[o.instrument].values()), o.approval_share))
            threshold = view.parameters["ore_policy_inertia_share"] * best.exports_usd
            terms = worth[best.instrument]
            pays = sum(terms.values()) > threshold
            words = (best.instrument, "none") if pays else ("none", best.instrument)
            reasons.append(_reason(view, *words, mineral, terms, threshold))
            imposed += [impose(best, "keeps its ore")] if pays else []
        return OreDecision(tuple(imposed), tuple(reliefs), tuple(reasons))

    @abstractmethod
    def terms(self, view: OreView, mineral: str, answer: Answer) -> dict[str, float]:
        """Payoff terms of a move, USD a round."""

    def _options(self, view: OreView) -> list[ControlOption]:
        return [option for option in view.options if option.instrument in self.instruments]


class LocalProcessing(_Weighed):
    """Keeps ore at home so that it is refined there: weighs what its miners lose today against what smelters
    earn once they have followed the cheaper ore; of the profits of plants that foreigners own it counts what
    is taxed, and each dollar of processing at home for more than a dollar.
    """

    instruments = ("export_tax", "quota", "ban")

    def terms(self, view: OreView, mineral: str, answer: Answer) -> dict[str, float]:
        """Today's loss, the later market, work at home, profits that leave."""
        p = view.parameters
        later = p["planning_weight_share"]
        smelters = later * answer.others_usd.get("own refiners later", 0.0)
        leaves = view.foreign_share.get(mineral, 0.0) * (1.0 - p["ore_profit_tax_share"])
        return {
            "accounts today": (1.0 - later) * answer.now.total_usd,
            "accounts once smelters have followed": later * answer.later.total_usd,
            "work at home": p["ore_processing_premium_share"] * smelters,
            "profits of foreign owners": -leaves * smelters,
        }


class PriceSupport(_Weighed):
    """Rations exports for their price: weighs what it sells today against what it earns once those who hold
    stocks of its ore have used them up.
    """

    instruments = ("quota",)

    def terms(self, view: OreView, mineral: str, answer: Answer) -> dict[str, float]:
        """What the ration brings today, when others draw stocks, and afterwards."""
        later = view.parameters["planning_weight_share"]
        return {
            "accounts today": (1.0 - later) * answer.now.total_usd,
            "accounts once stocks are used up": later * answer.later.total_usd,
        }


EXPORT_POLICIES: Mapping[str, type[_Weighed]] = {
    "local_processing": LocalProcessing,
    "price_support": PriceSupport,
}
"""Export policies by the name a scenario gives."""


def _reason(
    view: OreView,
    choice: str,
    other: str,
    mineral: str,
    terms: Mapping[str, float],
    threshold_usd: float = 0.0,
) -> CountryDecision:
    words = {"export_tax": "tax ore", "quota": "ration ore", "ban": "ban ore exports"}
    return CountryDecision(
        view.actor,
        "ore_policy",
        words.get(choice, choice),
        words.get(other, other),
        f"{mineral} ore",
        terms,
        threshold_usd,
    )

"""The model that Mesa's controls drive: its parameters make a premise, its step asks for one more quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa

from experiments.app.premise import Premise
from experiments.app.visit import Visit
from world.scenario import list_scenarios

AS_IT_IS = "as in the scenario"
MARKUPS: Mapping[str, float | None] = {AS_IT_IS: None, "0%": 0.0, "10%": 0.1, "25%": 0.25, "50%": 0.5}
FINANCE: Mapping[str, float | None] = {
    AS_IT_IS: None,
    "none": 0.0,
    "5 billion USD a year": 5e9,
    "20 billion USD a year": 20e9,
}
COERCION: Mapping[str, str | None] = {
    AS_IT_IS: None,
    "none": "none",
    "as on record": "record",
    "harsh": "harsh",
}
DOCTRINES: Mapping[str, str | None] = {
    AS_IT_IS: None,
    "does not answer": "passive",
    "tit for tat": "tit_for_tat",
    "where it has leverage": "leverage",
}
SEEDS = 50


class ZoneModel(mesa.Model):
    """A face of a visit for Mesa's play, step, reset and parameter controls.

    No parameter is called ``scenario``: to one of that name Mesa 3.5 hands a scenario of its own on Reset.
    """

    def __init__(
        self,
        story: str = "zone_floor",
        markup: str = AS_IT_IS,
        finance: str = AS_IT_IS,
        coercion: str = AS_IT_IS,
        doctrine: str = AS_IT_IS,
        rng: int | str = 1,
    ) -> None:
        super().__init__(rng=int(rng))
        self.visit: Visit | None = None
        chosen = {
            "leader.markup": MARKUPS.get(markup),
            "leader.finance_usd_year": FINANCE.get(finance),
            "leader.coercion": COERCION.get(coercion),
            "dominant_refiner.doctrine": DOCTRINES.get(doctrine),
        }
        premise = Premise(_keys().get(story, story), seed=int(rng))
        for name, value in chosen.items():
            premise = premise if value is None else premise.having(name, value)
        self.premise = premise

    def step(self) -> None:
        """Ask for the next quarter."""
        if self.visit is not None:
            self.visit.advance()
            self.running = self.visit.wanted < self.visit.planned


def model_parameters(premise: Premise) -> dict[str, Any]:
    """Mesa's inputs, at the values of a premise's scenario; they act when the world is reset."""
    names = {key: name for name, key in _keys().items()}
    seeds = sorted({premise.seed, *range(1, SEEDS + 1)})
    return {
        "story": _select("Scenario", names.get(premise.base, names["zone_floor"]), list(_keys())),
        "markup": _select("Floor: markup on full cost", AS_IT_IS, list(MARKUPS)),
        "finance": _select("Finance on offer", AS_IT_IS, list(FINANCE)),
        "coercion": _select("Threats by the leader", AS_IT_IS, list(COERCION)),
        "doctrine": _select("Doctrine of the dominant refiner", AS_IT_IS, list(DOCTRINES)),
        "rng": _select("Seed of the shocks", str(premise.seed), [str(seed) for seed in seeds]),
    }


def _keys() -> dict[str, str]:
    """Scenarios of the library: name -> key."""
    return {name: key for key, name, _ in list_scenarios()}


def _select(label: str, value: str, values: list[str]) -> dict[str, Any]:
    return {"type": "Select", "label": label, "value": value, "values": values}

"""The model with one mechanism taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.backtests.case import Case
from experiments.backtests.case_schema import CaseSchema, HubEntry


@dataclass(frozen=True)
class Ablation:
    """One mechanism taken out: parameters at the value that stills it, keys of the scenario, and what of the
    world goes (``stocks``, ``hubs``, ``trust``)."""

    meaning: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    keys: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    world: str = ""


ABLATIONS: Mapping[str, Ablation] = {
    "stocks": Ablation("nobody holds private stocks", world="stocks"),
    "rerouting": Ablation("nothing goes round by third countries", {"hub_leak_share": 0.0}, world="hubs"),
    "levy_capture": Ablation(
        "the exporter leaves the levy to the importer",
        keys={"dominant_refiner": {"levy_capture": 0.0, "doctrine": "passive"}},
    ),
    "trust": Ablation(
        "all trust both powers by half, and it moves neither trade nor what a signature costs",
        {"habit_trust_response": 0.0, "trust_cost_share": 0.0, "approval_cost_share": 0.0},
        world="trust",
    ),
    "turns": Ablation(
        "all countries review in every quarter, at once",
        {"accession_review_probability": 1.0, "soft_review_probability": 1.0},
    ),
}
"""What is taken out, by name: ``turns`` is the order of moves, so that all move at the same time."""


def without(case: Case, name: str) -> Case:
    """The case with a mechanism taken out of its world and keys; the same when ``name`` is blank."""
    if not name:
        return case
    chosen = ABLATIONS[name]
    keys: dict[str, Any] = dict(case.keys)
    for section, values in chosen.keys.items():
        keys[section] = {**keys.get(section, {}), **values}
    world = {"stocks": _without_stocks, "hubs": _without_hubs, "trust": _indifferent}.get(chosen.world)
    return replace(case, world=world(case) if world else case.world, keys=keys)


def _without_stocks(case: Case) -> CaseSchema:
    """Nobody holds anything, nor wants to."""
    minerals = {
        key: entry.model_copy(update={"stock_cover_months": 0.0})
        for key, entry in case.world.minerals.items()
    }
    return case.world.model_copy(update={"minerals": minerals, "stocks": ()})


def _without_hubs(case: Case) -> CaseSchema:
    """No third country hands anything on."""
    powers = {case.keys.get(power, {}).get("country") for power in ("leader", "dominant_refiner")}
    none = tuple(
        HubEntry(mineral=key, stage=stage, country=code, capacity_t_year=0.0)
        for key, entry in case.world.minerals.items()
        for stage in entry.price_usd_t
        for code in case.codes
        if code not in powers
    )
    return case.world.model_copy(update={"hubs": none})


def _indifferent(case: Case) -> CaseSchema:
    """All begin by trusting either power by half: what is lost in the run still tells in who is asked, and in
    which way goods take."""
    half = {"trust_in_leader": 0.5, "trust_in_dominant": 0.5}
    countries = tuple(entry.model_copy(update=half) for entry in case.world.countries)
    return case.world.model_copy(update={"countries": countries})


def parameters_without(parameters: Mapping[str, float], name: str) -> dict[str, float]:
    """A set of parameters with those of the mechanism stilled."""
    return {**parameters, **(ABLATIONS[name].parameters if name else {})}


def taken_out(case: Case, name: str) -> str:
    """``name``, or blank where the case has nothing of the mechanism that could be taken out of it."""
    if not name or ABLATIONS[name].parameters:
        return name
    left = without(case, name)
    return name if left.world != case.world or left.scenario() != case.scenario() else ""

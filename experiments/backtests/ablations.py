"""The model with one mechanism taken out: which criteria of history each ablation breaks, and which it
mends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.backtests.case import Case
from experiments.backtests.case_schema import HubEntry
from experiments.backtests.scoring import Score


@dataclass(frozen=True)
class Ablation:
    """One mechanism taken out: parameters at the value that stills it, keys of the scenario, and what of the
    world goes (``stocks``, ``hubs``)."""

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
        "trust moves neither trade nor accession", {"habit_trust_response": 0.0, "trust_cost_share": 0.0}
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
    world = case.world
    if chosen.world == "stocks":
        minerals = {
            key: entry.model_copy(update={"stock_cover_months": 0.0}) for key, entry in world.minerals.items()
        }
        world = world.model_copy(update={"minerals": minerals, "stocks": ()})
    if chosen.world == "hubs":
        powers = {keys.get(power, {}).get("country") for power in ("leader", "dominant_refiner")}
        none = tuple(
            HubEntry(mineral=key, stage=stage, country=code, capacity_t_year=0.0)
            for key, entry in world.minerals.items()
            for stage in entry.price_usd_t
            for code in case.codes
            if code not in powers
        )
        world = world.model_copy(update={"hubs": none})
    return replace(case, world=world, keys=keys)


def parameters_without(parameters: Mapping[str, float], name: str) -> dict[str, float]:
    """A set of parameters with those of the mechanism stilled."""
    return {**parameters, **(ABLATIONS[name].parameters if name else {})}


def describe_ablations(full: Sequence[Score], ablated: Mapping[str, Sequence[Score]]) -> list[str]:
    """A table in Markdown: what each ablation breaks and mends, and how many parts have their median in the
    band."""
    lines = [
        "| without | passes | parts in the band | breaks | mends | moved by a tenth |",
        "|---|---|---|---|---|---|",
        f"| nothing | {_passes(full)} | {_inside(full)} | | | |",
    ]
    for name, scores in ablated.items():
        pairs = list(zip(full, scores, strict=True))
        broken = [_id(before) for before, after in pairs if before.passed and not after.passed]
        mended = [_id(before) for before, after in pairs if after.passed and not before.passed]
        moved = [_id(before) for before, after in pairs if _moves(before, after)]
        cells = (f"{name} ({ABLATIONS[name].meaning})", _passes(scores), _inside(scores))
        lists = (" ".join(found) or "-" for found in (broken, mended, moved))
        lines.append("| " + " | ".join((*cells, *lists)) + " |")
    return lines


def _id(score: Score) -> str:
    return score.parts[0].criterion.id


def _passes(scores: Sequence[Score]) -> str:
    return f"{sum(score.passed for score in scores)} of {len(scores)}"


def _inside(scores: Sequence[Score]) -> str:
    parts = [part for score in scores for part in score.parts]
    return f"{sum(p.criterion.low <= p.median <= p.criterion.high for p in parts)} of {len(parts)}"


def _moves(before: Score, after: Score) -> bool:
    """Whether the median of a part moves by more than a tenth of itself, or gives no number any more."""
    return any(
        not abs(new.median - old.median) <= 0.1 * abs(old.median)
        for old, new in zip(before.parts, after.parts, strict=True)
        if old.median == old.median or new.median == new.median
    )

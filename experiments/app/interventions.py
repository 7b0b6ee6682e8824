"""Acts of a visitor as dated measures of the scenario: they take effect with the next round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.app.premise import Premise
from experiments.figures.naming import country_name, mineral_word, the_country
from world.policy.measures import Measure

KINDS: Mapping[str, str] = {
    "ban": "ban exports",
    "licence": "put exports under licence",
    "tariff": "lay a tariff on imports from",
    "threat": "threaten to cut off",
    "outage": "lose output (outage)",
    "state_purchase": "buy for state stocks",
    "floor": "change the floor",
}
WITHOUT_TARGET = ("outage", "state_purchase", "floor")
SIZES: Mapping[str, tuple[float, ...]] = {
    "licence": (0.2, 0.4, 0.6, 0.8),
    "tariff": (0.1, 0.25, 0.5, 1.0),
    "outage": (0.1, 0.25, 0.5, 0.9),
    "state_purchase": (100.0, 1000.0, 10000.0),
    "floor": (0.5, 0.8, 1.25, 1.5, 2.0),
}
SIZE_WORDS: Mapping[str, str] = {
    "licence": "{:.0%} of requests granted",
    "tariff": "{:.0%} of value",
    "outage": "{:.0%} of output",
    "state_purchase": "{:,.0f} t a year",
    "floor": "{:g} times what the rule gives",
}
SAID: Mapping[str, str] = {
    "ban": "stops exports of {mineral} to {target}",
    "licence": "puts exports of {mineral} to {target} under licence: {size}",
    "tariff": "lays a tariff on {mineral} from {target}: {size}",
    "threat": "threatens to cut {target} off from {mineral}",
    "outage": "loses {size} of {mineral}",
    "state_purchase": "buys {size} of {mineral} for state stocks",
}
LIFTED = ("ban", "licence", "tariff", "embargo", "export_quota", "outage", "state_purchase")


def sizes_in_words(kind: str) -> dict[str, str]:
    """The sizes that an act may have, as text -> words with their unit."""
    return {str(size): SIZE_WORDS[kind].format(size) for size in SIZES[kind]}


def acted(
    premise: Premise,
    rounds: int,
    kind: str,
    actor: str,
    mineral: str,
    target: str,
    size: float | None,
    seat: str,
) -> Premise:
    """The premise with one more act, in force from the first day of the round after ``rounds``."""
    clock = premise.scenario.run.clock
    day = clock.first_day(rounds)
    if kind == "floor":
        scales = {**premise.setting("leader.floor_scale", {}), clock.name(rounds): size}
        return premise.having("leader.floor_scale", scales)
    told = {
        "mineral": mineral_word(mineral),
        "target": the_country(target),
        "size": SIZE_WORDS[kind].format(size) if size is not None else "",
    }
    measure: dict[str, Any] = {
        "announced": day.isoformat(),
        "actor": actor,
        "instrument": kind,
        "minerals": [mineral],
        "stages": ["refined"],
        "text": SAID[kind].format(**told),
    }
    if kind != "threat":
        measure["in_force"] = day.isoformat()
    if kind not in WITHOUT_TARGET:
        measure["targets"] = [target]
    if size is not None:
        measure["size"] = size
    return _with_measure(premise, measure, seat)


def lifted(premise: Premise, rounds: int, measure: str, seat: str) -> Premise:
    """The premise in which a measure is suspended from the round after ``rounds`` on."""
    found = next(one for one in premise.scenario.measures if one.id == measure)
    day = premise.scenario.run.clock.first_day(rounds).isoformat()
    truce = {
        "announced": day,
        "in_force": day,
        "actor": found.actor,
        "instrument": "truce",
        "suspends": [measure],
        "text": f"lifted: {found.text or found.instrument}",
    }
    return _with_measure(premise, truce, seat)


def in_force(premise: Premise, rounds: int) -> dict[str, str]:
    """Measures of the scenario that bite in the last round played and can be lifted: id -> words."""
    clock = premise.scenario.run.clock
    ended = {name for measure in premise.scenario.measures for name in measure.suspends}
    return {
        measure.id: _words(measure)
        for measure in premise.scenario.measures
        if measure.instrument in LIFTED
        and measure.id not in ended
        and clock.round_of(measure.announced) < rounds
        and clock.share_in_force(measure, rounds - 1) > 0
    }


def _words(measure: Measure) -> str:
    who = f"{country_name(measure.actor)}: " if measure.actor else ""
    return who + (measure.text or f"{measure.instrument} {', '.join(measure.minerals)}")


def _with_measure(premise: Premise, measure: Mapping[str, Any], seat: str) -> Premise:
    laid = list(premise.setting("measures", []))
    taken = {one.id for one in premise.scenario.measures}
    stem = f"seat-{seat}" if seat else "act"
    number = next(n for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
    more = premise.having("measures", [*laid, {"id": f"{stem}-{number}", **measure}])
    _ = more.scenario  # what contradicts itself is refused here, in one line
    return more

"""What is wrong with the institutions of a scenario whose keys and types are right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from world.clock import first_month
from world.policy.measures import ALL
from world.premise.reading import in_order

if TYPE_CHECKING:
    from world.premise.institutions import InstitutionEntry
    from world.scenario import Fault, Known, Scenario


def institution_faults(scenario: Scenario, known: Known) -> Iterator[Fault]:
    """Names that are nowhere, or there twice; an end before the beginning."""
    here, clubs = ("institutions", "own"), known.institutions
    for name in scenario.institutions.off:
        if clubs is not None and name != ALL and name not in clubs:
            yield ("institutions", "off"), name, in_order(name, [*clubs, ALL])
    for name, own in scenario.institutions.own.items():
        if clubs is not None and name in clubs:
            yield (*here, name), name, "a name that is not in the table institutions"
        for key, given, allowed in _entry_faults(own, known):
            yield (*here, name, key), given, allowed


def _entry_faults(own: InstitutionEntry, known: Known) -> Iterator[tuple[str, object, str]]:
    groups = [*known.countries, *known.blocs, ALL]
    for code in own.members:
        if code not in groups:
            yield "members", code, in_order(code, [*known.countries, "EU"])
    if own.hub and own.hub not in known.countries:
        yield "hub", own.hub, in_order(own.hub, known.countries)
    for name in own.open_to:
        if name not in groups:
            yield "open_to", name, in_order(name, groups)
    for name in own.minerals:
        if name not in (*known.minerals, ALL):
            yield "minerals", name, in_order(name, [*known.minerals, ALL])
    if not own.members and not own.open_to:
        yield "members", "nobody", "at least one code, or somebody in open_to"
    if own.ends is not None and first_month(own.ends) <= first_month(own.begins):
        yield "ends", own.ends, f"a time after its beginning, {own.begins}"

"""Doctrines of the dominant refiner by name. It moves having seen the leader and the members move: it may
withhold, tax, undercut, take the zone's levy over, relent, or do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.doctrines.doctrine import RefinerDoctrine
from agents.doctrines.escalation import Escalation
from agents.doctrines.leverage import Leverage
from agents.doctrines.mixed import Mixed
from agents.doctrines.passive import Passive
from agents.doctrines.predatory import Predatory
from agents.doctrines.rent_capture import RentCapture
from agents.doctrines.scripted import Scripted
from agents.doctrines.tit_for_tat import TitForTat

DOCTRINES: Mapping[str, type[RefinerDoctrine]] = {
    "passive": Passive,
    "tit_for_tat": TitForTat,
    "escalation": Escalation,
    "leverage": Leverage,
    "predatory": Predatory,
    "rent_capture": RentCapture,
    "mixed": Mixed,
}
"""Doctrines by the name a scenario gives."""


def doctrine_of(name: str, moves: Mapping[int, Sequence[str]]) -> RefinerDoctrine:
    """The doctrine of that name until moves are written, then these (round -> moves)."""
    own = DOCTRINES[name]()
    return Scripted(moves, own) if moves else own

"""The instruments of trade policy: what each one does, the unit and range of its size, the further terms it
takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

UNITS: Mapping[str, float] = {"USD/t": 1.0, "USD/kg": 1000.0}
"""Units of a price, and what a number in them is in USD a tonne contained."""

PRICE, TONNES = "price", "tonnes"
_A_PRICE = ("price in the unit given, USD/t or USD/kg contained", 0.0, 1e9, PRICE, ("unit",))
_A_YEAR = ("tonnes a year", 0.0, 1e9, TONNES)
_NONE: tuple[str, None, None] = ("no size", None, None)


class Instrument(NamedTuple):
    """What ``size`` means for an instrument, and what else a measure of its kind says.

    low, high : range of the size, ``None`` where the instrument has none
    counts : ``price`` or ``tonnes`` where the size holds for a mineral at a stage, so that both must be named
    needs, takes : further fields of a measure that it must and may have
    own : whether it is about the actor's own producers or stocks and so aims at nobody
    stages : the only stages on which it works, any when empty
    """

    meaning: str
    size: str
    low: float | None
    high: float | None
    counts: str = ""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    own: bool = False
    stages: tuple[str, ...] = ()


INSTRUMENTS: Mapping[str, Instrument] = {
    "tariff": Instrument("the importer's ad valorem duty", "share of customs value", 0.0, 10.0),
    "specific_tariff": Instrument("the importer's duty on each tonne", *_A_PRICE),
    "tariff_quota": Instrument(
        "so many tonnes come in at the usual duty, shared out over lanes by usual trade; more pays the share "
        "`above` of the base price on top",
        *_A_YEAR,
        needs=("above",),
    ),
    "minimum_import_price": Instrument("sellers may not land goods for less; the gap is theirs", *_A_PRICE),
    "repeal": Instrument(
        "so much of the importer's duties and floors of the base year is taken away",
        "share taken away",
        0.0,
        1.0,
    ),
    "export_tax": Instrument("the exporter's ad valorem tax", "share of the price at the gate", 0.0, 10.0),
    "specific_export_tax": Instrument("the exporter's tax on each tonne", *_A_PRICE),
    "minimum_export_price": Instrument("sellers may not ask less abroad; the gap is theirs", *_A_PRICE),
    "export_quota": Instrument(
        "most that leaves the actor: for all abroad, for the targets together, or for `each` of them",
        *_A_YEAR,
        takes=("each", "holders"),
    ),
    "production_quota": Instrument(
        "most that the actor's producers may sell, at home and abroad", *_A_YEAR, own=True
    ),
    "licence": Instrument(
        "the exporter decides on each request, after a delay; of the sectors `end_use` alone if given",
        "share of requests granted",
        0.0,
        1.0,
        takes=("delay_days", "end_use", "holders"),
    ),
    "ban": Instrument("the exporter ships nothing to the targets", *_NONE),
    "embargo": Instrument("nothing passes between the actor and the targets, either way", *_NONE),
    "exclusion": Instrument(
        "the importer's duty on those of the targets that are not aligned (`zone.aligned_rung`)",
        "share of customs value",
        0.0,
        10.0,
    ),
    "guarantee": Instrument(
        "public money tops up what the actor's producers get to a price, on `tonnes` a year or on all",
        *_A_PRICE,
        takes=("tonnes",),
        own=True,
    ),
    "state_purchase": Instrument(
        "the state buys at home for its stocks", *_A_YEAR, own=True, stages=("refined",)
    ),
    "state_release": Instrument(
        "the state sells from its stocks at home", *_A_YEAR, own=True, stages=("refined",)
    ),
    "enforcement": Instrument(
        "shipments between the actor and the targets are audited", "share of shipments", 0.0, 1.0
    ),
    "transshipment_ban": Instrument(
        "third countries are not to hand on what actor and targets withhold from each other or tax; those "
        "tied to the actor more than to the target comply",
        "reach: 0 binds nobody, 0.5 those tied to the actor more, 1 all",
        0.0,
        1.0,
    ),
    "freight": Instrument(
        "freight between the actor and the targets is multiplied", "factor on freight", 0.1, 100.0
    ),
    "threat": Instrument("an announcement and no more", *_NONE),
    "coercion": Instrument("pressure that costs trust", "severity", 1.0, 5.0),
    "outage": Instrument("output lost", "share of the actor's output", 0.0, 1.0, own=True),
    "truce": Instrument("suspends the measures it lists", *_NONE, takes=("suspends",)),
    "ruling": Instrument(
        "a court strikes down the measures it lists, if it so decides (drawn)",
        "probability",
        0.0,
        1.0,
        needs=("suspends",),
    ),
    "withdrawal": Instrument(
        "a new government withdraws finance and side payments that the actor offers as leader of the zone, "
        "if it so decides (drawn); all partners lose trust in it",
        "probability",
        0.0,
        1.0,
        own=True,
    ),
    "statement": Instrument("words", *_NONE),
}
"""Every instrument by its word."""

DRAWN = ("ruling", "withdrawal")
"""Instruments whose size is the probability that they happen at all."""
SUSPENDING = ("truce", "ruling")
"""Instruments that hold others back."""
CLOSING = ("ban", "embargo")
"""Instruments that close a lane."""
RATIONING = ("licence", "export_quota", "production_quota", "tariff_quota")
"""Instruments that let so much pass and no more, or not at the same terms."""
EXPORT_CONTROLS = (
    *("licence", "ban", "embargo", "export_quota", "production_quota"),
    *("export_tax", "specific_export_tax", "minimum_export_price"),
)
"""Instruments by which an exporter withholds or makes dearer."""
CUTTING = ("licence", "ban", "embargo", "threat")
"""Instruments whose announcement makes buyers fear a cut-off."""
OF_ONE_COUNTRY = ("export_quota", "production_quota", "state_purchase", "state_release")
"""Instruments whose tonnes are those of one country."""
FEW, ANYONE = "few", "anyone"
HOLDERS: Mapping[str, str] = {"licence": ANYONE, "export_quota": FEW}
"""Who may export under what is handed out, where a measure does not say: quotas are allotted to firms on a
list, while anyone may apply for a licence shipment by shipment."""
TERMS = ("unit", "above", "tonnes", "each", "delay_days", "end_use", "holders", "suspends")
"""Fields of a measure that only some instruments take."""
CALENDAR_TERMS = ("expected_end", "cancelled", *TERMS[:-1])
"""Fields of a measure that the calendar keeps in a table of their own."""

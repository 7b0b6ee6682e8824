"""What the measures in force do in a round, as arrays over countries and a few records.

Axes are (mineral, stage, exporter, importer) or (mineral, stage, country), all countries. An array over lanes
takes five megabytes; one that no measure writes is a single number seen everywhere and cannot be written to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from world.axes import STAGES, Array
from world.policy.measures import Measure


@dataclass(frozen=True)
class ExportQuota:
    """Most that may leave a country in a round.

    importers : positions for which it holds together, None for all abroad; allowed_t : tonnes in the part
    ``share`` of the round on which it, or the ban that it takes over from, is in force; for_few : firms on a
    list have parts of it
    """

    mineral: int
    stage: int
    exporter: int
    importers: tuple[int, ...] | None
    allowed_t: float
    share: float
    for_few: bool = True


@dataclass(frozen=True)
class TariffQuota:
    """Tonnes that come in at the usual duty, and the duty above them as a share of the base price.

    allowed_t : tonnes in the part ``share`` of the round on which it is in force, all lanes together
    """

    mineral: int
    stage: int
    exporters: tuple[int, ...]
    importers: tuple[int, ...]
    allowed_t: float
    share: float
    above_share: float


@dataclass(frozen=True)
class Guarantee:
    """A price that public money assures a country's producers, for the part ``share`` of the round and for
    ``covered_t`` tonnes of capacity a round (inf = all of it).
    """

    mineral: int
    stage: int
    country: int
    price_usd_t: float
    covered_t: float
    share: float


@dataclass
class Happenings:
    """The measures of a round.

    duty_share, duty_usd_t : duties on top of those of the base year, excluded_share : those of them that fall
        on who is not aligned; export_tax_share, export_tax_usd_t
    repealed_share : part of the duties and floors of the base year that is taken away
    least_export_usd_t, least_import_usd_t : least price f.o.b. and landed, -inf where none
    approval_share : part of usual shipments that bans and licences leave once offices work at full pace
    closed_share : part of the round on which the lane is closed
    licensed_share : part of the round under licence, subject_share : part of the trade that needs one,
        refused_share : part of what is decided that is refused, licence_days : age, when the round begins, of
        a licence older than the run, for_few : 1 where only firms on a list
        get licences, delay_days : days before the office grants anything
    tariff_quotas, export_quotas, guarantees : see their classes
    quota_t, free_share : sales allowed under production quotas, and the share of the round (1 = all) on which
        none is in force
    purchase_t, release_t : (mineral, country) what states buy for and sell from their stocks
    freight_added_share : added to freight, share of it; audit_share : shipments audited
    own_reach_share, aimed_reach_share : reach of bans on handing on what goes from the exporter to the
        importer, the exporter's own and the importer's
    loss_share : output lost
    fear : announced chance that the exporter cuts the importer off; expected_rise_share : rise of the price
        of the lane that is expected from what has been announced
    wanted_months : months of usual trade that buyers want to have in hand when what has been announced will
        withhold goods, ahead_months : those of them that are shipped in this round
    stop_weight : part of buyers to whom a stop on the lane is one that passes, stop_months : for which it is
        expected to go on
    acts : coercive acts of this round: actor, targets, severity 1-5
    withdrawn_share : part of the round on which the leader's offers are withdrawn
    news : what to write into the table of events
    """

    duty_share: Array
    duty_usd_t: Array
    excluded_share: Array
    repealed_share: Array
    export_tax_share: Array
    export_tax_usd_t: Array
    least_export_usd_t: Array
    least_import_usd_t: Array
    approval_share: Array
    closed_share: Array
    licensed_share: Array
    subject_share: Array
    refused_share: Array
    licence_days: Array
    for_few: Array
    delay_days: Array
    freight_added_share: Array
    audit_share: Array
    own_reach_share: Array
    aimed_reach_share: Array
    quota_t: Array
    free_share: Array
    loss_share: Array
    purchase_t: Array
    release_t: Array
    fear: Array
    expected_rise_share: Array
    wanted_months: Array
    ahead_months: Array
    stop_weight: Array
    stop_months: Array
    tariff_quotas: list[TariffQuota] = field(default_factory=list)
    export_quotas: list[ExportQuota] = field(default_factory=list)
    guarantees: list[Guarantee] = field(default_factory=list)
    acts: list[tuple[int, tuple[int, ...], float]] = field(default_factory=list)
    withdrawn_share: float = 0.0
    news: list[tuple[str, Measure]] = field(default_factory=list)

    def writable(self, name: str) -> Array:
        """The array ``name`` to write into: it gets memory of its own when a measure first asks for it, and
        where it is zero elsewhere only for the pages that measures write.
        """
        held: Array = getattr(self, name)
        if not held.flags.writeable:
            held = held.copy() if held[(0,) * held.ndim] else np.zeros(held.shape)
            setattr(self, name, held)
        return held


def nothing_happens(minerals: int, countries: int) -> Happenings:
    """A round without measures."""
    pairs, blocks = (minerals, len(STAGES), countries, countries), (minerals, len(STAGES), countries)
    usual: dict[str, tuple[float, tuple[int, ...]]] = {
        **dict.fromkeys(_ON_LANES, (0.0, pairs)),
        "least_export_usd_t": (-np.inf, pairs),
        "least_import_usd_t": (-np.inf, pairs),
        "approval_share": (1.0, pairs),
        "loss_share": (0.0, blocks),
        "quota_t": (0.0, blocks),
        "free_share": (1.0, blocks),
        "purchase_t": (0.0, (minerals, countries)),
        "release_t": (0.0, (minerals, countries)),
    }
    nothing: dict[str, Any] = {name: np.broadcast_to(*value) for name, value in usual.items()}
    return Happenings(**nothing)


_ON_LANES = (
    "duty_share",
    "duty_usd_t",
    "excluded_share",
    "repealed_share",
    "export_tax_share",
    "export_tax_usd_t",
    "closed_share",
    "licensed_share",
    "subject_share",
    "refused_share",
    "licence_days",
    "for_few",
    "delay_days",
    "freight_added_share",
    "audit_share",
    "own_reach_share",
    "aimed_reach_share",
    "fear",
    "expected_rise_share",
    "wanted_months",
    "ahead_months",
    "stop_weight",
    "stop_months",
)

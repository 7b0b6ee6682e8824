"""Quotas in tonnes a round: what sellers may sell over a set of their lanes, and what comes in at the usual
duty.

Pure: records and arrays of a round in, arrays for the market out. A quota that is in force for a part of the
round leaves usual trade (a production quota: capacity) for the rest of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from world.axes import Array, Mask, Whole
from world.lanes.unrecorded import Ways, abroad_t, no_ways
from world.market.arrays import Desks
from world.market.rows import Rowwise
from world.policy.happenings import ExportQuota, TariffQuota

LEAST_QUOTA_T = 1e-12
"""A quota of nothing: a lane with a quota of zero would be closed to those who pay the duty above it."""
NOTHING_ASKED = (0.0, 1.0)
MANY_TIMES = 10.0
"""Of usual sales: what a desk lets pass that limits nothing."""
ALL_SHARE = 0.99
"""Of usual exports: all."""


@dataclass(frozen=True)
class SellerQuotas(Rowwise):
    """Quotas of sellers over some of their lanes: seller (mineral, D) position in the stage's list, -1
    padding; quota_t (mineral, D); covers (mineral, D, buyer); by_hubs (mineral, D) whether what goes through
    third countries counts too; unrecorded_... (mineral, D) what passes unrecorded, asked_... what holders
    ask, as in ``market.arrays.Desks``.
    """

    seller: Whole
    quota_t: Array
    covers: Mask
    by_hubs: Mask
    unrecorded_most_t: Array
    unrecorded_cost_usd_t: Array
    unrecorded_width_usd_t: Array
    asked_usd_t: Array
    asked_over_t: Array

    def desks(self, lanes: Mask) -> Desks:
        """The quotas as desks of the market over ``lanes`` (mineral, D, route, buyer)."""
        return Desks(
            self.seller,
            self.quota_t,
            lanes,
            self.unrecorded_most_t,
            self.unrecorded_cost_usd_t,
            self.unrecorded_width_usd_t,
            self.asked_usd_t,
            self.asked_over_t,
        )


@dataclass(frozen=True)
class Asking:
    """What exporters ask above the price at home where they are few, (mineral, seller) each: ``usd_t`` at
    most, where they sell ``over_t`` a round or more; see :mod:`world.licences.exporters`."""

    usd_t: Array
    over_t: Array

    def of(self, mineral: int, seller: int, share: float, part: float) -> tuple[float, float]:
        """The same of a desk for a ``share`` of the round over a ``part`` of their trade."""
        return (
            share * float(self.usd_t[mineral, seller]),
            max(part * float(self.over_t[mineral, seller]), LEAST_QUOTA_T),
        )

    def any(self) -> bool:
        """Whether anyone asks anything."""
        return bool((self.usd_t > 0.0).any())


def sales_quotas(ceiling_t: Array, buyers: int) -> SellerQuotas:
    """Quotas over all lanes of those sellers whose ``ceiling_t`` (mineral, seller) is finite."""
    found: list[list[_Entry]] = [
        [
            _Entry(int(seller), float(ceiling[seller]), np.ones(buyers, dtype=bool), True)
            for seller in np.flatnonzero(np.isfinite(ceiling))
        ]
        for ceiling in ceiling_t
    ]
    return _padded(found, buyers)


def abroad_quotas(
    quotas: Sequence[ExportQuota],
    stage: int,
    sellers: Whole,
    buyers: Whole,
    usual_flow_t: Array,
    ways: Ways | None = None,
    asking: Asking | None = None,
) -> SellerQuotas:
    """Export quotas at a stage. Of quotas on the same lanes one after the other in a round each holds for its
    part; of those at the same time the tightest. A quota has its part of the unrecorded ``ways``: by usual
    trade of the destinations it is on, and by the part of the round on which it is in force; its holders ask
    what is in ``asking``, nothing when None.

    sellers, buyers : (mineral, width) country positions; usual_flow_t : (mineral, seller, buyer)
    """
    out = no_ways(sellers, buyers) if ways is None else ways
    exports = abroad_t(usual_flow_t, sellers, buyers)
    allowed: dict[tuple[int, int, tuple[int, ...] | None], tuple[float, float]] = {}
    for quota in quotas:
        if quota.stage == stage:
            key = (quota.mineral, quota.exporter, quota.importers)
            tonnes, share = allowed.get(key, (0.0, 0.0))
            together = (tonnes + quota.allowed_t, share + quota.share)
            if together[1] > 1.0 + 1e-9:
                together = min((tonnes, share), (quota.allowed_t, quota.share))
            allowed[key] = together
    for_few = {(quota.mineral, quota.exporter, quota.importers) for quota in quotas if quota.for_few}
    found: list[list[_Entry]] = [[] for _ in sellers]
    for (mineral, exporter, importers), (tonnes, share) in allowed.items():
        to = buyers[mineral]
        aimed = (to >= 0) & (to != exporter) & (True if importers is None else np.isin(to, importers))
        for seller in np.flatnonzero(sellers[mineral] == exporter).tolist():
            usual = np.where(aimed, usual_flow_t[mineral, seller], 0.0)
            part = float(usual.sum()) / max(float(exports[mineral, seller]), 1e-300)
            part, share = min(part, 1.0), min(share, 1.0)
            past = out.past(mineral, seller, usual, part * share)
            asked = asking if (mineral, exporter, importers) in for_few else None
            asks = NOTHING_ASKED if asked is None else asked.of(mineral, seller, share, part)
            least = LEAST_QUOTA_T if past[0] > 0.0 else 0.0
            allowed_t = max(tonnes + (1.0 - share) * float(usual.sum()), least)
            found[mineral].append(_Entry(seller, allowed_t, aimed, importers is None, past, asks))
    return _padded(found, buyers.shape[1])


@dataclass(frozen=True)
class OwnDesk:
    """A desk that limits nothing: ``asks`` (:meth:`Asking.of`) on the lanes of ``covers`` (buyer,)."""

    mineral: int
    seller: int
    covers: Mask
    asks: tuple[float, float]


def licence_desks(
    licensed_share: Array, asking: Asking, usual_flow_t: Array, exports_t: Array, quotas: SellerQuotas
) -> SellerQuotas:
    """Desks of those who alone may export under licence, where they ask anything and none of the ``quotas``
    on exports stands; licensed_share, usual_flow_t (mineral, seller, buyer), exports_t (mineral, seller)."""
    found = []
    for mineral, seller in np.argwhere((asking.usd_t > 0.0) & (licensed_share > 0.0).any(axis=2)).tolist():
        covers = licensed_share[mineral, seller] > 0.0
        covers &= ~quotas.covers[mineral][quotas.seller[mineral] == seller].any(axis=0)
        if covers.any():
            share = float(licensed_share[mineral, seller][covers].max())
            found.append(OwnDesk(mineral, seller, covers, asking.of(mineral, seller, share, 1.0)))
    return own_desks(usual_flow_t, exports_t, found)


def own_desks(usual_flow_t: Array, exports_t: Array, desks: Sequence[OwnDesk]) -> SellerQuotas:
    """The desks as quotas too large to bind. Where they cover all usual exports, third countries that hand
    goods on pay as well."""
    found: list[list[_Entry]] = [[] for _ in usual_flow_t]
    for desk in desks:
        usual = usual_flow_t[desk.mineral, desk.seller]
        everywhere = float(usual[desk.covers].sum()) >= ALL_SHARE * float(
            exports_t[desk.mineral, desk.seller]
        )
        most = MANY_TIMES * max(float(usual.sum()), desk.asks[1], 1.0)
        found[desk.mineral].append(_Entry(desk.seller, most, desk.covers, everywhere, asks=desk.asks))
    return _padded(found, usual_flow_t.shape[2])


def joined(one: SellerQuotas, other: SellerQuotas) -> SellerQuotas:
    """Both sets of quotas, side by side."""
    return SellerQuotas(
        *(np.concatenate([getattr(one, name), getattr(other, name)], axis=1) for name in _FIELDS)
    )


_FIELDS = tuple(item.name for item in fields(SellerQuotas))


@dataclass(frozen=True)
class _Entry:
    seller: int
    quota_t: float
    covers: Mask
    by_hubs: bool
    past: tuple[float, float, float] = (0.0, 0.0, 1.0)
    asks: tuple[float, float] = (0.0, 1.0)


def _padded(found: list[list[_Entry]], buyers: int) -> SellerQuotas:
    width = max((len(entries) for entries in found), default=0)
    seller = np.full((len(found), width), -1, dtype=np.int64)
    quota, covers = np.zeros((len(found), width)), np.zeros((len(found), width, buyers), dtype=bool)
    by_hubs = np.zeros((len(found), width), dtype=bool)
    past, asks = np.zeros((3, len(found), width)), np.zeros((2, len(found), width))
    past[2] = asks[1] = 1.0
    for mineral, entries in enumerate(found):
        for place, entry in enumerate(entries):
            seller[mineral, place], quota[mineral, place] = entry.seller, entry.quota_t
            covers[mineral, place], by_hubs[mineral, place] = entry.covers, entry.by_hubs
            past[:, mineral, place], asks[:, mineral, place] = entry.past, entry.asks
    return SellerQuotas(seller, quota, covers, by_hubs, *past, *asks)


def import_quotas(
    quotas: Sequence[TariffQuota], stage: int, sellers: Whole, buyers: Whole, usual_flow_t: Array
) -> tuple[Array, Array]:
    """Tonnes that come in at the usual duty, and the duty above as a share of the base price, both (mineral,
    seller, buyer) and inf where there is no quota.

    A quota is shared out over its lanes by usual trade, as customs allot country shares by past imports; who
    has sold nothing there pays the duty above on all. Where nobody has, all lanes get the same.
    """
    quota_t = np.full(usual_flow_t.shape, np.inf)
    above_share = np.full(usual_flow_t.shape, np.inf)
    for quota in quotas:
        if quota.stage != stage:
            continue
        mineral = quota.mineral
        lanes = np.isin(sellers[mineral], quota.exporters)[:, None] & np.isin(
            buyers[mineral], quota.importers
        )
        usual = np.where(lanes, usual_flow_t[mineral], 0.0)
        weight = usual if usual.sum() > 0.0 else lanes.astype(float)
        total = quota.allowed_t + (1.0 - quota.share) * float(usual.sum())
        part = np.maximum(total * weight / max(float(weight.sum()), 1.0e-300), LEAST_QUOTA_T)
        quota_t[mineral][lanes] = np.minimum(quota_t[mineral], part)[lanes]
        above_share[mineral][lanes] = np.minimum(above_share[mineral], quota.above_share)[lanes]
    return quota_t, above_share

"""The lanes of a round as questions find them that ask nothing of licences.

What the zone does to a lane hangs on who is bound at its two ends, and on nothing else of a question: it
does nothing, or what outsiders meet who sell to members, or what members meet among themselves. These three
faces of every lane are worked out once a round by the rules of :mod:`world.borders`, for the market of today
and that of some years on; a question then picks one for each lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from world.axes import Whole
from world.lanes.listed import ListedStage, list_sides, with_desks
from world.lanes.listed_borders import ListedBorders
from world.lanes.terms import Rows
from world.market.charges import LaneCharges
from world.market.listed import LaneList
from world.offers import StageOffers
from world.questions.setting import Setting

FREE, INTO, WITHIN = FACES = range(3)
"""Nothing is asked of the lane; outsiders to members; between members where the floor covers the good."""

Lanes = TypeVar("Lanes", LaneCharges, LaneList)


@dataclass(frozen=True)
class StageFaces:
    """The lanes of a stage, all minerals. In ``charges`` and ``lanes`` the three faces stand one after the
    other; what is the same in all stands there once.

    hub : (L, handover) countries on the way;  seller, buyer : (L,) countries at both ends
    first, count : (mineral,) where the lanes of a mineral begin, and how many there are
    """

    charges: LaneCharges
    lanes: LaneList
    hub: Whole
    seller: Whole
    buyer: Whole
    first: Whole
    count: Whole

    def rows(self, mineral: Whole, asked: Rows, nearer: tuple[int, int]) -> ListedStage:
        """The lanes of rows, each of its ``mineral``, under what they ask; buyers from ``nearer[0]`` on, who
        follow the makers of the next stage, stand ``nearer[1]`` places nearer."""
        count = self.count[mineral]
        row = np.repeat(np.arange(len(mineral)), count)
        at = np.arange(len(row)) + np.repeat(self.first[mineral] - np.cumsum(count) + count, count)
        covered = ~np.isnan(asked.reference_usd_t)
        inside, origin = asked.members.reshape(-1), row * asked.members.shape[1]
        seller_in = inside.take(origin + self.seller.take(at))
        buyer_in = inside.take(origin + self.buyer.take(at))
        face = buyer_in * np.where(seller_in, WITHIN * covered.take(row), INTO)
        picked = at + face * len(self.seller)
        lanes = self._taken(self.lanes, at, picked)
        buyer = np.where(lanes.buyer >= nearer[0], lanes.buyer - nearer[1], lanes.buyer)
        charges, hub = self._taken(self.charges, at, picked), self.hub.take(at, axis=0)
        return ListedStage(charges, replace(lanes, row=row, buyer=buyer), hub)

    def _taken(self, values: Lanes, at: Whole, picked: Whole) -> Lanes:
        """Values at the lanes ``at``, at the face ``picked`` where they have one for each."""
        lanes, given = len(self.seller), [getattr(values, item.name) for item in fields(values)]
        return type(values)(*(one.take(at if len(one) == lanes else picked) for one in given))

    def in_market(self, offers: StageOffers, all_spot: bool) -> StageFaces:
        """These lanes with the quotas of a market's ``offers``, and contracts unless they have run out."""
        contracts = np.zeros(len(self.seller)) if all_spot else self.charges.contract_share
        charges = replace(self.charges, contract_share=contracts)
        return replace(self, charges=charges, lanes=with_desks(self.lanes, offers.quotas))


def list_faces(setting: Setting, lists: Sequence[ListedBorders], hubs: bool) -> tuple[StageFaces, ...]:
    """The faces of all lanes by stage, without quotas of sellers; ``setting`` has users split by the licences
    that stand, ``lists`` their lanes."""
    return tuple(_stage(setting, stage, listed, hubs) for stage, listed in enumerate(lists))


def _stage(setting: Setting, stage: int, listed: ListedBorders, hubs: bool) -> StageFaces:
    minerals, ends = len(setting.axes.minerals), setting.axes
    asked = Rows(
        np.zeros((minerals, 0), dtype=bool),  # who is bound is what the faces stand for
        setting.reference_usd_t[:, stage],
        setting.zone_tariff_share[:, stage],
        setting.zone_duty_usd_t[:, stage],
    )
    both = np.zeros((len(FACES), minerals, 1, 1), dtype=bool)
    into = both.copy()
    both[WITHIN], into[INTO] = True, True
    sides = list(zip(both, into, strict=True))
    pairs, sellers = [(side, side) for side in sides], ends.sellers(stage)
    found = list_sides(asked, listed, setting.terms, setting.zone, hubs, pairs, sellers.shape[1])
    lanes = found[FREE].lanes
    count = np.bincount(lanes.row, minlength=minerals)
    return StageFaces(
        charges=_one_after_the_other([face.charges for face in found]),
        lanes=_one_after_the_other([face.lanes for face in found]),
        hub=found[FREE].hub,
        seller=sellers[lanes.row, lanes.seller],
        buyer=ends.buyers(stage)[lanes.row, lanes.buyer],
        first=np.cumsum(count) - count,
        count=count,
    )


def _one_after_the_other(parts: Sequence[Lanes]) -> Lanes:
    """Values of all parts; those that are the same array in all once."""
    names = [item.name for item in fields(parts[0])]
    given = [[getattr(part, name) for part in parts] for name in names]
    return type(parts[0])(
        *(one[0] if all(values is one[0] for values in one) else np.concatenate(one) for one in given)
    )

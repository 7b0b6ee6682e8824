"""The lanes of a round as questions find them that ask nothing of licences.

What the zone does to a lane hangs on who is bound at its two ends, and on nothing else of a question: it
does nothing, or what outsiders meet who sell to members, or what members meet among themselves. These three
faces of every lane are worked out once a round by the rules of :mod:`world.borders`; a question then picks
one for each lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from world.axes import Whole
from world.lanes.listed import ListedStage, list_stage
from world.lanes.listed_borders import ListedBorders
from world.lanes.terms import Rows
from world.market.charges import LaneCharges
from world.market.listed import LaneList
from world.questions.setting import Setting

FREE, INTO, WITHIN = FACES = range(3)
"""Nothing is asked of the lane; outsiders to members; between members where the floor covers the good."""

Lanes = TypeVar("Lanes", LaneCharges, LaneList)


@dataclass(frozen=True)
class StageFaces:
    """The lanes of a stage, all minerals, the three faces one after the other in ``charges`` and ``lanes``.

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
        lanes = _taken(self.lanes, picked)
        buyer = np.where(lanes.buyer >= nearer[0], lanes.buyer - nearer[1], lanes.buyer)
        return ListedStage(
            _taken(self.charges, picked), replace(lanes, row=row, buyer=buyer), self.hub.take(at, axis=0)
        )


def list_faces(
    setting: Setting, lists: Sequence[ListedBorders], is_later: bool, hubs: bool
) -> tuple[StageFaces, ...]:
    """The faces of all lanes by stage for the questions of a horizon; ``setting`` has users split by the
    licences that stand, ``lists`` their lanes."""
    return tuple(_stage(setting, stage, listed, is_later, hubs) for stage, listed in enumerate(lists))


def _stage(setting: Setting, stage: int, listed: ListedBorders, is_later: bool, hubs: bool) -> StageFaces:
    minerals, offers = len(setting.axes.minerals), setting.horizon(is_later).offers.stages[stage]
    asked = Rows(
        np.zeros((minerals, 0), dtype=bool),  # who is bound is what the faces stand for
        setting.reference_usd_t[:, stage],
        setting.zone_tariff_share[:, stage],
        setting.zone_duty_usd_t[:, stage],
        all_spot=is_later,
    )
    both = np.zeros((len(FACES), minerals, 1, 1), dtype=bool)
    into = both.copy()
    both[WITHIN], into[INTO] = True, True
    found = [
        list_stage(offers, asked, listed, setting.terms, setting.zone, hubs, (both[face], into[face]))
        for face in FACES
    ]
    lanes, ends = found[FREE].lanes, setting.axes
    count = np.bincount(lanes.row, minlength=minerals)
    return StageFaces(
        charges=_one_after_the_other([face.charges for face in found]),
        lanes=_one_after_the_other([face.lanes for face in found]),
        hub=found[FREE].hub,
        seller=ends.sellers(stage)[lanes.row, lanes.seller],
        buyer=ends.buyers(stage)[lanes.row, lanes.buyer],
        first=np.cumsum(count) - count,
        count=count,
    )


def _one_after_the_other(parts: Sequence[Lanes]) -> Lanes:
    names = [item.name for item in fields(parts[0])]
    return type(parts[0])(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _taken(values: Lanes, at: Whole) -> Lanes:
    return type(values)(*(getattr(values, item.name).take(at) for item in fields(values)))

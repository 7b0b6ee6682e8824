"""The lanes of a stage with what moves on them and what it is charged: what accounts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from world.market.arrays import Market
from world.market.charges import LaneCharges
from world.market.clearing import Clearing
from world.market.listed import LaneFlows, LaneList, list_places


@dataclass(frozen=True)
class LaneBook:
    """The lanes of a stage that are listed, what moves on them and their charges, (L,) each."""

    lanes: LaneList
    flows: LaneFlows
    charges: LaneCharges


def lane_books(market: Market, clearing: Clearing, charges: Sequence[LaneCharges]) -> tuple[LaneBook, ...]:
    """The lanes with trade of every stage, listed out of arrays."""
    books = []
    for stage, cleared, charge in zip(market.stages, clearing.stages, charges, strict=True):
        at, shape = np.nonzero(cleared.flow_t > 0.0), cleared.flow_t.shape
        listed = [np.broadcast_to(getattr(charge, item.name), shape)[at] for item in fields(LaneCharges)]
        flows = LaneFlows(cleared.flow_t[at], cleared.asked_usd_t[at], cleared.rent_usd_t[at])
        books.append(LaneBook(list_places(stage, at), flows, LaneCharges(*listed)))
    return tuple(books)

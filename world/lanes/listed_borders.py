"""What stands on the lanes that exist, lane by lane: the borders of a stage without the pairs that never
trade.

A list has the fields of :class:`world.lanes.terms.StageBorders` with axes (row, lane, 1) in place of (row,
seller, buyer): every lane is a seller with one buyer, and the rules of :mod:`world.borders` read it as they
read arrays of pairs. The lists of the ways round have the lanes on which there may be one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from world.axes import Array, Kind, Mask, Whole, in_order
from world.lanes.terms import BORDER_AXES, OFTEN_UNIFORM, StageBorders

OF_BUYERS = ("spread_usd_t", "backstop_usd_t", "backstop_log_weight")
"""Fields that are kept by buyer: those of the direct route count."""
OF_WAYS = (
    *("hub", "hub_capacity_t", "hub_freight_usd_t", "hub_found_share", "hub_duty_share"),
    *("hub_duty_usd_t", "hub_least_usd_t", "hub_open_share", "taxed_share"),
)
"""Fields of ways round, most of what stands on lanes: the direct route has no use for them."""
SPLIT_ALREADY = ("refused_share", "open_t")
"""Fields that say which users are two buyers, which the lists know by then."""


@dataclass(frozen=True)
class RouteList:
    """The lanes of one route: ``seller``, ``buyer`` (row, lane) places on the axes, -1 padding at the end;
    ``borders`` and ``approval_share`` (row, lane, 1), the latter None where licences are as they stand.
    Fields that no rule reads of the route are left as they were."""

    seller: Whole
    buyer: Whole
    borders: StageBorders
    approval_share: Array | None = None


@dataclass(frozen=True)
class ListedBorders:
    """The lanes of a stage: those straight from seller to buyer, and ways round."""

    direct: RouteList
    around: RouteList


def list_borders(
    borders: StageBorders,
    with_hubs: bool,
    approval_share: Array | None = None,
    origin: Whole | None = None,
) -> ListedBorders:
    """The lanes of a stage on which there is a habit to trade, buyer by buyer and seller by seller;
    ``approval_share`` (row, seller, buyer): licences that are asked about. Of users who are two, fields may
    have one column for both: that at ``origin`` (row, buyer)."""

    def of_buyers(values: NDArray[Kind]) -> NDArray[Kind]:
        return values if origin is None else in_order(values, origin)

    approval = borders.approval_share if approval_share is None else approval_share
    pairs = (borders.sellers >= 0)[:, :, None] & (borders.buyers >= 0)[:, None, :]
    habit = pairs & of_buyers(borders.log_weight > -np.inf)
    taxed = np.asarray((borders.taxed_share > 0.0).any(axis=1))
    ways = np.asarray((borders.hub >= 0).any(axis=(1, 2)))
    restricted = (approval < 1.0) | (borders.quota_t < np.inf) | of_buyers(taxed)
    round_ = pairs & restricted & (borders.usual_flow_t > 0.0) & of_buyers(ways)
    around = round_ if with_hubs else np.zeros_like(round_)
    return ListedBorders(
        _list_route(borders, habit, approval_share, (*SPLIT_ALREADY, *OF_WAYS), origin),
        _list_route(borders, around, approval_share, SPLIT_ALREADY, origin),
    )


def _list_route(
    borders: StageBorders,
    lanes: Mask,
    approval_share: Array | None,
    left: Collection[str],
    origin: Whole | None,
) -> RouteList:
    row, buyer, seller = np.nonzero(lanes.transpose(0, 2, 1))
    count = np.bincount(row, minlength=len(lanes))
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    sellers, buyers = np.full((2, len(lanes), int(count.max(initial=0))), -1, dtype=np.int64)
    sellers[row, place], buyers[row, place] = seller, buyer
    at = (np.arange(len(lanes))[:, None], np.maximum(sellers, 0), np.maximum(buyers, 0))
    given = {item.name: getattr(borders, item.name) for item in fields(borders) if item.name not in left}
    before = at if origin is None else (*at[:2], origin[at[0], at[2]])
    listed = {
        name: _listed(name, values, at if values.shape[-1] == lanes.shape[2] else before)
        for name, values in given.items()
        if values is not None
    }
    listed["log_weight"][sellers < 0], listed["usual_flow_t"][sellers < 0] = -np.inf, 0.0
    approval = None if approval_share is None else approval_share[at][..., None]
    return RouteList(sellers, buyers, replace(borders, **listed), approval)


def _listed(name: str, values: Any, at: tuple[Whole, Whole, Whole]) -> Any:
    axes, (row, seller, buyer) = BORDER_AXES.get(name, "sb"), at
    if name in OF_BUYERS or not axes or (name in OFTEN_UNIFORM and values.shape[1:] == (1, 1)):
        return values
    if axes == ".sb":
        return np.moveaxis(values[row, :, seller, buyer], 2, 1)[..., None]
    if axes == "..sb":
        return np.moveaxis(values[row, :, :, seller, buyer], 1, 3)[..., None]
    if axes == "s":
        return values[row, seller]
    if axes == "b":
        return values[row, buyer]
    # numpy is several times as fast along one axis as along three
    cells = (row * values.shape[1] + seller) * values.shape[2] + buyer
    return values.reshape(-1).take(cells)[..., None]

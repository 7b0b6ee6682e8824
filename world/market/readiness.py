"""Making the compiled form ready: compiled once on a machine, read from its cache from then on."""

from __future__ import annotations

import os
from dataclasses import fields

import numpy as np

from world.market.arrays import Curves, Lanes, Market, Needs, Stage, Stocks, no_desks
from world.market.charges import LaneCharges, compose_lanes
from world.market.lane_books import lane_books
from world.market.method import ARRAYS, VARIABLE, payments_over, surplus_usd
from world.market.rows import Floats
from world.market.solver import clear_market

STAGES = 3
"""Of the chains that a run clears: the number is part of what is compiled."""


def is_ready() -> bool:
    """Whether the form that clears the market needs no compiling: the cache holds it, or it is the arrays."""
    if os.environ.get(VARIABLE) == ARRAYS:
        return True
    from world.market.compiled.cache import is_kept

    return is_kept()


def make_ready() -> None:
    """Compile what clears the market and adds up its payments, or read it from the cache, by clearing the
    smallest market there is. Nothing to do for the arrays.

    Raises
    ------
    KernelError
        If ``OREBLOC_KERNEL`` is neither ``compiled`` nor ``arrays``.
    """
    if os.environ.get(VARIABLE) == ARRAYS:
        return
    market, charges = smallest_market()
    cleared = clear_market(market)
    for book, found in zip(lane_books(market, cleared, [charges] * STAGES), cleared.stages, strict=True):
        payments_over(book.charges, book.lanes, book.flows, found.price_usd_t, found.ordered_t)
    last = market.stages[-1]
    surplus_usd(last.needs, last.lanes.spread_usd_t, cleared.stages[-1].index_usd_t)
    from world.market.compiled.cache import note_kept

    note_kept()


def smallest_market() -> tuple[Market, LaneCharges]:
    """One mine, one maker and one user a stage; the charges on its lanes, the same at every stage."""
    width = {"seller_floor_usd_t": -np.inf, "levy_floor_usd_t": -np.inf}
    charges = LaneCharges(
        **{item.name: _full((1, 1, 1, 1), width.get(item.name, 0.0)) for item in fields(LaneCharges)}
    )
    return Market(tuple(_stage(number, charges) for number in range(STAGES))), charges


def _stage(number: int, charges: LaneCharges) -> Stage:
    """Mined at the first stage, made of the stage before at the others; used at the last alone."""
    is_first, is_last = number == 0, number == STAGES - 1
    needs = Needs(*(_full((1, int(is_last)), value) for value in (1.0, 1.0, 0.3, np.inf, 0.3, 1.0, 1.0, 0.0)))
    return Stage(
        own=_curves(2.0 if is_first else 0.0),
        feed_t=_full((1, 1), 0.0),
        recovery=_full((1,), 0.9),
        making=_curves(0.0 if is_first else 2.0),
        needs=needs,
        stocks=Stocks(*(_full((1, 1), value) for value in (0.0, 0.0, 1.0, 1.0))),
        lanes=_lanes(charges),
        desks=no_desks(1, 1, 1),
    )


def _lanes(charges: LaneCharges) -> Lanes:
    return compose_lanes(
        charges,
        log_weight=_full((1, 1, 1, 1), 0.0),
        cap_t=_full((1, 1, 1, 1), np.inf),
        over_quota_usd_t=_full((1, 1, 1, 1), np.inf),
        spread_usd_t=_full((1, 1), 0.1),
        backstop_usd_t=_full((1, 1, 1), 0.0),
        backstop_log_weight=_full((1, 1, 1), -np.inf),
    )


def _curves(capacity_t: float) -> Curves:
    return Curves(*(_full((1, 1, 1), value) for value in (capacity_t, 0.1, 0.1, -np.inf)))


def _full(shape: tuple[int, ...], value: float) -> Floats:
    return np.full(shape, value)

"""Lines that need minerals: who of a country gets its inputs, what stands still, what dearer inputs cost.

Axes: m mineral, s sector, n country. Pure: numpy in, numpy out.

    sure     = (1 - spared) need                  what lines cannot do without in a round
    stopped  = unmet + (1 - replaced) given up    of what of it is not used
    output   = 1 - max over inputs of exposed x (1 - got / need)

A market clears by price, so that use falls wherever metal is dear. Not each tonne less is a line that
stops. What is used less by the slow thrift of years is not needed any more. What the short-run elasticity
takes off up to the price from which uses are given up is spared or replaced within the round: nobody does
without an input that is a thousandth of the price of the product for its being twice as dear, unless
something else does as well. Beyond, uses are given up: a part has a dear substitute, the other lines stop.
What finds no seller at any price stops lines one by one.

Inputs do not replace each other, and their part of the cost is so small that no price of one makes up for
the want of another: output is that of the scarcest (Leontief), on the part of the sector's products that
hold it. The parts are taken as nested, so that what stands still for two reasons is counted once; where they
do not overlap more is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Mask, Whole


@dataclass(frozen=True)
class Lines:
    """Sectors in a round. need_t, got_t (m, s, n): got with parts drawn; parts_t (m, s, n) parts left;
    lost_share (s, n) part of output lost; scarcest (s, n) position of the mineral that it is lost for, -1
    where nothing is."""

    need_t: Array
    got_t: Array
    parts_t: Array
    lost_share: Array
    scarcest: Whole


def met_share(need_t: Array, used_t: Array, unmet_t: Array, spared_share: Array, replaced: float) -> Array:
    """Part of the input of lines that is met, in the shape of ``need_t``; 1 where nothing is needed.

    need_t : at the prices that users are used to; unmet_t : orders that found no seller
    spared_share : part of the need that is spared or replaced before any use is given up
    replaced : part of what is given up beyond that has a dear substitute
    """
    sure = (1.0 - spared_share) * need_t
    lacking = np.maximum(sure - used_t, 0.0)
    unmet = np.minimum(unmet_t, lacking)
    stopped = unmet + (1.0 - replaced) * (lacking - unmet)
    return np.asarray(1.0 - np.divide(stopped, sure, out=np.zeros_like(sure), where=sure > 0))


def spared_share(elasticity: Array, dear_ratio: float) -> Array:
    """Part of the need that short-run demand takes off by the time the price is ``dear_ratio`` times what it
    was, so far as it answers by ``elasticity``."""
    return np.asarray(1.0 - dear_ratio**-elasticity)


def share_out(need_t: Array, met: Array, first: Mask) -> Array:
    """(m, s, n) what sectors get of what their country has, ``met`` (m, n) of the need of all: those that
    come ``first`` (s, n) before the others, else all the same part."""
    there = met * need_t.sum(axis=1)
    ahead_t = np.where(first, need_t, 0.0)
    ahead = part_of(np.minimum(there, ahead_t.sum(axis=1)), ahead_t.sum(axis=1))
    others_t = need_t - ahead_t
    others = part_of(there - ahead * ahead_t.sum(axis=1), others_t.sum(axis=1))
    return np.asarray(ahead[:, None] * ahead_t + others[:, None] * others_t)


def run_lines(
    need_t: Array, served_t: Array, parts_t: Array, cover: Array, refill: float, exposed_share: Array
) -> Lines:
    """Draw parts where less is served than needed, fill them where all is, and find what is lost.

    cover : (s,) usual parts in rounds of need; refill : part of what is missing of them that is made good in
        a round; exposed_share : (m, s)
    """
    lacking = np.maximum(need_t - served_t, 0.0)
    drawn = np.minimum(lacking, parts_t)
    usual = cover[:, None] * need_t
    short = lacking > 1e-9 * need_t
    filled = np.where(short, 0.0, refill * (usual - parts_t))
    got = served_t + drawn
    lost = exposed_share[:, :, None] * (1.0 - np.minimum(part_of(got, need_t), 1.0))
    if not len(lost):
        nothing = np.zeros(need_t.shape[1:])
        return Lines(need_t, got, parts_t, nothing, np.full(nothing.shape, -1))
    most = lost.max(axis=0)
    scarcest = np.where(most > 1e-9, lost.argmax(axis=0), -1)
    return Lines(need_t, got, np.maximum(parts_t - drawn + filled, 0.0), most, scarcest)


def unit_cost_usd(intensity_t: Array, dearer_usd_t: Array) -> Array:
    """(s, n) what a product costs more for its inputs. intensity_t : (m, s) tonnes in a product;
    dearer_usd_t : (m, s, n) price that its makers pay over that of the base year."""
    return np.asarray(np.einsum("ms,msn->sn", intensity_t, dearer_usd_t))


def part_of(top: Array, bottom: Array) -> Array:
    """Ratio; 1 where there is nothing below and nothing is wanted."""
    return np.divide(top, bottom, out=np.ones_like(bottom), where=bottom > 0)

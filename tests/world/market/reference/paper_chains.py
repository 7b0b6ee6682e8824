"""Chains of one good, small enough to solve on paper."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
from border_terms import Border
from chain_records import Chain, Desk, Lane, Outside, Seller, Stage, Taste, User
from curve_records import Curve, IsoelasticNeed, Linear, LinearNeed, Need, Tranche

FREIGHT = Border(freight_usd_t=3.0)
SUPPLY, NEED = Linear(4.0, 5.0), LinearNeed(100.0, 2.0)  # S = 4 (p - 5), D = 100 - 2 P


def seller(*curves: Curve, feed_t: float = 0.0, guaranteed_usd_t: float = -np.inf) -> Seller:
    return Seller(tuple(Tranche(curve, guaranteed_usd_t) for curve in curves), feed_t)


def one_good(
    sellers: Sequence[Seller],
    needs: Sequence[Need],
    lanes: Sequence[Lane],
    *,
    spread: float,
    outside: tuple[Outside, ...] = (),
    desks: Sequence[Desk] = (),
) -> Chain:
    """One stage with these sellers, users and lanes; all users of the same taste."""
    users = tuple(User(need, Taste(spread, outside)) for need in needs)
    return Chain((Stage(tuple(sellers), tuple(lanes), users, tuple(desks)),))


def one_pair(
    border: Border = FREIGHT,
    *,
    supply: Seller | None = None,
    need: Need = NEED,
    desks: Sequence[Desk] = (),
    **terms: Any,
) -> Chain:
    """Case T1: one seller, one buyer, freight 3; ``terms`` are those of the lane."""
    return one_good([supply or seller(SUPPLY)], [need], [border.lane(**terms)], spread=0.5, desks=desks)


def full_net(freight_usd_t: np.ndarray, weight: float | None = None) -> list[Lane]:
    """Lanes from every seller to every buyer; equal weights that add up to one unless said."""
    sellers, buyers = freight_usd_t.shape
    log_weight = log(1.0 / sellers if weight is None else weight)
    return [
        Lane(i, j, log_weight, charge_usd_t=float(freight_usd_t[i, j]))
        for i in range(sellers)
        for j in range(buyers)
    ]


def power_need(need_t: float, elasticity: float, lowest_usd_t: float = 0.01) -> IsoelasticNeed:
    """d P^-eps."""
    return IsoelasticNeed(need_t, 1.0, elasticity, lowest_usd_t)

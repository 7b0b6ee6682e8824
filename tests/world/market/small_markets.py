"""Small markets built by hand, for cases with known answers. Money and tonnes are plain numbers."""

from __future__ import annotations

import numpy as np

from world.market.arrays import Curves, Desks, Lanes, Market, Needs, Stage, Stocks, no_desks
from world.market.charges import LaneCharges, compose_lanes
from world.market.rows import Floats

_CHARGES = dict.fromkeys(LaneCharges.__dataclass_fields__, 0.0)
_CHARGES |= {"levy_floor_usd_t": -np.inf, "seller_floor_usd_t": -np.inf}
_CURVE = {"capacity_t": 0.0, "cost_usd_t": 0.0, "slope_usd_t": 1.0, "guaranteed_usd_t": -np.inf}
_NEED = {
    "need_t": 0.0,
    "price_usd_t": 1.0,
    "elasticity": 0.3,
    "dear_usd_t": np.inf,
    "dear_elasticity": 0.0,
    "second_usd_t": 1.0,
    "second_full_usd_t": 1.0,
    "second_share": 0.0,
}
_STOCK = {"buy_share": 0.0, "draw_share": 0.0, "price_usd_t": 1.0, "width_usd_t": 1.0}


def make_lanes(
    sellers: int,
    buyers: int,
    *,
    factor: object = 1.0,
    charge: object = 0.0,
    floor: object = -np.inf,
    weight: object = 1.0,
    cap: object = np.inf,
    over: object = np.inf,
    spread: object = 0.1,
    backstop: object = 0.0,
    backstop_weight: object = 0.0,
) -> Lanes:
    """One row, one route; arguments broadcast to (sellers, buyers), the last three to (buyers,)."""

    def full(value: object) -> Floats:
        return np.array(np.broadcast_to(np.asarray(value, dtype=float), (sellers, buyers)))[None, None]

    def flat(value: object) -> Floats:
        return np.array(np.broadcast_to(np.asarray(value, dtype=float), (buyers,)))[None]

    with np.errstate(divide="ignore"):
        log_weight, log_outside = np.log(full(weight)), np.log(flat(backstop_weight))
    return Lanes(
        full(factor),
        full(charge),
        full(floor),
        log_weight,
        full(cap),
        full(over),
        flat(spread),
        flat(backstop)[:, None],
        log_outside[:, None],
    )


def plain_charges(shape: tuple[int, ...], **given: object) -> LaneCharges:
    """Charges of this shape, nothing but what is ``given``."""
    assert not set(given) - set(_CHARGES)
    return LaneCharges(
        **{
            name: np.array(np.broadcast_to(np.asarray(given.get(name, value), dtype=float), shape))
            for name, value in _CHARGES.items()
        }
    )


def lanes_of(
    charges: LaneCharges,
    *,
    weight: object = 1.0,
    cap: object = np.inf,
    over: object = np.inf,
    spread: float = 0.1,
) -> Lanes:
    """The lanes of these charges, without a backstop."""
    shape = charges.freight_usd_t.shape
    flat = np.ones((shape[0], shape[3]))
    with np.errstate(divide="ignore"):
        log_weight = np.log(np.array(np.broadcast_to(np.asarray(weight, dtype=float), shape)))
    return compose_lanes(
        charges,
        log_weight=log_weight,
        cap_t=np.array(np.broadcast_to(np.asarray(cap, dtype=float), shape)),
        over_quota_usd_t=np.array(np.broadcast_to(np.asarray(over, dtype=float), shape)),
        spread_usd_t=spread * flat,
        backstop_usd_t=0.0 * flat[:, None],
        backstop_log_weight=np.full((shape[0], 1, shape[3]), -np.inf),
    )


def make_stage(
    lanes: Lanes, users: int, recovery: float = 1.0, desks: Desks | None = None, **given: object
) -> Stage:
    """A stage of one row. ``given``: own_..., making_..., need_..., stock_... with the field's name, feed_t;
    what is not given is nothing."""
    sellers, buyers = lanes.price_factor.shape[2:]
    known = {
        **{f"own_{name}": (sellers, value) for name, value in _CURVE.items()},
        **{f"making_{name}": (sellers, value) for name, value in _CURVE.items()},
        **{f"need_{name}": (users, value) for name, value in _NEED.items()},
        **{f"stock_{name}": (buyers, value) for name, value in _STOCK.items()},
        "feed_t": (sellers, 0.0),
    }
    assert not set(given) - set(known), set(given) - set(known)
    arrays = {
        name: np.array(np.broadcast_to(np.asarray(given.get(name, value), dtype=float), (size,)))[None]
        for name, (size, value) in known.items()
    }
    return Stage(
        own=Curves(*(arrays[f"own_{name}"][:, None] for name in _CURVE)),
        feed_t=arrays["feed_t"],
        recovery=np.array([recovery]),
        making=Curves(*(arrays[f"making_{name}"][:, None] for name in _CURVE)),
        needs=Needs(*(arrays[f"need_{name}"] for name in _NEED)),
        stocks=Stocks(*(arrays[f"stock_{name}"] for name in _STOCK)),
        lanes=lanes,
        desks=desks if desks is not None else no_desks(1, lanes.price_factor.shape[1], buyers),
    )


def make_desk(
    seller: int,
    quota: float,
    lanes: object,
    buyers: int,
    past: tuple[float, float, float] = (0.0, 0.0, 1.0),
    asks: tuple[float, float] = (0.0, 1.0),
) -> Desks:
    """One desk of one seller over the buyers for which ``lanes`` is true; ``past`` it unrecorded at most,
    from which premium on, and over what width; ``asks``: what its holders ask, and from what sales on."""
    mine = np.array(np.broadcast_to(np.asarray(lanes, dtype=bool), (buyers,)))
    place = (np.array([[seller]]), np.array([[quota]]), mine[None, None, None, :])
    return Desks(*place, *(np.array([[value]]) for value in (*past, *asks)))


def make_market(ore_lanes: Lanes, refined_lanes: Lanes, recovery: float = 1.0, **given: object) -> Market:
    """Two stages in one row; names of ``given``: ore_..., refining_..., primary_... for the curves,
    need_..., stock_... of the users, ore_feed_t, refined_feed_t."""
    users = refined_lanes.price_factor.shape[3]
    ore = {name.replace("ore_", "own_", 1): value for name, value in given.items() if name.startswith("ore_")}
    ore = {"feed_t" if name == "own_feed_t" else name: value for name, value in ore.items()}
    refined = {
        name.replace("refining_", "making_")
        .replace("primary_", "own_")
        .replace("refined_feed_t", "feed_t"): value
        for name, value in given.items()
        if not name.startswith("ore_")
    }
    return Market((make_stage(ore_lanes, 0, **ore), make_stage(refined_lanes, users, recovery, **refined)))


def without_ore(refined_lanes: Lanes, desks: Desks | None = None, **given: object) -> Market:
    """A market of one good: every seller has output of its own."""
    users = refined_lanes.price_factor.shape[3]
    named = {
        name.replace("primary_", "own_").replace("refined_feed_t", "feed_t"): value
        for name, value in given.items()
    }
    return Market((make_stage(refined_lanes, users, desks=desks, **named),))

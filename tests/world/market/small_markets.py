"""Small markets built by hand, for cases with known answers. Money and tonnes are plain numbers."""

from __future__ import annotations

import numpy as np

from world.market.arrays import Floats, Lanes, Market


def make_lanes(
    sellers: int,
    buyers: int,
    *,
    factor: object = 1.0,
    charge: object = 0.0,
    floor: object = -np.inf,
    weight: object = 1.0,
    cap: object = np.inf,
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
        flat(spread),
        flat(backstop),
        log_outside,
    )


def make_market(ore_lanes: Lanes, refined_lanes: Lanes, recovery: float = 1.0, **given: object) -> Market:
    """A market of one row; what is not ``given`` is nothing, without stocks and ceilings."""
    sellers, refiners = ore_lanes.price_factor.shape[2:]
    users = refined_lanes.price_factor.shape[3]
    defaults: dict[str, tuple[int, float]] = {
        **{f"ore_{name}": (sellers, value) for name, value in _CURVE.items()},
        "ore_feed_t": (sellers, 0.0),
        "ore_ceiling_t": (sellers, np.inf),
        **{f"refining_{name}": (refiners, value) for name, value in _CURVE.items()},
        **{f"primary_{name}": (refiners, value) for name, value in _CURVE.items()},
        "refined_feed_t": (refiners, 0.0),
        "need_t": (users, 0.0),
        "need_price_usd_t": (users, 1.0),
        "need_elasticity": (users, 0.3),
        "stock_buy_share": (users, 0.0),
        "stock_draw_share": (users, 0.0),
        "stock_price_usd_t": (users, 1.0),
        "stock_width_usd_t": (users, 1.0),
    }
    assert not set(given) - set(defaults)
    arrays = {
        name: np.array(np.broadcast_to(np.asarray(given.get(name, value), dtype=float), (size,)))[None]
        for name, (size, value) in defaults.items()
    }
    return Market(recovery=np.array([recovery]), ore_lanes=ore_lanes, refined_lanes=refined_lanes, **arrays)


def without_ore(refined_lanes: Lanes, **given: object) -> Market:
    """A market of refined metal alone: every seller has primary output."""
    return make_market(make_lanes(1, refined_lanes.price_factor.shape[2]), refined_lanes, **given)


_CURVE = {"capacity_t": 0.0, "cost_usd_t": 0.0, "slope_usd_t": 1.0}

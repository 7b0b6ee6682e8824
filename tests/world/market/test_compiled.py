"""The compiled form takes the steps of the arrays, and adds up the same payments."""

from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks.random_markets import EVERYTHING, Setting, random_market
from world.market.balance import pose
from world.market.compiled import newton as compiled
from world.market.compiled import payments as compiled_payments
from world.market.lane_books import lane_books
from world.market.newton import newton
from world.market.payments import Payments, payments_over
from world.market.solver import clear_market
from world.market.start import starting_prices, unknowns_of

SETTINGS = {
    "ordinary": Setting(capped=0.1),
    "three stages": Setting(
        sellers=(4, 5, 4), users=(0, 2, 6), capped=0.2, over_quota=0.3, desks=2, unrecorded=0.7, asked=0.7
    ),
    "everything": replace(EVERYTHING, rows=6, routes=2, sellers=(4, 5, 4), users=(1, 3, 6)),
}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("seed", range(3))
@np.errstate(all="ignore")
def test_both_forms_find_the_same_prices(kind: str, seed: int) -> None:
    market = random_market(np.random.default_rng(seed), SETTINGS[kind])[0]
    problem, start = pose(market), unknowns_of(market, starting_prices(market))
    arrays, other = (
        newton(problem, start.copy(), 1e-10, 60),
        compiled.newton(problem, start.copy(), 1e-10, 60),
    )
    done = arrays.error <= 1e-10  # the rest is for the fallback
    assert done.mean() > 0.5
    assert ((other.error <= 1e-10) == done).all()
    scale = np.abs(arrays.unknowns) + 1e-3 * np.abs(arrays.unknowns).max(1, keepdims=True)
    off = np.abs(other.unknowns - arrays.unknowns) / scale
    assert off[done].max() <= 1e-6


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("seed", range(3))
@np.errstate(all="ignore")
def test_both_forms_add_up_the_same_payments(kind: str, seed: int) -> None:
    market, charges = random_market(
        np.random.default_rng(seed), replace(SETTINGS[kind], contracts=0.5, elasticity=(0.3, 0.8))
    )
    # a charge that is the same everywhere may stand in one place
    charges = [replace(charge, other_usd_t=charge.other_usd_t[:, :1, :1, :1]) for charge in charges]
    clearing = clear_market(market)
    for book, cleared in zip(lane_books(market, clearing, charges), clearing.stages, strict=True):
        given = (book.charges, book.lanes, book.flows, cleared.price_usd_t, cleared.ordered_t)
        arrays, loops = payments_over(*given), compiled_payments.payments_over(*given)
        pairs = [(getattr(arrays.sums, f.name), getattr(loops.sums, f.name)) for f in fields(Payments)]
        pairs += [(arrays.levy_usd, loops.levy_usd), (arrays.hub_margin_usd, loops.hub_margin_usd)]
        for one, other in pairs:
            scale = 1e-9 * max(np.abs(one).max(initial=0.0), 1e-9)
            np.testing.assert_allclose(other, one, rtol=1e-9, atol=scale)

"""What a stop costs: the area under the inverse of the market's own curve of need."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from world.market.arrays import Needs
from world.market.need import use_of_users, users_of
from world.use_curve import UseCurve, stop_loss_usd


def curve(**given: float) -> UseCurve:
    values = {
        "elasticity": 0.1,
        "dear_ratio": 3.0,
        "dear_elasticity": 0.6,
        "second_ratio": 1.3,
        "second_full_ratio": 4.0,
        "second_share": 0.5,
        "stop_ratio": 60.0,
    }
    return UseCurve(**{name: np.array([given.get(name, value)]) for name, value in values.items()})


def loss(share: float, **given: float) -> float:
    need, price = np.array([[2.0]]), np.array([10.0])
    return float(stop_loss_usd(need, np.array([[share]]), price, curve(**given))[0, 0])


def lost_by_the_market(share: float, of: UseCurve) -> float:
    """The same from the market's curve at a base price of 1, bisected and integrated."""
    flat = [np.array([[float(value[0])]]) for value in vars(of).values()]
    own, dear, steep, second, full, part, stop = flat
    one = np.ones((1, 1))
    users = users_of(Needs(one, one, own, dear, steep, second, full, part), 0.0 * one)

    def need(price: float) -> float:
        return float(np.exp(use_of_users(users, np.array([[price]]))[0][0, 0]))

    most = float(stop[0, 0])

    def price(used: float) -> float:
        return most if need(most) >= used else float(brentq(lambda at: need(at) - used, 0.9, most))

    kinks = [need(at) for at in (1.3, 3.0, 4.0)]
    return float(20.0 * quad(price, 1.0 - share, 1.0, limit=400, points=kinks)[0])


@pytest.mark.parametrize("share", [0.02, 0.3, 0.75, 0.9, 0.98])
@pytest.mark.parametrize("given", [{}, {"second_share": 0.0}, {"stop_ratio": 3.5}, {"dear_elasticity": 1.0}])
def test_it_is_the_area_under_the_inverse_of_need(share: float, given: dict[str, float]) -> None:
    assert loss(share, **given) == pytest.approx(lost_by_the_market(share, curve(**given)), rel=1e-5)


def test_second_sources_bound_what_a_stop_costs() -> None:
    bare, helped = (loss(0.9, second_share=share) for share in (0.0, 0.5))
    assert helped < 0.5 * bare
    # what they cover costs at most as much as the last of them
    assert loss(0.5, second_share=0.5) < 0.5 * 20.0 * 4.0
    assert loss(1.0) > loss(0.9)

"""Best tariffs and export taxes: T7 and T8 of the formal core, by maximising over solved markets."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import pytest
from border_terms import Border
from chain_equations import Books
from chain_records import Chain, Lane, Outside
from chain_solver import solve
from curve_records import Linear, LinearNeed
from paper_chains import one_good, power_need, seller
from scipy.optimize import brentq, minimize_scalar

FLAT = Linear(1e5, 1.0)  # cost 1 at any output, near enough


def best(payoff: Callable[[float], float], low: float, high: float, step: float) -> float:
    """Where the payoff is largest: the zero of its central difference, which is far sharper than its top."""
    near = minimize_scalar(lambda x: -payoff(x), bounds=(low, high), method="bounded").x

    def slope(x: float) -> float:
        return payoff(x + step) - payoff(x - step)

    return float(brentq(slope, near - 20.0 * step, near + 20.0 * step, xtol=1e-12))


def imports(duty: float) -> Books:
    """Foreign supply 2 (p - 10), need 100 - P."""
    lane = Border(duty_usd_t=duty).lane()
    return solve(one_good([seller(Linear(2.0, 10.0))], [LinearNeed(100.0, 1.0)], [lane], spread=0.5))


def importers_welfare(duty: float) -> float:
    stage = imports(duty).stages[0]
    index = stage.purchases[0].index_usd_t
    return 0.5 * (100.0 - index) ** 2 + duty * stage.flow_t[0]


def test_t7_optimal_tariff() -> None:
    duty = best(importers_welfare, 5.0, 60.0, step=1.0)
    books = imports(duty)
    assert duty == pytest.approx(22.5, abs=1e-6)
    assert books.stages[0].flow_t[0] == pytest.approx(45.0, abs=1e-6)
    assert importers_welfare(duty) == pytest.approx(2025.0, abs=1e-6)
    assert importers_welfare(0.0) == pytest.approx(1800.0, abs=1e-6)
    # the rule: ad valorem rate = 1 / elasticity of foreign supply
    price = books.prices[0, 0]
    assert duty / price == pytest.approx(0.6923077, abs=1e-6)
    assert duty / price == pytest.approx((price - 10.0) / price, abs=1e-6)


def export_tax_revenue(make: Callable[[float], Chain], tax: float) -> float:
    return tax * solve(make(tax)).stages[0].flow_t[0]


def elastic(tax: float) -> Chain:
    lane = Border(export_tax_usd_t=tax).lane()
    return one_good([seller(FLAT)], [power_need(1.0, 2.0)], [lane], spread=0.01)


def with_backstop(tax: float) -> Chain:
    """Need P^-.5, inelastic: only the backstop at 10, as dear to the taste as the seller, limits the tax."""
    lane = Border(export_tax_usd_t=tax).lane(log_weight=log(0.5))
    backstop = (Outside(10.0, log(0.5)),)
    return one_good([seller(FLAT)], [power_need(1.0, 0.5)], [lane], spread=0.1, outside=backstop)


def test_t8_optimal_export_tax() -> None:
    tax = best(lambda at: export_tax_revenue(elastic, at), 0.2, 5.0, step=1e-2)
    books = solve(elastic(tax))
    assert tax == pytest.approx(1.0, abs=1e-4)
    assert books.stages[0].purchases[0].index_usd_t == pytest.approx(2.0, abs=1e-4)
    assert export_tax_revenue(elastic, tax) == pytest.approx(0.25, abs=1e-4)


def test_t8b_inelastic_need_is_taxed_up_to_the_backstop() -> None:
    """The case's 'delivered' is the landed cost of what is sold, not the index."""
    tax = best(lambda at: export_tax_revenue(with_backstop, at), 5.0, 9.9, step=1e-3)
    books = solve(with_backstop(tax))
    assert books.stages[0].landed_usd_t[0] == pytest.approx(9.49821, abs=1e-3)
    assert export_tax_revenue(with_backstop, tax) == pytest.approx(2.72947, abs=1e-3)


def test_t8c_a_dominant_firm_faces_a_fringe() -> None:
    """It sells what it wants, cost .4, the fringe .3 p. Its margin is s / (eps + (1 - s) eta), eta = 1."""
    fringe = Linear(0.3, 0.0)

    def price(sales: float) -> float:
        """Firm and fringe sell the same good over one lane."""
        both = seller(fringe, feed_t=sales)
        return solve(one_good([both], [power_need(1.0, 0.8)], [Lane(0, 0)], spread=0.1)).prices[0, 0]

    sales = best(lambda at: (price(at) - 0.4) * at, 0.3, 1.5, step=2e-4)
    share = sales / (sales + fringe.tonnes(price(sales)))
    assert price(sales) == pytest.approx(1.0305815, abs=1e-7)
    assert share == pytest.approx(0.6832844, abs=1e-7)
    lerner = (price(sales) - 0.4) / price(sales)
    assert lerner == pytest.approx(0.6118696, abs=1e-7)
    assert lerner == pytest.approx(share / (0.8 + (1.0 - share)), abs=1e-7)

"""How time grows with countries, with minerals and with options: exponents from fits to logarithms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.machine import quickest
from benchmarks.questions import eve, questions
from benchmarks.solvers import countries_market
from benchmarks.tables import Table
from world.counterfactual import solve_cases
from world.market.solver import clear_market

COUNTRIES = (30, 45, 66, 100, 140, 200)
MINERALS = (1, 2, 4, 8, 12)
OPTIONS = (8, 16, 32, 64, 128, 256)
MARKETS = 12
MOST_EXPONENT = 2.3


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of ln seconds on ln size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def table() -> Table:
    """Exponents in countries, minerals and options."""
    by_country = [_countries_s(count) for count in COUNTRIES]
    by_mineral = [_minerals_s(count) for count in MINERALS]
    by_options = [_options_s(count) for count in OPTIONS]
    measured = exponent(COUNTRIES, by_country)
    verdict = "holds" if measured <= MOST_EXPONENT else "does not hold"
    return Table(
        "How time grows",
        ("with", "sizes", "milliseconds", "exponent"),
        [
            _row("countries (a row of a cold batch)", COUNTRIES, by_country),
            _row("minerals (a cold batch, a row each)", MINERALS, by_mineral),
            _row("options (what-if markets asked at once)", OPTIONS, by_options),
        ],
        [
            f"No faster than N^{MOST_EXPONENT} from 30 to 200 countries: {verdict}, N^{measured:.2f}; from "
            f"100 to 200 alone N^{exponent(COUNTRIES[3:], by_country[3:]):.2f}.",
        ],
    )


def _row(name: str, sizes: Sequence[int], seconds: Sequence[float]) -> tuple[str, ...]:
    return (
        name,
        ", ".join(map(str, sizes)),
        ", ".join(f"{1e3 * value:.1f}" for value in seconds),
        f"{exponent(sizes, seconds):.2f}",
    )


def _countries_s(countries: int) -> float:
    market = countries_market(countries, MARKETS)
    return quickest(lambda: clear_market(market), times=3) / MARKETS


def _minerals_s(minerals: int) -> float:
    market = countries_market(66, minerals)
    return quickest(lambda: clear_market(market))


def _options_s(options: int) -> float:
    cases = questions(options)
    return quickest(lambda: solve_cases(eve(), cases), times=3)

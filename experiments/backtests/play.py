"""Playing a case: its variants under one set of parameters, kept in memory as outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.backtests.case import Case
from experiments.backtests.case_tables import countries_of
from experiments.backtests.outcome import Outcome
from world.model import TradeWorld

TABLES = ("markets", "flows", "licences", "zone", "countries", "decisions", "reserve", "priority", "sectors")
"""Result tables that measures look at."""


def play_case(
    case: Case, parameters: Mapping[str, float], seed: int, variants: Iterable[str]
) -> dict[str, Outcome]:
    """The outcome of each variant; one seed, so that they differ only through what their measures change.

    Raises
    ------
    ArithmeticError
        If a market of the case does not clear under these parameters.
    """
    return {variant: play_variant(case, parameters, seed, variant) for variant in variants}


def play_variant(case: Case, parameters: Mapping[str, float], seed: int, variant: str) -> Outcome:
    """Play one variant from first round to last."""
    scenario = case.scenario(variant, parameters)
    clock = case.clock
    with threadpool_limits(1):
        world = TradeWorld(scenario, rng=seed, dataset=case.dataset(scenario))
        while not world.finished:
            world.step()
    tables = {name: pd.DataFrame(world.record.rows(name)) for name in TABLES}
    gdp = {entry.code: entry.gdp_usd_bn for entry in countries_of(case.world)}
    vat = {entry.code: entry.vat_share for entry in countries_of(case.world)}
    return Outcome(tables, scenario, clock, case.demand(clock), case.groups, gdp, vat, case.sector_shares)

"""A stop of Chinese gallium or germanium for a year, beside what the Geological Survey of the United States
found.

Open-file report 2024-1057 (2024): both metals stopped altogether, an
input-output model of 402 industries, loss of product in a year. Ours counts the surplus of those who use the
metal and what is made of it, up to the cost of going without, and no industry further on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from world.model import TradeWorld
from world.policy.measures import Measure
from world.scenario import load_scenario

PUBLISHED = {"gallium": (150.0, 3.1, (1.7, 8.2)), "germanium": (26.0, 0.4, None)}
"""Rise of the price in percent, loss of American product in bn USD, and its range where there is one."""
FIRST, LAST = 4, 7
"""Rounds of the stop: the year 2026."""


@dataclass(frozen=True)
class Stop:
    """What a year without Chinese exports of one metal does to the United States.

    price_percent : rise of the mean and of the marginal price of American buyers; loss_usd_bn : of users and
        all accounts together; unmet_percent : of American need in the year
    """

    mineral: str
    mean_percent: float
    spot_percent: float
    loss_usd_bn: float
    unmet_percent: float


def stop_of(mineral: str, seed: int = 1) -> Stop:
    """The stop of one metal against the same run without, shocks off."""
    with_stop, without = (_tables(mineral, stop, seed) for stop in (True, False))
    mean, spot, unmet = (
        [_in_year(tables[0], column) for tables in (with_stop, without)]
        for column in ("price_mean_usd_t", "price_spot_usd_t", "unmet_t")
    )
    use = _in_year(with_stop[0], "use_t")
    lost = [_in_year(tables[1], "stake_usd") for tables in (without, with_stop)]
    return Stop(
        mineral,
        100.0 * (mean[0] / mean[1] - 1.0),
        100.0 * (spot[0] / spot[1] - 1.0),
        4.0 * (lost[0] - lost[1]) / 1e9,
        100.0 * unmet[0] / max(unmet[0] + use, 1e-12),
    )


def _tables(mineral: str, stop: bool, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """American rows of markets (refined) and accounts."""
    overrides = {"run.minerals": [mineral], "run.rounds": LAST + 1, "run.shocks": False}
    scenario = load_scenario("baseline", overrides)
    if stop:
        measure = Measure(
            id="stop",
            announced=date(2026, 1, 1),
            in_force=date(2026, 1, 1),
            actor="CHN",
            instrument="ban",
            minerals=(mineral,),
            stages=("refined",),
            targets=("*",),
            text="nothing leaves",
            source="assumption of the study",
        )
        scenario = scenario.model_copy(update={"measures": (*scenario.measures, measure)})
    world = TradeWorld(scenario, rng=seed)
    while not world.finished:
        world.step()
    markets, accounts = (pd.DataFrame(world.record.rows(name)) for name in ("markets", "countries"))
    refined = markets[(markets["country"] == "USA") & (markets["stage"] == "refined")]
    return refined, accounts[accounts["country"] == "USA"]


def _in_year(rows: pd.DataFrame, column: str) -> float:
    """Mean of a column over the rounds of the stop."""
    values = rows[(rows["round"] >= FIRST) & (rows["round"] <= LAST)][column].to_numpy(float)
    return float(np.nanmean(values))

"""Second sources of users: scrap and residues that are not worth recovering at usual prices.

They stand at the users' door and sell to nobody else. They answer what the metal would cost today, not what
goods in stock have cost. They cost between ``second_price_ratio`` and
``second_full_ratio`` base-year prices, the cheapest first, and open and close over months. What users get of
them they need not buy: need for what sellers have is (1 - r)^h of what it would be, r what is open of their
share of use, h how far the price has come on the way between the two ratios, in logarithms.
"""

from __future__ import annotations

import numpy as np

from agents.adjustment import part_left, part_moved
from world.axes import Array
from world.market.arrays import Stage
from world.market.clearing import StageClearing
from world.market.need import recovered_t, users_of
from world.parameters import ParameterValues


def open_now(opened: Array, rounds_per_year: float, parameters: ParameterValues) -> Array:
    """(mineral, user) part of second sources that can work in a round: what is ``opened`` and what opens in a
    round."""
    return np.asarray(1.0 - (1.0 - opened) * part_left(parameters.second_speed_year, rounds_per_year))


def opened_after(
    opened: Array, price_ratio: Array, rounds_per_year: float, parameters: ParameterValues
) -> Array:
    """(mineral, user) part that is open a round on, at this price over that of the base year: while the
    cheapest pay all are made ready (assumption), else they close."""
    moved = part_moved(parameters.second_speed_year, rounds_per_year)
    wanted = (price_ratio > parameters.second_price_ratio).astype(float)
    return np.asarray(opened + moved * (wanted - opened))


def at_buyers_t(stage: Stage, found: StageClearing) -> Array:
    """(mineral, buyer) what users get from second sources; makers of further goods have none."""
    makers = stage.makers_next
    users = users_of(stage.needs, stage.lanes.spread_usd_t[:, makers:])
    own = recovered_t(users, found.index_usd_t[:, makers:], found.wanted_t[:, makers:])
    return np.concatenate([np.zeros((len(own), makers)), own], axis=1)

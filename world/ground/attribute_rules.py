"""One rule for all minerals: how supply, demand, stocks and the choice of sellers follow from what can be
seen of a mineral. For worlds that give attributes and no estimates; the minerals of ``world/data`` have rows
of their own.

Coefficients are parameters (kind ``attributes``), so that they have ranges and are drawn like all others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from world.axes import Array
from world.parameters import ParameterValues

USUAL_COST_SHARE = 0.1
"""Part of the cost of the first product at which a mineral has the elasticities and stocks of the table."""
MOST_SECOND_SHARE = 0.9
"""Most of use that second sources cover (assumption)."""
FORMS_OF_A_MINERAL, FORMS_OF_A_BUNDLE = 3, 20
"""Up to so many traded forms a good is one mineral, with the taste for variety of the table; from so many on
a bundle of all kinds of goods under one name."""


@dataclass(frozen=True)
class Attributes:
    """What can be seen of a mineral.

    by_product_share : part of supply that comes with something else, 0 to 1
    cost_share_in_use : part of the cost of the first product that holds it, above 0, at most 1
    exchange_traded : whether an exchange quotes it
    forms : traded forms with prices of their own
    """

    by_product_share: float
    cost_share_in_use: float
    exchange_traded: bool
    forms: int = 3


def demand_elasticity(attributes: Attributes, parameters: ParameterValues) -> tuple[float, float]:
    """Of first users, short run and long run, positive: a metal that is a large part of what a product costs
    is saved sooner (Marshall's rule).
    """
    dear = _relative_cost(attributes) ** parameters.rule_cost_share_power
    short = parameters.rule_demand_short_run * dear
    return short, max(short, parameters.rule_demand_long_run * dear)


def supply_elasticity(attributes: Attributes, parameters: ParameterValues) -> float:
    """Of ore, or of metal that needs no ore, within a year: what comes as a by-product follows its host."""
    part = attributes.by_product_share
    return (1.0 - part) * parameters.rule_supply_own + part * parameters.rule_supply_by_product


def taste(attributes: Attributes, parameters: ParameterValues) -> float:
    """Theta of the choice of sellers: what an exchange quotes is nearly one good, wherever it is from; what
    comes in many forms is many goods under one name, whose sellers compete for few of them (Rauch 1999)."""
    listed = parameters.rule_taste_exchange_ratio if attributes.exchange_traded else 1.0
    mineral, bundle = parameters.rule_taste * listed, parameters.rule_taste_bundle
    steps = math.log(attributes.forms / FORMS_OF_A_MINERAL)
    part = min(max(steps / math.log(FORMS_OF_A_BUNDLE / FORMS_OF_A_MINERAL), 0.0), 1.0)
    return float(mineral ** (1.0 - part) * bundle**part)


def cover_months(attributes: Attributes, parameters: ParameterValues) -> float:
    """Private stocks in months of use: the smaller the metal's part in the cost, the cheaper is safety."""
    cheap = _relative_cost(attributes) ** -parameters.rule_cost_share_power
    return float(parameters.rule_cover_months * cheap)


def second_source_share(
    recycled_share: Array, from_residues: Array, by_product_share: Array, parameters: ParameterValues
) -> Array:
    """(mineral,) part of usual use that second sources can cover when they pay: scrap that is not worth its
    recovery at usual prices, by how much is recovered then; and of metals that have no mine of their own
    (``from_residues`` is 1) what idle or closed circuits at their hosts could recover. Both come on top of
    what the tables count as made and used.
    """
    scrap = parameters.second_scrap_ratio * recycled_share / (1.0 - recycled_share)
    hosts = parameters.second_host_share * from_residues * by_product_share
    return np.minimum(scrap + hosts, MOST_SECOND_SHARE)


def _relative_cost(attributes: Attributes) -> float:
    return attributes.cost_share_in_use / USUAL_COST_SHARE

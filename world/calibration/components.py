"""Components (magnets, cathodes, anodes): who makes them of how much metal, at what price, for whom.

A country's output of components is, in contained metal, a share of its first use (table ``components``);
what is
left of first use is use of metal as such. Who uses little of a metal first is taken to make no components
of it: the makers share the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array
from world.dataset import Dataset

LEAST_MAKER_SHARE = 0.01
"""Share of world first use from which a country counts as a maker of components (assumption)."""


@dataclass(frozen=True)
class Components:
    """(mineral,) each; a mineral without components has a share of zero and a price of NaN.

    share_of_first_use : part of first use that goes into components; recovery : tonnes contained per tonne of
        metal; price_usd_t : per tonne contained; gross_t_per_t : tonnes shipped per tonne contained
    conversion_premium : cost of making outside the largest maker over its own; build_years : of a plant
    """

    share_of_first_use: Array
    recovery: Array
    price_usd_t: Array
    gross_t_per_t: Array
    conversion_premium: Array
    build_years: Array


def read_components(dataset: Dataset) -> Components:
    """The table ``components`` on the mineral axis."""
    table = dataset.table("components").set_index("mineral")

    def column(name: str, missing: float) -> Array:
        return np.array([float(table[name].get(mineral, missing)) for mineral in dataset.minerals])

    return Components(
        share_of_first_use=column("share_of_first_use", 0.0),
        recovery=column("recovery_share", 1.0),
        price_usd_t=column("price_mid_usd_t", np.nan),
        gross_t_per_t=column("gross_t_per_t", 1.0),
        conversion_premium=column("conversion_premium", 0.0),
        build_years=column("build_years", 3.0),
    )


def component_input_t(use_t: Array, share_of_first_use: Array) -> Array:
    """(mineral, country) metal that goes into components there; ``use_t`` (mineral, country) first use."""
    world = use_t.sum(axis=1, keepdims=True)
    makers = np.where(use_t >= LEAST_MAKER_SHARE * world, use_t, 0.0)
    total = makers.sum(axis=1)
    part = share_of_first_use * world[:, 0] / np.where(total > 0, total, 1.0)
    return np.asarray(makers * np.minimum(part, 1.0)[:, None])

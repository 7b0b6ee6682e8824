"""From first use to final use: whose goods hold the metal that component makers buy.

First use is demand by component makers; by itself it would leave most countries without a stake. Each maker's
output is spread over the countries where goods end up, by proportional fitting of a gravity seed to both
margins, so that what is passed down adds up.
"""

from __future__ import annotations

import numpy as np

from world.axes import Array, Axes
from world.calibration.gravity import fit_flows
from world.calibration.margins import Margins, final_demand_share
from world.dataset import Dataset


def final_need_t(dataset: Dataset, margins: Margins) -> Array:
    """(mineral, country) metal in the goods that end up in each country, t/quarter."""
    need: Array = final_demand_share(dataset) * margins.use_t.sum(axis=1, keepdims=True)
    return need


def spread_final_use(axes: Axes, margins: Margins, need_t: Array, affinity: Array) -> Array:
    """(mineral, country, user) share of what each first user makes that ends up in each country; sums to 1
    over countries.
    """
    shares = np.zeros((len(axes.minerals), len(axes.countries), axes.users.shape[1]))
    for mineral in range(len(axes.minerals)):
        places = axes.users[mineral]
        real = np.flatnonzero(places >= 0)
        used = margins.use_t[mineral, places[real]]
        makers = real[used > 0]
        ends = np.flatnonzero(need_t[mineral] > 0)
        if len(makers) and len(ends):
            seed = affinity[np.ix_(places[makers], ends)]
            unknown = np.full(seed.shape, np.nan)
            nowhere = np.zeros(seed.shape, dtype=bool)
            flows = fit_flows(
                seed,
                used[used > 0],
                need_t[mineral, ends],
                unknown,
                nowhere,
                np.zeros(len(ends), dtype=bool),
                rounds=1,
            )
            shares[mineral][np.ix_(ends, makers)] = (flows / flows.sum(axis=1, keepdims=True)).T
        for user in real[used <= 0]:
            shares[mineral, places[user], user] = 1.0  # who only builds stocks keeps them
    return shares

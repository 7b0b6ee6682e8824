"""Exporters who are few because an authority says who may export: what they ask above the price at home.

Where licences or parts of an export quota go to firms on a list, those who are on it compete with each other
and with nobody else of their country. Each sells so much that a tonne more would bring no more than it
costs, which is the price at the gate p, and all face the demand that the rest of the market leaves to them:

    mark-up = theta (p + mark-up) / e ,     theta = k + (1 - k) / n ,

e > 0 the elasticity of that demand, n the holders, k how far they hold back together (0: Cournot, 1: one
seller; the conduct parameter of Bresnahan 1982 and Genesove and Mullin 1998). The authority can take a
licence away from who undercuts, so that k is not zero. Of requests that are granted in part a like part of
the firms holds a licence. Where anyone may apply, shipment by shipment, nobody is on a list and nobody asks.
As in Cournot's oligopoly the mark-up goes with what they sell: who sells less than
buyers use, because these live on stocks, gives way in proportion,

    asked = mark-up x min(sales / sales if buyers bought what they use, 1) .

The rent of such a lane is the larger of what is asked and of the scarcity of the quota, both inside the
customs value; that is exact in the market (``Desks`` of :mod:`world.market.arrays`). The mark-up itself is
known when a round begins. It moves gradually to what pays, as firms learn e by trying; it is bounded by what
buyers pay to go without, and gone once anyone may export. Pure: numpy in, numpy out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.axes import Array, Axes, Whole, gather_pairs
from world.parameters import ParameterValues
from world.policy.decrees import export_quotas
from world.policy.happenings import Happenings
from world.state import Politics

MOST_RISE = 0.5


@dataclass(frozen=True)
class Licensed:
    """Where few may export, of the sellers of a stage to all countries, (mineral, seller, country) each.

    share : part of the trade of the round for which an exporter needs a licence or a part of a quota
    conduct : theta of those who hold one
    """

    share: Array
    conduct: Array

    def on_lanes(self, buyers: Whole) -> Array:
        """(mineral, seller, buyer) ``share`` on the lanes to ``buyers`` (mineral, buyer), -1 none."""
        to = np.broadcast_to(buyers[:, None, :], (*self.share.shape[:2], buyers.shape[1]))
        return np.where(to >= 0, np.take_along_axis(self.share, np.maximum(to, 0), axis=2), 0.0)


def licensed_exporters(
    axes: Axes,
    politics: Politics,
    happenings: Happenings,
    parameters: ParameterValues,
    stage: int,
    with_quotas: bool = True,
) -> Licensed:
    """Where measures in force and quotas decided in the run limit who may export at a stage; by licences
    alone, or ``with_quotas``."""
    sellers, countries = axes.sellers(stage), len(axes.countries)
    everyone = np.broadcast_to(np.arange(countries), (len(sellers), countries))

    def on_lanes(name: str) -> Array:
        return gather_pairs(getattr(happenings, name)[:, stage], sellers, everyone)

    # what a licence older than the run lets exporters ask is in the prices of the base year
    new = on_lanes("licence_days") <= 0.0
    listed = on_lanes("licensed_share") * on_lanes("subject_share") * on_lanes("for_few")
    share = np.where(new, listed, 0.0)
    granted = 1.0 - on_lanes("refused_share")
    for quota in export_quotas(happenings, politics.controls) if with_quotas else ():
        if quota.stage == stage and quota.for_few:
            mine = np.flatnonzero(sellers[quota.mineral] == quota.exporter)
            to = np.array(range(countries) if quota.importers is None else quota.importers, dtype=np.int64)
            share[quota.mineral][np.ix_(mine, to)] += quota.share
    abroad = sellers[:, :, None] != everyone[:, None, :]
    return Licensed(np.where(abroad, np.minimum(share, 1.0), 0.0), conduct_of(granted, parameters))


def conduct_of(granted_share: Array, parameters: ParameterValues) -> Array:
    """theta where a share of requests is granted: fewer firms hold a licence where less is granted."""
    holders = np.maximum(parameters.licensed_exporters * granted_share, 1.0)
    together = parameters.exporters_coordination_share
    return np.asarray(together + (1.0 - together) / holders)


def paying_usd_t(asked_usd_t: float, elasticity: float, conduct: float, most_usd_t: float) -> float:
    """The mark-up that pays at a price ``asked_usd_t``, mark-up included, and at most ``most_usd_t``. What
    pays is sought no further than ``MOST_RISE`` above the price at which it was last seen: a levy that holds
    the landed price, and stocks that run out, let e be next to nothing at one price and large a little
    above."""
    wanted = min(conduct / max(elasticity, 1e-9), MOST_RISE) * max(asked_usd_t, 0.0)
    return min(wanted, max(most_usd_t, 0.0))

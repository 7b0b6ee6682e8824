"""The ways round of a round: which hops are open to an origin's goods, what they cost, and how likely a false
origin is found on them.

A hop is closed to goods of an origin where the country that ships them lets nothing of the mineral go there,
or carries out a transshipment ban on them. The cheapest ways by different last hubs stand open side by side
(``hub_ways``), and goods spread over them; where no open way is left they go under a false name by those
that are least closed (``hub_leak_share``). The search is done again only for origins whose hops have changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import networkx as nx
import numpy as np

from world.axes import STAGES, Array, Axes, Mask, Whole
from world.calibration.evidence import Evidence
from world.calibration.wedges import freight_between
from world.lanes.terms import fine_share
from world.parameters import ParameterValues
from world.policy.happenings import Happenings
from world.state import Politics
from world.trade_network import (
    MOST_HANDOVERS,
    SHUT_USD_T,
    Node,
    carriage_graph,
    cheapest_ways,
    choose_hubs,
    last_hub,
)

LEAST_SURVIVING = 1e-3
"""Least part of goods under a false origin that passes a check: keeps the fine finite."""


@dataclass(frozen=True)
class HubNetwork:
    """What does not change during a run.

    graph, hubs : all ways through the countries that can carry; freight_usd_t : per stage (mineral, country,
    country); trade_usd : (country, country) goods trade, exporter by importer; great_powers : positions of
    the two in whom trust is known, leader first
    found : what the last search found, by mineral, stage and origin, and the hops it was made on
    """

    graph: nx.DiGraph[Node]
    hubs: Whole
    freight_usd_t: tuple[Array, ...]
    trade_usd: Array
    great_powers: tuple[int, int]
    found: dict[tuple[int, int, int], tuple[bytes, WaysRound]] = field(default_factory=dict)


@dataclass(frozen=True)
class WaysRound:
    """The ways round each lane of a stage, axes (mineral, way, seller, buyer) unless said, cheapest first.

    hub : (mineral, way, handover, seller, buyer) countries it passes in order, -1 where there is none
    freight_usd_t : freight of its hops; found_share : chance that the false origin is found on the way
    open_share : part of shipments that the seller's country grants to the first hub; none where a hop is
    closed and goods pass under a false name
    """

    hub: Whole
    freight_usd_t: Array
    found_share: Array
    open_share: Array


def make_hub_network(
    evidence: Evidence, trade_usd: Array, great_powers: tuple[int, int], parameters: ParameterValues
) -> HubNetwork:
    """The network of a world; the great powers do not serve as hubs."""
    known = np.flatnonzero((evidence.known_hub_t_year > 0.0).any(axis=(0, 1)))
    hubs = np.setdiff1d(np.union1d(choose_hubs(trade_usd), known), np.array(great_powers))
    freight = tuple(freight_between(evidence, stage, parameters) for stage in range(len(STAGES)))
    return HubNetwork(carriage_graph(len(trade_usd), hubs), hubs, freight, trade_usd, great_powers)


def start_share(network: HubNetwork, parameters: ParameterValues) -> float:
    """What each hub can hand on at first over what it trades: all ways of a lane together carry
    ``hub_start_share``."""
    return parameters.hub_start_share / ways_of(network, parameters)


def usual_detour_share(parameters: ParameterValues) -> float:
    """What one handover costs over the price, without drives of enforcement."""
    found = parameters.audit_share * parameters.audit_found_share
    return parameters.hub_margin_share + fine_share(np.array(found), parameters.evasion_penalty_share).item()


def find_ways(
    network: HubNetwork,
    axes: Axes,
    politics: Politics,
    happenings: Happenings,
    price_usd_t: Array,
    parameters: ParameterValues,
    needed: Mask,
    stage: int,
) -> WaysRound:
    """Ways round the lanes of the sellers that are ``needed`` (mineral, seller); price_usd_t (mineral,)."""
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    shape = (len(sellers), ways_of(network, parameters), sellers.shape[1], buyers.shape[1])
    ways = WaysRound(
        np.full((*shape[:2], MOST_HANDOVERS, *shape[2:]), -1, dtype=np.int64),
        *(np.zeros(shape) for _ in range(3)),
    )
    for mineral in np.flatnonzero((needed & (sellers >= 0)).any(axis=1)).tolist():
        hops = Hops.of(network, politics, happenings, float(price_usd_t[mineral]), parameters, mineral, stage)
        to = np.maximum(buyers[mineral], 0)
        for seller in np.flatnonzero(needed[mineral] & (sellers[mineral] >= 0)).tolist():
            origin = int(sellers[mineral, seller])
            found = hops.way(network, origin)
            abroad = (buyers[mineral] >= 0) & (buyers[mineral] != origin)
            ways.hub[mineral, :, :, seller] = np.where(abroad, found.hub[..., to], -1)
            for name in ("freight_usd_t", "found_share", "open_share"):
                getattr(ways, name)[mineral, :, seller] = np.where(abroad, getattr(found, name)[:, to], 0.0)
    return ways


def ways_of(network: HubNetwork, parameters: ParameterValues) -> int:
    """How many ways round a lane there may be."""
    return min(round(parameters.hub_ways), len(network.hubs))


@dataclass(frozen=True)
class Hops:
    """Hops between countries for one mineral and stage; axes (country, country).

    freight_usd_t : of this round; granted_share : part of shipments that the shipper's country lets go;
    passes_share : part of goods under a false origin that an enforcement drive on the hop lets pass
    own_reach, aimed_reach : reach of transshipment bans, by origin and destination, of the origin and of the
    destination
    """

    at: tuple[int, int]
    freight_usd_t: Array
    granted_share: Array
    passes_share: Array
    own_reach: Array
    aimed_reach: Array
    politics: Politics
    price_usd_t: float
    parameters: ParameterValues

    @classmethod
    def of(
        cls,
        network: HubNetwork,
        politics: Politics,
        happenings: Happenings,
        price_usd_t: float,
        parameters: ParameterValues,
        mineral: int,
        stage: int,
    ) -> Hops:
        """The hops of a round."""
        at = (mineral, stage)
        drive = parameters.audit_found_share * happenings.audit_share[at]
        return cls(
            at,
            network.freight_usd_t[stage][mineral] * (1.0 + happenings.freight_added_share[at]),
            granted_between(politics, happenings, mineral, stage),
            np.maximum(1.0 - drive, LEAST_SURVIVING),
            happenings.own_reach_share[at],
            happenings.aimed_reach_share[at],
            politics,
            price_usd_t,
            parameters,
        )

    def way(self, network: HubNetwork, origin: int) -> WaysRound:
        """Cheapest ways of an origin's goods to every country: axes (way, country) in place of lanes, of the
        hubs (way, handover, country).
        """
        places = np.concatenate([[origin], network.hubs])
        # a hop is looked into as the drive on it says, or that on the origin's goods there if it is harder
        passes = np.minimum(self.passes_share[places], self.passes_share[origin])
        shut, freight, granted = (
            self._shut(network, origin, places),
            self.freight_usd_t[places],
            self.granted_share[origin],
        )
        seen = b"".join(part.tobytes() for part in (passes, shut, freight, granted))
        known = network.found.get((*self.at, origin))
        if known is None or known[0] != seen:
            known = (seen, self._search(network, places, _Rows(passes, shut, freight), granted))
            network.found[*self.at, origin] = known
        return known[1]

    def _shut(self, network: HubNetwork, origin: int, places: Whole) -> Mask:
        """(place, country) hops on which the shipper's country lets none of the origin's goods go on."""
        shut: Mask = self.granted_share[places] <= 0.0
        for reach, by_origin in ((self.own_reach[origin], True), (self.aimed_reach[origin], False)):
            if reach.any():
                shut[1:] |= self._complies(network, origin, reach, by_origin)
        return shut

    def _complies(self, network: HubNetwork, origin: int, reach_share: Array, by_origin: bool) -> Mask:
        """(hub, destination) whether a hub carries out the ban: where it is tied to the one who bans more
        than to the other, by as much as the reach demands.
        """
        to_destination = attachment_usd(network, self.politics)[network.hubs]
        to_origin = to_destination[:, origin][:, None]
        both = to_origin + to_destination
        tied = to_origin if by_origin else to_destination
        leans = np.divide(tied, both, out=np.full(both.shape, 0.5), where=both > 0.0)
        complies: Mask = (reach_share > 0.0) & (leans >= 1.0 - reach_share)
        return complies

    def _search(self, network: HubNetwork, places: Whole, rows: _Rows, granted: Array) -> WaysRound:
        p, price = self.parameters, self.price_usd_t
        usual = 1.0 - p.audit_share * p.audit_found_share
        cost = rows.freight_usd_t - np.log(rows.passes_share) * (1.0 + p.evasion_penalty_share) * price
        cost[1:] += (p.hub_margin_share - np.log(usual) * (1.0 + p.evasion_penalty_share)) * price
        cost = cost + np.where(rows.shut, SHUT_USD_T, 0.0)
        onward = np.full(self.freight_usd_t.shape, np.inf)
        onward[network.hubs] = cost[1:]
        ways = ways_of(network, p)
        costs, hubs = cheapest_ways(network.graph, int(places[0]), cost[0], onward, ways)
        # a way under a false name is taken only where there is no other, and none more closed than the first
        closed_hops = np.floor(costs / SHUT_USD_T)
        hubs[closed_hops > closed_hops[0]] = -1
        hub = np.moveaxis(hubs, 2, 0)
        count, two = (hub >= 0).sum(axis=0), hub[1] >= 0
        first, last = np.maximum(hub[0], 0), np.maximum(last_hub(hub), 0)
        # rows of the hubs: they follow the origin's in order
        tail, end = 1 + np.searchsorted(network.hubs, np.stack([first, last])), np.arange(hub.shape[2])
        tail = np.minimum(tail, len(places) - 1)
        freight = rows.freight_usd_t[0, first] + rows.freight_usd_t[tail[1], end]
        survives = rows.passes_share[0, first] * rows.passes_share[tail[1], end] * usual**count
        closed = rows.shut[0, first] | rows.shut[tail[1], end]
        between = (tail[0][two], last[two])
        freight[two] += rows.freight_usd_t[between]
        survives[two] *= rows.passes_share[between]
        closed[two] |= rows.shut[between]
        return WaysRound(
            np.moveaxis(hub, 0, 1),
            freight,
            1.0 - np.maximum(survives, LEAST_SURVIVING),
            np.where(closed | (count == 0), 0.0, granted[first]),
        )


@dataclass(frozen=True)
class _Rows:
    """Hops from an origin and from each hub, (1 + hub, country): see :class:`Hops`."""

    passes_share: Array
    shut: Mask
    freight_usd_t: Array


def granted_between(politics: Politics, happenings: Happenings, mineral: int, stage: int) -> Array:
    """(country, country) part of usual shipments that is granted, controls decided in the run included."""
    granted: Array = happenings.approval_share[mineral, stage].copy()
    for control in politics.lane_controls:
        if control.mineral == mineral and control.stage == stage:
            cells, targets = granted[control.actor], list(control.targets)
            cells[targets] = np.minimum(cells[targets], control.approval_share)
    return granted


def attachment_usd(network: HubNetwork, politics: Politics) -> Array:
    """(country, country) what ties a country to another: their goods trade both ways, weighted by its trust
    in a great power (one half in all others; assumption).
    """
    weight = np.full(network.trade_usd.shape, 0.5)
    leader, dominant = network.great_powers
    weight[:, leader], weight[:, dominant] = politics.trust_leader, politics.trust_dominant
    return np.asarray(weight * (network.trade_usd + network.trade_usd.T))

"""The state of the world between rounds: every array that changes, with its axes and units, and its checks.

Tonnes are tonnes a round. Axes: m mineral, n country, i ore seller, j refiner (seller of refined metal), k
first user; sellers and users are positions in :class:`world.axes.Axes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agents.decision import Offer, Request
from agents.ladder import FLOOR, NONE
from world.axes import Array, Mask, Whole
from world.market.arrays import Prices
from world.market.clearing import Clearing

PRICED = ("export_tax", "price_war")
"""Controls that change a price and let everything pass."""


class StateError(ValueError):
    """A state that cannot be: says which array and where."""


@dataclass(frozen=True)
class Control:
    """An export restriction decided in the run: ``approval_share`` of usual shipments is granted (0 = ban).

    tax_share : export tax to the targets, below zero a subsidy; reach : of the ban on handing the good on
    allowed_t : under a quota, most that leaves for the targets together in a round
    approval_before : what was granted before it, so that only what is newly withheld costs trust
    rival_share : share of others in the world's working capacity for the good on the day
    for_few : firms on a list have parts of what is granted (a question; quotas are, licences are not)
    """

    actor: int
    mineral: int
    stage: int
    targets: tuple[int, ...]
    approval_share: float
    since: int
    reason: str
    instrument: str = "licence"
    tax_share: float = 0.0
    reach: float = 0.0
    allowed_t: float = np.inf
    approval_before: float = 1.0
    rival_share: float = 0.0
    for_few: bool = False

    @property
    def newly_withheld_share(self) -> float:
        """Part of usual shipments that it withholds and that was not withheld before."""
        return max(0.0, self.approval_before - self.approval_share)


@dataclass
class Markets:
    """What producers and users bring to the market."""

    capacity_t: dict[str, Array]  # block -> (m, seller), making in tonnes of the good before
    mothballed_t: dict[str, Array]  # block -> (m, tranche, seller)
    tranche_share: dict[str, Array]  # block -> (m, tranche, seller) parts of capacity, the cheapest first
    cash_usd_t: dict[
        str, Array
    ]  # block -> (m, tranche, seller) what is left to live on, per tonne of capacity
    slack_t: dict[
        str, Array
    ]  # block -> (m, seller) working capacity unused last round beyond what usually is
    ore_outage: Array  # (m, i) log deviation of working capacity
    demand_growth: Array  # (m,) factor on base-year use
    demand_apart: Array  # (m, n) factor on that, for countries whose demand grows along a path of its own
    demand_shock: Array  # (m,) log deviation
    thrift: Array  # (m, k) factor on use of metal as such
    final_thrift: Array  # (m, f) factor on use of components
    final_place: Array  # (m, f) the same, for assembly that has come or gone since the base year
    second_open: Array  # (m, k) part of users' second sources that is open, 0-1
    stock_build_left: float  # share of the base year's stock building still going on
    stock_t: list[Array]  # stage -> (m, buyer) private stocks on hand, makers of the next good first
    under_way_t: list[Array]  # stage -> (m, 2, buyer) bought and due in the next round and in the one after
    built_stock_t: list[Array]  # stage -> (m, buyer) what was put by on top of usual stocks, shed slowly
    built_kept_rounds: list[Array]  # stage -> (m, buyer) rounds for which none of it is shed yet
    ahead_t: list[Array]  # stage -> (m, buyer) bought ahead of measures that withhold, below zero: lent
    fear: list[Array]  # stage -> (m, buyer) chance of a cut-off that buyers reckon with, 0-1
    habit: list[Array]  # stage -> (m, seller, buyer) log points on preferences
    believed_usd_t: list[Array]  # stage -> (m, seller) price that producers expect
    contract_usd_t: list[Array]  # stage -> (m, seller) formula price of contracts, a mean of past spot prices
    usual_index_usd_t: list[Array]  # stage -> (m, buyer) slow mean of the price index of orders
    recent_index_usd_t: list[tuple[Array, ...]]  # stage -> that of each round of the last quarter
    expected_index_usd_t: list[Array]  # stage -> (m, buyer) that at which holders of stocks reckon
    local_index_usd_t: list[Array]  # stage -> (m, buyer) the index as it reaches use, stocks at cost
    local_price_usd_t: list[Array]  # stage -> (m, buyer) what users pay, stocks at cost; 0 before any
    usual_flow_t: list[Array]  # stage -> (m, seller, buyer) mean of recent flows, the yardstick of licences
    hub_capacity_t: list[Array]  # stage -> (m, n) what third countries can hand on in a round
    unrecorded_capacity_t: list[Array]  # stage -> (m, seller) what can leave a country unrecorded in a round
    backlog_t: list[Array]  # stage -> (m, seller, buyer) requests that wait at a licence office
    licence_days: list[Array]  # stage -> (m, seller, buyer) days for which a lane has been under licence
    mark_up_usd_t: list[Array]  # stage -> (m, seller) asked above the price where few may export
    mark_up_over_t: list[Array]  # stage -> (m, seller) sales from which on all of it is asked
    licensed_mark_up_usd_t: list[Array]  # stage -> (m, seller) what would come to be asked, were it so
    detected_share: list[Array]  # stage -> (m, seller, n) part of deliveries found to go on to others
    arriving_t: dict[str, Array] = field(default_factory=dict)  # block -> (due round, m, seller)


@dataclass
class Politics:
    """Who belongs to what, who trusts whom, what is announced."""

    leader: int  # position of the zone's leader
    dominant: int  # position of the dominant refiner
    rung: Whole  # (n,) of the ladder that it holds, 0 none to 4 floor
    standing: list[str]  # (n,) outside, hold_out, applied, member, leaving
    due_rung: Whole  # (n,) rung agreed and not yet in force
    due_round: Whole  # (n,) round in which it takes effect, -1 none
    favourable_reviews: Whole  # (n,) reviews running in which the next step paid
    trust_leader: Array  # (n,) in the leader, 0-1
    trust_dominant: Array  # (n,) in the dominant refiner, 0-1
    trust_rest_leader: Array  # (n,) level to which trust in the leader heals
    trust_rest_dominant: Array  # (n,) the same for the dominant refiner
    retaliation_belief: Array  # (n,) probability that joining is answered
    text_round: int  # round in which a binding text exists
    reference_usd_t: Array  # (m, stage), NaN when none
    fixed_duty_share: Array  # (m, stage, n, n) the zone's duty on outsiders as set when it was announced
    fixed_duty_usd_t: Array  # (m, stage) the same as one specific duty for all
    counter_duty_share: Array  # (n,) the dominant refiner's duty on the goods of each country
    vote_points: Array  # (n,) voting position in the United Nations
    floor_in_force: bool = False  # whether the floor is applied
    floor_since_round: int = -1  # round since which the floor has been in force, -1 while it is not
    controls: list[Control] = field(default_factory=list)  # decided in the run and in force
    freed: dict[tuple[int, int, int], int] = field(default_factory=dict)  # (actor, m, stage) -> round, lifted
    finance_usd: Array = field(default_factory=lambda: np.zeros(0))  # (n,) a round, what each could hope for
    requests: dict[str, Request] = field(default_factory=dict)  # voter -> what it asked for last
    offers: dict[str, Offer] = field(default_factory=dict)  # voter -> what it is offered for signing
    pressure: dict[str, float] = field(default_factory=dict)  # voter -> strength of the leader's threats, 0-1
    invited: dict[str, int] = field(default_factory=dict)  # voter -> round, asked to a framework
    asked: set[str] = field(default_factory=set)  # voters that would sign a framework and are not invited
    refused: dict[str, int] = field(default_factory=dict)  # voter -> round in which it last refused one
    finance_if_bound_usd: dict[str, float] = field(default_factory=dict)  # voter -> kept for those bound
    rivals_in_share: Array = field(default_factory=lambda: np.zeros(0))  # (n,) rivals for finance that signed
    agreed: dict[str, Offer] = field(default_factory=dict)  # voter -> what it signed for
    wars_seen: float = 0.0  # price wars of the dominant refiner that ended, and rivals that came back later
    exits_seen: float = 0.0  # those in which rivals left, in parts of what they had grown by
    fought_over: set[tuple[int, int]] = field(default_factory=set)  # (m, stage) of price wars that ended
    captures_since: int = -1  # round in which the dominant refiner chose to take the levy over, -1 not
    seated_since: Whole = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))  # (institution, n)
    duty_relief_share: Array = field(default_factory=lambda: np.zeros(0))  # (n,) of the leader's duties on it
    reliability: Array = field(default_factory=lambda: np.zeros(0))  # (n,) known to deliver, 0-1
    offtake_log: Array | None = None  # (m, n, n) log points by which importers favour exporters, None: none
    standard_premium_share: Array | None = None  # (m, n, n) paid on top for supply that meets a standard

    @property
    def lane_controls(self) -> list[Control]:
        """Controls that let a part of each lane pass; the others ration, tax or subsidise."""
        return [control for control in self.controls if control.instrument not in ("quota", *PRICED)]

    def controls_of(self, actor: int) -> list[Control]:
        """Controls in force of one government."""
        return [control for control in self.controls if control.actor == actor]


@dataclass
class WorldState:
    """Everything that is true at the end of a round."""

    round: int
    markets: Markets
    politics: Politics
    prices: Prices
    clearing: Clearing | None = None
    assembly_log: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))  # (m, sector, n) ln over 2024
    parts_t: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))  # (m, sector, n) on the way to lines

    @property
    def binding_members(self) -> Mask:
        """(n,) members whose floor is in force."""
        members: Mask = (self.politics.rung == FLOOR) & self.politics.floor_in_force
        return members


def check_state(state: WorldState) -> None:
    """Raise :class:`StateError` when an array holds what cannot be: NaN, negative tonnes, trust outside
    0-1, rungs off the ladder.
    """
    markets, politics = state.markets, state.politics
    checked = {f"capacity_t of {block}": values for block, values in markets.capacity_t.items()}
    checked |= {"thrift": markets.thrift, "final_thrift": markets.final_thrift, "parts_t": state.parts_t}
    checked |= {"final_place": markets.final_place, "assembly": np.exp(state.assembly_log)}
    checked["second_open"] = markets.second_open
    held = ("backlog_t", "hub_capacity_t", "unrecorded_capacity_t", "stock_t", "under_way_t", "mark_up_usd_t")
    for name in held:
        checked |= {f"{name} of stage {stage}": values for stage, values in enumerate(getattr(markets, name))}
    for name, values in checked.items():
        if not np.isfinite(values).all() or (values < -1e-9).any():
            where = tuple(int(axis[0]) for axis in np.nonzero(~(values >= -1e-9)))
            raise StateError(
                f"round {state.round}: {name} must be finite and not negative, at {where}: {values[where]}"
            )
    for name in ("trust_leader", "trust_dominant", "retaliation_belief", "reliability"):
        values = getattr(politics, name)
        if not ((values >= 0) & (values <= 1)).all():
            raise StateError(
                f"round {state.round}: {name} must lie in 0-1, found {values.min():g} to {values.max():g}"
            )
    if not ((politics.rung >= NONE) & (politics.rung <= FLOOR)).all():
        raise StateError(f"round {state.round}: a rung is off the ladder 0-4")

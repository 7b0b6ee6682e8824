"""TradeWorld: builds countries and state from data and a scenario; step() plays a round."""

from __future__ import annotations

from collections.abc import Mapping

import mesa
import numpy as np

from agents.accession import AccessionStrategy, FixedStanding, PayoffAccession
from agents.country import Country, DominantRefiner, ZoneLeader
from agents.dominant_refiner import DOCTRINES
from agents.roles import roles_of
from agents.zone_leader import REFERENCE_RULES
from agents.zone_leader import ZoneLeader as LeaderStrategy
from world.axes import REST_OF_WORLD, Array, Mask
from world.background import component_stop_usd, read_demand_growth, read_goods_trade, read_long_run_elasticity, read_volatility, restrict_minerals
from world.calibration.base import calibrate
from world.capacity import order_named_plants, order_trend, read_block_facts
from world.country_facts import read_country_facts
from world.customs import HubRoutes
from world.dataset import Dataset, load_dataset
from world.events import Calendar
from world.final_use import final_need_t, spread_final_use
from world.geography import freight_usd_t
from world.initial import initial_state
from world.ledger import Ledger
from world.market.arrays import Prices
from world.measures import first_day, round_of
from world.outlooks import Outlooks
from world.parameters import ParameterValues, resolve
from world.policy_calendar import read_calendar
from world.randomness import Streams
from world.record import Record
from world.reserve import Reserve
from world.round import play_round
from world.scenario import Scenario, load_scenario
from world.state import FLOOR, FRAMEWORK, Control
from world.trade_network import cheapest_hubs, choose_hubs
from world.zone import draw_text_round


class TradeWorld(mesa.Model):
    """A world of countries that trade critical minerals and decide on a price-floor zone.

    scenario : a :class:`Scenario`; the default scenario when None
    rng : seed; draws are keyed by it and by what they are for, never by Mesa's generators
    dataset : the tables; those of the package when None

    ``step()`` plays one quarter; ``record`` holds the result tables; ``finished`` says that the horizon is reached.
    """

    def __init__(self, scenario: Scenario | None = None, *, rng: int | None = None, dataset: Dataset | None = None) -> None:
        seed = 1 if rng is None else int(rng)
        super().__init__(rng=seed)
        self.scenario: Scenario = scenario if scenario is not None else load_scenario("zone_floor")  # type: ignore[assignment]
        self.dataset = restrict_minerals(dataset if dataset is not None else load_dataset(), self.scenario.run.minerals)
        self.parameters: ParameterValues = resolve(self.scenario.parameters)
        self.parameter_map: Mapping[str, float] = {name: self.parameters[name] for name in self.parameters}
        self.streams = Streams(seed)
        self.round = 0
        self._set_clock()
        self._build_market()
        self._build_politics()
        self._build_state()
        self._build_population()

    def _set_clock(self) -> None:
        run = self.scenario.run
        days = [first_day(round_, run.start) for round_ in range(run.rounds)]
        self.quarters = tuple(f"{day.year}-Q{(day.month + 2) // 3}" for day in days)
        self.decisions_open = round_of(first_day(0, run.decisions_open), run.start)
        self.record = Record()
        self.ledger = Ledger(self.record, self.quarters)

    def _build_market(self) -> None:
        scenario, dataset, p = self.scenario, self.dataset, self.parameters
        self.base = calibrate(dataset, p, hosts=(scenario.leader.country,))
        axes, evidence = self.base.axes, self.base.evidence
        self.leader = axes.country(scenario.leader.country)
        self.dominant = axes.country(scenario.dominant_refiner.country)
        self.goods_trade_usd = read_goods_trade(dataset)
        self.final_need_t = need = final_need_t(dataset, self.base.margins)
        self.final_use = spread_final_use(axes, self.base.margins, need, evidence.affinity)
        self.facts = read_country_facts(
            dataset, self.base, scenario.leader.country, scenario.dominant_refiner.country,
            str(first_day(0, scenario.run.decisions_open).replace(month=2, day=4)),
        )  # fmt: skip
        self.routes = self._hub_routes()
        self.blocks = read_block_facts(self.base, self.facts, p)
        self.demand_growth = read_demand_growth(dataset, scenario.run.demand, scenario.run.start, scenario.run.rounds)
        self.demand_long_run = read_long_run_elasticity(dataset)
        self.volatility = read_volatility(dataset, axes)
        made_there = np.where((axes.users == self.dominant)[:, None, :], self.final_use * self.base.use_t[:, None, :], 0.0).sum(axis=2)
        theirs = np.divide(made_there, need, out=np.zeros_like(need), where=need > 0)
        theirs[:, self.dominant] = 0.0
        ratio = evidence.backstop_usd_t[:, 1] / evidence.price_usd_t[:, 1]
        output = self.base.refined_lanes.flow_t.sum(axis=2)
        grip = np.where(axes.refiners == self.dominant, output, 0.0).sum(axis=1) / output.sum(axis=1)
        exposed = np.where(grip >= p.control_least_share, 1.0 - evidence.final_use_weight, 0.0)
        self.component_stop_usd = component_stop_usd(need, theirs, evidence.price_usd_t[:, 1], evidence.demand_elasticity, ratio, exposed)

    def _hub_routes(self) -> HubRoutes:
        evidence, p, axes = self.base.evidence, self.parameters, self.base.axes
        hubs, barred = choose_hubs(self.goods_trade_usd), np.array([self.leader, self.dominant])
        found = []
        for stage in (0, 1):
            freight = np.stack(
                [
                    freight_usd_t(evidence.distance_km, gross, price, p.freight_fixed_usd_t, p.freight_usd_t_1000km / 1000.0, p.insurance_share)
                    for gross, price in zip(evidence.gross_t_per_t[:, stage].tolist(), evidence.price_usd_t[:, stage].tolist(), strict=True)
                ]
            )
            found.append(cheapest_hubs(freight, hubs, barred, axes, stage))
        return HubRoutes((found[0][0], found[1][0]), (found[0][1], found[1][1]))

    def _build_politics(self) -> None:
        axes, scenario = self.base.axes, self.scenario
        groups = {name: [axes.country(iso3) for iso3 in sorted(members)] for name, members in self.dataset.blocs.items()}
        measures = (*read_calendar(self.dataset), *scenario.measures)
        self.calendar = Calendar(measures, axes, groups, scenario.run.start, self.streams, self.parameters.threat_prior_probability)
        self.happenings = self.calendar.happen(0, [])
        rule = REFERENCE_RULES[scenario.leader.reference_rule]
        anchored = {
            (mineral, str(stage)): price for mineral, prices in scenario.leader.reference_price_usd_t.items() for stage, price in prices.items()
        }
        self.leader_strategy = LeaderStrategy(rule(scenario.leader.markup, anchored), scenario.leader.side_payments)
        self.doctrine = DOCTRINES[scenario.dominant_refiner.doctrine]()
        self.is_dominant: Mask = np.arange(len(axes.countries)) == self.dominant
        self.leader_duty = np.zeros((len(axes.minerals), 2, len(axes.countries), len(axes.countries)))
        self.outlooks_made: list[Outlooks] = []
        self.later_prices: Prices | None = None

    def _build_state(self) -> None:
        scenario, axes = self.scenario, self.base.axes
        self.state = initial_state(self.base, self.facts, self.parameters, self.leader, self.dominant)
        self.state.politics.text_round = -1
        if scenario.zone.exists:
            self.state.politics.text_round = draw_text_round(self.streams, self.decisions_open, scenario.zone.text_quarters)
        rounds = scenario.run.rounds
        going = order_named_plants(self.base, self.state.markets, self.dataset, scenario.run.start, self.streams, rounds)
        order_trend(self.base, self.state.markets, self.blocks, self.demand_growth)
        for due, name, iso3, mineral, tonnes in going:
            if due < rounds:
                text = f"{name} due to start: {tonnes:,.0f} t a year"
                self.record.add(
                    "events", round=due, quarter=self.quarters[due], date=str(first_day(due, scenario.run.start)), kind="plant",
                    actor=iso3, targets="", instrument="plant", minerals=mineral, text=text,
                )  # fmt: skip
        self.outside_prices: list[Array] = []
        self.reserve_prices: list[Array] = []
        self.reserve_need_t = np.zeros(axes.users.shape)
        self.reserve_release_t = np.zeros(axes.refiners.shape)
        self.reserve: Reserve | None = None
        self.reserve_result_before = 0.0
        if scenario.reserve.exists:
            first = np.where(axes.users == self.leader, self.base.use_t, 0.0).sum(axis=1)
            # days of what its industries need: the metal they buy, or the metal in the goods they use where that is more
            target = np.maximum(first, self.final_need_t[:, self.leader]) * scenario.reserve.target_days / 91.0
            self.reserve = Reserve(self.leader, target, scenario.reserve.loan_usd, scenario.reserve.private_usd)

    def _build_population(self) -> None:
        """One agent a voter: each country, and one for a bloc whose trade policy is one. The rest of the world never decides."""
        axes, margins, price = self.base.axes, self.base.margins, self.base.evidence.price_usd_t
        self.places: dict[str, tuple[int, ...]] = {}
        for place, voter in enumerate(self.facts.speaks_for):
            if voter != REST_OF_WORLD:
                self.places[voter] = (*self.places.get(voter, ()), place)
        mined, refined, used = (
            (price[:, stage][:, None] * tonnes).sum(axis=0) for stage, tonnes in ((0, margins.mined_t), (1, margins.refined_supply_t), (1, margins.use_t))
        )
        self.population: list[Country] = []
        for voter, places in sorted(self.places.items()):
            index = list(places)
            is_leader, is_dominant = self.leader in index, self.dominant in index
            roles = roles_of(
                float(mined[index].sum()), float(refined[index].sum()), float(used[index].sum()), is_leader=is_leader, is_dominant=is_dominant
            )
            kind = ZoneLeader if is_leader else DominantRefiner if is_dominant else Country
            members = tuple(axes.countries[place] for place in places)
            self.population.append(kind(self, voter, members, roles, self._accession_of(voter, members)))

    def _accession_of(self, voter: str, members: tuple[str, ...]) -> AccessionStrategy:
        standings = self.scenario.zone.standings
        fixed = next((standings[name] for name in (voter, *members) if name in standings), None)
        if fixed is not None:
            return FixedStanding(fixed == "join")
        return PayoffAccession() if self.scenario.accession.strategy == "payoff" else FixedStanding(False)

    @property
    def finished(self) -> bool:
        """The horizon is reached."""
        return self.round >= self.scenario.run.rounds

    def step(self) -> None:
        """Play one round; nothing happens beyond the horizon."""
        if self.finished:
            self.running = False
            return
        self.state.round = self.round
        play_round(self)
        self.outlooks_made.clear()
        self.round += 1

    def floor_members(self) -> Mask:
        """(country,) those whose border upholds the floor when it is in force: binding members and the leader."""
        members: Mask = self.state.politics.rung == FLOOR
        members = members.copy()
        members[self.leader] = self.scenario.zone.exists
        return members

    def signatories(self) -> Mask:
        """(country,) the leader and its framework partners: who would be inside."""
        inside: Mask = self.state.politics.rung >= FRAMEWORK
        inside = inside.copy()
        inside[self.leader] = True
        return inside

    def update_zone(self) -> None:
        """The floor is in force once a text exists and someone besides the leader is bound, or the leader applies it alone."""
        politics, scenario = self.state.politics, self.scenario
        text = scenario.zone.exists and 0 <= politics.text_round <= self.round
        others = politics.rung == FLOOR
        others[self.leader] = False
        politics.floor_in_force = bool(text and (others.any() or scenario.zone.leader_border_alone))
        if text and (others.any() or scenario.zone.leader_border_alone):
            politics.rung[self.leader] = FLOOR
            politics.standing[self.leader] = "member"
        self.leader_duty[:] = 0.0
        if not scenario.zone.exists and self.round >= self.decisions_open:
            self.leader_duty[:, :, self.dominant, self.leader] = scenario.leader.tariff_share

    def expected_growth(self, round_: int) -> Array:
        """(mineral,) growth of demand that everyone expects, a year."""
        growth: Array = self.parameters.demand_growth_scale * self.demand_growth[min(round_, len(self.demand_growth) - 1)]
        return growth

    def believed(self, block: str) -> Array:
        """(mineral, seller) price that the producers of a block believe in."""
        markets = self.state.markets
        return markets.believed_ore_usd_t if block == "ore" else markets.believed_refined_usd_t

    def refined_output_t(self) -> Array:
        """(mineral, refiner) refined output of the last round; of the base year before any."""
        clearing = self.state.clearing
        return self.base.refined_lanes.flow_t.sum(axis=2) if clearing is None else clearing.refined_flow_t.sum(axis=(1, 3))

    def reserve_stock_t(self) -> Array:
        """(mineral,) stock of the reserve."""
        return np.zeros(len(self.base.axes.minerals)) if self.reserve is None else self.reserve.stock_t

    def usual_reserve_price(self) -> Array:
        """(mineral,) mean price over the reserve's memory."""
        memory = self.reserve_prices[-int(self.parameters.reserve_memory_quarters) :]
        return np.mean(memory, axis=0) if memory else self.base.evidence.price_usd_t[:, 1]

    def finance_paid_usd(self) -> Array:
        """(country,) finance received by those on the ladder, paid by the leader; grant equivalent, sums to zero."""
        politics = self.state.politics
        received = np.where(politics.rung >= FRAMEWORK, politics.finance_usd * self.parameters.finance_grant_share, 0.0)
        received = received + np.where(politics.rung == FLOOR, politics.side_payment_usd, 0.0)
        received[self.leader] = 0.0
        received[self.leader] = -float(received.sum())
        paid: Array = received
        return paid

    def tell(self, kind: str, date: str, actor: str, targets: str, instrument: str, minerals: str, text: str) -> None:
        """Write a row into the table of events."""
        self.record.add(
            "events", round=self.round, quarter=self.quarters[self.round], date=date, kind=kind, actor=actor, targets=targets,
            instrument=instrument, minerals=minerals, text=text,
        )  # fmt: skip

    def tell_membership(self, place: int, rung: int) -> None:
        """A rung takes effect."""
        name = ("none", "forum", "framework", "action plan", "binding floor")[rung]
        self.tell("in_force", self._today(), self.base.axes.countries[place], "", "membership", "*", f"{name} takes effect")

    def control_imposed(self, control: Control) -> None:
        """A control decided in the run."""
        axes = self.base.axes
        targets = ";".join(axes.countries[target] for target in control.targets)
        text = f"licences {axes.minerals[control.mineral]}: {control.approval_share:.0%} of usual shipments granted ({control.reason})"
        self.tell("decision", self._today(), axes.countries[control.actor], targets, "licence", axes.minerals[control.mineral], text)

    def _today(self) -> str:
        return str(first_day(self.round, self.scenario.run.start))



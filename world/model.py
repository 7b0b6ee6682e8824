"""TradeWorld: builds countries and state from data and a scenario; step() plays a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mesa
import numpy as np

from agents.dominant_refiner import doctrine_of
from agents.export_policy import EXPORT_POLICIES, ExportPolicy
from agents.leader_doctrines.by_name import make_leader_doctrine
from agents.scripted_leader import ScriptedLeader
from agents.zone_leader import REFERENCE_RULES
from agents.zone_leader import ZoneLeader as LeaderStrategy
from world.axes import REFINED, STAGES, Array, Mask
from world.dataset import Dataset, load_dataset
from world.economy import Economy, build_economy
from world.effects import Ground
from world.events import Calendar
from world.ground.background import read_sector_shares, restrict_minerals
from world.industry.capacity import NamedStart, order_named_plants, order_trend, planned_t
from world.industry.plant_costs import BLOCK_STAGE
from world.initial import initial_state
from world.institutions import first_seats, read_institutions
from world.licences.books import OfficeBook
from world.licences.queue import office_of
from world.memory import recall
from world.moves.ore_holders import read_foreign_share
from world.moves.ties import ties_of
from world.parameters import ParameterValues, resolve
from world.policy.guarantees import believed_under, cover_of
from world.policy.state_trade import StateStocks
from world.population import accession_of, find_places, populate
from world.randomness import Streams
from world.records.ledger import Ledger
from world.records.news import News
from world.records.schema import Record
from world.reserve import Reserve
from world.round import play_round
from world.scenario import Scenario, load_scenario
from world.sectors.round import SectorRound, first_parts_t
from world.stocks.buying_ahead import Foresight
from world.stocks.expectations import Priors
from world.stocks.stop_lengths import Lengths
from world.tables.calendar import read_calendar, read_coercion
from world.zone import draw_text_round

PRESSURE = {"none": 0.0, "record": 0.5, "harsh": 1.0}
"""Strength of the leader's threats by the name a scenario gives: half of the harshest on the record."""


class TradeWorld(mesa.Model):
    """A world of countries that trade critical minerals and decide on a price-floor zone.

    scenario : a :class:`Scenario`; the default scenario when None
    rng : seed; draws are keyed by it and by what they are for, never by Mesa's generators
    dataset : the tables; those of the package when None
    economy : the ground of another world with the same data, section ``run``, powers, parameters and states
        that trade out of stock (``same_ground``); laid anew when None

    ``premise`` is the scenario of the run (``scenario`` itself is a name that Mesa 3.5 keeps for its own);
    ``step()`` plays one round, a quarter or a month; ``record`` holds the result tables; ``finished`` says
    that the horizon is reached.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        rng: int | None = None,
        dataset: Dataset | None = None,
        economy: Economy | None = None,
    ) -> None:
        seed = 1 if rng is None else int(rng)
        super().__init__(rng=seed)
        self.premise: Scenario = scenario if scenario is not None else load_scenario("zone_floor")
        self.dataset = restrict_minerals(
            dataset if dataset is not None else load_dataset(), self.premise.run.minerals
        )
        self.parameters: ParameterValues = resolve(self.premise.parameters)
        self.parameter_map: Mapping[str, float] = {name: self.parameters[name] for name in self.parameters}
        self.streams = Streams(seed)
        self.round = 0
        self._set_clock()
        self._lay_ground(economy)
        self._write_calendar()
        self._open_books()
        self.places = find_places(self.facts.speaks_for)
        self.ties = ties_of(self.places, self.economy.goods_trade_usd)
        self.population = populate(self)

    def _set_clock(self) -> None:
        run = self.premise.run
        self.clock = run.clock
        self.quarters = tuple(map(self.clock.name, range(run.rounds)))
        self.decisions_open = self.clock.round_named(run.decisions_open)
        self.record = Record()
        self.ledger = Ledger(self.record, self.clock)
        self.news = News(self.record, self.clock)
        self.markets_asked = 0

    def _lay_ground(self, economy: Economy | None) -> None:
        """What does not change during the run."""
        if economy is None:
            economy = build_economy(self.dataset, self.premise, self.parameters)
        self.economy = economy
        self.base, self.facts = economy.base, economy.facts
        self.plants = economy.blocks  # what building takes by now
        self.leader, self.dominant = economy.leader, economy.dominant
        self.is_dominant: Mask = np.arange(len(self.base.axes.countries)) == self.dominant

    def _write_calendar(self) -> None:
        """Measures, and the strategies of the two great powers."""
        axes, scenario = self.base.axes, self.premise
        groups = {
            name: [axes.country(iso3) for iso3 in sorted(members)]
            for name, members in self.dataset.blocs.items()
        }
        measures = (*read_calendar(self.dataset), *read_coercion(self.dataset), *scenario.measures)
        p = self.parameters
        priors = Priors(
            p.announced_prior_probability, p.threat_prior_probability, p.announcement_prior_weight
        )
        self.sector_share: Mapping[str, Array] = read_sector_shares(self.dataset)
        self.calendar = Calendar(measures, axes, groups, self.clock, self.streams, priors, self._ground())
        self.happenings = self.calendar.happen(0, [])
        rule = REFERENCE_RULES[scenario.leader.reference_rule]
        anchored = {
            (mineral, str(stage)): price
            for mineral, prices in scenario.leader.reference_price_usd_t.items()
            for stage, price in prices.items()
        }
        own = LeaderStrategy(
            rule(scenario.leader.markup, anchored, scenario.leader.built_on_inputs),
            make_leader_doctrine(
                scenario.leader.doctrine, PRESSURE[scenario.leader.coercion], scenario.leader.offers
            ),
        )
        orders = self._by_round(scenario.leader.decisions)
        self.leader_strategy = ScriptedLeader(orders, own) if orders else own
        refiner = scenario.dominant_refiner
        self.doctrine = doctrine_of(refiner.doctrine, self._by_round(refiner.decisions))
        self.export_policies: dict[str, ExportPolicy] = {
            iso3: EXPORT_POLICIES[name]() for iso3, name in scenario.ore_holders.policies.items()
        }
        self.foreign_share = read_foreign_share(self)

    def _by_round(self, written: Mapping[str, Sequence[str]]) -> dict[int, Sequence[str]]:
        """What a scenario writes for a power by quarter or month, by round."""
        return {self.clock.round_named(period): moves for period, moves in written.items()}

    def _ground(self) -> Ground:
        """What measures must know besides themselves."""
        p = self.parameters
        return Ground(
            self.base.evidence.price_usd_t,
            self.sector_share,
            p.licence_leak_share,
            p.licence_delay_days,
            self.clock.rounds_per_year,
            Foresight(p.ahead_horizon_months, p.ahead_pace_ratio, office_of(p), p.licence_delay_days),
            Lengths(
                p.stop_typical_months,
                p.stop_record_weight,
                p.stop_prolonged_probability,
                p.licence_delay_days,
                office_of(p).ramp_days,
            ),
        )

    def _open_books(self) -> None:
        """State on the eve, plants on order, the reserve, memories of prices."""
        scenario, axes, run = self.premise, self.base.axes, self.premise.run
        self.state = initial_state(
            self.base, self.facts, self.economy.hub_start_t, self.parameters, self.leader, self.dominant
        )
        self.state.parts_t = first_parts_t(self.economy.sectors)
        self.state.assembly_log = np.zeros_like(self.economy.sectors.need_t)
        self.sectors: SectorRound | None = None
        self.office_books: tuple[OfficeBook, ...] = ()
        recall(self.base, self.state.markets, self.dataset, self.parameters)
        if scenario.zone.exists:
            self.state.politics.text_round = draw_text_round(
                self.streams, self.decisions_open, scenario.zone.text_quarters, self.clock.quarter_rounds
            )
        self.institutions = read_institutions(self.dataset, scenario, axes, self.clock, self.economy.eve)
        self.state.politics.seated_since = first_seats(self.institutions, len(axes.countries))
        markets = self.state.markets
        self.named_starts: list[NamedStart] = order_named_plants(
            self.base, markets, self.economy.blocks, self.dataset, self.clock, self.streams, run.rounds
        )
        order_trend(self.base, markets, self.economy.blocks, self.economy.foreseen_growth)
        self.leader_duty = np.zeros(
            (len(axes.minerals), len(STAGES), len(axes.countries), len(axes.countries))
        )
        self.duties_before: Array = np.zeros(len(axes.countries))
        self.outside_prices: list[Array] = []
        self.reserve_prices: list[Array] = []
        self.reserve_need_t = np.zeros(axes.users.shape)
        self.reserve_release_t = np.zeros(axes.refiners.shape)
        self.reserve_exports_t = np.full(len(axes.minerals), np.inf)  # most that leaves while it releases
        self.reserve = self._found_reserve()
        self.state_stocks = StateStocks(self.base.evidence.price_usd_t[:, REFINED], len(axes.countries))
        self.reserve_result_before = 0.0
        self.rationed: set[tuple[int, int]] = set()
        self.answered: dict[str, str] = {}
        self.bound_before: Mask = np.zeros(len(axes.countries), dtype=bool)

    def _found_reserve(self) -> Reserve | None:
        """The reserve aims at days of what its owner's industries need: the metal they buy, or the metal in
        the goods that end up there where that is more; of minerals that the dominant refiner could withhold.
        """
        wanted = self.premise.reserve
        if not wanted.exists:
            return None
        buyers = self.base.axes.buyers(REFINED)
        first = np.where(buyers == self.leader, self.base.buyer_use_t(REFINED), 0.0).sum(axis=1)
        need = np.maximum(first, self.economy.final_need_t[:, self.leader])
        need = np.where(self.economy.grip >= self.parameters.control_least_share, need, 0.0)
        days = 91.0 * self.clock.months / 3.0
        target = need * wanted.target_days / days
        return Reserve(self.leader, target, wanted.loan_usd, wanted.private_usd, self.clock.rounds_per_year)

    @property
    def finished(self) -> bool:
        """The horizon is reached."""
        return self.round >= self.premise.run.rounds

    def step(self) -> None:
        """Play one round; nothing happens beyond the horizon."""
        if self.finished:
            self.running = False
            return
        self.state.round = self.round
        play_round(self)
        self.round += 1

    def turn_page(self) -> Record:
        """The rows written since this was last asked; what follows is written into a new record."""
        written = self.record
        self.record = self.ledger.record = self.news.record = Record()
        return written

    def take_up(self, scenario: Scenario) -> None:
        """Go on under ``scenario``, which differs from the present one only in what is dated after the rounds
        played: measures, decisions written for countries, the scale of the floor.
        """
        self.premise = scenario
        self._write_calendar()
        for country in self.population:
            country.accession = accession_of(self, country.iso3, country.members)

    def expected_growth(self, round_: int) -> Array:
        """(mineral,) growth of demand that everyone expects, a year."""
        growth: Array = (
            self.parameters.demand_growth_scale
            * self.economy.expected_growth[min(round_, len(self.economy.expected_growth) - 1)]
        )
        return growth

    def believed(self, block: str) -> Array:
        """(mineral, seller) price that the producers of a block believe in, public guarantees included."""
        return self.assured(block, self.state.markets.believed_usd_t[BLOCK_STAGE[block]])

    def assured(self, block: str, price_usd_t: Array) -> Array:
        """(mineral, seller) what the producers of a block get at a price, public guarantees included."""
        stage = BLOCK_STAGE[block]
        cover = cover_of(self.happenings.guarantees, stage, self.base.axes.sellers(stage))
        if not cover.some:
            return price_usd_t
        covered = cover.covered_share(planned_t(self.base, self.state.markets, stage, self.round))
        return believed_under(cover, covered, price_usd_t)

    def refined_output_t(self) -> Array:
        """(mineral, refiner) refined output of the last round; of the base year before any."""
        clearing = self.state.clearing
        if clearing is None:
            return np.asarray(self.base.lanes(REFINED).flow_t.sum(axis=2))
        return np.asarray(clearing.stages[REFINED].flow_t.sum(axis=(1, 3)))

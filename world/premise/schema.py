"""The sections of a scenario: every key, its type, its default and what it may be.

Pydantic models, frozen, that refuse what they do not know. ``world.scenario`` reads files into them and turns
pydantic's errors into one line for the user; ``world.premise.words`` says in words what a key may hold.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.doctrines.scripted import MOVE
from agents.leader_doctrines.by_name import leader_doctrine_names
from agents.scripted_leader import ORDER
from agents.strategies.by_name import strategy_names
from world.clock import PERIOD, Clock, RoundsPerYear
from world.policy.measures import Measure
from world.premise.institutions import InstitutionEntry

Value = TypeVar("Value")


def _list_to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _check_order(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] > value[1]:
        raise ValueError("two whole numbers, the smaller first")
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_list_to_tuple), Field(min_length=1)]
Stages = Annotated[
    tuple[Literal["ore", "refined", "component"], ...], BeforeValidator(_list_to_tuple), Field(min_length=1)
]
Delay = Annotated[
    tuple[Annotated[int, Field(ge=0, le=80)], Annotated[int, Field(ge=0, le=80)]],
    AfterValidator(_check_order),
    BeforeValidator(_list_to_tuple),
]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, le=1e13)]
Price = Annotated[float, Field(gt=0, le=1e9)]
COUNTRY = r"^[A-Z][A-Z0-9]{2}$"
Country = Annotated[str, Field(pattern=COUNTRY)]
Quarter = Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
Period = Annotated[str, Field(pattern=PERIOD)]
Voter = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{2}|EU)$")]
NAME = r"^[A-Za-z0-9_-]{1,40}$"
Choice = Literal["join", "hold_out", "ask", "stay", "leave"]
Move = Annotated[str, Field(pattern=MOVE)]
Moves = Annotated[tuple[Move, ...], BeforeValidator(_list_to_tuple)]
Order = Annotated[str, Field(pattern=ORDER)]
Orders = Annotated[tuple[Order, ...], BeforeValidator(_list_to_tuple)]


def _check_strategy(value: str) -> str:
    if value not in strategy_names():
        raise ValueError(f"one of {', '.join(strategy_names())}")
    return value


StrategyName = Annotated[
    str, AfterValidator(_check_strategy), Field(json_schema_extra={"enum": list(strategy_names())})
]
"""A strategy of accession by the name of its file."""


def _check_leader_doctrine(value: str) -> str:
    if value not in leader_doctrine_names():
        raise ValueError(f"one of {', '.join(leader_doctrine_names())}")
    return value


LeaderDoctrineName = Annotated[
    str,
    AfterValidator(_check_leader_doctrine),
    Field(json_schema_extra={"enum": list(leader_doctrine_names())}),
]
"""A doctrine of the leader by the name of its file."""


class Section(BaseModel):
    """Base of all sections: unknown keys, loose types and infinite numbers are errors; nothing can be
    changed afterwards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class RunSection(Section):
    """How long, which minerals, which background."""

    start: Quarter = "2025-Q1"
    decisions_open: Period = "2026-Q1"
    rounds_per_year: RoundsPerYear = 4
    rounds: Annotated[int, Field(ge=1, le=400)] = 44
    minerals: Names = ("*",)
    demand: Literal["STEPS", "APS", "NZE"] = "STEPS"
    shocks: bool = True
    order: Literal["leader_first", "refiner_first"] = "leader_first"

    @model_validator(mode="before")
    @classmethod
    def _as_many_years(cls, keys: object) -> object:
        """Without a horizon of its own a run of months plays as many years as one of quarters."""
        if isinstance(keys, dict) and keys.get("rounds_per_year") == 12 and "rounds" not in keys:
            return {**keys, "rounds": 132}
        return keys

    @property
    def clock(self) -> Clock:
        """Rounds on the calendar."""
        return Clock(self.rounds_per_year, self.start)


class ZoneSection(Section):
    """The price-floor zone: what it covers and how it takes shape."""

    exists: bool = True
    reading: Literal["A", "B"] = "B"
    duty_form: Literal["levy", "benchmark", "minimum_price", "ad_valorem", "specific", "quota"] = "levy"
    quota_share: Share = 0.8
    benchmark_index: Annotated[str, Field(pattern=r"^(world|[A-Z][A-Z0-9]{2})$")] = "world"
    derivatives: bool = False
    products: bool = False
    scope: Names = ("*",)
    stages: Stages = ("ore", "refined")
    leader_border_alone: bool = False
    aligned_rung: Literal["forum", "framework", "action_plan", "floor"] = "framework"
    asked_from: Literal["forum", "framework"] = "framework"
    highest_rung: Literal["forum", "framework", "action_plan", "floor"] = "floor"
    text_quarters: Delay = (4, 8)
    ratification_quarters: Delay = (2, 6)
    founding_until: Literal["none"] | Period = "none"
    standings: dict[Country, Literal["hold_out", "join"]] = {}
    decisions: dict[Voter, dict[Period, Choice]] = {}


class LeaderSection(Section):
    """The leader of the zone: how it sets prices, pays and presses."""

    country: Country = "USA"
    doctrine: LeaderDoctrineName = "timeline"
    coercion: Literal["record", "none", "harsh"] = "record"
    reference_rule: Literal["cost_plus", "moving_average", "fixed"] = "cost_plus"
    markup: Annotated[float, Field(ge=0, le=5)] = 0.10
    built_on_inputs: bool = False
    update_quarters: Annotated[int, Field(ge=1, le=40)] = 4
    tariff_share: Annotated[float, Field(ge=0, le=10)] = 0.0
    finance_usd_year: Money = 5e9
    offers: Annotated[
        tuple[Literal["side_payment", "tariff_relief", "exemption"], ...], BeforeValidator(_list_to_tuple)
    ] = ("side_payment", "tariff_relief")
    reference_price_usd_t: dict[str, dict[Literal["ore", "refined", "component"], Price]] = {}
    floor_scale: dict[Period, Annotated[float, Field(ge=0.1, le=5)]] = {}
    decisions: dict[Period, Orders] = {}


class DominantRefinerSection(Section):
    """The dominant refiner and its doctrine."""

    country: Country = "CHN"
    doctrine: Literal[
        "passive", "tit_for_tat", "escalation", "leverage", "predatory", "rent_capture", "mixed"
    ] = "passive"
    instruments: Annotated[
        tuple[Literal["listing", "end_use", "licence", "quota", "ban", "export_tax", "price_war"], ...],
        BeforeValidator(_list_to_tuple),
        Field(min_length=1),
    ] = ("listing", "end_use", "licence", "quota", "ban", "export_tax", "price_war")
    stages: Annotated[
        tuple[Literal["refined", "component"], ...], BeforeValidator(_list_to_tuple), Field(min_length=1)
    ] = ("refined", "component")
    end_use: Names = ("defence",)
    reach: Share = 0.0
    licence_approval: Share = 0.4
    levy_capture: Share = 0.0
    decisions: dict[Period, Moves] = {}


class OreHoldersSection(Section):
    """Governments with ore that have an export policy of their own."""

    policies: dict[Country, Literal["local_processing", "price_support"]] = {}


class ReserveSection(Section):
    """The strategic reserve."""

    exists: bool = False
    loan_usd: Money = 10e9
    private_usd: Money = 1.67e9
    target_days: Annotated[float, Field(ge=0, le=1000)] = 60.0
    sectors: Names = ("defence",)
    served_first: bool = False
    kept_days: Annotated[float, Field(ge=0, le=1000)] = 0.0


class AccessionSection(Section):
    """How countries decide to join."""

    strategy: StrategyName = "payoff"
    strategies: dict[Voter, StrategyName] = {}
    talks: dict[Country, Period] = {}


class InstitutionsSection(Section):
    """Clubs and links beside the zone: those of the table ``institutions``, and one's own."""

    off: Annotated[tuple[str, ...], BeforeValidator(_list_to_tuple)] = ()
    own: dict[Annotated[str, Field(pattern=NAME)], InstitutionEntry] = {}


class ScenarioSchema(Section):
    """A whole scenario, with every key at its default."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]*$")] = ""
    name: str
    question: str
    run: RunSection = RunSection()
    zone: ZoneSection = ZoneSection()
    leader: LeaderSection = LeaderSection()
    dominant_refiner: DominantRefinerSection = DominantRefinerSection()
    ore_holders: OreHoldersSection = OreHoldersSection()
    reserve: ReserveSection = ReserveSection()
    accession: AccessionSection = AccessionSection()
    institutions: InstitutionsSection = InstitutionsSection()
    parameters: dict[str, float] = {}
    measures: Annotated[tuple[Measure, ...], BeforeValidator(_list_to_tuple)] = ()

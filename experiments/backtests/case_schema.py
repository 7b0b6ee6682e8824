"""What a case of history says of its world: every key of ``case.toml`` besides those of a scenario.

Attributes and figures only. Parameters of behaviour are the same for all cases and cannot be given here.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from world.premise.schema import COUNTRY, Country, Section

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e15)]
Growth = Annotated[float, Field(ge=-0.9, le=2.5)]
StageName = Literal["ore", "refined", "component"]
Making = Literal["ore", "refined", "primary"]
NAME, LABEL, YEAR = r"^[a-z][a-z0-9_]*$", r"^[A-Za-z][A-Za-z0-9_]*$", r"^\d{4}$"
Name = Annotated[str, Field(pattern=NAME)]
Label = Annotated[str, Field(pattern=LABEL)]
Year = Annotated[str, Field(pattern=YEAR)]
LABELS = {
    COUNTRY: "a label of three capital letters or digits, a letter first, such as CAN or C01",
    NAME: "a name of small letters, digits and _, a letter first",
    LABEL: "a name of letters, digits and _, a letter first",
    YEAR: "a year such as 2014",
}
"""What the texts of a case may be that must match a pattern, in words."""


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Day = Annotated[date, Field(strict=False)]
"""A day, in quotes or without."""


class CountryEntry(Section):
    """A country of the case; what it does not say is that of a middling country."""

    code: Country
    name: str
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    gdp_usd_bn: Positive
    manufacturing_usd_bn: Positive | None = None
    wacc_share: Annotated[float, Field(ge=0, le=1)] = 0.09
    investability_index: Share = 0.5
    mine_permit_years: Annotated[float, Field(ge=0, le=40)] = 4.0
    refinery_permit_years: Annotated[float, Field(ge=0, le=40)] = 2.0
    resource_potential: Share = 0.3
    un_ideal_point: Annotated[float, Field(ge=-5, le=5)] = 0.0
    alliance_with_leader: Share = 0.0
    trust_in_leader: Share = 0.45
    trust_in_dominant: Share = 0.45
    estranged_from_leader: bool = False
    vat_share: Share = 0.0


class ComponentEntry(Section):
    """What is made of the refined metal, where that has a market of its own."""

    share_of_first_use: Annotated[float, Field(gt=0, le=1)]
    recovery: Annotated[float, Field(gt=0, le=1)] = 1.0
    conversion_premium: Annotated[float, Field(ge=0, le=5)] = 0.3
    build_years: Annotated[float, Field(gt=0, le=20)] = 2.5
    gross_t_per_t: Annotated[float, Field(gt=0, le=1000)] = 1.0
    capital_usd_t_year: Positive | None = None


class TrancheEntry(Section):
    """Plants of a country with much the same running cost, those that stand idle included."""

    stage: Making
    country: Country
    capacity_t_year: Positive
    cost_usd_t: Positive


class MineralEntry(Section):
    """A mineral, or any good with a chain of one to three stages, in the year before the case begins.

    world_t_year : refined output of the world; made : stage -> country -> share of the world's output;
    used : country -> share of first use; stocked_share : part of refined output that went into stocks, in the
    same countries; growth, growth_of : year -> change of demand in it, of all countries and of those with a
    path of their own; price_usd_t, cost_usd_t, full_cost_usd_t, capacity_t_year : by stage (and country).
    """

    title: str
    source: str
    world_t_year: Positive
    recovery: Annotated[float, Field(gt=0, le=1)] = 1.0
    by_product_share: Share
    recycled_share: Annotated[float, Field(ge=0, le=0.9)] = 0.0
    cost_share_in_use: Annotated[float, Field(gt=0, le=1)]
    exchange_traded: bool
    forms: Annotated[int, Field(ge=1, le=20)] = 2
    ore_gross_t_per_t: Annotated[float, Field(ge=1, le=10000)] = 1.0
    refined_gross_t_per_t: Annotated[float, Field(ge=1, le=10000)] = 1.0
    final_use_weight: Share = 0.4
    stock_cover_months: Annotated[float, Field(ge=0, le=60)] | None = None
    price_usd_t: dict[StageName, Positive]
    made: dict[Making, dict[Country, Share]]
    used: dict[Country, Share]
    stocked_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    final: dict[Country, Share] = Field(default_factory=dict)
    reserves: dict[Country, Share] = Field(default_factory=dict)
    cost_usd_t: dict[Making, dict[str, Positive]] = Field(default_factory=dict)
    capacity_t_year: dict[Making, dict[Country, Positive]] = Field(default_factory=dict)
    full_cost_usd_t: dict[StageName, Positive] = Field(default_factory=dict)
    growth: dict[Year, Growth] = Field(default_factory=dict)
    growth_of: dict[Country, dict[Year, Growth]] = Field(default_factory=dict)
    end_use: dict[Name, Share] = Field(default_factory=lambda: {"all": 1.0})
    contract_share: Share | None = None
    tranches: Annotated[tuple[TrancheEntry, ...], BeforeValidator(_tuple)] = ()
    demand_sd: Annotated[float, Field(ge=0, le=1)] = 0.06
    output_sd: Annotated[float, Field(ge=0, le=5)] = 0.2
    component: ComponentEntry | None = None


class TariffEntry(Section):
    """A duty in force before the case begins."""

    importer: str
    exporter: str
    mineral: Name | Literal["*"] = "*"
    stage: StageName | Literal["*"] = "*"
    rate_share: Annotated[float, Field(ge=0, le=10)]


class LaneEntry(Section):
    """A known share of an exporter in what an importer buys abroad before the case begins."""

    mineral: Name
    stage: StageName
    importer: str
    exporter: Country
    share: Share


class PlantEntry(Section):
    """A plant that was on its way when the case began; up to a year late unless
    it was ``on_time``."""

    plant: str
    mineral: Name
    stage: Making
    country: Country
    capacity_t_year: Positive
    start: Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
    probability: Share = 1.0
    on_time: bool = False
    owner: Country | None = None
    source: str = ""


class StockEntry(Section):
    """Private stocks that lie in a country when the case begins, in months of what is used there: ``months``
    as a rule, and ``extra_months`` on top, kept until ``zero``."""

    mineral: Name
    stage: StageName
    country: Country
    months: Annotated[float, Field(ge=0, le=60)]
    extra_months: Annotated[float, Field(ge=0, le=60)] = 0.0
    source: str = ""


class FreightEntry(Section):
    """Freight and insurance of a tonne contained, where it is known."""

    mineral: Name
    stage: StageName
    exporter: str
    importer: str
    usd_t: Annotated[float, Field(ge=0, le=1e9)]


class FloorEntry(Section):
    """Least landed price that an importer keeps when the case begins; what sellers get on top of the world's
    price is theirs."""

    mineral: Name
    stage: StageName
    exporter: str
    importer: str
    usd_t: Annotated[float, Field(gt=0, le=1e9)]


class HubEntry(Section):
    """What traders and affiliates in a third country can hand on when the case begins."""

    mineral: Name
    stage: StageName
    country: Country
    capacity_t_year: Annotated[float, Field(ge=0, le=1e15)]
    source: str = ""


class PriorEntry(Section):
    """A quarter before the case begins: the price at the gate, or with ``exporter`` and ``importer`` what was
    shipped."""

    mineral: Name
    stage: StageName
    quarter: Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
    price_usd_t: Positive | None = None
    exporter: Country | None = None
    importer: Country | None = None
    tonnes_year: Annotated[float, Field(ge=0, le=1e15)] | None = None


class TradeEntry(Section):
    """Trade in all goods between two countries, a year."""

    exporter: Country
    importer: Country
    usd_m: Positive


class MembershipEntry(Section):
    """A rung of the zone's ladder held when the case begins."""

    country: Country
    club: str
    rung: Annotated[int, Field(ge=0, le=4)]
    date: Day


class SectorEntry(Section):
    """An industry that uses minerals of the case, by the name it has in their ``end_use``: what its value
    added is in the world, what part of it cannot be made without each mineral (``exposed``), where it works
    (``activity``, by GDP where none is given) and how many days of parts its lines hold."""

    value_added_usd_bn_year: Positive
    exposed: dict[Name, Share]
    activity: dict[Country, Share] = Field(default_factory=dict)
    parts_days: Annotated[float, Field(ge=0, le=1000)] = 30.0
    source: str = ""


class VariantEntry(Section):
    """The same world and seeds, with something taken away or set otherwise."""

    about: str
    without: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    settings: dict[str, str | float | int | bool | list[str]] = Field(default_factory=dict)


class SeriesEntry(Section):
    """A line of the figure: a measure round by round, over the points of ``history.csv`` of that name;
    ``scale`` divides the model's numbers (1000 for USD/kg).
    """

    id: Name
    label: str
    scale: Positive = 1.0
    logarithmic: bool = False
    measure: str
    where: str = ""
    segment: str = ""
    form: str = ""
    variant: str = ""
    relative_to: str = ""
    operator: Literal["value", "ratio", "difference", "percent"] = "value"


class CaseSchema(Section):
    """The keys of ``case.toml`` that a scenario does not have.

    zero : the day from which windows and dates of criteria count; home : the country that restricts, or the
    importer that acts; groups : names for sets of countries; held_out : nothing is fitted to it
    """

    zero: Day
    held_out: bool = False
    home: Country
    countries: Annotated[tuple[CountryEntry, ...], BeforeValidator(_tuple)]
    minerals: dict[Name, MineralEntry]
    groups: dict[Label, Annotated[tuple[Country, ...], BeforeValidator(_tuple)]] = Field(default_factory=dict)
    sectors: dict[Name, SectorEntry] = Field(default_factory=dict)
    tariffs: Annotated[tuple[TariffEntry, ...], BeforeValidator(_tuple)] = ()
    lanes: Annotated[tuple[LaneEntry, ...], BeforeValidator(_tuple)] = ()
    plants: Annotated[tuple[PlantEntry, ...], BeforeValidator(_tuple)] = ()
    stocks: Annotated[tuple[StockEntry, ...], BeforeValidator(_tuple)] = ()
    freight: Annotated[tuple[FreightEntry, ...], BeforeValidator(_tuple)] = ()
    floors: Annotated[tuple[FloorEntry, ...], BeforeValidator(_tuple)] = ()
    hubs: Annotated[tuple[HubEntry, ...], BeforeValidator(_tuple)] = ()
    prior: Annotated[tuple[PriorEntry, ...], BeforeValidator(_tuple)] = ()
    trade: Annotated[tuple[TradeEntry, ...], BeforeValidator(_tuple)] = ()
    memberships: Annotated[tuple[MembershipEntry, ...], BeforeValidator(_tuple)] = ()
    variants: dict[Name, VariantEntry] = Field(default_factory=dict)
    series: Annotated[tuple[SeriesEntry, ...], BeforeValidator(_tuple)] = ()

"""Declared tables on minerals: what is mined, refined and used, at what price and cost."""

from __future__ import annotations

from world.tables.schema import Table, columns

_MINERAL = "mineral | code | - | mineral | the mineral\n"
_STAGE = "stage | choice | - | ore, refined | stage of the chain\n"
_FORM = """
form | choice | - | mined, converted, primary | mined ore, refined from such ore, refined without it
"""
_COUNTRY = "iso3 | code | ISO 3166-1 alpha-3 | country | the country\n"
_YEAR = "year | whole | year | 1990..2026 | year of the figure\n"
_CAPACITY = """
capacity_t_year | number? | t contained/year | >0.. | what standing plants could make, where known
"""
_THREE = "USD/t contained | >0.. |"
_RANGE = f"""
low_usd_t | number | {_THREE} low end
mid_usd_t | number | {_THREE} value in use
high_usd_t | number | {_THREE} high end
"""
_CLOSING = "secondary_feed, other_use, process_loss, stock_build, unreported_use, statistical"
_ANSWERS = ", ".join(
    (
        "supply_ore",
        "supply_refined_primary",
        "supply_long_run",
        "demand_short_run",
        "demand_long_run",
        "taste_ore",
        "taste_refined",
        "demand_component_short_run",
        "demand_component_long_run",
        "taste_component",
    )
)
_STATUS = "operating, ramp_up, commissioning, construction, financing, pre_decision, announced, pilot, study"
_PRICE_ORDER = ("low_usd_t", "mid_usd_t", "high_usd_t")

MARKET_TABLES = (
    Table(
        "minerals",
        "The minerals and the attributes from which one rule for all derives behaviour. Its order is the "
        "order of the mineral axis.",
        columns(
            """
mineral | text | - | | short name used in every other table
name | text | - | | name in words
unit_basis | text | - | | what a tonne is a tonne of
has_ore | whole | yes or no | 0..1 | 1 if the chain starts at a mine, 0 if at the refined stage
host | text | - | | mineral or metal it comes with, or none
by_product_share | number | share | 0..1 | part of supply that comes as a by-product
recycled_share | number | share | 0..0.9 | part of use that recycled metal covers, scrap of making and old
cost_share_in_use | number | share | 0..1 | part of the cost of the first product that holds it
exchange_traded | whole | yes or no | 0..1 | 1 if an exchange quotes it
forms | whole | count | 1..20 | traded forms with prices of their own
ore_gross_t_per_t | number | t/t | 1.. | tonnes shipped per tonne contained, ore
refined_gross_t_per_t | number | t/t | 1.. | tonnes shipped per tonne contained, refined
stock_cover_months | number | months | 0..60 | private stocks in normal times
final_use_weight | number | share | 0..1 | part of a country's stake that lies at first use in normal times
"""
        ),
        key=("mineral",),
    ),
    Table(
        "production",
        "What was mined and refined in the base year. Natural and synthetic graphite stand apart as "
        "converted and primary.",
        columns(
            _MINERAL
            + _STAGE
            + _COUNTRY
            + _FORM
            + "output_t_year | number | t contained/year | >0.. | output of the base year\n"
            + _CAPACITY
            + _YEAR
        ),
        key=("mineral", "stage", "iso3", "form"),
    ),
    Table(
        "first_use",
        "Refined metal bought by the first industry that uses it, in the base year. Figures for the "
        "European Union as a whole are spread over its members by manufacturing value added.",
        columns(
            _MINERAL
            + _COUNTRY
            + "use_t_year | number | t contained/year | >0.. | first use of the base year\n"
            + _YEAR
        ),
        key=("mineral", "iso3"),
    ),
    Table(
        "balance",
        "Closing rows: published mine output, refined output and use do not add up, and each gap is closed "
        "in the open here. After them mined + ore feeds - other use = ore refined, recovery x ore refined ="
        " converted, and converted + primary + refined feeds = first use + unreported use + stock building.",
        columns(
            _MINERAL
            + _STAGE
            + f"""
iso3 | code | ISO 3166-1 alpha-3 | country+* | holder; * for the loss, which is common to all
kind | choice | - | {_CLOSING} | what the row stands for
tonnes_year | number | t contained/year | 0.. | tonnes of the base year
low_t_year | number? | t contained/year | 0.. | low end where one can be given
high_t_year | number? | t contained/year | 0.. | high end where one can be given
reason | text | - | | why the tonnes are there
"""
        ),
        key=("mineral", "stage", "iso3", "kind", "reason"),
        ordered=("low_t_year", "tonnes_year", "high_t_year"),
    ),
    Table(
        "prices",
        "Base-year price of each stage, metal contained.",
        columns(_MINERAL + _STAGE + _RANGE + _YEAR + "basis | text | - | | form and place of the quote\n"),
        key=("mineral", "stage"),
        ordered=_PRICE_ORDER,
    ),
    Table(
        "elasticities",
        "How supply, demand and the choice of suppliers answer prices. Demand elasticities are positive "
        "numbers; taste is the logit parameter theta, low for sticky suppliers. The component kinds are the "
        "demand of final users for components and their choice of makers.",
        columns(
            _MINERAL
            + f"""
kind | choice | - | {_ANSWERS} | which
low | number | - | 0..50 | low end
mid | number | - | >0..50 | value in use
high | number | - | 0..50 | high end
horizon | text | - | | time in which the answer comes
"""
        ),
        key=("mineral", "kind"),
        ordered=("low", "mid", "high"),
    ),
    Table(
        "costs",
        "Running cost of those who produce (cash) and the price a new plant needs (incentive; for refined "
        "metal the whole chain). The cash cost of a conversion is per tonne of refined output and leaves "
        "the feed out. A row of a country beats the row of all (*).",
        columns(
            _MINERAL
            + _STAGE
            + _FORM
            + "iso3 | code | ISO 3166-1 alpha-3 | country+* | the country, * for all without a row\n"
            + "kind | choice | - | cash, incentive | which cost\n"
            + _RANGE
        ),
        key=("mineral", "stage", "form", "iso3", "kind"),
        ordered=_PRICE_ORDER,
    ),
    Table(
        "plants",
        "Named plants that come on stream, net of what they already made in the base year. Probability "
        "follows status by assumption: operating and ramp-up 0.95, commissioning 0.9, construction 0.85, "
        "financing 0.5, pre-decision 0.4, announced 0.35, pilot 0.3, study 0.2. Where only a year is known "
        "the start is its third quarter. Plants of components are not yet played.",
        columns(
            "plant | text | - | | the plant\n"
            + _MINERAL
            + """
stage | choice | - | ore, refined, component | stage of the chain
form | choice | - | mined, converted, primary, component | mined, refined from ore, refined without, component
"""
            + _COUNTRY
            + f"""
capacity_t_year | number | t contained/year | >0.. | capacity added
start | quarter | quarter | 2025-Q1..2040-Q4 | first quarter of output
status | choice | - | {_STATUS} | stage of the project
probability | number | probability | 0..1 | chance that it comes
owner_iso3 | code | ISO 3166-1 alpha-3 | country | home of the owner
"""
        ),
        key=("plant", "mineral", "stage"),
    ),
    Table(
        "reserves",
        "Reserves in the ground. Rare-earth reserves are split by assumed baskets.",
        columns(
            _MINERAL
            + _COUNTRY
            + "reserves_t | number | t contained | 0.. | reserves\n"
            + "lower_bound | whole | yes or no | 0..1 | 1 if the source says more than\n"
            + _YEAR
        ),
        key=("mineral", "iso3"),
    ),
    Table(
        "demand_growth",
        "Growth of world first use along three scenarios of the IEA.",
        columns(
            _MINERAL
            + """
scenario | choice | - | STEPS, APS, NZE | stated policies, announced pledges, net zero
from_year | whole | year | 2020..2060 | first year
to_year | whole | year | 2020..2060 | last year
growth_share_year | number | share/year | -0.5..1 | growth
"""
        ),
        key=("mineral", "scenario", "from_year"),
    ),
    Table(
        "demand_by_country",
        "Growth of demand of countries whose path is another than the world's; the world's holds for all "
        "others.",
        columns(
            _MINERAL
            + _COUNTRY
            + """
from_year | whole | year | 1900..2060 | first year
to_year | whole | year | 1900..2060 | last year
growth_share_year | number | share/year | -2.5..2.5 | growth, as a change of the logarithm
"""
        ),
        key=("mineral", "iso3", "from_year"),
        needed=False,
    ),
    Table(
        "volatility",
        "Spread of yearly changes, for shocks to output and demand.",
        columns(
            _MINERAL
            + """
price_sd | number | log change | 0..3 | spread of yearly price changes
output_sd | number | log change | 0..3 | spread of yearly changes of world output
demand_sd | number | log change | 0..1 | spread of what is used at a given price
shock_persistence | number | share/year | 0..1 | part of a shock that is left after a year
"""
        ),
        key=("mineral",),
    ),
    Table(
        "outages",
        "How unsteady the output of a producer has been; the row of * stands for producers without one.",
        columns(
            _MINERAL
            + _STAGE
            + """
iso3 | code | ISO 3166-1 alpha-3 | country+* | the producer
output_sd | number | log change | 0..5 | spread of yearly changes
share_years_fall_over_25pct | number | share | 0..1 | share of years with a fall of more than a quarter
worst_fall_share | number | share | 0..1 | deepest yearly fall
years | text? | - | | years looked at
"""
        ),
        key=("mineral", "stage", "iso3"),
    ),
    Table(
        "end_use",
        "Where the refined metal ends up, by sector.",
        columns(
            _MINERAL
            + "sector | text | - | | the sector\nshare | number | share | 0..1 | share of world use\n"
            + _YEAR
        ),
        key=("mineral", "sector"),
        whole_share=("mineral",),
    ),
    Table(
        "final_demand",
        "Where the goods that hold the metal are made or bought, by country.",
        columns(
            _MINERAL + _COUNTRY + "share | number | share | 0..1 | share of world final demand\n" + _YEAR
        ),
        key=("mineral", "iso3"),
        whole_share=("mineral",),
    ),
    Table(
        "components",
        "The third stage, for minerals that go into magnets, cathodes and anodes: output of a country = "
        "share_of_first_use x its first use, the rest of first use is used directly. Price, weight and "
        "capital of a component that holds several minerals are split over them by the value of the refined "
        "metal in it. Data for a market to come: nothing is played on it yet.",
        columns(
            _MINERAL
            + """
component | choice | - | magnet, cathode, anode | what is made
share_of_first_use_low | number | share | 0..1 | low end
share_of_first_use | number | share | >0..1 | part of first use that goes into the component
share_of_first_use_high | number | share | 0..1 | high end
recovery_share | number | share | >0..1 | contained in the component per tonne of refined metal put in
price_low_usd_t | number | USD/t contained | >0.. | low end
price_mid_usd_t | number | USD/t contained | >0.. | this mineral's part of the price of the component
price_high_usd_t | number | USD/t contained | >0.. | high end
gross_t_per_t | number | t/t | >0.. | this mineral's part of the weight shipped, per tonne of it contained
conversion_premium_low | number | share | 0..5 | low end
conversion_premium | number | share | 0..5 | conversion cost above that of the largest maker's country
conversion_premium_high | number | share | 0..5 | high end
build_years | number | years | >0..20 | time from decision to output of a plant
capital_usd_t_year | number | USD/t contained/year | >0.. | capital of a plant outside that country
"""
        ),
        key=("mineral",),
        ordered=("price_low_usd_t", "price_mid_usd_t", "price_high_usd_t"),
    ),
)

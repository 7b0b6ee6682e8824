"""Declared tables on countries: who they are, whom they trade with and trust, and what was done to whom."""

from __future__ import annotations

from world.policy.instruments import CALENDAR_TERMS, INSTRUMENTS
from world.tables.schema import Table, columns

_COUNTRY = "iso3 | code | ISO 3166-1 alpha-3 | country | the country\n"
_MINERAL_STAGE = """
mineral | code | - | mineral | the mineral
stage | choice | - | ore, refined, component | stage of the chain
"""
_INSTRUMENTS = ", ".join(INSTRUMENTS)
_POWER = "ISO 3166-1 alpha-3 | country | the power looked at\n"

COUNTRY_TABLES = (
    Table(
        "countries",
        "Every economy that is an agent, and the rest of the world (ROW), which trades and never decides. "
        "Its order is the order of the country axis; ROW comes last.",
        columns(
            """
iso3 | text | ISO 3166-1 alpha-3 | | code of the country
name | text | - | | name in words
kind | text | - | | state, territory, aggregate
region | text | - | | part of the world
latitude | number | degrees | -90..90 | latitude of the largest city
longitude | number | degrees | -180..180 | longitude of the largest city
gdp_usd_bn | number | USD bn | >0.. | gross domestic product, 2024
population | whole | persons | >0.. | population
blocs | text? | - | | blocs it is in, ; between; EU marks the members of the Union
alliance_with_leader | number | share | 0..1 | 1 treaty ally of the United States, 0 none
un_ideal_point | number | points | -5..5 | voting position in the UN General Assembly 2024
manufacturing_value_added_usd_bn | number | USD bn | 0.. | manufacturing value added, latest year to 2021
wacc_share | number | share/year | 0..1 | cost of capital of a mine or plant
governance_index | number | index | 0..1 | political stability, rule of law, regulation
investability_index | number | index | 0..1 | governance and country risk
mine_permit_years | number | years | 0..40 | time to permit a mine
refinery_permit_years | number | years | 0..40 | time to permit a refinery
"""
        ),
        key=("iso3",),
    ),
    Table(
        "dependence",
        "Share of a country's trade in goods with each of the two powers.",
        columns(
            _COUNTRY
            + f"partner | code | {_POWER}"
            + "exports_share | number | share | 0..1 | share of its exports that goes there\n"
            + "imports_share | number | share | 0..1 | share of its imports that comes from there\n"
        ),
        key=("iso3", "partner"),
    ),
    Table(
        "ownership",
        "Who owns the plants of a country, apart from where they stand: what is not listed is taken as "
        "owned at home.",
        columns(
            _COUNTRY
            + _MINERAL_STAGE
            + "owner | code | ISO 3166-1 alpha-3 | country | country of those who own or control the plants\n"
            + "share | number | share | 0..1 | part of the country's capacity that they own or control\n"
            + "year | whole | year | 1990..2100 | year of the figure\n"
        ),
        key=("iso3", "mineral", "stage", "owner"),
        part_share=("iso3", "mineral", "stage"),
    ),
    Table(
        "estrangement",
        "Countries that a power does not deal with as partners: under its broad sanctions, or represented "
        "abroad by its rival. Such a power does not invite them.",
        columns(_COUNTRY + f"power | code | {_POWER}" + "reason | text | - | | in words\n"),
        key=("iso3", "power"),
    ),
    Table(
        "favourability",
        "Share of people with a favourable view of each power: polls where a figure is known, else a "
        "function of votes, alliance and dated acts, given in the note.",
        columns(
            _COUNTRY
            + f"toward | code | {_POWER}"
            + "favourable_share | number | share | 0..1 | share with a favourable view\n"
        ),
        key=("iso3", "toward"),
    ),
    Table(
        "resource_potential",
        "Index of what is in the ground over all critical minerals, with its parts: 0.40 sqrt(core "
        "reserves) + 0.15 sqrt(all reserves / 4) + 0.15 min(1, minerals / 25) + 0.15 min(1, mined / 7) + "
        "0.15 min(1, deposits / 3).",
        columns(
            _COUNTRY
            + """
index | number | index | 0..1 | the index
reserve_part | number | index | 0..0.4 | part from reserves of the core minerals
all_critical_part | number | index | 0..0.15 | part from reserves of all critical minerals
minerals_part | number | index | 0..0.15 | part from the number of critical minerals
mined_part | number | index | 0..0.15 | part from the number of core minerals mined
deposits_part | number | index | 0..0.15 | part from known deposits
core_reserve_share | number | share | 0..1 | sum of world reserve shares of the core minerals, cut at one
all_critical_reserve_sum | number | shares | 0.. | sum of world reserve shares of all critical minerals
minerals_count | whole | count | 0..100 | critical minerals found
mined_of_12_count | whole | count | 0..12 | of the twelve, mined
deposits_count | whole | count | 0..1000 | known deposits not yet worked
"""
        ),
        key=("iso3",),
    ),
    Table(
        "stocks",
        "Stocks of states and firms, targets and purchases, as they were announced.",
        columns(
            """
holder_iso3 | code | ISO 3166-1 alpha-3 | country+group | the holder, * for private holders everywhere
scheme | text | - | | name of the scheme
mineral | code | - | mineral+* | the mineral, * for all
metric | text | - | | what is measured
value | number | see unit | 0.. | the value
unit | text | - | | its unit
year | whole | year | 1990..2030 | year
"""
        ),
        key=("holder_iso3", "scheme", "mineral", "metric"),
    ),
    Table(
        "goods_trade",
        "Trade in all goods in 2020, pairs of at least 1 million USD; commercial ties that guide unknown "
        "lanes.",
        columns(
            """
exporter | code | ISO 3166-1 alpha-3 | country | the exporter
importer | code | ISO 3166-1 alpha-3 | country | the importer
trade_usd_m | number | USD million | 1.. | mean of what the two reported
year | whole | year | 1990..2026 | year
reports | whole | count | 1..2 | how many of the two reported
"""
        ),
        key=("exporter", "importer"),
    ),
    Table(
        "lane_shares",
        "Known shares of what an importer buys abroad, or of all it buys if includes_home is 1; one source "
        "per importer, mineral and stage. Shares count the country that shipped last. EU stands for the "
        "Union.",
        columns(
            _MINERAL_STAGE
            + """
importer | code | ISO 3166-1 alpha-3 | country+bloc | the importer
exporter | code | ISO 3166-1 alpha-3 | country | the exporter
share | number | share | 0..1 | share
year | whole | year | 2010..2024 | year, the last one of an average
includes_home | whole | yes or no | 0..1 | 1 if supply from home is in the total
"""
        ),
        key=("mineral", "stage", "importer", "exporter"),
        part_share=("mineral", "stage", "importer"),
    ),
    Table(
        "tariffs",
        "Import duties in force in the base year. Kinds add up; within a kind the row of a named exporter "
        "beats the row of all (*). Duties that began in September 2024 or later are measures of the "
        "calendar.",
        columns(
            """
importer | code | ISO 3166-1 alpha-3 | country+bloc | who levies
exporter | code | ISO 3166-1 alpha-3 | country+group | whose goods pay
"""
            + _MINERAL_STAGE
            + """
rate_share | number | share of value | 0..10 | ad valorem duty
start | date | day | | first day
end | date? | day | | first day after, blank if open
kind | choice | - | mfn, section_301, anti_dumping, other | kind of duty
"""
        ),
        key=("importer", "exporter", "mineral", "stage", "kind"),
    ),
    Table(
        "calendar",
        "Dated measures of policy from September 2024 to 5 February 2026, and what was then scheduled. "
        "Controls in force all through 2024 are in the base year and not repeated. A measure on components "
        "alone is on record and not yet played.",
        columns(
            f"""
id | text | - | | name of the measure
announced | date | day | | day it was made known
in_force | date? | day | | first day it bites
ends | date? | day | | first day it no longer does, blank if open
renewed | number | probability | 0..1 | chance that it is renewed at its end
actor | code | ISO 3166-1 alpha-3 | country+bloc | who acts
instrument | choice | - | {_INSTRUMENTS} | what is done
minerals | codes | - | mineral+* | minerals
stages | codes | - | stage+* | stages
targets | codes | ISO 3166-1 alpha-3 | country+group | whom it is aimed at
size | number? | by instrument | 0.. | rate, tonnes a year, share granted or share lost
suspends | text? | - | | measures a truce holds back, ; between
text | text | - | | the measure in words
"""
        ),
        key=("id",),
    ),
    Table(
        "calendar_terms",
        "Further terms of measures of the calendar that few of them have, one a row.",
        columns(
            f"""
id | text | - | | a measure of the calendar
term | choice | - | {", ".join(CALENDAR_TERMS)} | which term
value | text | by term | | a day, a unit, a number, true, or sectors with ; between
"""
        ),
        key=("id", "term"),
    ),
    Table(
        "coercion",
        "Dated acts that cost trust.",
        columns(
            """
date | date | day | | day
actor | code | ISO 3166-1 alpha-3 | country+bloc | who acted
targets | codes | ISO 3166-1 alpha-3 | country+group | against whom
severity | whole | scale | 1..5 | 1 words, 5 force
what | text | - | | the act
outcome | text? | - | | what became of it
"""
        ),
        key=("date", "actor", "targets"),
    ),
    Table(
        "memberships",
        "Clubs, frameworks and institutions by 5 February 2026. Rung is the rung of the zone's ladder, 0 "
        "for institutions beside it. What a club brings and asks is in the table institutions.",
        columns(
            """
iso3 | code | ISO 3166-1 alpha-3 | country+bloc | the country, or a bloc for each of its countries
club | text | - | | the club, by its name in the table institutions
rung | whole | rung | 0..4 | 0 none, 1 forum, 2 framework, 3 action plan, 4 floor
date | date | day | | day of joining
"""
        ),
        key=("iso3", "club"),
    ),
    Table(
        "institutions",
        "What clubs and dyads bring their members and ask of them; who is in them is in the table "
        "memberships.",
        columns(
            """
name | text | - | | short name, as in the column club of memberships and in scenarios
kind | choice | - | forum, club, dyad | the first rung of the ladder, a club, a link of two
says | text | - | | name in words
hub | code? | ISO 3166-1 alpha-3 | country | the country that it centres on, blank for none
open_to | codes? | ISO 3166-1 alpha-3 | country+group | who may join later, blank for nobody
depth | number | share | 0..1 | part of the political cost and exposure of a binding floor
information_share | number | share | 0..1 | working together, over that of a framework with the leader
finance_usd_m_year | number | USD million/year | 0.. | members' money for projects of members
offtake_log | number | log points | 0..3 | how much members' buyers favour members' sellers
standard_index | number? | index | 0..1 | governance from which supply meets its standard
minerals | codes | - | mineral+* | minerals of its offtake and standard
obligations | text | - | | in words
"""
        ),
        key=("name",),
        needed=False,
    ),
)

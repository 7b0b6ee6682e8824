"""What a run writes down: the schema of every result table, and the columns as they fill.

One row of ``SCHEMA`` per column: its type, its unit and its meaning. The reference page ``docs/results.md``
is generated from it, and a table refuses a column that is not described here. Tonnes are tonnes a quarter,
money is USD a quarter unless a unit says more; in a run of months both are a month.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass, field
from typing import Any

from world.records.sector_columns import SECTOR_SHORTAGES, SECTORS


@dataclass(frozen=True)
class Column:
    """One column of a result table: ``kind`` is text, whole, number or yes_no."""

    name: str
    kind: str
    unit: str
    meaning: str


def _columns(text: str) -> tuple[Column, ...]:
    rows = (line.split("|") for line in text.splitlines() if line.strip())
    return tuple(Column(*(cell.strip() for cell in row)) for row in rows)


_WHEN = """
round | whole | - | number of the round, 0 = first of the run
quarter | text | - | calendar quarter, such as 2027-Q3; in a run of months the month, such as 2027-08
"""

SCHEMA: Mapping[str, tuple[Column, ...]] = {
    "countries": _columns(
        _WHEN
        + """
country | text | ISO 3166-1 alpha-3 | the country
rung | whole | 0-4 | highest rung of the zone's ladder it holds: none, forum, framework, action plan, floor
clubs | whole | count | clubs and links beside the zone's ladder in which it sits (table institutions of the data, less the forum)
standing | text | - | outside, hold_out, applied, member, leaving
trust_in_leader | number | 0-1 | trust in the zone's leader
trust_in_dominant | number | 0-1 | trust in the dominant refiner
user_surplus_usd | number | USD/quarter | what first users of refined metal gain over buying at base-year prices (negative where they pay more)
final_user_surplus_usd | number | USD/quarter | the same surplus, passed down to where the goods end up (share of final use)
miner_profit_usd | number | USD/quarter | profit of mines and ore feeds
refiner_profit_usd | number | USD/quarter | profit of refineries
maker_profit_usd | number | USD/quarter | profit of makers of components (magnets, cathodes, anodes)
tariff_usd | number | USD/quarter | tariff revenue
levy_usd | number | USD/quarter | revenue of the levy that upholds the floor
export_tax_usd | number | USD/quarter | export tax revenue
quota_rent_usd | number | USD/quarter | rent of licences and quotas that bind, kept by the exporter
unrecorded_usd | number | USD/quarter | premiums earned and export taxes saved by those who bring goods out past an export quota
hub_margin_usd | number | USD/quarter | margin earned on goods passed through as a third country
fine_usd | number | USD/quarter | expected fines on goods that came through third countries, to the importer's treasury
support_usd | number | USD/quarter | what public guarantees of prices cost the treasury (negative)
reserve_usd | number | USD/quarter | net result of the strategic reserve charged to the country
state_usd | number | USD/quarter | result of what the state sells from its other stocks: sales less cost; purchases are stock at cost
finance_usd | number | USD/quarter | zone finance (its grant equivalent), side payments and tariff relief received (+) or paid (-)
capital_usd | number | USD/quarter | capital charge of plants added since the base year (negative), borne where they stand
welfare_usd | number | USD/quarter | sum of the accounts above (first-use basis)
stake_usd | number | USD/quarter | welfare with the user surplus split between first and final use
unmet_share | number | 0-1 | worst share of purchases unmet over the minerals it uses
dependence_on_dominant_share | number | 0-1 | value-weighted share of its refined purchases that comes from the dominant refiner
"""
    ),
    "markets": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | ore or refined
country | text | ISO 3166-1 alpha-3 | the country
output_t | number | t/quarter | sold by producers of the country at this stage
export_t | number | t/quarter | part of it that leaves the country, whatever its papers say
export_recorded_t | number | t/quarter | part of it that leaves by the exporter's books: less when some leaves past an export quota under a false name; the importer's books have all
capacity_t | number | t/quarter | what working mines and plants can make in a round of usual output; output_t exceeds it in a good quarter of the mines, and by what comes without a plant: scrap, swarf and unreported ore (closing rows of the table balance of the data) and, refined, releases of reserves
use_t | number | t/quarter | ore fed to refineries, or refined metal consumed that was bought
recovered_t | number | t/quarter | what users recover themselves from scrap and residues that are not worth it at usual prices, on top of use_t
unmet_t | number | t/quarter | purchases that found no supplier at any price below the backstop
stock_t | number | t | private stocks of this stage's good at the end of the round, held by those who use it and by traders
under_way_t | number | t | bought and not arrived at the end of the round
price_fob_usd_t | number | USD/t | price at the gate of the country's producers
price_contract_usd_t | number | USD/t | price of contracts with the country's producers, which follows past spot prices at the gate
price_spot_usd_t | number | USD/t | what the marginal tonne costs a buyer of the country: the dearest lane that carries at least 2% of purchases, of those of users without a licence where some are refused
price_mean_usd_t | number | USD/t | volume-weighted delivered price paid by buyers of the country, duties, levies and quota rents included
price_local_usd_t | number | USD/t | what those who use it pay: today's mean price and, as far as stocks are priced at cost, what the goods in stock have cost
price_index_usd_t | number | USD/t | inclusive value of the country's buyers: a welfare index, not a price
levy_usd_t | number | USD/t | levy per tonne bought, mean over all purchases
import_share | number | 0-1 | share of purchases from abroad
dominant_share | number | 0-1 | share of purchases that comes from the dominant refiner's country (true origin)
dominant_declared_share | number | 0-1 | the same by the importer's books: the part that the dominant refiner's country shipped last, and what came round by others is theirs
"""
    ),
    "flows": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | ore or refined
origin | text | ISO 3166-1 alpha-3 | where it was produced (true origin, whatever its papers say)
hub | text | ISO 3166-1 alpha-3 | first third country it passed through, its destination in the exporter's books; empty when shipped directly
last_shipper | text | ISO 3166-1 alpha-3 | country that shipped it on to the destination, its origin in the importer's books: the second hub of two, the hub, or the origin itself
destination | text | ISO 3166-1 alpha-3 | where it is used
flow_t | number | t/quarter | quantity (what is under 1e-4 of the mineral's stage total is left out, on a way round under that over the number of ways)
unrecorded_t | number | t/quarter | part of it that left under a false name, or for a third country without a licence, and is in no book of the exporter's; the importer's books have it
price_landed_usd_t | number | USD/t | delivered cost, duties and levy included, quota rent not
levy_usd_t | number | USD/t | levy per tonne on the lane
rent_usd_t | number | USD/t | shadow price of the licence or quota on the lane
"""
    ),
    "segments": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | refined or component
country | text | ISO 3166-1 alpha-3 | country whose users are refused a part of the licences they need
segment | text | - | licensed or refused users
need_share | number | 0-1 | part of the country's need that is theirs
bought_t | number | t/quarter | bought by them
unmet_t | number | t/quarter | purchases of theirs that found no supplier at any price below the backstop
price_spot_usd_t | number | USD/t | what the marginal tonne costs them: the dearest lane that carries at least 2% of their purchases
price_mean_usd_t | number | USD/t | volume-weighted delivered price that they pay, rents and contracts included
"""
    ),
    "licences": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | ore or refined
origin | text | ISO 3166-1 alpha-3 | whose office decides
destination | text | ISO 3166-1 alpha-3 | where the goods are to go
approval_share | number | 0-1 | part of what is decided that is granted, lower where re-exports were found
requested_t | number | t/quarter | asked for: usual trade for the part of the round under licence (lanes under 1e-4 of the mineral's usual trade are left out)
granted_t | number | t/quarter | granted, with what had been cleared before the office opened
backlog_t | number | t | still waiting at the end of the round
"""
    ),
    "zone": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | ore or refined
in_scope | yes_no | - | the floor covers this mineral and stage
in_force | yes_no | - | the floor is applied this round
members | whole | count | binding members
reference_price_usd_t | number | USD/t | reference price announced by the leader (NaN when none)
price_inside_usd_t | number | USD/t | volume-weighted price paid by binding members (by signatories-to-be: the leader and its framework partners, before there are members)
price_outside_usd_t | number | USD/t | volume-weighted price paid by the rest of the world without the dominant refiner
price_home_usd_t | number | USD/t | price at the gate of the dominant refiner
price_benchmark_usd_t | number | USD/t | world mean f.o.b. price, weighted by sales
levy_revenue_usd | number | USD/quarter | levy collected by members
floor_binds | yes_no | - | a levy is paid on some lane into the zone
dominant_share | number | 0-1 | share of world output at this stage made in the dominant refiner's country
concentration_hhi | number | 0-1 | Herfindahl index of world output over countries
member_share | number | 0-1 | share of world output made in binding member countries
member_dependence_share | number | 0-1 | share of members' purchases that comes from the dominant refiner
betweenness_dominant | number | 0-1 | betweenness of the dominant refiner on the graph of lanes (yearly, NaN between)
"""
    ),
    "decisions": _columns(
        _WHEN
        + """
decision | whole | - | number of the decision within the run; one row a term
actor | text | ISO 3166-1 alpha-3 or bloc | who decided
role | text | - | country, zone_leader, dominant_refiner
kind | text | - | accession, institution, invitation, request, reference_price, finance, offer, retaliation, ore_policy
choice | text | - | what was chosen
alternative | text | - | the best option not chosen
subject | text | - | what it was about: rung, mineral, target
margin_usd | number | USD/quarter | payoff of the move considered over the status quo
threshold_usd | number | USD/quarter | what the margin had to exceed
tipping | text | - | the smallest change in the leading term that would have reversed it
term | text | - | name of the payoff term of this row
value_usd | number | USD/quarter | its value
"""
    ),
    "institutions": _columns(
        _WHEN
        + """
institution | text | - | name of the club or link beside the zone
members | whole | count | countries that sit in it
finance_usd | number | USD/quarter | money that its members put into projects of members
"""
    ),
    "standards": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | ore, refined or component
institution | text | - | club whose standard it is
price_clean_usd_t | number | USD/t | mean price at the gate of sellers whose country meets the standard, by sales
price_other_usd_t | number | USD/t | mean price at the gate of the others
clean_share | number | 0-1 | share of the world's sales that meets the standard
"""
    ),
    "reserve": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stock_t | number | t | held at the end of the round
target_t | number | t | goal
bought_t | number | t/quarter | bought
released_t | number | t/quarter | released
purchase_usd | number | USD/quarter | paid for purchases
sale_usd | number | USD/quarter | received for releases
carrying_usd | number | USD/quarter | interest and storage charged to this mineral's stock
book_value_usd | number | USD | stock at cost
cash_usd | number | USD | cash of the whole reserve (same on each row of the round)
loan_usd | number | USD | loan outstanding of the whole reserve (same on each row)
"""
    ),
    "priority": _columns(
        _WHEN
        + """
mineral | text | - | mineral key
stage | text | - | refined
country | text | ISO 3166-1 alpha-3 | the leader, whose users they are
need_t | number | t/quarter | what the sectors of `reserve.sectors` would use at base-year prices
served_t | number | t/quarter | what they get: first if they are priority buyers, else the same part of their need as all
others_need_t | number | t/quarter | what all other users would use
others_served_t | number | t/quarter | what they get
kept_t | number | t | part of the reserve's stock that is kept for the sectors
"""
    ),
    "sectors": _columns(_WHEN + SECTORS),
    "sector_shortages": _columns(_WHEN + SECTOR_SHORTAGES),
    "events": _columns(
        _WHEN
        + """
date | text | YYYY-MM-DD | date of the measure, or first day of the round
kind | text | - | announced, in_force, renewed, ended, cancelled, decision, plant, warning
actor | text | - | who acts
targets | text | ;-separated | against whom
instrument | text | - | tariff, licence, ban, ...
minerals | text | ;-separated | which minerals
text | text | - | in words
"""
    ),
}


SCALARS = (str, int, float, bool)
"""What stands in all rows that are added together."""

_PACKED = {"number": "d", "whole": "q"}
"""Kinds of column that are kept as packed numbers, eight bytes a row, and the code of their type."""


def _empty(column: Column) -> MutableSequence[Any]:
    return array(_PACKED[column.kind]) if column.kind in _PACKED else []


@dataclass
class Record:
    """The tables of one run while it is being made: for each table a sequence per column, packed where it
    holds numbers.
    """

    tables: dict[str, dict[str, MutableSequence[Any]]] = field(
        default_factory=lambda: {
            name: {column.name: _empty(column) for column in columns} for name, columns in SCHEMA.items()
        }
    )

    def add(self, table: str, **columns: Any) -> None:
        """Append rows to ``table``: each column a scalar (repeated) or a sequence, all sequences of one
        length.
        """
        target = self.tables[table]
        if columns.keys() != target.keys():
            wrong = sorted(columns.keys() ^ target.keys())
            raise KeyError(f"table {table!r}: columns missing or not in the schema: {', '.join(wrong)}")
        scalars = {name: value for name, value in columns.items() if isinstance(value, SCALARS)}
        lengths = {len(value) for name, value in columns.items() if name not in scalars}
        if len(lengths) > 1:
            raise ValueError(f"table {table!r}: columns of different lengths {sorted(lengths)}")
        count = lengths.pop() if lengths else 1
        for name, value in columns.items():
            target[name].extend([value] * count if name in scalars else value)

    def rows(self, table: str) -> dict[str, MutableSequence[Any]]:
        """The columns of ``table`` gathered so far."""
        return self.tables[table]

"""Tables on the eve of a run that few worlds have: who holds what, what is agreed, what was paid and shipped.

What they leave out follows from the attributes of minerals and from parameters. The world of ``world/data``
has none of them; cases of history give them.
"""

from __future__ import annotations

from world.tables.schema import Table, columns

_GOOD = """
mineral | code | - | mineral | the mineral
stage | code | - | stage | stage of the chain
"""
_LANE = """
exporter | code | ISO 3166-1 alpha-3 | country | from where
importer | code | ISO 3166-1 alpha-3 | country | to where
"""
_WHEN = "quarter | quarter | quarter | 1900-Q1..2060-Q4 | the quarter\n"

EVE_TABLES = (
    Table(
        "private_stocks",
        "Private stocks of the buyers of a country, users and traders, where they are known by holder.",
        columns(
            _GOOD
            + """
iso3 | code | ISO 3166-1 alpha-3 | country | where they lie
cover_months | number | months of use | 0..60 | what is held in normal times
extra_months | number | months of use | 0..60 | what lies there at the start on top of that
kept_quarters | whole | quarters | 0..400 | quarters for which the extra is kept; then it is run down
"""
        ),
        key=("mineral", "stage", "iso3"),
        needed=False,
    ),
    Table(
        "contracts",
        "Part of the trade of a mineral whose price follows past spot prices by a formula, where it is "
        "known.",
        columns(
            """
mineral | code | - | mineral | the mineral
share | number | share | 0..1 | part of the trade
"""
        ),
        key=("mineral",),
        needed=False,
    ),
    Table(
        "freight",
        "Freight and insurance of a tonne contained, where it is known; else it follows distance.",
        columns(_GOOD + _LANE + "freight_usd_t | number | USD/t contained | 0.. | freight and insurance\n"),
        key=("mineral", "stage", "exporter", "importer"),
        needed=False,
    ),
    Table(
        "floors",
        "Least landed prices that importers kept in the base year, by agreement with sellers or by quotas: "
        "the gap was the sellers'. Home sellers are taken to have sold as dear.",
        columns(_GOOD + _LANE + "floor_usd_t | number | USD/t contained | >0.. | least price landed\n"),
        key=("mineral", "stage", "exporter", "importer"),
        needed=False,
    ),
    Table(
        "hub_capacity",
        "What a third country can hand on at the start, where its traders and affiliates are known.",
        columns(
            _GOOD
            + """
iso3 | code | ISO 3166-1 alpha-3 | country | the third country
capacity_t_year | number | t contained/year | 0.. | what it can hand on
"""
        ),
        key=("mineral", "stage", "iso3"),
        needed=False,
    ),
    Table(
        "prior_prices",
        "World price of the quarters before the start, from which expectations and contracts set out.",
        columns(_GOOD + _WHEN + "price_usd_t | number | USD/t contained | >0.. | price at the gate\n"),
        key=("mineral", "stage", "quarter"),
        needed=False,
    ),
    Table(
        "prior_shipments",
        "Shipments of the quarters before the start, from which licences and quotas of each count.",
        columns(_GOOD + _LANE + _WHEN + "tonnes_year | number | t contained/year | 0.. | shipped\n"),
        key=("mineral", "stage", "exporter", "importer", "quarter"),
        needed=False,
    ),
)

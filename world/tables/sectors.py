"""Declared tables on the sectors that use minerals: what they make, of what, and where."""

from __future__ import annotations

from world.tables.schema import Table, columns

_SECTOR = "sector | text | - | | the sector, as in end_use.csv\n"

SECTOR_TABLES = (
    Table(
        "sectors",
        "What the sectors that use minerals make, what it is worth, and how many days of parts they hold "
        "between the component and the line. Without rows nothing is said of sectors.",
        columns(
            _SECTOR
            + """
title | text | - | | the sector in words
product | text | - | | what output is counted in
output_year | number | products/year | >0.. | made in the world in the base year
price_usd | number | USD/product | >0.. | price of one
value_added_low | number | share of price | >0..1 | low end
value_added_share | number | share of price | >0..1 | value added that is lost where a product is not made
value_added_high | number | share of price | >0..1 | high end
parts_days_low | number | days | 0..1000 | low end
parts_days | number | days of need | 0..1000 | parts in the pipeline between the component and the line
parts_days_high | number | days | 0..1000 | high end
assembly_low | number | share of price | >0..1 | low end
assembly_share | number | share of price | >0..1 | part that the components go into: packs, motors, boards
assembly_high | number | share of price | >0..1 | high end
"""
        ),
        key=("sector",),
        needed=False,
    ),
    Table(
        "sector_inputs",
        "Which input a sector needs a mineral as, and how much of the sector stands still without it.",
        columns(
            "mineral | code | - | mineral | the mineral\n"
            + _SECTOR
            + """
made_of | choice | - | component, refined | what the sector buys: the component, or refined metal
exposed_low | number | share | 0..1 | low end
exposed_share | number | share | 0..1 | part of the sector's output that cannot be made without it
exposed_high | number | share | 0..1 | high end
"""
        ),
        key=("mineral", "sector"),
        ordered=("exposed_low", "exposed_share", "exposed_high"),
        needed=False,
    ),
    Table(
        "sector_activity",
        "Where the sectors work, by country; the rest of the world has what no other row has.",
        columns(
            _SECTOR
            + "iso3 | code | ISO 3166-1 alpha-3 | country | the country\n"
            + "share | number | share | 0..1 | share of the world's activity\n"
            + "year | whole | year | 1990..2026 | year of the figure\n"
        ),
        key=("sector", "iso3"),
        whole_share=("sector",),
        needed=False,
    ),
)
RANGES = (
    ("value_added_low", "value_added_share", "value_added_high"),
    ("parts_days_low", "parts_days", "parts_days_high"),
    ("assembly_low", "assembly_share", "assembly_high"),
)
"""Columns of ``sectors`` whose values must not fall from left to right."""

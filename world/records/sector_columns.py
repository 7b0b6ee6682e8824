"""Columns of the result tables on sectors, in the words of :mod:`world.records.schema`."""

SECTORS = """
country | text | ISO 3166-1 alpha-3 | where the sector works (activities under 5e-4 of the world's are left out while nothing is lost)
sector | text | - | sector, as in the table sectors of the data
activity_share | number | 0-1 | part of the world's activity in the base year
assembly_ratio | number | ratio | assembly of parts (packs, motors, boards) here over that of the base year at the same world demand: above 1 it has come, below it has left
need_usd | number | USD/quarter | components and metal that its lines need at the prices users are used to, at base-year prices
used_share | number | 0-1 | part of it that is used, by value: the rest is spared, replaced, given up or finds no seller; what the thrift of years saves is no need
met_share | number | 0-1 | part met of what cannot be spared or replaced, by value, before parts are drawn
parts_days | number | days of need | parts that its lines hold, of the input that they hold least of
scarcest | text | - | mineral for the want of which most output is lost, empty where none is
lost_share | number | 0-1 | part of its output that is lost
output_lost_usd | number | USD/quarter | value added that is lost, at base-year activity
cost_passed_usd | number | USD/quarter | what it pays more for components and metal than at base-year prices (negative: less)
cost_unit_usd | number | USD/product | the same for one product (a car, a MW, a tonne of steel, a million USD of sales)
cost_unit_percent | number | % | the same over the price of the product
"""

SECTOR_SHORTAGES = """
country | text | ISO 3166-1 alpha-3 | where lines lack an input
sector | text | - | the sector
mineral | text | - | what is missing
stage | text | - | component or refined: as what the sector needs it
need_t | number | t/quarter | need at the prices users are used to
got_t | number | t/quarter | met, and drawn from parts (shortages under 0.1% of need are left out)
parts_t | number | t | parts left
exposed_share | number | 0-1 | part of the sector's output that cannot be made without it
"""

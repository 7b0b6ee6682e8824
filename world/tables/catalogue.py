"""Every table of the dataset, declared once: the loader checks by it and ``docs/data.md`` is made from it."""

from __future__ import annotations

from collections.abc import Mapping

from world.tables.countries import COUNTRY_TABLES
from world.tables.eve import EVE_TABLES
from world.tables.minerals import MARKET_TABLES
from world.tables.schema import Column, Table
from world.tables.sectors import SECTOR_TABLES

TABLES: Mapping[str, Table] = {
    table.name: table for table in (*MARKET_TABLES, *COUNTRY_TABLES, *SECTOR_TABLES, *EVE_TABLES)
}

# Read by a file of its own, see world/parameters.py: known to the folder, not a table of the dataset.
OTHER_FILES = ("parameters.csv",)

_LISTS = {
    "country": "a code of countries.csv",
    "mineral": "a name of minerals.csv",
    "bloc": "a bloc of countries.csv",
    "group": "`*`, `members`, `nonaligned` or a bloc of countries.csv",
    "stage": "ore, refined, component",
    "*": "`*` for all",
}


def describe_tables() -> str:
    """Reference text on every table in Markdown: one paragraph and one table of columns each."""
    return "\n\n".join(_describe_table(table) for table in TABLES.values()) + "\n"


def _describe_table(table: Table) -> str:
    head = f"## {table.name}.csv\n\n{table.about} A row is named by {', '.join(table.key)}.{_rules(table)}"
    lines = ["| column | kind | unit | allowed | meaning |", "|---|---|---|---|---|"]
    return "\n".join([head, "", *lines, *map(_describe_column, table.columns)])


def _rules(table: Table) -> str:
    text = "" if table.needed else " The file may be left out."
    if table.ordered:
        text += f" Along {', '.join(table.ordered)} values may not fall."
    if table.whole_share:
        text += f" Shares add up to one by {', '.join(table.whole_share)}."
    if table.part_share:
        text += f" Shares add up to one at most by {', '.join(table.part_share)}."
    return text


def _describe_column(column: Column) -> str:
    kind = column.kind + ("" if column.required else ", may be blank")
    return (
        f"| {column.name} | {kind} | {column.unit} | {describe_allowed(column) or '-'} | {column.meaning} |"
    )


def describe_allowed(column: Column) -> str:
    """What a cell of the column may hold, in words."""
    if column.kind in ("code", "codes"):
        return ", or ".join(_LISTS[part] for part in column.allowed.split("+"))
    if column.kind in ("number", "whole", "quarter") and ".." in column.allowed:
        low, high = column.allowed.split("..")
        start = f"above {low[1:]}" if low.startswith(">") else f"{low} or more"
        return (
            start if not high else (f"{start}, at most {high}" if low.startswith(">") else f"{low} to {high}")
        )
    return column.allowed

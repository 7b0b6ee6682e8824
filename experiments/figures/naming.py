"""Names and numbers in words: countries, minerals, quarters, money, prices. Never a bare number, never
"-0.0".
"""

from __future__ import annotations

import csv
import math
from calendar import month_abbr, month_name
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import world

DATA = Path(next(iter(world.__path__))) / "data"

RUNGS = ("no rung", "forum", "framework", "action plan", "binding floor")
_MINERALS = {
    "ndpr": "NdPr",
    "dytb": "Dy/Tb",
    "lithium": "Lithium",
    "cobalt": "Cobalt",
    "nickel": "Nickel",
    "graphite": "Graphite",
    "gallium": "Gallium",
    "germanium": "Germanium",
    "antimony": "Antimony",
    "tungsten": "Tungsten",
    "manganese": "Manganese",
    "copper": "Copper",
}
_LONG_MINERALS = {"ndpr": "neodymium-praseodymium", "dytb": "dysprosium-terbium"}
_SYMBOLS = ("ndpr", "dytb")
_SHORT_COUNTRIES = {
    "ROW": "rest of the world",
    "EU": "European Union",
    "COD": "DR Congo",
    "USA": "United States",
    "GBR": "United Kingdom",
}
_WITH_ARTICLE = frozenset({"USA", "GBR", "EU", "NLD", "PHL", "ARE", "DOM", "COK", "ROW"})
_UNITS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def country_name(code: str) -> str:
    """The name of a country or bloc, ``code`` itself when it is not in the table."""
    return _SHORT_COUNTRIES.get(code) or _countries().get(code, {}).get("name") or code


def country_code(text: str) -> str:
    """The code of a country or bloc given by code or name, in any case; ``text`` itself if unknown."""
    given = text.strip().casefold()
    for code in (*_SHORT_COUNTRIES, *_countries()):
        if given in (code.casefold(), country_name(code).casefold()):
            return code
    return text


def the_country(code: str) -> str:
    """The name within a sentence: ``the United States``, ``Japan``."""
    return f"the {country_name(code)}" if code in _WITH_ARTICLE else country_name(code)


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning and one full stop at its end."""
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def mineral_name(key: str) -> str:
    """Short name for panels and sentences: ``NdPr``, ``Lithium``; an unknown key is capitalised."""
    return _MINERALS.get(key, key.capitalize())


def mineral_in_words(key: str) -> str:
    """Name within a sentence, spelled out where the short one is a symbol."""
    return _LONG_MINERALS.get(key, mineral_name(key).lower())


def mineral_word(key: str) -> str:
    """Short name within a sentence: ``NdPr``, ``lithium``."""
    return mineral_name(key) if key in _SYMBOLS else mineral_name(key).lower()


@cache
def places() -> dict[str, tuple[float, float]]:
    """(longitude, latitude) in degrees of every country of the table but the rest of the world."""
    rows = (
        (code, row)
        for code, row in _countries().items()
        if code != "ROW" and row.get("longitude") and row.get("latitude")
    )
    return {code: (float(row["longitude"]), float(row["latitude"])) for code, row in rows}


@cache
def union_members() -> frozenset[str]:
    """ISO codes of the members of the European Union, which vote as one."""
    return frozenset(
        code for code, row in _countries().items() if "EU" in row.get("blocs", "").split(";") and code != "EU"
    )


def as_signatories(codes: Iterable[str]) -> list[str]:
    """Countries as they sign: members of the European Union become one ``EU``; the largest economy first."""
    union = union_members()
    signatories = {"EU" if code in union else code for code in codes}
    return by_size(signatories)


def by_size(codes: Iterable[str]) -> list[str]:
    """Countries and ``EU``, the largest economy first."""
    return sorted(codes, key=lambda code: (-_gdp_usd_bn(code), country_name(code)))


def counted(number: int, noun: str) -> str:
    """``1 run``, ``2 runs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(items: Sequence[str], limit: int = 0) -> str:
    """``a, b and c``; with ``limit`` the rest becomes ``and 4 more``."""
    shown = list(items[:limit] if limit else items)
    if len(shown) < len(items):
        return f"{', '.join(shown)} and {len(items) - len(shown)} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def subject_in_words(subject: str) -> str:
    """``ndpr to JPN;DEU at 40%`` with names for codes."""
    mineral, to, rest = subject.partition(" to ")
    targets, at, share = rest.partition(" at ")
    if not to:
        return subject
    names = [the_country(code) for code in targets.split(";")]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    granted = f"{share} of requests granted" if share.endswith("%") and " " not in share else share
    return f"{mineral_word(mineral)} to {shown}" + (f", {granted}" if at else "")


YEAR_BEGINS = ("-Q1", "-01")
"""How the name of the first quarter or month of a year ends."""


def quarter_in_words(quarter: str) -> str:
    """``2027-Q3`` as ``Q3 2027``, ``2027-08`` as ``August 2027``."""
    year, _, part = quarter.partition("-")
    name = month_name[int(part)] if part.isdigit() else part
    return f"{name} {year}" if part else quarter


def a_round(quarter: str) -> str:
    """``a quarter`` or ``a month``, by the name of one."""
    return "a month" if quarter.partition("-")[2].isdigit() else "a quarter"


def part_of_year(quarter: str) -> str:
    """``2027-Q3`` as ``Q3``, ``2027-08`` as ``Aug``."""
    part = quarter.partition("-")[2]
    return month_abbr[int(part)] if part.isdigit() else part


def format_money(value_usd: float, signed: bool = False) -> str:
    """USD with two figures and a word for the size: ``1.9 billion USD``; tiny amounts are ``about 0 USD``."""
    if not math.isfinite(value_usd):
        return "an unknown sum"
    sign = "-" if value_usd < 0 else "+" if signed else ""
    size = abs(value_usd)
    if size < 500:
        return "about 0 USD"
    scale, word = next((unit for unit in _UNITS if size >= 0.9995 * unit[0]), (1.0, ""))
    return f"{sign}{_two_figures(size / scale)} {word} USD".replace("  ", " ")


def format_price(price_usd_t: float) -> str:
    """A price in USD/kg: three figures, ``unknown`` when there is none."""
    if not math.isfinite(price_usd_t):
        return "unknown"
    price = price_usd_t / 1000
    return (
        f"{price:,.0f} USD/kg"
        if price >= 100
        else f"{price:.1f} USD/kg"
        if price >= 10
        else f"{price:.2f} USD/kg"
    )


def format_share(share: float) -> str:
    """``0.914`` as ``91%``; never ``-0%``."""
    if not math.isfinite(share):
        return "unknown"
    return f"{100 * share + 0.0:.0f}%".replace("-0%", "0%")


def _two_figures(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _gdp_usd_bn(code: str) -> float:
    members = union_members() if code == "EU" else (code,)
    return sum(float(_countries().get(member, {}).get("gdp_usd_bn") or 0.0) for member in members)


def sector_in_words(key: str) -> str:
    """``cars_ev`` as ``cars``; the key itself where the tables do not know it."""
    return _sectors().get(key, {}).get("title") or key.replace("_", " ")


def product_in_words(key: str) -> str:
    """What output of a sector is counted in, such as ``car`` or ``MW``."""
    return _sectors().get(key, {}).get("product") or "product"


@cache
def _sectors() -> dict[str, dict[str, str]]:
    return _rows_by("sectors.csv", "sector")


@cache
def _countries() -> dict[str, dict[str, str]]:
    return _rows_by("countries.csv", "iso3")


def _rows_by(file: str, key: str) -> dict[str, dict[str, str]]:
    """Rows of a table of the data by one of its columns; none where there is no such file."""
    try:
        with (DATA / file).open(encoding="utf-8", newline="") as lines:
            return {row[key]: row for row in csv.DictReader(lines) if row.get(key)}
    except OSError:
        return {}

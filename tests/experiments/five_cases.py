"""Five small cases with labels instead of countries, as a stranger would write them: what each adds to the
world of ``made_up_case`` and what it asks.
"""

from __future__ import annotations

from made_up_case import CASE, HEADER

WORLD = CASE.partition("[[measures]]")[0]
_DATES = "announced = 2011-01-01\nin_force = 2011-01-01\n"

VOTE = (
    WORLD.replace('abroad = ["BBB", "CCC"]', 'abroad = ["BBB", "CCC"]\nyes = ["CCC"]')
    + """
[zone]
exists = true
text_quarters = [40, 40]

[leader]
country = "BBB"
finance_usd_year = 1e9

[dominant_refiner]
country = "AAA"
"""
)
SLUMP = WORLD.replace(
    "exchange_traded = false", "exchange_traded = false\ngrowth = { 2010 = 0.0, 2011 = -0.4 }"
)
RESTRICTOR = (
    WORLD
    + f"""
[[measures]]
id = "ore_quota"
{_DATES}actor = "CCC"
instrument = "export_quota"
minerals = ["stuff"]
stages = ["ore"]
size = 20
"""
)
TARIFF = (
    WORLD
    + f"""
[[measures]]
id = "duty"
{_DATES}actor = "BBB"
instrument = "tariff"
minerals = ["stuff"]
stages = ["refined"]
targets = ["AAA"]
size = 0.25
"""
)
FLOOR = (
    WORLD
    + f"""
[[measures]]
id = "floor"
{_DATES}actor = "BBB"
instrument = "minimum_import_price"
minerals = ["stuff"]
stages = ["refined"]
size = 15
unit = "USD/kg"
"""
)

FIVE: dict[str, tuple[str, tuple[str, ...]]] = {
    "an accession vote": (
        VOTE,
        (
            "V,auc,accession_auc,yes,framework,,2011-Q4,last,,,value,0,1,band,B,made up",
            "V,none,members,CCC,framework,,after,max,,,value,0,1,share,B,made up",
        ),
    ),
    "a slump without policy": (
        SLUMP,
        (
            "S,price,price,world,gate,,2011-Q4,mean,,window=before,percent,-60,-2,band,A,made up",
            "S,use,use,world,,,2011-Q4,mean,,window=before,ratio,0.5,0.95,band,A,made up",
        ),
    ),
    "another restrictor": (
        RESTRICTOR,
        (
            "R,out,exports,CCC>AAA+BBB,true,stuff:ore,q1..q3,mean,,window=before,ratio,0,0.99,band,A,made up",
            "R,full,quota_use,CCC,exporter,stuff:ore,q1..q3,mean,,,value,0.5,1.01,band,A,made up",
        ),
    ),
    "an importer's duty": (
        TARIFF,
        (
            "T,passed,pass_through,BBB,mean,,q1..q3,mean,,,value,0.1,1.5,band,A,made up",
            "T,share,import_share,AAA>BBB,importer,,q2..q3,,,window=before,difference,-60,-1,band,A,made up",
        ),
    ),
    "a floor": (
        FLOOR,
        ("F,held,price,BBB,mean,,q1..q3,mean,,window=before,ratio,1.05,1.6,band,A,made up",),
    ),
}
"""Name -> its case.toml and the rows of its criteria.csv, each of which is met."""


def criteria_of(name: str) -> str:
    """The whole criteria.csv of one of them."""
    return "\n".join([HEADER, *FIVE[name][1]]) + "\n"

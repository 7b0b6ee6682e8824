"""A small made-up case with labels instead of countries: one seller of nearly everything stops selling."""

from __future__ import annotations

from pathlib import Path

CASE = """
name = "A stop"
question = "What does a stop do?"
zero = 2011-01-01
home = "AAA"

[run]
start = "2010-Q3"
rounds = 6
shocks = false

[groups]
abroad = ["BBB", "CCC"]

[[countries]]
code = "AAA"
name = "first"
latitude = 30
longitude = 110
gdp_usd_bn = 5000

[[countries]]
code = "BBB"
name = "second"
latitude = 40
longitude = -90
gdp_usd_bn = 9000

[[countries]]
code = "CCC"
name = "third"
latitude = 50
longitude = 10
gdp_usd_bn = 4000

[minerals.stuff]
title = "stuff"
source = "made up"
world_t_year = 1000
recovery = 0.9
by_product_share = 0.2
cost_share_in_use = 0.1
exchange_traded = false
price_usd_t = { ore = 5000, refined = 10000 }
made.ore = { AAA = 0.6, BBB = 0.2, CCC = 0.2 }
made.refined = { AAA = 0.7, BBB = 0.2, CCC = 0.1 }
used = { AAA = 0.4, BBB = 0.4, CCC = 0.2 }

[[measures]]
id = "stop"
announced = 2011-01-01
in_force = 2011-01-01
actor = "AAA"
instrument = "ban"
minerals = ["stuff"]
stages = ["refined"]
targets = ["BBB"]

[variants.open]
about = "no stop"
without = ["stop"]

[[series]]
id = "price"
label = "price"
measure = "price"
where = "BBB"
"""

HEADER = ",".join(
    (
        *("id", "part", "measure", "where", "segment", "form", "window", "aggregate", "variant"),
        *("relative_to", "operator", "low", "high", "kind", "grade", "source"),
    )
)
CRITERIA = f"""{HEADER}
P,1,price,BBB,mean,,q0..q1,max,,window=before,ratio,1.01,9,band,A,made up
X,gone,exports,AAA>BBB,direct,,q0..q3,mean,,variant=open,ratio,0,0.01,band,A,made up
X,stays,exports,AAA>CCC,true,,q0..q3,mean,,window=before,ratio,0.8,3,band,B,made up
"""
HISTORY = "series,date,value,source\nprice,2010-Q4,10000,made up\nprice,2011-Q2,15000,made up\n"


def write_case(
    folder: Path, case: str = CASE, criteria: str = CRITERIA, history: str | None = HISTORY
) -> Path:
    """The folder of the case, with some of its files replaced."""
    where = folder / "a_stop"
    where.mkdir()
    (where / "case.toml").write_text(case, encoding="utf-8")
    (where / "criteria.csv").write_text(criteria, encoding="utf-8")
    if history is not None:
        (where / "history.csv").write_text(history, encoding="utf-8")
    return where

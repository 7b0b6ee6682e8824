"""Industries of a case: lines that stop when a mineral does, and faults named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_case import CASE, CRITERIA, write_case

from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.play import play_case

SECTORS = """
[sectors.arms]
value_added_usd_bn_year = 100
exposed = { stuff = 0.5 }
parts_days = 0

[sectors.cars]
value_added_usd_bn_year = 1000
exposed = { stuff = 0.2 }
activity = { AAA = 0.2, BBB = 0.6, CCC = 0.2 }

[[measures]]
"""
WITH_SECTORS = CASE.replace("[[measures]]", SECTORS.lstrip(), 1).replace(
    "made.ore", "end_use = { arms = 0.3, cars = 0.7 }\nmade.ore", 1
)
ASKED = "S,lost,output_lost,BBB,cars,,q0..q3,sum,,variant=open,difference,0.001,9999,sign,A,made up\n"


def test_lines_of_who_is_cut_off_lose_output(tmp_path: Path) -> None:
    longer = WITH_SECTORS.replace("rounds = 6", "rounds = 10").replace('["BBB"]', '["BBB", "CCC"]')
    case = read_case(write_case(tmp_path, longer, CRITERIA + ASKED))
    outcomes = play_case(case, {}, 1, ("actual", "open"))
    lost = {
        name: outcome.tables["sectors"].groupby("country")["output_lost_usd"].sum() / 1e9
        for name, outcome in outcomes.items()
    }
    assert lost["actual"]["BBB"] > 1.0
    assert lost["open"].sum() == 0.0
    rows = outcomes["actual"].tables["sectors"]
    stopped = (
        rows[(rows["country"] == "BBB") & (rows["output_lost_usd"] > 0)].groupby("sector")["round"].min()
    )
    assert stopped["arms"] < stopped["cars"]  # whose lines hold parts for a month
    value = rows[(rows["round"] == 0) & (rows["sector"] == "arms")].set_index("country")["activity_share"]
    assert value["BBB"] == pytest.approx(9000 / (5000 + 9000 + 4000 + 1))  # by GDP, with an empty rest


@pytest.mark.parametrize(
    ("sound", "faulty", "words"),
    [
        (
            "exposed = { stuff = 0.5 }",
            "exposed = { iron = 0.5 }",
            "sectors.arms.exposed: given iron",
        ),
        ("[sectors.cars]", "[sectors.planes]", "given stuff, allowed: minerals with planes in end_use: none"),
        ("{ AAA = 0.2, BBB = 0.6", "{ AAA = 0.2, BBB = 0.9", "shares that add up to 1.3, allowed: 1"),
        ("{ AAA = 0.2, BBB = 0.6", "{ ZZZ = 0.2, BBB = 0.6", "sectors.cars.activity: given ZZZ"),
        (
            "exposed = { stuff = 0.2 }",
            "exposed = {}",
            "sectors.cars.exposed: no stuff",
        ),
        ("exposed = { stuff = 0.5 }", "exposed = { stuff = 1.5 }", "sectors.arms.exposed.stuff: given 1.5"),
    ],
)
def test_faults_are_named(tmp_path: Path, sound: str, faulty: str, words: str) -> None:
    assert sound in WITH_SECTORS
    with pytest.raises(CaseError) as caught:
        read_case(write_case(tmp_path, WITH_SECTORS.replace(sound, faulty, 1)))
    assert words in str(caught.value)

"""The report on stability: words that fit the table, files, and one line for a round that cannot be asked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.stability import StabilityReport, describe_stability, find_stability, report_stability
from experiments.sweep.measured import measure_stability
from world.scenario import load_scenario
from world.stability import Search, Verdict

SETTINGS = {"run.minerals": ["gallium"], "run.rounds": 6}


@pytest.fixture(scope="module")
def report() -> StabilityReport:
    settled = dict.fromkeys(("JPN", "KOR", "GBR"), "hold_out")
    scenario = load_scenario(
        "zone_floor", {**SETTINGS, "accession.strategy": "fixed", "zone.standings": settled | {"CAN": "join"}}
    )
    return report_stability(scenario, number=5, most_probed=2)


def test_a_sweep_counts_who_would_change_sides_at_the_end() -> None:
    scenario = load_scenario(
        "zone_floor",
        {
            **SETTINGS,
            "accession.strategy": "fixed",
            "zone.standings": {"CAN": "join", "JPN": "join", "KOR": "hold_out"},
        },
    )
    assert measure_stability(scenario, 1, ["would_join", "members_at_end"]) == {"would_join": 2.0}
    alone = measure_stability(load_scenario("baseline", SETTINGS), 1, ["would_leave", "would_join"])
    assert all(value != value for value in alone.values())  # no zone, nobody to ask


def test_fixed_standings_give_the_zone_they_say(report: StabilityReport) -> None:
    """All hold out but Canada, whatever the markets say: the one stable zone is Canada's."""
    assert report.extremes == (frozenset({"CAN"}), frozenset({"CAN"}))
    joins = report.table[report.table["changes_sides"]]
    assert list(joins["country"]) == ["CAN"]
    assert find_stability(report).endswith("0 would leave, 1 would join")
    assert "All searches agree on one: Canada" in describe_stability(report)
    assert "Nobody is pivotal" in describe_stability(report)


def test_a_zone_that_is_stable_and_a_pivot_are_said() -> None:
    gains = {"CAN": -0.1, "JPN": -0.2}
    table = pd.DataFrame(
        {
            "country": ["CAN", "JPN"],
            "inside": [True, True],
            "changes_sides": [False, False],
            "followers": ["JPN", ""],
        }
    )
    end = Verdict(frozenset(gains), gains)
    empty = Verdict(frozenset(), {"CAN": -0.1, "JPN": -0.1})
    searches = (Search("present", (), end), Search("empty", (), empty), Search("full", (), end))
    words = describe_stability(StabilityReport("x", "2027-Q1", table, searches, ("CAN",), 3, 9))
    assert "The zone of 2 besides its leader is stable in Q1 2027" in words
    assert "if Canada left, Japan would leave too" in words
    assert "The smallest stable zone found: none." in words
    assert "The largest adds Japan and Canada." in words


def test_table_and_figure_are_written(report: StabilityReport, tmp_path: Path) -> None:
    from experiments.figures.stability import write_stability

    table, png, svg = write_stability(report, tmp_path)
    assert len(pd.read_csv(table)) == len(report.table)
    assert png.stat().st_size > 10_000
    assert svg.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["stability", "baseline"], "zone.exists is false"),
        (["stability", "--rounds", "6", "--round", "2"], "--round: given 2, allowed: 4 to 5"),
        (["stability", "--rounds", "6", "--round", "6"], "--round: given 6, allowed: 4 to 5"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--minerals", "gallium"]) == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1

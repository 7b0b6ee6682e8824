"""A run of months as it is written, read and told: units, names, ticks, what it may be compared with."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.__main__ import main
from experiments.batch import run_scenario
from experiments.chronicle import chronicle
from experiments.figures import theme
from experiments.figures.naming import a_round, part_of_year, quarter_in_words
from experiments.outcomes import measure_outcomes
from experiments.report import check_pair
from experiments.results import ResultsError, Run
from world.scenario import load_scenario

MONTHS = {"run.minerals": ["gallium"], "run.shocks": False, "run.rounds_per_year": 12, "run.rounds": 14}
QUARTERS = {**MONTHS, "run.rounds_per_year": 4, "run.rounds": 5}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """The same short world in months and in quarters."""
    folder = tmp_path_factory.mktemp("runs")
    months, quarters = (
        run_scenario(load_scenario("baseline", settings), 1, out=folder / name)
        for name, settings in (("months", MONTHS), ("quarters", QUARTERS))
    )
    return months, quarters


def test_names_of_quarters_and_months_in_words() -> None:
    assert [quarter_in_words(name) for name in ("2027-Q3", "2027-08")] == ["Q3 2027", "August 2027"]
    assert [part_of_year(name) for name in ("2027-Q3", "2027-08")] == ["Q3", "Aug"]
    assert [a_round(name) for name in ("2027-Q3", "2027-08")] == ["a quarter", "a month"]


def test_the_tables_say_that_flows_are_a_month(runs: tuple[Run, Run]) -> None:
    for run, unit, last in zip(runs, (b"t/month", b"t/quarter"), ("2026-02", "2026-Q1"), strict=True):
        fields = pq.read_schema(run.folder / "markets.parquet")
        assert fields.field("output_t").metadata[b"unit"] == unit
        assert fields.field("stock_t").metadata[b"unit"] == b"t"
        assert run.quarters[-1] == last
    assert [run.meta["rounds_per_year"] for run in runs] == [12, 4]
    assert [run.round_word for run in runs] == ["month", "quarter"]


def test_outcomes_of_a_year_are_those_of_a_year(runs: tuple[Run, Run]) -> None:
    """The tolerance is that of the finer step, and of two months more in the mean of the run."""
    months, quarters = (
        {(name, mineral): value for name, mineral, _, value in measure_outcomes(run, ["USA", "JPN"])}
        for run in runs
    )
    for key in (("members_users_cost", ""), ("price_outside", "gallium")):
        assert months[key] == pytest.approx(quarters[key], rel=0.1)


def test_years_stand_on_the_axis_of_months() -> None:
    names = [f"{2025 + number // 12}-{number % 12 + 1:02d}" for number in range(72)]
    with theme.style():
        panel = theme.new_figure(4.0, 3.0).add_subplot()
        theme.quarter_ticks(panel, range(72), names)
    assert [label.get_text() for label in panel.get_xticklabels()] == ["2025", "2027", "2029"]
    assert list(panel.get_xticks()) == [0, 24, 48]


def test_the_chronicle_names_months(runs: tuple[Run, Run]) -> None:
    when = [entry.when for entry in chronicle(runs[0])]
    assert "February 2025" in when
    assert not [word for word in when if word.startswith("Q")]


def test_months_and_quarters_are_no_pair(
    runs: tuple[Run, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ResultsError, match=r"run\.rounds_per_year: given 4, allowed: 12"):
        check_pair(*runs)
    file = tmp_path / "by_month.toml"
    file.write_text('name = "a"\nquestion = "b"\nbase = "baseline"\n[run]\nrounds_per_year = 12\n', "utf-8")
    assert main(["compare", "baseline", str(file), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "compare: run.rounds_per_year: given 4 of baseline, 12 of by_month, allowed: the same" in told
    assert told.count("\n") == 1

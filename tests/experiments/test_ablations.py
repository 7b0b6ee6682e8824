"""A mechanism taken out is out, and the table says what that breaks."""

from pathlib import Path

import pytest
from made_up_case import write_case

from experiments.__main__ import main
from experiments.backtests.ablations import ABLATIONS, parameters_without, without
from experiments.backtests.case_reading import read_case
from experiments.backtests.play import play_variant
from world.axes import REFINED
from world.model import TradeWorld
from world.parameters import load_parameters


def test_ablations_stay_within_the_ranges_of_the_table() -> None:
    table = load_parameters()
    for ablation in ABLATIONS.values():
        for name, value in ablation.parameters.items():
            assert table[name].low <= value <= table[name].high


def test_without_stocks_there_are_none_to_speak_of(tmp_path: Path) -> None:
    """What was ordered before use fell lies there for a round."""
    case = read_case(write_case(tmp_path))
    held = []
    for one in (case, without(case, "stocks")):
        markets = play_variant(one, {}, 1, "actual").tables["markets"]
        held.append(float(markets.loc[markets["stage"] == "refined", "stock_t"].mean()))
    assert held[1] < 0.05 * held[0]


def test_without_rerouting_nothing_goes_round(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path))
    whole = play_variant(case, {}, 1, "actual").tables["flows"]
    assert (whole["hub"] != "").any()
    cut = without(case, "rerouting")
    scenario = cut.scenario()
    world = TradeWorld(scenario, rng=1, dataset=cut.dataset(scenario))
    assert world.state.markets.hub_capacity_t[REFINED].max() == 0.0
    left = play_variant(cut, parameters_without({}, "rerouting"), 1, "actual").tables["flows"]
    assert left.loc[left["hub"] != "", "flow_t"].sum() < 1e-3


def test_nothing_taken_out_is_the_case_itself(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path))
    assert without(case, "") is case
    assert parameters_without({"taste_scale": 1.1}, "") == {"taste_scale": 1.1}


def test_the_command_prints_a_row_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_case(tmp_path)
    assert main(["backtest", str(folder), "--draws", "1", "--jobs", "1", "--quiet", "--ablations"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[2].startswith("| nothing | ")
    for name in ABLATIONS:
        assert f"| {name} (" in out

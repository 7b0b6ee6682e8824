"""A mechanism taken out is out, and the table says what that breaks."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_case import write_case

from experiments.__main__ import main
from experiments.backtests.ablations import ABLATIONS, parameters_without, taken_out, without
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import read_criteria
from experiments.backtests.play import play_variant
from experiments.backtests.scoring import score_case
from experiments.backtests.what_breaks import WHOLE, describe_ablations
from experiments.reference import END, MARK, renew
from experiments.results import ResultsError
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


def test_without_trust_all_begin_alike(tmp_path: Path) -> None:
    entries = without(read_case(write_case(tmp_path)), "trust").world.countries
    assert {(one.trust_in_leader, one.trust_in_dominant) for one in entries} == {(0.5, 0.5)}


def test_what_a_case_has_nothing_of_is_not_taken_out(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path))
    assert taken_out(case, "levy_capture") == ""
    assert taken_out(case, "stocks") == "stocks"
    keys = {**case.keys, "dominant_refiner": {"country": "AAA", "levy_capture": 0.5}}
    assert taken_out(replace(case, keys=keys), "levy_capture") == "levy_capture"


def test_a_table_tells_what_breaks_mends_and_moves(tmp_path: Path) -> None:
    """Of three criteria the first breaks by its median, the second by its spread, the third mends."""
    first, *_ = read_criteria(read_case(write_case(tmp_path)))
    row = replace(first, low=0.6, high=1.2, operator="difference", kind="band", grade="A")
    rows = [replace(row, id=name, line=n) for n, name in enumerate(("A1", "A2", "A3"))]
    before = score_case("first", rows, {0: [1.0] * 5, 1: [1.0] * 5, 2: [0.1] * 5})
    after = score_case("first", rows, {0: [0.1] * 5, 1: [-90.0, -90.0, 1.0, 90.0, 90.0], 2: [1.0] * 5})
    table = describe_ablations({WHOLE: before, "stocks": after}, 5, {"second"})
    assert "| nothing | 2 of 3 | - |" in table
    assert "| 1 of 3 | - | A1 (A2) | A3 | 2 of 3 |" in table
    assert describe_ablations({WHOLE: before}, 5, {"first"}).endswith("| nothing | - | 2 of 3 |  |  |  |")


def test_the_command_goes_on_from_its_store_and_renews_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, store, page = write_case(tmp_path), tmp_path / "new" / "played.jsonl", tmp_path / "page.md"
    page.write_text(f"mine\n{MARK.format(by='ablations')}\nold\n{END}\nmine too\n", encoding="utf-8")
    given = ["ablations", str(folder), "--draws", "1", "--jobs", "1", "--store", str(store)]
    assert main([*given, "--page", str(page)]) == 0
    table = capsys.readouterr().out.partition("\n")[2]
    assert table.splitlines()[4].startswith("| nothing | ")
    for name in ABLATIONS:
        assert f"| {name.replace('_', ' ')}: " in table
    text = page.read_text(encoding="utf-8")
    assert table in text
    assert text.startswith("mine\n")
    assert text.endswith("mine too\n")
    assert "\nold\n" not in text
    kept = store.read_text(encoding="utf-8")
    assert len(kept.splitlines()) == 5  # the case has no levy that could be captured
    assert main(given) == 0
    assert capsys.readouterr().out.partition("\n")[2] == table
    assert store.read_text(encoding="utf-8") == kept


def test_a_page_without_marks_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("all mine\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="the marks of the made part are missing"):
        renew(page, "table", by="ablations")
    with pytest.raises(ResultsError, match="cannot be read or written"):
        renew(tmp_path / "nowhere.md", "table", by="ablations")
    assert page.read_text(encoding="utf-8") == "all mine\n"

"""Made pages agree with the code they are made from, and say what the program does."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.__main__ import main
from experiments.reference import (
    BEGIN,
    END,
    PAGES,
    describe_parameters,
    describe_scenarios,
    scenario_keys,
    write_reference,
)
from experiments.results import ResultsError
from experiments.scenario_keys import ALLOWED, MEANINGS
from world.parameters import load_parameters
from world.premise.schema import ScenarioSchema

DOCS = Path(__file__).resolve().parents[2] / "docs"
RENEW = "renew with: python -m experiments reference --out docs"


def rows_under(page: str, heading: str) -> Iterator[list[str]]:
    """Cells of the table rows under a heading, its two head lines left out."""
    section = page.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    yield from ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:])


@pytest.mark.parametrize("name", PAGES)
def test_made_pages_are_up_to_date(name: str) -> None:
    page = DOCS / name
    assert page.read_text(encoding="utf-8") == PAGES[name](page), RENEW


def test_every_key_of_a_scenario_has_a_meaning() -> None:
    assert set(MEANINGS) == set(scenario_keys())
    assert set(ALLOWED) <= set(MEANINGS)
    assert not [key for key, words in MEANINGS.items() if len(words) < 5]


def test_the_page_shows_the_defaults_that_a_scenario_gets() -> None:
    plain = ScenarioSchema(name="n", question="q").model_dump(mode="json")
    page = describe_scenarios()
    for section in ("run", "zone", "leader", "dominant_refiner", "reserve", "accession"):
        shown: dict[str, Any] = {}
        for key, default, *_ in rows_under(page, f"[{section}]"):
            value = {} if default == "none" else tomllib.loads(f"value = {default.strip('`')}")["value"]
            shown[key.strip("`")] = value
        assert shown == plain[section]


def test_every_parameter_is_on_its_page_with_its_default_and_range() -> None:
    page = describe_parameters()
    for name, parameter in load_parameters().items():
        (line,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {parameter.default:g} | {parameter.low:g} to {parameter.high:g} |" in line


def test_the_command_renews_the_pages(tmp_path: Path) -> None:
    for name in ("architecture.md", "backtests.md", "odd.md", "scenarios.md"):
        (tmp_path / name).write_text(f"mine\n{BEGIN}\nold\n{END}\nmine too\n", encoding="utf-8")
    (tmp_path / "data.md").write_text("about the data\n\n## old.csv\n", encoding="utf-8")
    assert main(["reference", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(PAGES)
    text = (tmp_path / "scenarios.md").read_text(encoding="utf-8")
    assert text.startswith("mine\n")
    assert text.endswith("mine too\n")
    assert "\nold\n" not in text
    tables = (tmp_path / "data.md").read_text(encoding="utf-8")
    assert tables.startswith("about the data\n\n## minerals.csv\n")
    assert "old.csv" not in tables


def test_a_page_without_marks_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("architecture.md", "data.md", "odd.md", "scenarios.md"):
        (tmp_path / name).write_text("all mine\n", encoding="utf-8")
    assert main(["reference", "--out", str(tmp_path)]) == 2
    assert "the marks of the made part are missing" in capsys.readouterr().err
    assert (tmp_path / "scenarios.md").read_text(encoding="utf-8") == "all mine\n"


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference", "--out", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(ResultsError, match=r"nowhere"):
        write_reference(tmp_path / "nowhere")


def test_without_a_folder_the_reference_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference"]) == 0
    out = capsys.readouterr().out
    assert "### [zone]" in out
    assert "# Parameters" in out

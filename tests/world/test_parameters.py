"""The table of parameters: sound as committed, and clear about what is wrong."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from typing import get_args

import pytest

from world.parameters import COLUMNS, ParameterError, load_parameters, resolve
from world.premise.schema import (
    AccessionSection,
    DominantRefinerSection,
    LeaderSection,
    ReserveSection,
    RunSection,
    ZoneSection,
)

ROW = "pace,how fast,per year,0.5,0.1,1,market,assumption,assumption"


def write_table(folder: Path, *rows: str, header: str = ",".join(COLUMNS)) -> Path:
    path = folder / "parameters.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_committed_table_is_sound() -> None:
    parameters = load_parameters()
    assert len(parameters) > 50
    assert all(parameter.low <= parameter.default <= parameter.high for parameter in parameters.values())
    # A range of one value would say that nobody doubts the number.
    assert [name for name, parameter in parameters.items() if parameter.low == parameter.high] == []


def test_values_are_defaults_until_overridden(tmp_path: Path) -> None:
    path = write_table(tmp_path, ROW)
    assert resolve(path=path).pace == 0.5
    values = resolve({"pace": 1}, path)
    assert values.pace == values["pace"] == 1.0
    assert list(values) == ["pace"]
    assert len(values) == 1


def test_values_cannot_be_changed_and_can_be_copied(tmp_path: Path) -> None:
    values = resolve(path=write_table(tmp_path, ROW))
    with pytest.raises(AttributeError, match="fixed"):
        values.pace = 2.0
    assert pickle.loads(pickle.dumps(values)) == values == copy.deepcopy(values)


def test_an_unknown_attribute_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match=r"'paces' \(nearest: pace\)"):
        _ = resolve(path=write_table(tmp_path, ROW)).paces


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"pice": 0.5}, r"parameters\.pice: unknown \(nearest: pace\)"),
        ({"pace": 2.0}, r"parameters\.pace: given 2, allowed: 0\.1 to 1 per year"),
        ({"pace": float("nan")}, r"parameters\.pace: given nan"),
    ],
)
def test_settings_outside_the_table_are_refused(
    tmp_path: Path, overrides: dict[str, float], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        resolve(overrides, write_table(tmp_path, ROW))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.replace("0.5", "2"), "row 2, column default: given 2, allowed: 0.1 to 1"),
        (ROW.replace("0.5", "half"), "row 2, column default: given 'half', allowed: a number"),
        (ROW.replace("0.5", "nan"), "row 2, column default: given nan"),
        (ROW.replace("pace", "a pace"), "row 2, column name"),
        (ROW.replace("how fast", ""), "row 2, column meaning: empty"),
        (ROW.removesuffix("assumption") + "guess", "row 2, column quality: given 'guess'"),
        (ROW + ",more", "row 2: not 9 cells"),
        (ROW.removesuffix(",assumption"), "row 2: not 9 cells"),
        (f"{ROW}\n{ROW}", "row 3, column name: pace is there twice"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load_parameters(write_table(tmp_path, row))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_with_other_columns_or_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="columns: given name, value"):
        load_parameters(write_table(tmp_path, header="name,value"))
    with pytest.raises(ParameterError, match="cannot be read"):
        load_parameters(tmp_path / "absent.csv")


def test_every_parameter_is_read_somewhere() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [file for package in ("agents", "world") for file in (root / package).rglob("*.py")]
    words = set(re.findall(r"\w+", "\n".join(file.read_text(encoding="utf-8") for file in files)))
    assert [name for name in load_parameters() if name not in words] == []


def test_every_key_of_a_scenario_is_read_somewhere() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [file for package in ("agents", "world") for file in (root / package).rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if "scenario" not in file.stem)
    sections = (
        RunSection,
        ZoneSection,
        LeaderSection,
        DominantRefinerSection,
        ReserveSection,
        AccessionSection,
    )
    fields = {key: field for section in sections for key, field in section.model_fields.items()}
    # A key with a single possible value says what the world does; any other must make a difference.
    open_keys = [key for key, field in fields.items() if len(get_args(field.annotation)) != 1]
    assert [key for key in open_keys if not re.search(rf"\.{key}\b", text)] == []

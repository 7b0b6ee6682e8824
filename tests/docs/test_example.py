"""The notebook is the one that its script builds, and was executed without errors."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
LARGEST_BYTES = 400_000
RENEW = "renew with: python docs/build_example.py (needs the extra docs)"


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "example.ipynb").read_text(encoding="utf-8"))
    return found


def script_cells() -> list[tuple[str, str]]:
    """The cells of the script, which imports nothing beyond the standard library until it builds."""
    spec = importlib.util.spec_from_file_location("build_example", DOCS / "build_example.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.CELLS)


def texts_of(cell: dict[str, Any]) -> list[str]:
    """Everything that a code cell wrote or showed as text."""
    texts = []
    for output in cell["outputs"]:
        texts += ["".join(output.get("text", "")), *map("".join, _texts(output.get("data", {})))]
    return texts


def _texts(data: dict[str, Any]) -> list[list[str] | str]:
    return [value for kind, value in data.items() if kind.startswith("text/")]


def test_its_cells_are_those_of_the_script(notebook: dict[str, Any]) -> None:
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    assert cells == script_cells(), RENEW


def test_it_was_executed_in_order_and_without_errors(notebook: dict[str, Any]) -> None:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), RENEW
    outputs = [output for cell in code for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []
    assert all(cell["outputs"] for cell in code[1:]), "a cell shows nothing"


def test_it_shows_tables_figures_and_a_reason(notebook: dict[str, Any]) -> None:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    kinds = [kind for cell in code for output in cell["outputs"] for kind in output.get("data", {})]
    assert kinds.count("image/png") >= 2
    assert kinds.count("text/html") >= 3
    assert any("a quarter" in text for cell in code for text in texts_of(cell))


def test_it_calls_nobody(notebook: dict[str, Any]) -> None:
    assert "http" not in json.dumps([cell.get("outputs", []) for cell in notebook["cells"]])


def test_it_is_small_and_names_no_folder_of_a_machine(notebook: dict[str, Any]) -> None:
    assert (DOCS / "example.ipynb").stat().st_size < LARGEST_BYTES
    texts = [text for cell in notebook["cells"] if cell["cell_type"] == "code" for text in texts_of(cell)]
    assert [text for text in texts if "/tmp" in text or "/home" in text or "/work" in text] == []

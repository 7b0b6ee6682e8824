"""Rules of the house that no tool checks: whose packages, what kernels import, how long files are."""

from __future__ import annotations

import ast
import importlib
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("agents", "world", "experiments")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def imported_modules(file: Path) -> set[str]:
    """Names of modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_come_from_this_checkout(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / package


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_brings_a_package_of_that_name(package: str) -> None:
    owners = {
        distribution.name
        for distribution in distributions()
        if any(path.parts[0] == package for path in distribution.files or ())
    }
    assert owners <= {"orebloc"}


def test_the_market_kernel_imports_numpy_and_itself() -> None:
    foreign = {
        f"{file.name}: {module}"
        for file in (ROOT / "world" / "market").glob("*.py")
        for module in imported_modules(file)
        if module.split(".")[0] not in {"numpy", *sys.stdlib_module_names}
        and not module.startswith("world.market")
    }
    assert foreign == set()


def test_package_files_import_nothing() -> None:
    assert [path for path in FILES if path.name == "__init__.py" and imported_modules(path)] == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_files_and_functions_are_short() -> None:
    long_files = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.read_text(encoding="utf-8").count("\n") > LONGEST_FILE
    ]
    assert long_files == []
    long_functions = [
        f"{path.relative_to(ROOT).as_posix()}: {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and _body_lines(node) > LONGEST_FUNCTION
    ]
    assert long_functions == []


def _body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0

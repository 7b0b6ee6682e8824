"""What the written pages say holds: links, paths, commands, settings, code and words."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.decision import ControlDecision
from agents.doctrines.doctrine import impose, say_imposed
from agents.dominant_refiner import DOCTRINES
from agents.ladder import RUNGS
from agents.view import Answer, ControlOption, Grievance, Question, RefinerView
from agents.zone_leader import REFERENCE_RULES
from experiments.__main__ import build_parser
from experiments.reference import END
from world.parameters import QUALITIES, load_parameters
from world.policy.measures import INSTRUMENTS
from world.scenario import list_scenarios, load_scenario

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [page for page in PAGES if page.name not in ("data.md", "results.md", "parameters.md")]
LONGEST_README = 130
RUN_LINE = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . "
    "&& .venv/bin/python -m experiments run"
)
TEST_LINE = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]' "
    "&& .venv/bin/python -m pytest -q -n auto"
)


def read(page: Path) -> str:
    """The written part of a page: what is made from the code is left out."""
    text = page.read_text(encoding="utf-8")
    return re.sub("<!-- made by python.*?" + re.escape(END), "", text, flags=re.S)


def code_blocks(page: Path) -> list[str]:
    """Indented blocks, their common indent taken off."""
    blocks: list[list[str]] = [[]]
    for line in [*read(page).splitlines(), "end"]:
        if line.startswith("    ") or (not line.strip() and blocks[-1]):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    found = []
    for block in filter(None, blocks):
        indent = min(len(line) - len(line.lstrip()) for line in block if line.strip())
        found.append("\n".join(line[indent:] for line in block).strip())
    return found


def commands() -> list[tuple[str, str]]:
    """Page and words of every command line ``python -m experiments ...`` in a code block or in backticks."""
    found = []
    for page in WRITTEN:
        spans = re.findall(r"`([^`\n]+)`", read(page))
        lines = [line for block in code_blocks(page) for line in block.splitlines()]
        for line in (*spans, *lines):
            _, marker, words = line.partition("python -m experiments ")
            if marker:
                found.append((page.name, words.split(" -> ")[0]))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", read(page))
    dead = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_paths_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:agents|world|experiments|tests|docs|\.ci)/[\w./-]*)`", read(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_names_that_are_named_exist() -> None:
    """Parameters, keys, columns and functions in code type are still words of the code or of its tables."""
    sources = [*ROOT.glob("experiments/*/**/*.toml"), *ROOT.glob("world/data/*.csv"), *ROOT.glob("*.toml")]
    for package in ("agents", "world", "experiments", "benchmarks"):
        sources += ROOT.glob(f"{package}/**/*.py")
    known = {word for path in sources for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    known |= {part for path in sources for part in path.with_suffix("").parts}
    unknown = [
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", read(page))
        if name not in known
    ]
    assert unknown == [("model.md", "like_this")]  # how that page says that it writes parameters


def test_commands_are_understood() -> None:
    known = {key for key, _, _ in list_scenarios()}
    found = commands()
    assert len(found) > 10
    for page, words in found:
        given = shlex.split(words, comments=True)
        parsed = build_parser().parse_args(given)
        names = [getattr(parsed, "scenario", None), *getattr(parsed, "scenarios", [])]
        if getattr(parsed, "lever", None) is not None:  # the folder of a sweep, not scenarios
            continue
        for name in filter(None, names if given[0] in ("run", "compare") else []):
            assert name in known or name.endswith(".toml"), f"{page}: {words}"


def test_settings_that_are_shown_can_be_loaded(tmp_path: Path) -> None:
    shown = 0
    for page in (ROOT / "README.md", ROOT / "docs" / "scenarios.md", ROOT / "docs" / "parameters.md"):
        for block in code_blocks(page):
            parts = re.split(r"\n\n(?=python )", block)
            text = parts[0]
            if not re.match(r"(#|name =|\[)", text):
                continue
            keys = tomllib.loads(text)
            head = "" if "name" in keys else 'name = "n"\nquestion = "q"\nbase = "zone_floor"\n'
            file = tmp_path / f"shown_{shown}.toml"
            file.write_text(head + text, encoding="utf-8")
            load_scenario(file)
            shown += 1
    assert shown >= 4


def test_the_doctrine_of_the_page_works() -> None:
    (block,) = (
        block for block in code_blocks(ROOT / "docs" / "architecture.md") if block.startswith("class")
    )
    names: dict[str, Any] = {
        "Sequence": Sequence,
        "Mapping": Mapping,
        "RefinerView": RefinerView,
        "Question": Question,
        "Answer": Answer,
        "ControlDecision": ControlDecision,
        "impose": impose,
        "say_imposed": say_imposed,
    }
    exec(compile(ast.parse(block), "architecture.md", "exec"), names)
    options = tuple(
        ControlOption(name, ("JPN",), 0.0, value, 0.5, instrument="ban")
        for name, value in (("a", 1.0), ("b", 2.0))
    )
    parameters = {name: parameter.default for name, parameter in load_parameters().items()}
    calm = RefinerView("CHN", 4, (), (), options, {}, parameters)
    wronged = RefinerView("CHN", 4, (Grievance("JPN", "floor", 3),), (), options, {}, parameters)
    ban = names["Ban"]()
    assert ban.decide(calm, {}).impose == ()
    (imposed,) = ban.decide(wronged, {}).impose
    assert (imposed.mineral, imposed.targets, imposed.approval_share) == ("b", ("JPN",), 0.0)


def test_the_readme_is_short_and_sets_up_in_one_line() -> None:
    lines = read(ROOT / "README.md").splitlines()
    assert len(lines) < LONGEST_README
    assert {RUN_LINE, TEST_LINE} <= {line.strip() for line in lines}
    assert TEST_LINE in read(ROOT / ".ci" / "run")


def test_the_glossary_has_the_words_of_the_output() -> None:
    text = read(ROOT / "docs" / "glossary.md").lower()
    standings = ("outside", "hold_out", "applied", "member", "leaving")
    words = [*RUNGS, *INSTRUMENTS, *DOCTRINES, *REFERENCE_RULES, *QUALITIES, *standings]
    assert [word for word in words if f"`{word}`" not in text] == []


def test_the_glossary_has_the_terms_of_decisions() -> None:
    text = read(ROOT / "docs" / "glossary.md")
    missing = []
    for module in ("accession", "dominant_refiner", "zone_leader"):
        for node in ast.walk(ast.parse(read(ROOT / "agents" / f"{module}.py"))):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                terms = [key for key in keys if isinstance(key, str) and len(key) < 40]
                named = module != "accession" or "taste" in terms or "fixed by the scenario" in terms
                missing += [term for term in terms if named and f"`{term}`" not in text]
    assert missing == []

"""The tables of the ODD+D protocol, read off the code: the order of a round, the state, rules of decision,
parameters.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from agents.dominant_refiner import DOCTRINES
from agents.export_policy import EXPORT_POLICIES
from agents.strategies.by_name import make_strategy, strategy_names
from agents.zone_leader import REFERENCE_RULES
from experiments.markdown import markdown_table
from world.parameters import load_parameters

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST = ("world.round", "play_round")
"""Module and function in which a round begins."""
DEEPEST = 2
"""Levels of the schedule below a round that are shown."""
STATE = ("WorldState", "Markets", "Politics")
"""Classes of ``world/state.py`` that hold what changes."""


def describe_protocol() -> str:
    """The made part of ``docs/odd.md`` in Markdown."""
    parts = [
        "### Schedule of a round\n",
        markdown_table(("step", "what is done", "where"), _schedule()),
        "\n### State variables\n",
        markdown_table(("of", "variable", "type", "axes, unit, meaning"), _state()),
        "\n### Rules of decision\n",
        markdown_table(("whose", "name", "rule"), _rules()),
        "\n### Parameters\n",
        markdown_table(("part", "parameter", "default", "range", "unit", "quality"), _parameters()),
    ]
    return "\n".join(parts) + "\n"


def _schedule() -> Iterator[tuple[str, str, str]]:
    """Steps of a round in the order in which the code calls them, numbered by level."""
    yield from _steps(*FIRST, "", 1)


def _steps(module: str, function: str, number: str, level: int) -> Iterator[tuple[str, str, str]]:
    tree = _tree(module)
    names = _names(tree, module)
    body = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    found = [name for name in _called(body) if name in names]
    for place, name in enumerate(dict.fromkeys(found), 1):
        source = names[name]
        words = _docstring(source, name)
        if words is None:
            continue
        step = f"{number}{place}"
        yield f"{step} `{name}`", words, f"`{source.replace('.', '/')}.py`"
        if level < DEEPEST and _is_sequence(source, name):
            yield from _steps(source, name, f"{step}.", level + 1)


def _called(body: ast.FunctionDef) -> Iterator[str]:
    """Names that the statements of a function use in order: called at once, or kept in a list to be
    called."""
    used = [
        node for node in ast.walk(ast.Module(body=body.body, type_ignores=[])) if isinstance(node, ast.Name)
    ]
    for node in sorted(used, key=lambda node: (node.lineno, node.col_offset)):
        yield node.id


def _is_sequence(module: str, name: str) -> bool:
    """Whether a function of the round is a step made of steps that take the whole world."""
    return (module, name) in {
        *(("world.round", step) for step in ("happen", "move_governments", "close_accounts")),
        ("world.aftermath", "learn"),
    }


def _tree(module: str) -> ast.Module:
    path = CHECKOUT / f"{module.replace('.', '/')}.py"
    return ast.parse(path.read_text(encoding="utf-8"))


def _names(tree: ast.Module, module: str) -> Mapping[str, str]:
    """Functions that a module defines or imports from agents and world, and the module of each."""
    found = {node.name: module for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("world", "agents")):
            found |= {alias.asname or alias.name: str(node.module) for alias in node.names}
    return found


def _docstring(module: str, function: str) -> str | None:
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return _first_sentence(ast.get_docstring(node) or "")
    return None


def _state() -> Iterator[tuple[str, str, str, str]]:
    """Fields of the classes of state, with the comment that stands beside each."""
    text = (CHECKOUT / "world/state.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name in STATE:
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    last = lines[(field.end_lineno or field.lineno) - 1]
                    said = last.partition("#")[2].strip()
                    yield node.name, f"`{field.target.id}`", f"`{ast.unparse(field.annotation)}`", said or "-"


def _rules() -> Iterator[tuple[str, str, str]]:
    kinds: Mapping[str, Mapping[str, Callable[..., object]]] = {
        "a country, on its standing": {name: type(make_strategy(name)) for name in strategy_names()},
        "the dominant refiner": DOCTRINES,
        "the leader, on the reference price": REFERENCE_RULES,
        "a holder of ore": EXPORT_POLICIES,
    }
    for whose, rules in kinds.items():
        for name, rule in rules.items():
            yield whose, f"`{name}`", _first_sentence(rule.__doc__ or "")


def _parameters() -> Iterator[tuple[str, ...]]:
    for entry in load_parameters().values():
        span = f"{entry.low:g} to {entry.high:g}"
        kind = entry.kind.replace("_", " ")
        yield kind, f"`{entry.name}`", f"{entry.default:g}", span, entry.unit, entry.quality


def _first_sentence(text: str) -> str:
    words = " ".join(text.partition("\n\n")[0].split()).replace("``", "`")
    return words.partition(". ")[0].rstrip(".") + "."

"""The protocol is true to the code: the schedule is the order of calls, the tables hold all there is."""

import ast
from dataclasses import fields
from pathlib import Path

import world.round
from agents.dominant_refiner import DOCTRINES
from agents.strategies.by_name import strategy_names
from experiments.protocol import describe_protocol
from world.parameters import load_parameters
from world.state import Markets, Politics

ROUND = Path(str(world.round.__file__)).read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Cells of the rows under a heading."""
    section = describe_protocol().partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_schedule_is_the_order_of_the_round() -> None:
    (play,) = (n for n in ast.parse(ROUND).body if isinstance(n, ast.FunctionDef) and n.name == "play_round")
    calls = [node for node in ast.walk(play) if isinstance(node, ast.Call)]
    called = [
        call.func.id
        for call in sorted(calls, key=lambda call: call.lineno)
        if isinstance(call.func, ast.Name) and call.func.id.islower()
    ]
    steps = [row[0].split(" `") for row in table("Schedule of a round")]
    assert [name for number, name in steps if "." not in number] == called
    names = [name for _, name in steps]
    assert names.index("move_leader") < names.index("move_countries") < names.index("move_dominant_refiner")
    assert names.index("disturb") < names.index("trade") < names.index("revise_prices")
    assert all(len(row[1]) > 15 for row in table("Schedule of a round"))


def test_all_state_rules_and_parameters_are_there() -> None:
    state = {(row[0], row[1].strip("` ")) for row in table("State variables")}
    for kind in (Markets, Politics):
        assert {(kind.__name__, field.name) for field in fields(kind)} <= state
    rules = {row[1].strip("` ") for row in table("Rules of decision")}
    assert {*strategy_names(), *DOCTRINES} <= rules
    assert all(len(row[2]) > 10 for row in table("Rules of decision"))
    assert [row[1].strip("` ") for row in table("Parameters")] == list(load_parameters())

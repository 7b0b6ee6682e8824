"""What the panels say: the log in words, who gains and who pays, another world in step with this one."""

from __future__ import annotations

import inspect
import json
import re
import time
from collections.abc import Callable

import pandas as pd
import pytest
import solara

from experiments.app import panels
from experiments.app.beside import use_beside
from experiments.app.commons import TRACKS
from experiments.app.drawn import drawn_once
from experiments.app.logbook import news_of, write_log
from experiments.app.money import SINCE, show_money, show_policy
from experiments.app.money_card import without_zone
from experiments.app.premise import Premise
from experiments.app.visit import Visit
from experiments.app.zone_model import ZoneModel, model_parameters
from experiments.figures.welfare import changes
from experiments.results import Run

ROUNDS = 9


def run_of(premise: Premise, rounds: int = ROUNDS) -> Run:
    while (track := TRACKS.play(premise, rounds)).played < rounds:
        pass
    return track.read(rounds)


@pytest.fixture(scope="module")
def run(small: Premise) -> Run:
    return run_of(small)


def test_the_log_tells_who_signed_and_for_what_gain(small: Premise) -> None:
    run = run_of(small, ROUNDS + 3)  # Canada signs in the last of these, nobody before
    decisions = run.table("decisions")
    signed = decisions[
        (decisions["kind"] == "accession")
        & (decisions["choice"] == "join")
        & (decisions["subject"].str.startswith("floor"))
    ]
    told = [line for line in write_log(run, 1000) if "the binding floor" in line.text]
    assert len(told) == signed["decision"].nunique() > 0
    form = r"[^:]+ signs the binding floor(: \+.+ USD .+ a quarter(; hesitated on .+)?)?\."
    assert [line.text for line in told if not re.fullmatch(form, line.text)] == []


def test_the_newest_lines_of_the_log_come_first_and_the_top_tells_one_of_them(run: Run) -> None:
    rounds = [line.round for line in write_log(run)]
    assert rounds == sorted(rounds, reverse=True)
    now = [line.text for line in write_log(run) if line.round == run.rounds[-1]]
    assert (news_of(run) in now) if now else news_of(run) == ""
    assert panels.headline(run, "dytb").startswith("Q1 2027:")
    assert re.search(r"Dy/Tb costs [\d,.]+ USD/kg inside", panels.headline(run, "dytb"))


def test_bars_of_money_add_up_to_the_accounts(run: Run) -> None:
    drawn = json.loads(show_money(run, SINCE))
    scale = {"million": 1e6, "billion": 1e9, "thousand": 1e3}[drawn["unit"].split()[0]]
    total: pd.Series[float] = changes(run).sum(axis=1)
    best = max(drawn["bars"], key=lambda bar: sum(part["value"] for part in bar["parts"]))
    found = scale * sum(part["value"] for part in best["parts"])
    assert found == pytest.approx(float(total.max()), rel=0.03)
    assert drawn["title"].startswith("Since 2025")


def test_the_zone_is_judged_against_the_same_world_without_it(small: Premise, run: Run) -> None:
    other, problem = without_zone(small)
    assert other is not None
    assert problem == ""
    assert other.seed == small.seed
    without = run_of(other)
    assert (without.table("countries")["rung"] < 4).all()
    assert json.loads(show_policy(run, without))["title"].startswith("By the zone")


def test_the_chosen_mineral_stands_out(run: Run) -> None:
    lines = json.loads(panels.show_grip(run, "gallium"))["lines"]
    assert [line["name"] for line in lines if line["width"] > 2] == ["Gallium"]


def test_what_is_drawn_once_is_not_drawn_again(run: Run) -> None:
    drawn: list[str] = []

    @drawn_once
    def draw(run: Run, mineral: str) -> str:
        drawn.append(mineral)
        return mineral

    assert [draw(run, "dytb"), draw(run, "dytb"), draw(run, "gallium")] == ["dytb", "dytb", "gallium"]
    assert drawn == ["dytb", "gallium"]


def test_a_world_beside_follows_from_quarter_to_quarter(small: Premise) -> None:
    visit = Visit()
    visit.restart(small, 2)
    shown: list[list[int] | None] = []

    @solara.component
    def both(rounds: int) -> None:
        beside, run = use_beside(visit, without_zone(small)[0])
        shown.append(run.rounds if run is not None else None)
        solara.Text(str(beside.shown))

    def wait_until(done: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not done() and time.monotonic() - began < 120:
            time.sleep(0.05)
        assert done()

    wait_until(lambda: not visit.busy)
    _, context = solara.render(both(2), handle_error=False)
    wait_until(lambda: shown[-1] == [0, 1])
    visit.go_to(3)
    wait_until(lambda: not visit.busy)
    context.render(both(3))
    wait_until(lambda: shown[-1] == [0, 1, 2])
    assert len(visit.companions) == 1
    visit.close()
    assert visit.companions[0].closed
    context.close()


def test_no_rule_bears_the_name_that_the_controls_keep_for_their_own() -> None:
    rules = model_parameters(Premise())
    assert "scenario" not in rules
    assert rules.keys() <= inspect.signature(ZoneModel).parameters.keys()
    assert ZoneModel("baseline", rng=2).premise.scenario.name == "No zone"

"""The search for policies: a front known on paper, the same after a stop, and nothing lost."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_sweep import design_of, lever, uncertainty

from experiments.__main__ import main
from experiments.analysis.study import AnalysisError
from experiments.figures.front import draw_front, write_front
from experiments.optimisation import search
from experiments.optimisation.archive import PLAYS
from experiments.optimisation.objectives import Objective, choose_objectives
from experiments.optimisation.search import Answer, SearchOptions, search_policies
from experiments.optimisation.words import describe_front
from experiments.results import ResultsError
from experiments.sweep.design import Design
from experiments.sweep.factor import Factor

pytest.importorskip("pymoo", reason="needs the extra optimisation")

OUTCOMES = ("members_welfare", "members_users_cost")
DESIGN = replace(
    design_of(
        "full",
        (
            lever("markup", low=0.0, high=1.0),
            lever("doctrine", "mild", "harsh"),
            uncertainty("growth", low=0.0, high=1.0),
        ),
        (1, 2),
        OUTCOMES,
    ),
    text="made up",
)
AIMS = choose_objectives(DESIGN, ["members_welfare"], ["members_users_cost"])
SMALL = SearchOptions(population=8, generations=5, draws=4, checks=3, seed=1)


def schaffer(design: Design, point: Mapping[str, Any], seed: int) -> Answer:
    """Schaffer's first problem: with harsh out of the way, the front is markup from 0.2 to 0.6."""
    markup, penalty = point["markup"], 1.0 if point["doctrine"] == "harsh" else 0.0
    shock = point["growth"] + seed
    return {
        "members_welfare": 1e9 * (shock - (markup - 0.2) ** 2 - penalty),
        "members_users_cost": 1e9 * (shock + (markup - 0.6) ** 2 + penalty),
    }


class Counted:
    """Plays that are counted, and stopped where asked."""

    def __init__(self, stop_at: int = 10**9) -> None:
        self.plays, self.stop_at = 0, stop_at

    def __call__(self, design: Design, point: Mapping[str, Any], seed: int) -> Answer:
        self.plays += 1
        if self.plays > self.stop_at:
            raise KeyboardInterrupt
        return schaffer(design, point, seed)


def test_the_front_is_where_it_lies_on_paper(tmp_path: Path) -> None:
    front = search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, generations=10), play=schaffer)
    best = front.table[front.table["on_front"]]
    assert set(best["doctrine"]) == {"mild"}
    assert best["markup"].between(0.2, 0.6).all()
    assert len(best) >= 5
    assert best["markup"].max() - best["markup"].min() > 0.3
    assert list(best["members_welfare"]) == sorted(best["members_welfare"], reverse=True)


def test_every_policy_is_played_under_the_same_draws(tmp_path: Path) -> None:
    asked: dict[Any, set[Any]] = {}

    def play(design: Design, point: Mapping[str, Any], seed: int) -> Answer:
        asked.setdefault((point["markup"], point["doctrine"]), set()).add((point["growth"], seed))
        return schaffer(design, point, seed)

    front = search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, checks=0), play=play)
    assert len({frozenset(plays) for plays in asked.values()}) == 1
    assert all(len(plays) == 4 * 2 for plays in asked.values())
    row = front.table.iloc[0]
    assert row["members_welfare_low"] < row["members_welfare"] < row["members_welfare_high"]


@pytest.mark.parametrize("uncertainties", [DESIGN.uncertainties, ()])
def test_where_each_draw_has_a_seed_of_its_own_none_is_played_twice(
    uncertainties: tuple[Factor, ...], tmp_path: Path
) -> None:
    asked: dict[Any, list[int]] = {}

    def play(design: Design, point: Mapping[str, Any], seed: int) -> Answer:
        asked.setdefault((point["markup"], point["doctrine"]), []).append(seed)
        return schaffer(design, {"growth": 0.0, **point}, seed)

    design = replace(DESIGN, uncertainties=uncertainties, seeds=(1, 2, 3, 4), seed_each=True)
    front = search_policies(design, AIMS, tmp_path / "f", SMALL, play=play)
    on_front = [asked[row.markup, row.doctrine] for row in front.table[front.table["on_front"]].itertuples()]
    assert {tuple(seeds) for seeds in on_front} == {(1, 2, 3, 4, 5, 6, 7)}
    assert {tuple(seeds[:4]) for seeds in asked.values()} == {(1, 2, 3, 4)}
    assert SMALL.checks_of_one(design) == 3
    assert sum(map(len, asked.values())) - 3 * len(on_front) <= SMALL.most_plays(design)
    assert "a seed of its own each" in describe_front(front)


def test_the_front_is_checked_under_other_draws(tmp_path: Path) -> None:
    front = search_policies(DESIGN, AIMS, tmp_path / "f", SMALL, play=schaffer)
    best = front.table[front.table["on_front"]]
    assert best["members_welfare_checked"].notna().all()
    assert (best["members_welfare_checked"] != best["members_welfare"]).all()
    assert "fresh draws, played after the search" in describe_front(front)


def test_a_stopped_search_goes_on_and_ends_where_a_whole_one_does(tmp_path: Path) -> None:
    whole = Counted()
    expected = search_policies(DESIGN, AIMS, tmp_path / "whole", SMALL, play=whole)
    first = Counted(stop_at=101)
    stopped = search_policies(DESIGN, AIMS, tmp_path / "parts", SMALL, play=first)
    assert stopped.status == "interrupted"
    assert stopped.unfinished > 0
    with (tmp_path / "parts" / PLAYS).open("a") as file:
        file.write('{"levers": {"mark')  # what a kill leaves of a line
    second = Counted()
    resumed = search_policies(DESIGN, AIMS, tmp_path / "parts", SMALL, play=second)
    assert resumed.table.equals(expected.table)
    assert second.plays == whole.plays - 101


def test_more_generations_go_on_from_what_is_there(tmp_path: Path) -> None:
    search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, generations=2), play=Counted())
    more = Counted()
    search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, generations=3), play=more)
    assert 0 < more.plays <= 8 * 4 * 2 + 24 * 3 * 2


def test_a_policy_whose_run_fails_is_no_policy(tmp_path: Path) -> None:
    def play(design: Design, point: Mapping[str, Any], seed: int) -> Answer:
        return "it broke" if point["markup"] > 0.5 else schaffer(design, point, seed)

    front = search_policies(DESIGN, AIMS, tmp_path / "f", SMALL, play=play)
    assert front.left_out > 0
    assert (front.table["markup"] <= 0.5).all()
    assert "left out, for a run failed: it broke" in describe_front(front)


def test_the_order_in_which_processes_end_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def backwards(work: Any, todo: Sequence[Any], processes: int) -> Iterator[tuple[Any, Any]]:
        sent = pickle.loads(pickle.dumps(work))
        yield from ((job, sent(job)) for job in reversed(todo))

    monkeypatch.setattr(search, "in_processes", backwards)
    here = search_policies(DESIGN, AIMS, tmp_path / "here", SMALL, play=schaffer)
    there = search_policies(DESIGN, AIMS, tmp_path / "there", SMALL, jobs=2, play=schaffer)
    assert there.table.equals(here.table)


def test_table_and_figure_are_written(tmp_path: Path) -> None:
    front = search_policies(DESIGN, AIMS, tmp_path / "f", SMALL, play=schaffer)
    written = write_front(front, tmp_path / "f")
    assert [path.name for path in written] == ["front.csv", "front.png", "front.svg"]
    assert written[0].read_text().startswith("markup,doctrine,plays,members_welfare,members_welfare_low")


def test_a_folder_of_another_search_is_not_mixed(tmp_path: Path) -> None:
    search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, generations=2), play=schaffer)
    with pytest.raises(ResultsError, match="was begun with another draws"):
        search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, draws=3), play=schaffer)
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "mine.txt").touch()
    with pytest.raises(ResultsError, match=r"not the folder of a search \(it holds mine.txt\)"):
        search_policies(DESIGN, AIMS, tmp_path / "g", SMALL, play=schaffer)


@pytest.mark.parametrize(
    ("maximise", "minimise", "words"),
    [
        (["zone"], [], "objective 'zone' is not kept, allowed: members_welfare, members_users_cost"),
        (["members_welfare"], [], "1 objective, needed for a front: two or more"),
        (["members_welfare"], ["members_welfare"], "'members_welfare' is there twice"),
    ],
)
def test_wrong_objectives_are_one_line(maximise: list[str], minimise: list[str], words: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        choose_objectives(DESIGN, maximise, minimise)
    assert words in str(caught.value)


def test_usual_objectives_and_means_over_minerals() -> None:
    design = replace(DESIGN, outcomes=("members_welfare", "dominant_share_ndpr", "dominant_share_gallium"))
    welfare, share = choose_objectives(design)
    assert (welfare.direction, share.direction) == ("maximise", "minimise")
    assert share == Objective("dominant_share", "minimise", ("dominant_share_ndpr", "dominant_share_gallium"))
    assert share.value({"dominant_share_ndpr": 0.2, "dominant_share_gallium": 0.6}) == pytest.approx(0.4)


def test_a_design_without_levers_has_nothing_to_search(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="levers: given none"):
        search_policies(replace(DESIGN, levers=()), AIMS, tmp_path / "f", SMALL, play=schaffer)


def test_an_aim_in_which_all_are_alike_is_named_and_not_drawn(tmp_path: Path) -> None:
    design = replace(DESIGN, outcomes=(*OUTCOMES, "worst_going_without"))
    aims = choose_objectives(design, ["members_welfare"], ["members_users_cost", "worst_going_without"])

    def play(design: Design, point: Mapping[str, Any], seed: int) -> Answer:
        return {**dict(schaffer(design, point, seed)), "worst_going_without": 1e-20 * point["markup"]}

    front = search_policies(design, aims, tmp_path / "f", SMALL, play=play)
    assert "In worst shortage all policies are alike" in describe_front(front)
    panels = draw_front(front).axes
    assert [panel.get_xlabel().partition("\n")[0] for panel in panels] == ["welfare of members", ""]


def test_welfare_is_told_from_the_mean_of_the_front(tmp_path: Path) -> None:
    front = search_policies(DESIGN, AIMS, tmp_path / "f", replace(SMALL, checks=0), play=schaffer)
    best = front.table[front.table["on_front"]]
    first = (best["members_welfare"].iloc[0] - best["members_welfare"].mean()) / 1e9
    assert f"{first:+.4f} (" in describe_front(front) or f"{first:+.3f} (" in describe_front(front)
    values = draw_front(front).axes[0].lines[-1].get_xdata()
    assert float(np.mean(values)) == pytest.approx(0.0, abs=1e-9)


MODEL = """
name = "Two levers"
question = "Which policies are beaten by no other?"
rounds = 5
minerals = ["gallium"]
[levers.markup]
key = "leader.markup"
low = 0.0
high = 1.0
[levers.reserve_days]
key = "reserve.target_days"
values = [0, 120]
[uncertainties.taste]
parameter = "taste_scale"
[outcomes]
keep = ["members_welfare", "members_users_cost"]
"""


def test_the_command_searches_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "two.toml").write_text(MODEL)
    words = ["optimise", str(tmp_path / "two.toml"), "--out", str(tmp_path / "front"), "--jobs", "1"]
    numbers = ["--population", "3", "--generations", "2", "--draws", "2", "--checks", "2"]
    assert main([*words, *numbers]) == 0
    told = capsys.readouterr().out
    assert "policies are beaten by none" in told or "best in every aim" in told
    table = pd.read_csv(tmp_path / "front" / "front.csv")
    best = table[table["on_front"]]
    assert best["members_welfare_checked"].notna().all()
    # A reserve of no days buys nothing, so users pay least without one and some policy of the front has none.
    assert 0 in set(best["reserve_days"])
    assert (tmp_path / "front" / "front.png").stat().st_size > 10_000

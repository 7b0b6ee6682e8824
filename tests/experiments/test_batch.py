"""Runs and comparisons: results, settings, interruption, failure, and the same tables whichever way they
are made.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from experiments import batch
from experiments.batch import RunFailed, compare_scenarios, run_scenario
from experiments.comparison import Comparison, write_comparison
from experiments.comparison_words import describe_comparison
from experiments.intervals import paired_interval
from experiments.results import ResultsError, Run
from world.records.schema import SCHEMA, Record
from world.scenario import Scenario, ScenarioError, load_scenario

MINERALS = ("ndpr", "copper")


class SmallWorld:
    """A world of two countries and two minerals that grows by the seed and the markup, for tests of what
    surrounds a world.
    """

    def __init__(self, scenario: Scenario, *, rng: int) -> None:
        self.scenario, self.seed = scenario, rng
        self.round, self.record = 0, Record()
        self.record.add("events", **nothing("events") | {"round": 4, "kind": "plant"})  # known ahead

    @property
    def finished(self) -> bool:
        return self.round >= self.scenario.run.rounds

    def step(self) -> None:
        when: dict[str, Any] = {
            "round": self.round,
            "quarter": f"{2025 + self.round // 4}-Q{self.round % 4 + 1}",
        }
        shift = self.scenario.leader.markup + 0.01 * self.seed * (1 + self.scenario.leader.markup)
        for mineral in MINERALS:
            zone = (
                nothing("zone")
                | when
                | {"mineral": mineral, "stage": "refined", "members": 1, "dominant_share": 0.9 - 0.1 * shift}
            )
            self.record.add(
                "zone", **zone | {"price_inside_usd_t": 1e4 * (1 + shift), "price_outside_usd_t": 1e4}
            )
        for country in ("USA", "CHN"):
            rung = 4 if country == "USA" else 0
            self.record.add(
                "countries",
                **nothing("countries") | when | {"country": country, "rung": rung, "welfare_usd": shift},
            )
        self.happen()
        self.round += 1

    def happen(self) -> None:
        """For tests: something goes wrong in the middle of the third round."""


class BrokenWorld(SmallWorld):
    def happen(self) -> None:
        if self.round == 2:
            raise FloatingPointError("no prices found")


class InterruptedWorld(SmallWorld):
    def happen(self) -> None:
        if self.round == 2:
            os.kill(os.getpid(), signal.SIGINT)


class ImpatientWorld(SmallWorld):
    def happen(self) -> None:
        if self.round == 2:
            raise KeyboardInterrupt


def nothing(table: str) -> dict[str, Any]:
    empty = {"text": "", "whole": 0, "number": 0.0, "yes_no": False}
    return {column.name: empty[column.kind] for column in SCHEMA[table]}


@pytest.fixture
def use_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[type], None]:
    """Let runs play a world of a test instead of the real one, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def use(world: type) -> None:
        module = ModuleType("world.model")
        module.__dict__["TradeWorld"] = world
        monkeypatch.setitem(sys.modules, "world.model", module)

    use(SmallWorld)
    return use


def test_a_run_leaves_tables_and_says_where_it_comes_from(use_world: object, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    run = run_scenario(
        "zone_floor", seed=3, rounds=5, progress=lambda done, total: seen.append((done, total))
    )
    assert run.folder == Path("results/zone_floor-seed3-1")
    assert len(run.table("zone")) == 5 * len(MINERALS)
    assert seen == [(number, 5) for number in range(1, 6)]
    meta = json.loads((run.folder / "run.json").read_text())
    assert (meta["scenario"], meta["seed"], meta["rounds"], meta["status"]) == (
        "zone_floor",
        3,
        5,
        "finished",
    )
    assert meta["python"].startswith("3.")
    assert len(meta["data_fingerprint"]) == 12
    assert set(meta["timings"]) == {"start_s", "compile_s", "simulation_s", "output_s"}
    assert min(meta["timings"].values()) >= 0
    assert meta["markets"] == {"posed": 0, "by_fallback": 0, "lost": 0}  # the made-up world clears none
    assert meta["peak_memory_mb"] > 10
    (tmp_path / "again.toml").write_text(meta["scenario_text"])
    assert load_scenario(tmp_path / "again.toml").fingerprint() == meta["scenario_fingerprint"]


def test_default_folders_are_numbered_and_named_ones_are_safe(use_world: object, tmp_path: Path) -> None:
    assert [run_scenario("baseline", rounds=1).folder.name for _ in range(2)] == [
        "baseline-seed1-1",
        "baseline-seed1-2",
    ]
    run_scenario("baseline", rounds=1, out=tmp_path / "mine")
    with pytest.raises(ResultsError, match="mine: exists already"):
        run_scenario("baseline", rounds=2, out=tmp_path / "mine")
    assert run_scenario("baseline", rounds=2, out=tmp_path / "mine", overwrite=True).meta["rounds"] == 2


def test_a_folder_of_something_else_is_never_overwritten(use_world: object, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultsError, match="not a result folder"):
        run_scenario("baseline", rounds=1, out=tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_folder_that_cannot_be_written_is_named_before_the_work(
    use_world: Callable[[type], None], tmp_path: Path
) -> None:
    use_world(BrokenWorld)
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot be written"):
        run_scenario("baseline", rounds=9, out=tmp_path / "file" / "run")


def test_settings_reach_the_world(use_world: object) -> None:
    run = run_scenario("zone_floor", rounds=1, settings={"leader.markup": 0.5})
    assert run.setting("leader", "markup", None) == 0.5
    with pytest.raises(ScenarioError, match="already read"):
        run_scenario(load_scenario("baseline"), rounds=1)


@pytest.fixture
def heed_ctrl_c() -> Iterator[None]:
    """Heed Ctrl-C as a process in the foreground does; one that a script starts with ``&`` ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heed_ctrl_c")
@pytest.mark.parametrize("world", [InterruptedWorld, ImpatientWorld])
def test_an_interrupted_run_keeps_its_whole_rounds(use_world: Callable[[type], None], world: type) -> None:
    use_world(world)
    run = run_scenario("baseline", rounds=9)
    # The first Ctrl-C lets the round end; an interrupt that comes through drops the round it broke.
    rounds = 3 if world is InterruptedWorld else 2
    assert (run.meta["status"], run.meta["rounds"]) == ("interrupted", rounds)
    assert set(run.table("countries")["round"]) == set(range(rounds))
    assert run.table("events").empty
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("heed_ctrl_c")
def test_a_run_that_was_started_to_ignore_ctrl_c_plays_on(use_world: Callable[[type], None]) -> None:
    use_world(InterruptedWorld)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for what a script starts with &
    run = run_scenario("baseline", rounds=9)
    assert (run.meta["status"], run.meta["rounds"]) == ("finished", 9)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_failed_run_keeps_its_rounds_and_its_state(use_world: Callable[[type], None]) -> None:
    use_world(BrokenWorld)
    with pytest.raises(
        RunFailed, match="FloatingPointError in round 2: no prices found; the state is kept in"
    ) as caught:
        run_scenario("baseline", rounds=9)
    run = Run.open("results/baseline-seed1-1")
    assert (run.meta["status"], run.meta["rounds"]) == ("failed", 2)
    assert set(run.table("zone")["round"]) == {0, 1}
    assert "no prices found" in (run.folder / "failure.txt").read_text()
    assert str(run.folder) in str(caught.value)


def test_the_state_of_a_failed_run_can_be_taken_up(
    use_world: Callable[[type], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pickle finds a class by the name of its module, which pytest does not register under importlib mode.
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())
    use_world(BrokenWorld)
    with pytest.raises(RunFailed):
        run_scenario("baseline", rounds=9)
    state = pickle.loads(Path("results/baseline-seed1-1/failed-state.pickle").read_bytes())
    assert state.round == 2


def _this_module() -> ModuleType:
    module = ModuleType(__name__)
    module.__dict__.update(globals())
    return module


def test_each_seed_has_a_set_of_parameters_of_its_own_in_all_scenarios(
    use_world: object, tmp_path: Path
) -> None:
    for name, written in (("low", ""), ("high", "[parameters]\ntaste_scale = 1.25\n")):
        text = f"name = 'N'\nquestion = 'Q?'\nbase = 'zone_floor'\n{written}"
        (tmp_path / f"{name}.toml").write_text(text)
    sets = [{"taste_scale": 1.5, "trust_cost_share": 0.2}, {"taste_scale": 0.75}]
    given = [tmp_path / "low.toml", tmp_path / "high.toml"]
    comparison = compare_scenarios(given, seeds=3, rounds=6, jobs=1, sets=sets)
    texts = [run.meta["scenario_text"] for run in comparison.runs]
    assert ["taste_scale = 1.5" in text for text in texts] == [True, False, False, False, True, False]
    assert ["taste_scale = 1.25" in text for text in texts] == [False, True, False, True, False, True]
    assert ["trust_cost_share = 0.2" in text for text in texts] == [True, True, False, False, True, True]


def test_a_comparison_is_paired_by_seed(use_world: object, tmp_path: Path) -> None:
    write = "name = 'N'\nquestion = 'Q?'\nbase = 'zone_floor'\n[leader]\nmarkup = {}\n"
    for name, markup in (("low", 0.0), ("high", 0.5)):
        (tmp_path / f"{name}.toml").write_text(write.format(markup))
    comparison = compare_scenarios([tmp_path / "low.toml", tmp_path / "high.toml"], seeds=4, rounds=6, jobs=1)
    assert comparison.folder == Path("results/low-vs-high-1")
    # shift = markup + .01 seed (1 + markup): the difference is .5 + .005 seed, seeds 1 to 4; welfare a year
    # is 4 x shift
    row = comparison.difference("leader_welfare", "high")
    expected = [4 * (0.5 + 0.005 * seed) for seed in (1, 2, 3, 4)]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx(paired_interval(expected))
    assert row["pairs"] == 4
    assert comparison.difference("dominant_share", "high", "copper")["difference"] == pytest.approx(
        -0.1 * (0.5 + 0.0125)
    )
    assert comparison.difference("leader_welfare", "high")["mean_reference"] == pytest.approx(4 * 0.025)
    assert {path.name for path in comparison.folder.iterdir()} >= {
        "comparison.csv",
        "comparison.json",
        "comparison.parquet",
        "outcomes.csv",
        "runs",
    }
    words = describe_comparison(comparison)
    assert "high against low" in words
    assert "dominant_share ndpr" in words
    assert "Clear in 4 pairs of runs: " in words
    assert "dominant share of NdPr -5.1 points (-5.2 to -5.0)" in " ".join(words.split())
    welfare = next(line for line in words.splitlines() if line.startswith("  leader_welfare "))
    assert welfare.split()[1:5] == ["bn", "USD/year", "-", "-"]  # its level means nothing


def test_scenarios_that_are_alike_do_not_differ(use_world: object) -> None:
    comparison = compare_scenarios(["zone_floor", "no_coercion"], seeds=[7, 9], rounds=2, jobs=1)
    differences = comparison.differences["difference"].dropna()
    assert len(differences) > 8
    assert (differences == 0).all()
    assert sorted(set(comparison.outcomes["seed"])) == [7, 9]


@pytest.mark.parametrize("names", [["baseline"], [], ["baseline", "baseline"]])
def test_a_comparison_needs_two_scenarios(use_world: object, names: list[str]) -> None:
    with pytest.raises(ScenarioError, match="two or more different scenarios"):
        compare_scenarios(names, seeds=1, rounds=1, jobs=1)


def test_a_comparison_overwrites_only_comparisons(use_world: object, tmp_path: Path) -> None:
    def compare(overwrite: bool) -> object:
        return compare_scenarios(
            ["baseline", "embargo"], 1, rounds=1, out=tmp_path / "both", jobs=1, overwrite=overwrite
        )

    compare(overwrite=False)
    with pytest.raises(ResultsError, match="both: exists already"):
        compare(overwrite=False)
    compare(overwrite=True)
    (tmp_path / "both" / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultsError, match=r"it holds thesis\.txt"):
        compare(overwrite=True)


def test_an_interrupted_comparison_keeps_finished_pairs(
    use_world: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.run_job

    def stop_at_the_fourth(job: batch.Job) -> tuple[Path, str]:
        if (job.seed, job.scenario.key) == (2, "zone_floor"):
            raise KeyboardInterrupt
        return real(job)

    monkeypatch.setattr(batch, "run_job", stop_at_the_fourth)
    comparison = compare_scenarios(["baseline", "zone_floor"], seeds=3, rounds=2, jobs=1)
    assert comparison.status == "interrupted"
    assert len(comparison.runs) == 3
    made = json.loads((comparison.folder / "comparison.json").read_text(encoding="utf-8"))
    assert (made["status"], made["runs_finished"], made["runs_planned"]) == ("interrupted", 3, 6)
    assert set(comparison.differences["pairs"]) <= {0, 1}


@pytest.mark.usefixtures("heed_ctrl_c")
def test_a_second_ctrl_c_does_not_lose_what_an_interrupted_comparison_left(
    use_world: Callable[[type], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_in_spite_of_ctrl_c(made: Comparison) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        write_comparison(made)

    use_world(InterruptedWorld)
    monkeypatch.setattr("experiments.comparison.write_comparison", write_in_spite_of_ctrl_c)
    kept = compare_scenarios(["baseline", "zone_floor"], seeds=1, rounds=9, jobs=1)
    assert kept.status == "interrupted"
    made = json.loads((kept.folder / "comparison.json").read_text(encoding="utf-8"))
    assert (made["status"], made["runs_finished"], made["runs_planned"]) == ("interrupted", 0, 2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_the_report_is_drawn_keeps_the_tables_and_marks_the_run(use_world: object) -> None:
    def stop(run: Run) -> None:
        raise KeyboardInterrupt

    run = run_scenario("zone_floor", rounds=4, finish=stop)
    assert run.meta["status"] == "interrupted"
    assert "python -m experiments report" in run.meta["error"]
    assert (run.meta["rounds"], len(run.rounds)) == (4, 4)
    assert Run.open(run.folder).meta["status"] == "interrupted"
    assert "output_s" in run.meta["timings"]

"""Designs: what they mean, and each mistake in one line before the first run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_jobs import DESIGN, write_design

from experiments.__main__ import main
from experiments.sweep.design import LIBRARY, Design, DesignError, read_design
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import scenario_at
from experiments.sweep.sampling import draw_points
from world.parameters import load_parameters

HEAD = 'name = "n"\nquestion = "q"\nrounds = 1\nminerals = ["gallium"]\n'
MARKUP = '[levers.markup]\nkey = "leader.markup"\n'
Read = Callable[[str], Design]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda text: read_design(write_design(tmp_path, HEAD + text))


def test_a_design_is_read_with_its_levers_and_uncertainties_apart(read: Read) -> None:
    design = read(
        "seeds = [4, 9]\n" + MARKUP + "values = [0, 0.5]\n"
        '[uncertainties.planning]\nparameter = "planning_years"\n'
        '[uncertainties.quarters]\nkey = "leader.update_quarters"\nlow = 1\nhigh = 8\n'
        '[sampling]\nkind = "latin_hypercube"\nsize = 16\n'
    )
    assert [factor.name for factor in design.levers] == ["markup"]
    assert [factor.is_lever for factor in design.factors] == [True, False, False]
    table = load_parameters()["planning_years"]
    planning = design.uncertainties[0]
    assert (planning.target, planning.low, planning.high) == (
        "parameters.planning_years",
        table.low,
        table.high,
    )
    assert design.seeds == (4, 9)
    points = draw_points(design)
    assert {type(point["quarters"]) for point in points} == {int}
    assert {point["quarters"] for point in points} == set(range(1, 9))
    assert {point["markup"] for point in points} == {0.0, 0.5}
    assert draw_points(design) == points


def test_each_draw_has_a_seed_of_its_own_the_same_under_every_choice(read: Read) -> None:
    uncertain = '[uncertainties.planning]\nparameter = "planning_years"\n'
    sampled = '[sampling]\nkind = "latin_hypercube"\nsize = 3\ncross = true\n'
    design = read('seeds = "each"\n' + MARKUP + "values = [0, 0.5]\n" + uncertain + sampled)
    runs = plan_runs(design)
    pairs = {(run.settings["planning"], run.seed) for run in runs}
    assert len(runs) == 6
    assert len(pairs) == len({seed for _, seed in pairs}) == len({draw for draw, _ in pairs}) == 3


def test_seeds_of_their_own_are_for_draws(read: Read) -> None:
    with pytest.raises(DesignError, match='seeds: given "each"'):
        read('seeds = "each"\n' + MARKUP + "values = [0, 0.5]\n")


def test_values_with_names_set_what_they_stand_for(read: Read) -> None:
    design = read(
        '[levers.scope]\nkey = "zone.scope"\n[levers.scope.values]\nall = ["*"]\nmagnets = ["ndpr", "dytb"]\n'
        "[levers.policy.values.soft]\n"
        'leader.coercion = "none"\nleader.markup = 0.3\n[levers.policy.values.hard]\n'
        '"leader.coercion" = "harsh"\n[levers.start]\nkey = "scenario"\nvalues = ["baseline", "zone_floor"]\n'
    )
    assert [point["scope"] for point in draw_points(design)] == ["all"] * 4 + ["magnets"] * 4
    made = scenario_at(design, {"scope": "magnets", "policy": "soft", "start": "zone_floor"})
    assert (made.key, made.zone.scope, made.leader.markup) == ("zone_floor", ("ndpr", "dytb"), 0.3)
    made = scenario_at(design, {"scope": "all", "policy": "hard", "start": "baseline"})
    assert (made.key, made.zone.scope, made.leader.coercion) == ("baseline", ("*",), "harsh")
    assert made.run.rounds == 1


def test_each_sampling_gives_its_number_of_points_within_the_ranges(read: Read, tmp_path: Path) -> None:
    ranges = (
        MARKUP + 'low = 0.01\nhigh = 1.0\nscale = "log"\n[uncertainties.demand]\nkey = "run.demand"\n'
        'values = ["STEPS", "APS", "NZE"]\n'
    )
    for sampling, count in (
        ('kind = "full"\nsize = 5', 15),
        ('kind = "latin_hypercube"\nsize = 7', 7),
        ('kind = "sobol"\nsize = 8', 8 * 4),
        ('kind = "sobol"\nsize = 8\nsecond_order = true', 8 * 6),
        ('kind = "morris"\nsize = 10', 10 * 3),
    ):
        points = draw_points(read(f"[sampling]\n{sampling}\n{ranges}"))
        assert len(points) == count
        markups = [float(point["markup"]) for point in points]
        assert 0.01 <= min(markups) < 0.1 < max(markups) <= 1.0
        assert {point["demand"] for point in points} == {"STEPS", "APS", "NZE"}
    middle = read(f'[sampling]\nkind = "full"\nsize = 3\n{ranges}').levers[0].at(0.5)
    assert middle == pytest.approx(0.1)  # of a logarithmic range


def test_crossed_sampling_meets_every_policy_with_the_same_draws(read: Read) -> None:
    design = read(
        '[sampling]\nkind = "latin_hypercube"\nsize = 4\ncross = true\n' + MARKUP + "values = [0.0, 0.5]\n"
        '[uncertainties.planning]\nparameter = "planning_years"\n'
    )
    points = draw_points(design)
    draws = [point["planning"] for point in points]
    assert draws[:4] == draws[4:]
    assert [point["markup"] for point in points] == [0.0] * 4 + [0.5] * 4


def test_a_list_is_read_and_a_wrong_cell_is_named(read: Read, tmp_path: Path) -> None:
    text = (
        '[sampling]\nkind = "list"\nfile = "points.csv"\n' + MARKUP + "low = 0.0\nhigh = 1.0\n"
        '[levers.side]\nkey = "zone.derivatives"\nvalues = [true, false]\n'
    )
    points = tmp_path / "points.csv"
    points.write_text("side,markup\ntrue,0.25\nfalse,1\n")
    assert draw_points(read(text)) == [{"markup": 0.25, "side": True}, {"markup": 1.0, "side": False}]
    for content, message in (
        (
            "side,markup\ntrue,2\n",
            "points.csv, row 2, column markup: given '2', allowed: a number from 0",
        ),
        ("side,markup\nyes,1\n", "column side: given 'yes', allowed: one of true, false"),
        ("side\ntrue\n", "points.csv: column markup: missing"),
        ("side,markup,x\ntrue,1,1\n", "points.csv: column x: not a factor"),
        ("side,markup\n", "sampling: gives no point"),
    ):
        points.write_text(content)
        with pytest.raises(ValueError, match=r"points|sampling") as caught:
            draw_points(read(text))
        assert message in str(caught.value)


def test_keys_hang_on_what_determines_a_run_and_on_nothing_else(read: Read, tmp_path: Path) -> None:
    text = "seeds = 2\n" + MARKUP + "values = [0.0, 0.5]\n"
    keys = [run.key for run in plan_runs(read(text))]
    assert len(set(keys)) == 4
    assert [run.key for run in plan_runs(read(text.replace("markup]", "level]")))] == keys  # another name
    more = {run.key for run in plan_runs(read(text.replace("seeds = 2", "seeds = 3")))}
    assert more > set(keys)
    for other in (
        text.replace("seeds = 2", 'seeds = 2\nscenario = "no_coercion"'),
        text.replace("0.5", "0.6").replace("0.0", "0.1"),
        text + '[outcomes]\nmembers = ["USA", "JPN"]\n',
    ):
        assert not {run.key for run in plan_runs(read(other))} & set(keys)


def test_a_point_that_is_there_twice_is_two_runs(read: Read, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("markup\n0.5\n0.5\n")
    design = read('[sampling]\nkind = "list"\nfile = "points.csv"\n' + MARKUP + "low = 0\nhigh = 1\n")
    assert len({run.key for run in plan_runs(design)}) == 2


FAULTS = (
    (
        '[levers.m]\nkey = "leader.mrkup"\nvalues = [0.1]',
        "levers.m: leader.mrkup: unknown key, allowed: mark",
    ),
    (MARKUP + "low = 0.5\nhigh = 0.5", "levers.markup: low, high: given 0.5 and 0.5, an empty range"),
    (MARKUP + "low = 0.5", "levers.markup: low and high or values: missing"),
    (
        MARKUP + "low = 0.0\nhigh = 9.0",
        "levers.markup: leader.markup: given 9.0, allowed: a number",
    ),
    (MARKUP + 'low = 0.0\nhigh = 1.0\nscale = "log"', "levers.markup.low: given 0, allowed: above 0"),
    (MARKUP + "values = []", "levers.markup.values: given none"),
    (MARKUP + "values = [0.1, 0.1]", "levers.markup.values: 0.1 is there twice"),
    (MARKUP + 'values = [0.1, "much"]', "levers.markup.values: given [0.1, 'much'], allowed: all text, all"),
    (MARKUP + "low = 0\nhigh = 1", "sampling.size: missing, a full grid takes so many levels"),
    (MARKUP + "lowe = 0", "levers.markup.lowe: unknown key, allowed: low"),
    ("[levers.m]\nvalues = [1]", "levers.m: key: missing, allowed: key, parameter, or values"),
    (
        '[levers.m]\nparameter = "planing_years"',
        "parameter 'planing_years' (nearest: planning_years)",
    ),
    ('[levers.seed]\nkey = "leader.markup"\nvalues = [1]', "levers.seed: a column of that name is there"),
    (
        MARKUP + 'values = [1]\n[uncertainties.markup]\nkey = "run.shocks"\nvalues = [true]',
        "uncertainties.markup: is there twice",
    ),
    (
        MARKUP + 'values = [1]\n[levers.again]\nkey = "leader.markup"\nvalues = [2]',
        "levers.again: sets leader.markup, which markup sets already",
    ),
    ('[levers."a b"]\nkey = "leader.markup"\nvalues = [1]', "given 'a b' as a name, allowed: letters"),
    ('[levers.s]\nkey = "scenario"\nvalues = ["zone_flor"]', "levers.s.values: unknown scenario 'zone_flor'"),
    ("seeds = [3, 5, 3]\n" + MARKUP + "values = [0.1]", "seeds: 3 is there twice, allowed: each seed once"),
    ("seeds = 0\n" + MARKUP + "values = [0.1]", "seeds: given 0, allowed: a whole number from 1"),
    ('scenario = "nowhere"\n' + MARKUP + "values = [0.1]", "scenario: unknown scenario 'nowhere'"),
    (
        MARKUP + 'values = [0.1]\n[outcomes]\nkeep = ["dominant_shar"]',
        "outcomes.keep: unknown outcome 'dominant_shar', allowed: dominant_share",
    ),
    (
        MARKUP + 'values = [0.1]\n[outcomes]\nkeep = ["dominant_share_ndpr"]',
        "outcomes.keep: unknown outcome 'dominant_share_ndpr', allowed: dominant_share",
    ),
    (MARKUP + 'values = [0.1]\n[outcomes]\nmembers = ["USB"]', "outcomes.members: given 'USB'"),
    (
        MARKUP + 'values = [0.1]\n[outcomes]\ndetail = "day"',
        "outcomes.detail: given 'day', allowed: one of",
    ),
    (
        MARKUP + 'values = [0.1]\n[sampling]\nkind = "grid"',
        "sampling.kind: given 'grid', allowed: one of",
    ),
    (
        MARKUP + 'low = 0\nhigh = 1\n[sampling]\nkind = "sobol"\nsize = 12',
        "sampling.size: given 12, allowed: a power of two",
    ),
    (MARKUP + 'low = 0\nhigh = 1\n[sampling]\nkind = "morris"', "sampling.size: missing"),
    (MARKUP + 'low = 0\nhigh = 1\n[sampling]\nkind = "list"', "sampling.file: missing"),
    (
        MARKUP + 'low = 0\nhigh = 1\n[sampling]\nkind = "list"\nfile = "nowhere.csv"',
        "nowhere.csv: cannot be read: No such file",
    ),
    ("", "levers, uncertainties: given none"),
    (MARKUP + "values = [0.1", "not valid TOML"),
)


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[message[:40] for _, message in FAULTS])
def test_a_mistake_is_one_line_before_the_first_run(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_design(tmp_path, HEAD + text)
    assert main(["sweep", str(path), "--out", str(tmp_path / "out"), "--engine", "serial"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert message in told.err
    assert told.err.count("\n") == 1
    assert not list((tmp_path / "out").glob("**/*.parquet"))


def test_words_of_the_command_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write_design(tmp_path, DESIGN))
    for words, message in (
        (["nowhere"], "unknown design 'nowhere', allowed: "),
        ([str(tmp_path / "no.toml")], "no.toml: no such design"),
        ([path, "more"], "allowed: one design, or replay FOLDER KEY"),
        ([path, "--engine", "serial", "--scheduler", "tcp://x:1"], "--engine: given serial, allowed: dask"),
        (["replay", str(tmp_path), "ab"], "not the folder of a sweep"),
        (["replay", str(tmp_path)], "allowed: FOLDER KEY"),
        ([path, "--out", str(tmp_path)], "is not the folder of a sweep; give another --out"),
    ):
        assert main(["sweep", *words]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.toml")), ids=lambda path: path.stem)
def test_designs_of_the_library_can_be_planned(path: Path) -> None:
    assert plan_runs(read_design(path))

"""Playing and scoring cases: on a made-up world with labels for countries."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from made_up_case import CASE, HEADER, write_case

from experiments.__main__ import main
from experiments.backtests.aggregates import read_aggregate
from experiments.backtests.backtest import Backtest, run_backtests
from experiments.backtests.case import Case
from experiments.backtests.case_reading import read_case
from experiments.backtests.clock import Clock, WindowError
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.draws import draw_parameters
from experiments.backtests.evaluation import Outcomes, evaluate
from experiments.backtests.naive import nothing_changes, static_answer
from experiments.backtests.play import play_case
from experiments.backtests.reference import describe_words
from experiments.backtests.report import describe_backtests, score_rows
from experiments.backtests.scoring import score_part
from experiments.backtests.vocabulary import words
from world.parameters import load_parameters

CLOCK = Clock("2010-Q3", 6, date(2011, 2, 10))


@pytest.mark.parametrize(
    ("window", "weights"),
    [
        ("before", [1, 1, 0, 0, 0, 0]),
        ("after", [0, 0, 2 / 3, 1, 1, 1]),
        ("q0", [0, 0, 1, 0, 0, 0]),
        ("q-1..q1", [0, 1, 1, 1, 0, 0]),
        ("m0..m2", [0, 0, 2 / 3, 1 / 3, 0, 0]),
        ("2011", [0, 0, 1, 1, 1, 1]),
        ("2010-Q4..2011-03", [0, 1, 1, 0, 0, 0]),
    ],
)
def test_windows_weigh_rounds_by_the_part_that_lies_in_them(window: str, weights: list[float]) -> None:
    assert CLOCK.weights(window).tolist() == pytest.approx(weights)


def test_the_same_window_holds_the_same_months_in_months_as_in_quarters() -> None:
    months = Clock("2010-Q3", 18, CLOCK.zero, rounds_per_year=12)
    for window in ("before", "after", "q-1..q1", "m0..m2", "2010-Q4..2011-03"):
        assert months.weights(window).sum() / 3 == pytest.approx(CLOCK.weights(window).sum())
    assert months.quarters_from_zero(months.zero_round + 6) == 2.0


@pytest.mark.parametrize("window", ["q4", "2010", "later", "2011-13", "q2..q1"])
def test_windows_outside_the_run_are_refused(window: str) -> None:
    with pytest.raises(WindowError):
        CLOCK.weights(window)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", 3.0),
        ("max", 9.0),
        ("when_max", 1.0),
        ("until_below:0.5", 1.0),
        ("first_above:1.5", 0.0),
        ("first_below:1.5", 2.0),
        ("sum", 3.0),
        ("extreme", 9.0),
        ("last", 1.0),
        ("fall", 8.0 / 9.0),
        ("back_within:0.5", 3.0),
    ],
)
def test_aggregates_of_a_line_that_rises_and_falls(name: str, value: float) -> None:
    aggregate, level = read_aggregate(name) or (None, 0.0)
    assert aggregate is not None
    line = np.array([5.0, 5.0, 2.0, 9.0, 0.0, 1.0])
    assert aggregate.apply(line, CLOCK.weights("q0..q3"), CLOCK, level) == value


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Outcomes]:
    """The made-up case with and without its stop."""
    case = read_case(write_case(tmp_path_factory.mktemp("case")))
    return case, play_case(case, {}, 1, ["actual", "open"])


def ask(played: tuple[Case, Outcomes], row: str, tmp_path: Path) -> float:
    """The number that a row of criteria asks for."""
    case = read_case(write_case(tmp_path, criteria=f"{HEADER}\n{row},value,0,1,band,A,test\n"))
    return evaluate(read_criteria(case)[0], played[1], case)


def compared(played: tuple[Case, Outcomes], row: str, relative: str, tmp_path: Path) -> float:
    """The same over what it is compared with, as a ratio."""
    case = read_case(write_case(tmp_path, criteria=f"{HEADER}\n{row},{relative},ratio,0,1,band,A,test\n"))
    return evaluate(read_criteria(case)[0], played[1], case)


def test_the_world_of_a_case_has_the_shares_it_was_given(
    played: tuple[Case, Outcomes], tmp_path: Path
) -> None:
    for number, (code, share) in enumerate({"AAA": 70.0, "BBB": 20.0, "CCC": 10.0}.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen = ask(played, f"Z,1,world_share,{code},output,,before,mean,,", folder)
        assert seen == pytest.approx(share, abs=1.0)


def test_a_stop_stops_direct_trade_and_goods_come_round(
    played: tuple[Case, Outcomes], tmp_path: Path
) -> None:
    rows = {name: f"Z,1,exports,AAA>BBB,{name},,q0..q3,mean,," for name in ("direct", "rerouted", "exporter")}
    found = {}
    for name, row in rows.items():
        (tmp_path / name).mkdir()
        found[name] = ask(played, row, tmp_path / name)
    assert found["direct"] == found["exporter"] == 0.0
    assert found["rerouted"] > 0.0


def test_price_rises_where_goods_stop_and_not_at_home(played: tuple[Case, Outcomes], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "home").mkdir()
    there = compared(played, "Z,1,price,BBB,mean,,q0..q1,max,", "window=before", tmp_path / "there")
    home = compared(played, "Z,1,price,AAA,mean,,q0..q3,mean,", "variant=open", tmp_path / "home")
    assert there > 1.01
    # those who are not aimed at stock up at home's gates, so that home feels some of it
    assert home - 1.0 < 0.25 * (there - 1.0)


def test_every_word_gives_a_line(played: tuple[Case, Outcomes], tmp_path: Path) -> None:
    for name, word in words().items():
        where = {"X": "BBB", "A>B": "AAA>BBB", "X/Y": "BBB/AAA"}[word.ends]
        for segment in word.segments_with([]):
            folder = tmp_path / f"{name}-{segment}"
            folder.mkdir()
            relative = "variant=open" if word.against else ""
            row = f"Z,1,{name},{where},{segment},,q0..q3,last,,{relative}"
            case = read_case(write_case(folder, criteria=f"{HEADER}\n{row},value,0,1,band,A,test\n"))
            assert isinstance(evaluate(read_criteria(case)[0], played[1], case), float)
    assert all(f"| `{name}` |" in describe_words() for name in words())


def test_nothing_hangs_on_the_name_of_a_country(played: tuple[Case, Outcomes], tmp_path: Path) -> None:
    labels = {"AAA": "CHN", "BBB": "USA", "CCC": "ZAF"}
    text = CASE
    for label, code in labels.items():
        text = text.replace(label, code)
    named = read_case(write_case(tmp_path, text))
    outcome = play_case(named, {}, 1, ["actual"])["actual"].tables["markets"]
    assert np.array_equal(
        outcome["price_mean_usd_t"], played[1]["actual"].tables["markets"]["price_mean_usd_t"]
    )


def test_naive_rules(played: tuple[Case, Outcomes], tmp_path: Path) -> None:
    case, outcomes = played
    row = next(row for row in read_criteria(case) if row.measure == "price")
    still = {name: nothing_changes(run) for name, run in outcomes.items()}
    static = {name: static_answer(run, case) for name, run in outcomes.items()}
    assert evaluate(row, still, case) == pytest.approx(1.0, abs=0.02)
    assert evaluate(row, static, case) > 1.5


def criterion(kind: str, operator: str = "value", low: float = 1.0, high: float = 2.0) -> Criterion:
    texts = dict.fromkeys(("part", "where", "segment", "form", "variant", "source"), "")
    fields = {"measure": "price", "window": "q0", "aggregate": "mean", "grade": "A"}
    return Criterion(**texts, **fields, id="C", relative={}, operator=operator, low=low, high=high, kind=kind)


@pytest.mark.parametrize(
    ("row", "values", "passed", "reason"),
    [
        (criterion("band"), [1.4, 1.5, 1.6], True, "in the band"),
        (criterion("band"), [2.4, 2.5, 2.6], False, "median above"),
        (criterion("band"), [-9.0, 1.5, 9.0], False, "bands"),
        (criterion("band", "ratio"), [1.0, 1.5, 1.9], True, "in the band"),
        (criterion("band", "ratio"), [0.1, 1.5, 9.0], False, "p90 over p10"),
        (criterion("timing"), [0.5, 1.5, 3.5], True, "in the band"),
        (criterion("timing"), [1.5, 1.5, 9.0], False, "quarters beyond"),
        (criterion("sign", low=0.0, high=np.inf), [1.0] * 4 + [-1.0], True, "in the band"),
        (criterion("sign", low=0.0, high=np.inf), [1.0] * 3 + [-1.0], False, "only 75% of draws"),
        (criterion("band"), [1.5, np.nan, np.nan], False, "2 of 3 draws give no number"),
        (criterion("band"), [np.nan], False, "no draw gives a number"),
    ],
)
def test_the_spread_must_be_honest(row: Criterion, values: list[float], passed: bool, reason: str) -> None:
    part = score_part(row, values)
    assert part.passed == passed
    assert reason in part.reason


def test_draws_lie_in_their_ranges_half_on_either_side() -> None:
    first, *others = draw_parameters(41, seed=3)
    assert first == {}
    for name, parameter in load_parameters().items():
        values = np.array([draw[name] for draw in others])
        assert parameter.low <= values.min() <= values.max() <= parameter.high
        assert (values < parameter.default).sum() in (0, 20)  # none where the default is the least
    assert draw_parameters(3, seed=3)[1] != others[0]
    assert draw_parameters(41, seed=3)[1] == others[0]


@pytest.fixture(scope="module")
def test_run(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    folder = write_case(tmp_path_factory.mktemp("run"))
    return run_backtests([folder], draw_parameters(2, 1), jobs=1)[0]


def test_parts_are_scored_together(test_run: Backtest) -> None:
    rows = score_rows([test_run])
    assert [(row["case"], row["id"], row["grade"]) for row in rows] == [
        ("a_stop", "P", "A"),
        ("a_stop", "X", "A"),
    ]
    for row in rows:
        parts = row["parts"]
        assert isinstance(parts, list)
        assert row["passed"] == all(part["passed"] for part in parts)
    assert test_run.lines["price"].shape == (2, 6)
    assert set(test_run.naive) == {"nothing_changes", "static_elasticity"}


def test_cases_held_out_are_counted_by_themselves(test_run: Backtest) -> None:
    world = test_run.case.world.model_copy(update={"held_out": True})
    judge = replace(test_run, case=replace(test_run.case, world=world))
    assert [row["held_out"] for row in score_rows([judge, test_run])] == [True, True, False, False]
    lines = describe_backtests([judge, test_run])
    heading = next(i for i, line in enumerate(lines) if line.startswith("Cases held out"))
    alone = describe_backtests([test_run])
    assert lines[:heading] == [*alone, ""]
    assert lines[heading + 1 :] == alone
    assert not any("held out" in line for line in alone)


def test_the_command_writes_rows_and_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out, rows = write_case(tmp_path), tmp_path / "figures", tmp_path / "rows.json"
    given = [
        "backtest",
        str(folder),
        "--draws",
        "1",
        "--jobs",
        "1",
        "--json",
        str(rows),
        "--figures",
        str(out),
    ]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "grades A and B:" in said
    assert "nothing changes would do" in said
    keys = {"case", "id", "grade", "kind", "median", "p10", "p90", "low", "high", "passed", "reason", "parts"}
    keys |= {"held_out"}
    assert all(set(row) == keys for row in json.loads(rows.read_text(encoding="utf-8")))
    assert (out / "a_stop.png").stat().st_size > 10_000
    assert main(["backtest", str(folder), "--draws", "1", "--json", str(rows / "rows.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_slump_needs_no_policy(tmp_path: Path) -> None:
    before, _, rest = CASE.partition("[[measures]]")
    text = before.replace("used = {", "growth = { 2010 = 0.0, 2011 = -0.4 }\nused = {")
    text += rest[rest.index("[[series]]") :]
    case = read_case(
        write_case(tmp_path, text, f"{HEADER}\nS,1,price,BBB,mean,,q0..q3,fall,,,value,0,1,band,A,x\n")
    )
    assert evaluate(read_criteria(case)[0], play_case(case, {}, 1, ["actual"]), case) > 0.1


def test_countries_are_free_to_join_where_a_case_offers_a_zone(tmp_path: Path) -> None:
    zone = '[zone]\nexists = true\ntext_quarters = [1, 2]\n\n[leader]\ncountry = "BBB"\n\n[groups]'
    member = '[[memberships]]\ncountry = "CCC"\nclub = "club"\nrung = 2\ndate = 2010-01-01\n\n[[measures]]'
    text = CASE.replace("[groups]", zone).replace("[[measures]]", member, 1)
    rows = "M,1,members,CCC,framework,,q0..q3,first,,,value,1,1,count,A,x\n"
    rows += "U,1,accession_auc,CCC,framework,,q0..q3,last,,,value,0,1,band,A,x\n"
    case = read_case(write_case(tmp_path, text, f"{HEADER}\n{rows}"))
    outcomes = play_case(case, {}, 1, ["actual"])
    members, auc = (evaluate(row, outcomes, case) for row in read_criteria(case))
    assert members == 1.0
    assert 0.5 <= auc <= 1.0
    assert case.scenario().run.decisions_open == "2010-Q3"
    assert read_case(write_case(_folder(tmp_path))).scenario().run.decisions_open == "2012-Q1"


def _folder(tmp_path: Path) -> Path:
    (tmp_path / "plain").mkdir()
    return tmp_path / "plain"

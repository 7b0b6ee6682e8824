"""Reading cases: what is wrong is said in one line that names file and place."""

import re
from datetime import date
from pathlib import Path

import pytest
from made_up_case import CASE, CRITERIA, HEADER, HISTORY, write_case

from experiments.__main__ import main
from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import cases_to_fit, find_cases, read_case
from experiments.backtests.criteria import read_criteria
from experiments.backtests.history import read_series


def test_a_sound_case_is_read_whole(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path))
    rows = read_criteria(case)
    assert case.codes == ("AAA", "BBB", "CCC", "ROW")
    assert case.groups["outside"] == {"BBB", "CCC", "ROW"}
    assert [(row.id, row.part) for row in rows] == [("P", "1"), ("X", "gone"), ("X", "stays")]
    assert [len(series.points) for series in read_series(case)] == [2]
    assert [measure.id for measure in case.scenario("open").measures] == []


def test_a_day_may_stand_in_quotes(tmp_path: Path) -> None:
    quoted = CASE.replace("zero = 2011-01-01", 'zero = "2011-01-01"')
    assert read_case(write_case(tmp_path, quoted)).world.zero == date(2011, 1, 1)


def test_nothing_is_fitted_to_a_case_that_is_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write_case(tmp_path)
    judge = given.rename(tmp_path / "judge")
    given = write_case(tmp_path)
    text = (judge / "case.toml").read_text(encoding="utf-8")
    (judge / "case.toml").write_text("held_out = true\n" + text, encoding="utf-8")
    monkeypatch.setattr("experiments.backtests.case_reading.LIBRARY", tmp_path)
    assert find_cases(["all"]) == [given, judge]
    assert cases_to_fit(["all"]) == cases_to_fit([]) == [given]
    with pytest.raises(CaseError, match=r"judge/case\.toml: held_out: given true, allowed: false"):
        cases_to_fit([given.name, "judge"])


FAULTS = [
    (
        "recovery = 0.9",
        "recovery = 0.9\ncapacity_t_year.refined = { AAA = 600 }",
        r"capacity_t_year\.refined\.AAA: given 600, allowed: 700 \(its output\) or more",
    ),
    (
        "recovery = 0.9",
        "recovery = 0.9\ncapacity_t_year.primary = { AAA = 600 }",
        r"capacity_t_year\.primary\.AAA: given 600, allowed: none: it makes nothing",
    ),
    (
        "zero = 2011-01-01",
        'zero = "January 2011"',
        r"zero: given 'January 2011', allowed: a day such as 2014-01-12$",
    ),
    ('home = "AAA"', 'held_out = "yes"\nhome = "AAA"', r"held_out: given 'yes', allowed: true or false$"),
    ('home = "AAA"', 'home = "XXX"', r"a_stop/case\.toml: home: given XXX, allowed: AAA"),
    (
        "gdp_usd_bn = 9000",
        "gdp_usd_bn = -1",
        r"countries\[1\]\.gdp_usd_bn: given -1, allowed: .*greater than 0",
    ),
    ("gdp_usd_bn = 9000", "gpd_usd_bn = 9000", r"countries\[1\]\.gdp_usd_bn: missing"),
    ('code = "CCC"', 'code = "BBB"', r"countries: BBB is there twice"),
    (
        "made.ore = { AAA = 0.6",
        "made.ore = { AAA = 0.7",
        r"made\.ore: given shares that add up to 1\.1, allowed: 1",
    ),
    ("used = { AAA = 0.4,", "used = { AAB = 0.4,", r"minerals\.stuff\.used: given AAB, allowed: AAA"),
    (
        "price_usd_t = { ore = 5000, ",
        "price_usd_t = { ",
        r"price_usd_t: given refined, allowed: one each of ore, refined",
    ),
    (
        'minerals = ["stuff"]',
        'minerals = ["staff"]',
        r"measures\[stop\]\.minerals: given staff, allowed: stuff",
    ),
    (
        'instrument = "ban"',
        'instrument = "bann"',
        r"measures\[stop\]\.instrument: given bann, allowed: one of tariff",
    ),
    ('targets = ["BBB"]', 'targets = ["ZZZ"]', r"measures\[stop\]\.targets: given ZZZ"),
    ('without = ["stop"]', 'without = ["stopp"]', r"variants\.open\.without: given stopp, allowed: stop"),
    (
        "zero = 2011-01-01",
        "zero = 2010-07-01",
        r"zero: given 2010-07-01, allowed: a day of the run \(2010-07 to 2011-12\), a quarter after",
    ),
    ('code = "CCC"', 'code = "ccc"', r"countries\[2\]\.code: given 'ccc', allowed: a label of three capital"),
    ("used = { AAA", "growth = { 2011 = 5 }\nused = { AAA", r"growth\.2011: given 5, allowed: less than or"),
    (
        "used = { AAA",
        "growth_of.DDD = { 2011 = 0.1 }\nused = { AAA",
        r"minerals\.stuff\.growth_of: given DDD, allowed: AAA",
    ),
    ("[groups]\nabroad", "[groups]\nhome", r"groups\.home: given home, allowed: a name"),
    ("rounds = 6", "rounds = 0", r"run\.rounds: given 0, allowed: a whole number from 1 to 400"),
    ('name = "A stop"', 'nam = "A stop"', r"case\.toml: nam: unknown key, allowed: name"),
    ('name = "A stop"', 'name = "A stop', r"case\.toml: not valid TOML"),
]


@pytest.mark.parametrize(("sound", "faulty", "words"), FAULTS)
def test_a_faulty_world_is_refused_in_a_line(tmp_path: Path, sound: str, faulty: str, words: str) -> None:
    assert sound in CASE
    with pytest.raises(CaseError, match=words) as caught:
        read_case(write_case(tmp_path, CASE.replace(sound, faulty, 1)))
    assert len(str(caught.value).splitlines()) <= 2


def test_what_is_no_case_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "nothing_in_it").mkdir()
    with pytest.raises(CaseError, match=r"nothing_in_it: given a folder without case\.toml"):
        find_cases([str(tmp_path / "nothing_in_it")])
    folder = write_case(tmp_path)
    with pytest.raises(CaseError, match=r"criteria\.csv: given a file, allowed: the folder of a case"):
        find_cases([str(folder / "criteria.csv")])
    (folder / "criteria.csv").write_text(HEADER.replace(",", ";"), encoding="utf-8")
    with pytest.raises(CaseError, match="given cells with ; between them, allowed: commas"):
        read_criteria(read_case(folder))
    (folder / "criteria.csv").write_text("", encoding="utf-8")
    with pytest.raises(CaseError, match="empty, allowed: a row of columns: id,part"):
        read_criteria(read_case(folder))


def test_a_wrong_label_is_told_once_and_labels_may_have_digits(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(write_case(tmp_path, CASE.replace("AAA", "COUNTRY_A")))
    assert len(str(caught.value).splitlines()) == 1
    tmp_path = tmp_path / "again"
    tmp_path.mkdir()
    assert read_case(write_case(tmp_path, CASE.replace("AAA", "C01"))).codes[0] == "C01"


def test_lanes_of_an_importer_hold_no_more_than_it_buys(tmp_path: Path) -> None:
    lane = '{ mineral = "stuff", stage = "refined", importer = "BBB", exporter = "%s", share = 0.6 }'
    text = CASE.replace('home = "AAA"\n', f'home = "AAA"\nlanes = [{lane % "AAA"}, {lane % "CCC"}]\n')
    with pytest.raises(CaseError, match=r"case\.toml: lanes: given 1\.2 of what BBB buys of stuff refined"):
        read_case(write_case(tmp_path, text))


def test_a_case_gives_no_parameters(tmp_path: Path) -> None:
    folder = write_case(tmp_path, CASE + "\n[parameters]\ntaste_scale = 1.0\n")
    with pytest.raises(
        CaseError, match="parameters: given, allowed: none; behaviour is the same for all cases"
    ):
        read_case(folder)


ROW = "P,1,price,BBB,mean,,q0..q1,max,,window=before,ratio,1.01,9,band,A,made up"
CRITERIA_FAULTS = [
    (("price,", "prise,"), r"row 2, column measure: given 'prise', allowed: price"),
    (("BBB", "BBD"), r"row 2, column where: given 'BBD', allowed: BBB"),
    (("BBB", "AAA>BBB"), r"column where: given 'AAA>BBB', allowed: X for price"),
    (
        ("mean", "meen"),
        r"column segment: given 'meen', allowed: spot, mean, local, index, gate, quoted for price",
    ),
    (("mean,,", "mean,staff,"), r"column form: given 'staff', allowed: stuff"),
    (("mean,,", "mean,stuff:component,"), r"column form: given 'stuff:component'"),
    (
        ("q0..q1", "q0..q9"),
        r"column window: given 'q0\.\.q9', allowed: a window within the run, 2010-07 to 2011-12",
    ),
    (("q0..q1", "q2..q1"), r"column window: given 'q2\.\.q1', allowed: a window that ends after it begins"),
    (("q0..q1", "soon"), r"column window: given 'soon', allowed: `before`"),
    (("max", "maximum"), r"column aggregate: given 'maximum', allowed: max"),
    (("max", "until_below"), r"column aggregate: given 'until_below'"),
    (("max,,", "max,opened,"), r"column variant: given 'opened', allowed: open"),
    (("window=before", "window=after..q2"), r"column window: given 'after\.\.q2'|column relative_to"),
    (("window=before", "since=before"), r"column relative_to: given 'since=before', allowed: name=value"),
    (("window=before", ""), r"column relative_to: nothing to compare with"),
    (("ratio", "quotient"), r"column operator: given 'quotient', allowed: "),
    (("1.01,9", "9,1.01"), r"column high: given 1\.01, allowed: 9 \(the low end\) or more"),
    (("1.01,9", "one,9"), r"row 2, column low: given 'one', allowed: a number or nothing"),
    (("1.01,9", ","), r"column low: given no bound, allowed: one at least"),
    (("1.01,9", "1.01,"), r"column high: nothing given, allowed: a number, for a band"),
    (("band", "bond"), r"column kind: given 'bond', allowed: band"),
    ((",A,", ",D,"), r"column grade: given 'D'"),
    (("made up", ""), r"column source: nothing given"),
    ((",made up", ""), r"row 2: not 16 cells"),
]


@pytest.mark.parametrize(("change", "words"), CRITERIA_FAULTS)
def test_a_faulty_criterion_is_named_by_row_and_column(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    case = read_case(write_case(tmp_path, criteria=f"{HEADER}\n{ROW.replace(*change, 1)}\n"))
    with pytest.raises(CaseError, match=words) as caught:
        read_criteria(case)
    assert all(line.startswith("a_stop/criteria.csv, row 2") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (HISTORY.replace("2010-Q4", "2009-Q4"), r"history\.csv, row 2, column date: given '2009-Q4'"),
        (HISTORY.replace("15000", "dear"), r"history\.csv, row 3, column value: given 'dear'"),
        (HISTORY.replace("\nprice", "\nprize", 1), r"row 2, column series: given 'prize', allowed: price"),
        (HISTORY.replace("date", "day"), r"row 1: missing column date; unknown column 'day'"),
    ],
)
def test_faulty_history_is_named_by_row(tmp_path: Path, history: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        read_series(read_case(write_case(tmp_path, history=history)))


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path, criteria=f"{HEADER}\n{ROW}\n{ROW}\n"))
    with pytest.raises(CaseError, match="P part 1 is there twice"):
        read_criteria(case)


def test_the_command_says_what_cases_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "gallium_2032", "--draws", "1"]) == 2
    assert re.search(r"error: unknown case 'gallium_2032', allowed: gallium_2023", capsys.readouterr().err)


def test_every_case_of_the_library_is_sound() -> None:
    for folder in find_cases(["all"]):
        case = read_case(folder)
        assert read_criteria(case)
        assert all(series.points for series in read_series(case))


def test_criteria_need_their_columns(tmp_path: Path) -> None:
    case = read_case(write_case(tmp_path, criteria=CRITERIA.replace("operator,", "", 1)))
    with pytest.raises(CaseError, match="row 1: missing column operator"):
        read_criteria(case)


@pytest.mark.parametrize("key", ["parameters.taste_scale", "run.rounds"])
def test_variants_set_no_parameters_and_no_other_time(tmp_path: Path, key: str) -> None:
    text = CASE.replace('without = ["stop"]', f'settings = {{ "{key}" = 1.0 }}')
    with pytest.raises(CaseError, match=rf"variants\.open\.settings: given {key}, allowed: other keys"):
        read_case(write_case(tmp_path, text))

"""Mechanisms as data: read strictly, played in pairs with a placebo, told honestly on the committed page."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.mechanisms.campaign import keep, kept_pairs, pair_path, run_campaign
from experiments.mechanisms.mechanism import ARMS, Mechanism
from experiments.mechanisms.page import PAGE, RESULTS, describe_mechanisms, write_page
from experiments.mechanisms.pair import Measured, Pair, pair_fingerprint, play_arm, play_pair
from experiments.mechanisms.reading import TABLE, MechanismError, read_mechanism, read_mechanisms
from experiments.mechanisms.signs import Found, find_signs, placebo_is_quiet, read_signs, verdict
from world.scenario import Scenario

DOCS = Path(__file__).resolve().parents[2] / "docs"
CHEAP = 24
FILE = """
number = 1
name = "Duty"
story = "A duty keeps goods out."
minerals = ["manganese"]

[given.run]
rounds = 8

[given.accession]
strategy = "fixed"

[given.dominant_refiner]
doctrine = "passive"

[[on.measures]]
id = "duty"
announced = 2026-03-01
in_force = 2026-04-01
actor = "CHN"
instrument = "tariff"
stages = ["ore"]
targets = ["AUS"]
size = 0.5

[[shown]]
says = "ore shipped"
measure = "exports"
where = "AUS>CHN"
stage = "ore"
window = "2026-Q3..2026-Q4"
sign = "-"
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    """The made-up mechanism with one piece of it replaced."""
    assert old in FILE
    path = folder / "01_duty.toml"
    path.write_text(FILE.replace(old, new) if old else FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def cheap() -> Mechanism:
    return next(one for one in read_mechanisms([CHEAP]))


@pytest.fixture(scope="module")
def pairs(cheap: Mechanism) -> list[Pair]:
    return [play_pair(cheap, seed) for seed in (1, 2)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("number = 1\n", "", ["number: missing"]),
        ("number = 1", "number = 0", ["number: given 0", "a whole number from 1 to 999"]),
        ("story =", "tale =", ["tale: unknown key", "story"]),
        ('sign = "-"', 'sign = "down"', ["shown[0].sign: given 'down'", "one of +, -, 0"]),
        ('measure = "exports"', 'measure = "export"', ["shown[0].measure", "exports"]),
        ('where = "AUS>CHN"', 'where = "AUS>CHI"', ["shown[0].where: given 'AUS>CHI'"]),
        ('minerals = ["manganese"]', 'minerals = ["gallium"]', ["shown[0].stage", "gallium:ore"]),
        ("2026-Q3..2026-Q4", "2031", ["shown[0].window: given '2031'", "a window within the run"]),
        ('minerals = ["manganese"]', 'minerals = ["magnesium"]', ["magnesium", "manganese"]),
        ("size = 0.5", "size = 50", ["[on]", "measures[duty].size: given 50"]),
        ('strategy = "fixed"', 'strategy = "fix"', ["[given]", "accession.strategy", "fixed"]),
        ("[[shown]]", "[on.run]\nrounds = 9\n\n[[shown]]", ["on: given a run of its own"]),
        ("[given.run]", "[given.run", ["not valid TOML"]),
    ],
)
def test_a_fault_of_a_file_is_one_line_that_says_what_is_allowed(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    with pytest.raises(MechanismError) as caught:
        read_mechanism(write(tmp_path, old, new))
    lines = str(caught.value).splitlines()
    assert all(line.startswith("01_duty.toml") for line in lines)
    assert any(all(word in line for word in words) for line in lines)


def test_a_mechanism_is_played_or_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "01_duty.toml"
    bare = FILE.partition("minerals =")[0]
    path.write_text(bare, encoding="utf-8")
    with pytest.raises(MechanismError, match=r"shown: nothing given"):
        read_mechanism(path)
    path.write_text(bare + 'missing = "All of it."\n', encoding="utf-8")
    assert verdict(read_mechanism(path), []) == "missing"


def test_the_design_has_42_mechanisms_and_each_has_its_row() -> None:
    assert [one.keys.number for one in read_mechanisms()] == list(range(1, 43))


def test_a_cheap_mechanism_shows_its_signs_and_the_placebo_moves_nothing(
    cheap: Mechanism, pairs: list[Pair]
) -> None:
    found = find_signs(cheap, pairs)
    assert {row.mineral for row in found} == {"lithium", "manganese"}
    assert all(row.change < 0.0 for row in found)
    assert {shown.sign for shown in cheap.keys.shown} == {"-"}
    assert all(one.on < one.off for pair in pairs for one in pair.measured)
    # draws are keyed by event: a word more in the calendar changes no draw, and so no digit
    assert {one.placebo - one.off for pair in pairs for one in pair.measured} == {0.0}
    assert verdict(cheap, found) == "too few pairs"
    assert pairs[0].measured[0].off != pairs[1].measured[0].off


def test_arms_on_one_ground_are_what_they_would_be_on_their_own(cheap: Mechanism) -> None:
    shorter = [replace_rounds(cheap.scenarios[arm], 6) for arm in ("off", "on")]
    economy = play_arm(shorter[0], 1).economy
    shared, alone = play_arm(shorter[1], 1, economy), play_arm(shorter[1], 1)
    assert shared.economy is not alone.economy
    tables = [pd.DataFrame(world.record.rows("markets")) for world in (shared, alone)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def replace_rounds(scenario: Scenario, rounds: int) -> Scenario:
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"rounds": rounds})})


def test_a_campaign_goes_on_where_it_was_and_drops_what_no_longer_holds(
    cheap: Mechanism, pairs: list[Pair], tmp_path: Path
) -> None:
    for pair in pairs:
        keep(pair, pair_path(tmp_path, CHEAP, pair.seed))
    played: list[int] = []
    source = (TABLE / cheap.file, cheap)
    assert run_campaign([source], 2, tmp_path, 1, lambda done, total: played.append(total)) == pairs
    assert played == []
    keep(replace(pairs[0], fingerprint="another"), pair_path(tmp_path, CHEAP, 1))
    pair_path(tmp_path, CHEAP, 2).write_text("{", encoding="utf-8")
    assert kept_pairs(cheap, tmp_path) == []


def test_the_fingerprint_of_a_pair_is_that_of_what_is_played(cheap: Mechanism, tmp_path: Path) -> None:
    first = pair_fingerprint(read_mechanism(write(tmp_path)))
    assert first == pair_fingerprint(read_mechanism(write(tmp_path)))
    assert first != pair_fingerprint(read_mechanism(write(tmp_path, "size = 0.5", "size = 0.4")))


def made_up(off: float, on: list[float], placebo: float = 0.0) -> list[Pair]:
    """Pairs in which a measure is ``off`` without the switch and ``on`` with it."""
    return [
        Pair(1, seed, "", "2026-11-27", 1.0, (Measured(0, "manganese", off, value, off + placebo),))
        for seed, value in enumerate(on)
    ]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (made_up(10.0, [8.0, 8.1, 8.2]), "shown"),
        (made_up(10.0, [12.0, 12.1, 12.2]), "not shown"),
        (made_up(10.0, [8.0, 12.0, 10.1]), "not shown"),
        (made_up(10.0, [10.0, 10.0, 10.0]), "not shown"),
        (made_up(10.0, [10.0 - 1e-8] * 3), "not shown"),
        (made_up(10.0, [8.0, 8.1, 8.2], placebo=-1.0), "not shown"),
        (made_up(10.0, [8.0, 8.1]), "too few pairs"),
        (made_up(10.0, [8.0, 8.1, math.nan]), "too few pairs"),
        ([], "not run"),
    ],
)
def test_verdicts(tmp_path: Path, pairs: list[Pair], words: str) -> None:
    one = read_mechanism(write(tmp_path))
    assert verdict(one, find_signs(one, pairs)) == words


def test_what_is_missing_in_part_is_never_called_shown(tmp_path: Path) -> None:
    one = read_mechanism(write(tmp_path, "minerals =", 'missing = "Half of it."\nminerals ='))
    assert verdict(one, find_signs(one, made_up(10.0, [8.0, 8.1, 8.2]))) == "in part"


def test_a_page_keeps_the_rows_of_mechanisms_that_were_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "table").mkdir()
    one = read_mechanism(write(tmp_path / "table"))
    first = find_signs(one, made_up(10.0, [8.0, 8.1, 8.2]))
    write_page([one], first, tmp_path)
    text = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "-1.9 [-2.15 to -1.65]" in text
    write_page([one], [], tmp_path)
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == text
    changed = read_mechanism(write(tmp_path / "table", "size = 0.5", "size = 0.4"))
    write_page([changed], [], tmp_path)
    assert read_signs(tmp_path / RESULTS) == []
    assert "not run" in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_the_committed_page_has_all_rows_and_agrees_with_the_files() -> None:
    mechanisms, found = read_mechanisms(), read_signs(DOCS / RESULTS)
    assert (DOCS / PAGE).read_text(encoding="utf-8") == describe_mechanisms(mechanisms, found)
    fingerprints = {one.keys.number: one.fingerprint for one in mechanisms}
    assert [row for row in found if row.fingerprint != fingerprints[row.number]] == []
    assert [row.number for row in found if row.pairs > 1 and not placebo_is_quiet(row)] == []


def test_wrong_numbers_and_folders_are_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["mechanisms", "99"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    taken = tmp_path / "taken"
    taken.write_text("a file")
    played: list[object] = []
    monkeypatch.setattr("experiments.mechanisms.campaign.run_campaign", lambda *given: played.append(given))
    assert main(["mechanisms", "1", "--quiet", "--out", str(taken)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert played == []  # refused before anything is played


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    out, nothing = tmp_path / "not" / "there", str(tmp_path / "kept")
    assert main(["mechanisms", "1", "--kept", "--quiet", "--results", nothing, "--out", str(out)]) == 0
    assert (out / PAGE).is_file()


def test_the_arms_differ_in_their_switch_alone(cheap: Mechanism) -> None:
    assert tuple(cheap.scenarios) == ARMS
    runs = {one.run.model_dump_json() for one in cheap.scenarios.values()}
    assert len(runs) == 1
    ids = {arm: {measure.id for measure in one.measures} for arm, one in cheap.scenarios.items()}
    assert ids["placebo"] - ids["off"] == {"placebo"}


def test_found_rows_survive_the_table(tmp_path: Path) -> None:
    from experiments.mechanisms.signs import write_signs

    row = Found(1, 0, "", "%", 1.0, 2.0, 1.0, 0.5, 1.5, 0.0, 0.0, 0.0, 2, 2, "2026-11-27", "abc")
    write_signs([row], tmp_path / "signs.csv")
    assert read_signs(tmp_path / "signs.csv") == [row]

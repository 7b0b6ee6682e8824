"""Studies: what is said follows from the numbers, the page stands by itself, faults are one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.studies.conduct import tell
from experiments.studies.sentences import condition_of
from experiments.studies.standard_study import list_studies, read_study
from experiments.sweep.design import read_design
from experiments.sweep.factor import DesignError
from experiments.sweep.folder import create_folder
from experiments.sweep.plan import plan_runs
from experiments.sweep.play import failed_run
from experiments.sweep.tables import rounds_part, runs_part

MOST_SMALL_RUNS = 30
DESIGN = """
name = "Made up"
question = "Does finance buy members?"
scenario = "zone_floor"
rounds = 8
minerals = ["ndpr", "gallium"]
seeds = 6
[levers.finance]
key = "leader.finance_usd_year"
values = [0.0, 5e9, 2e10]
[levers.press]
key = "leader.coercion"
values = ["none", "harsh"]
[outcomes]
keep = ["members_at_end", "dominant_share", "members_welfare", "worst_going_without", "country_welfare_CAN"]
detail = "year"
"""
STUDY = """
name = "Finance"
question = "Does finance buy members?"
why = "Money is offered."
design = "made_up.toml"
shows_not = ["What money buys elsewhere."]
[words.finance]
"5000000000.0" = "some finance"
[comparisons.money]
lever = "finance"
reference = 0.0
outcomes = [
  "members_at_end", "dominant_share", "members_welfare", "worst_going_without", "country_welfare_CAN"
]
[comparisons.money_under_pressure]
lever = "finance"
reference = 0.0
settings = [5e9]
where = { press = "harsh" }
outcomes = ["members_at_end"]
[[findings]]
topic = "Members"
comparison = "money"
setting = 5e9
outcome = "members_at_end"
rises = "Up by {size} under {setting} in {pairs} pairs, {level_reference} to {level}"
falls = "Down"
[[findings]]
topic = "Under pressure"
comparison = "money_under_pressure"
setting = 5e9
outcome = "members_at_end"
rises = "Up"
falls = "Down by {size}"
[[findings]]
topic = "Grip"
comparison = "money"
setting = 5e9
outcome = "dominant_share"
rises = "Up"
falls = "Down"
[[findings]]
topic = "Shortage"
comparison = "money"
setting = 5e9
outcome = "worst_going_without"
rises = "Up"
falls = "Down"
[[findings]]
topic = "Welfare"
comparison = "money"
outcome = "members_welfare"
some = "{clear} of {count}: {list}"
none = "Nothing"
[[figures]]
kind = "effects"
comparison = "money"
[[figures]]
kind = "course"
comparison = "money"
outcome = "dominant_share"
[[figures]]
kind = "map"
x = "finance"
y = "press"
outcome = "members_at_end"
"""


def made_up(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Some finance brings 10 members, 2 fewer than none under pressure; shares are luck, welfare is exact."""
    finance, harsh = float(settings["finance"]) / 5e9, settings["press"] == "harsh"
    members = {0: 5.0, 1: 3.0 if harsh else 15.0, 4: 9.0}[int(finance)]
    luck = {0: 0.0, 1: 0.02, 4: 0.01}[int(finance)] * (-1) ** seed
    return {
        "members_at_end": members,
        "dominant_share_ndpr": 0.8 + luck,
        "dominant_share_gallium": 0.9 + luck,
        "members_welfare": 1e9 - 2.5e8 * finance + 1e7 * seed,
        "worst_going_without": 0.1,
        "country_welfare_CAN": 1e8 * finance,
    }


def written(folder: Path, fails: tuple[int, ...] = ()) -> Path:
    """A study with its design, and the folder in which its sweep is done; runs of points ``fails`` failed."""
    (folder / "made_up.toml").write_text(DESIGN)
    (folder / "finance.toml").write_text(STUDY)
    design = read_design(folder / "made_up.toml")
    sweep = folder / "out" / "sweep"
    create_folder(sweep, design)
    for planned in plan_runs(design):
        if planned.point in fails:
            (sweep / "runs" / f"{planned.key}.parquet").write_bytes(
                failed_run(design, planned, "no prices").runs
            )
            continue
        outcomes = made_up(planned.settings, planned.seed)
        course = {"round": [3, 7], "quarter": ["2025-Q4", "2026-Q4"]}
        course |= {name: [0.0, value] for name, value in outcomes.items()}
        part = runs_part(design, planned, "finished", "", 0.1, outcomes)
        (sweep / "rounds" / f"{planned.key}.parquet").write_bytes(rounds_part(design, planned, course))
        (sweep / "runs" / f"{planned.key}.parquet").write_bytes(part)
    return folder / "out"


def test_every_study_of_the_library_can_be_played_whole_and_small() -> None:
    assert len(list_studies()) == 7
    for name, question in list_studies():
        whole, small = read_study(name), read_study(name, small=True)
        assert question == whole.keys.question
        assert whole.design.base.run.rounds > small.design.base.run.rounds
        assert len(plan_runs(small.design)) <= MOST_SMALL_RUNS
        assert len(small.design.seeds) > 1 or small.design.sampling.kind != "full"
        assert set(small.design.outcomes) <= set(whole.design.outcomes)


def test_the_page_of_studies_counts_their_runs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| .* \| (\d+) \|$", page, flags=re.M)
    assert sorted(listed) == [
        (name, str(len(plan_runs(read_study(name).design)))) for name, _ in list_studies()
    ]


def test_the_words_follow_from_the_numbers(tmp_path: Path) -> None:
    out = written(tmp_path)
    told = tell(read_study(tmp_path / "finance.toml"), out, "python -m experiments study finance.toml")
    assert [figure.svg.name for figure in told.figures] == ["1-effects.svg", "2-course.svg", "3-map.svg"]
    said = {answer.topic: answer.text for answer in told.answers}
    table = pd.read_csv(out / "numbers.csv")
    first = table.set_index(["comparison", "setting", "outcome"]).loc[("money", 5e9, "members_at_end")]
    # pairs of both settings of pressure: 10 more without it and 2 fewer under it
    assert (first["difference"], first["pairs"], first["seeds"]) == (4.0, 12, 6)
    assert said["Members"].startswith("Up by 4.00 countries (4.00 to 4.00) under some finance in 12 pairs")
    assert said["Under pressure"] == "Down by 2.00 countries (2.00 to 2.00)."
    assert said["Grip"].startswith(
        "Cannot be told. Change of mean dominant share under some finance: 0 points (-"
    )
    assert said["Shortage"] == "No change of worst shortage under some finance in any of 12 pairs."
    assert said["Welfare"] == (
        "2 of 2: 2e+10 -1.00 billion USD a year (-1.00 to -1.00) and some finance -250 million USD a year "
        "(-250 to -250)."
    )


def test_the_page_stands_by_itself_and_holds_every_row(tmp_path: Path) -> None:
    out = written(tmp_path, fails=(5,))
    told = tell(read_study(tmp_path / "finance.toml"), out, "the command")
    page, plain = ((out / name).read_text() for name in ("study.html", "study.md"))
    assert re.findall(r'(?:src|href)="(?!data:|#)', page) == []
    assert page.count("data:image/svg+xml;base64,") == len(told.figures) == 2
    assert re.findall(r'id="row-(\d+)"', page) == [str(row) for row in told.numbers.table["row"]]
    for text in (page, plain):
        assert "6 of 36 runs failed and are in no pair" in text
        assert "1 of 3 figures left out" in text  # the map, of which a cell is empty
        assert "11 differences were looked at" in text
        assert "the command" in text
        assert "What money buys elsewhere." in text
    assert "| welfare of Canada | bn USD/year | - | - | +0.100* |" in plain


def test_the_command_tells_and_reports_failed_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = written(tmp_path, fails=(5,))
    monkeypatch.chdir(tmp_path)
    assert main(["study", "finance.toml", "--out", str(out), "--engine", "serial"]) == 3
    told = capsys.readouterr()
    assert "Members: Up by 4.00 countries" in told.out
    assert told.err.count("\n") == 1
    assert re.search(
        r"failed: 6 of 36 runs, the first at point 5, seed 1: no prices; .* sweep replay ", told.err
    )
    assert main(["study"]) == 0
    assert "canada_waits" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("Up by {size}", "Up by 3", "finding 1 (Members): rises: given 'Up by 3 under', allowed: no digits"),
        ("{pairs}", "{runs}", "rises: given {runs}, allowed: {setting}"),
        (
            'rises = "Up"\nfalls = "Down by {size}"',
            'rises = "Up"',
            "finding 2 (Under pressure): falls: missing",
        ),
        (
            'none = "Nothing"',
            'falls = "Nothing"',
            "finding 5 (Welfare): falls: given without a setting, allowed: some, none",
        ),
        (
            "reference = 0.0\nsettings",
            "reference = 1.0\nsettings",
            "money_under_pressure.reference: given '1.0'",
        ),
        ('press = "harsh"', 'press = "soft"', "where: given 'soft', allowed: none, harsh"),
        (
            'lever = "finance"',
            'lever = "money"',
            "comparisons.money.lever: given 'money', allowed: finance, press",
        ),
        ('y = "press"', 'y = "pressure"', "figure 3: axis: given 'pressure', allowed: press, finance"),
        ('kind = "course"\ncomparison = "money"\n', 'kind = "course"\n', "figure 2: comparison: missing"),
        (
            'design = "made_up.toml"',
            'design = "made_out.toml"',
            "design: given 'made_out.toml', allowed: made_up, finance",
        ),
        ("why = ", "wherefore = ", "finance.toml: why: missing"),
        ('topic = "Grip"', 'topic = "Grip"\ntone = "grave"', "findings[2].tone: unknown key"),
    ],
)
def test_a_fault_is_one_line_before_the_first_run(tmp_path: Path, old: str, new: str, line: str) -> None:
    written(tmp_path)
    assert old in STUDY
    (tmp_path / "finance.toml").write_text(STUDY.replace(old, new))
    with pytest.raises(DesignError) as raised:
        read_study(tmp_path / "finance.toml")
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_small_version_needs_its_design(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(DesignError, match="--small needs the design made_up_small"):
        read_study(tmp_path / "finance.toml", small=True)


@pytest.mark.parametrize(
    ("difference", "low", "high", "condition"),
    [
        (0.05, 0.01, 0.09, "rises"),
        (-0.05, -0.09, -0.01, "falls"),
        (0.05, -0.01, 0.11, "unclear"),
        (0.0004, 0.0003, 0.0005, "slight"),
        (0.0, 0.0, 0.0, "unchanged"),
        (0.05, float("nan"), float("nan"), "unknown"),
    ],
)
def test_what_kind_of_difference_it_is(difference: float, low: float, high: float, condition: str) -> None:
    row = {"outcome": "dominant_share", "difference": difference, "low": low, "high": high}
    assert condition_of({**row, "mean_reference": 0.8}) == condition

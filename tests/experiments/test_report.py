"""The report and the summary: self-contained, of one mind, and every number traced."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from experiments.chronicle import chronicle
from experiments.doubts import DOUBTS, least_sure
from experiments.figures.naming import subject_in_words
from experiments.findings import find_all
from experiments.floor_bill import floor_bill
from experiments.report import write_report
from experiments.results import ResultsError, Run
from experiments.shortages import find_shortages, shortages
from experiments.summary import summarise
from world.parameters import load_parameters

MakeRun = Callable[..., Run]


@pytest.mark.parametrize(
    "shape",
    [{}, {"rounds": 1}, {"rounds": 5, "zone": False, "reserve": False}, {"minerals": ("copper",)}],
)
def test_every_number_of_the_summary_is_traced(make_run: MakeRun, shape: dict[str, object]) -> None:
    for finding in find_all(make_run(**shape)):
        rest = finding.text
        for quoted in sorted(finding.quoted, key=lambda quoted: -len(quoted.value)):
            assert quoted.value in finding.text
            rest = rest.replace(quoted.value, "")
        assert not re.search(r"\d", rest), rest


def test_numbers_against_a_baseline_are_traced_too(run: Run, make_run: MakeRun) -> None:
    finding = next(
        found for found in find_all(run, make_run("base-seed1-1", zone=False)) if found.topic == "Cost"
    )
    assert finding.text.startswith("Against base, those who ever join")
    assert len(finding.quoted) == 3


def test_the_page_is_self_contained_and_says_what_the_terminal_says(run: Run) -> None:
    page = write_report(run).read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "http" not in re.sub(r'src="data:[^"]*"', "", page)
    assert page.count("<figure>") == 8
    plain = summarise(run)
    for finding in find_all(run):
        assert finding.text.replace("'", "&#39;") in page
        assert finding.text.split()[0] in plain
        for quoted in finding.quoted:
            assert quoted.column.split()[0] in page
    assert "python -m experiments run made_up --seed 1" in page
    assert "0123abcd4567" in page
    assert "210" in page  # rows of data that are assumptions


def test_the_terminal_wraps_the_same_sentences(run: Run) -> None:
    lines = summarise(run).splitlines()
    assert lines[0] == "Does a zone form and loosen the grip?"
    assert max(map(len, lines)) <= 112
    told = " ".join(" ".join(lines).split())
    assert all(finding.text in told for finding in find_all(run))


def test_an_interrupted_run_says_so(make_run: MakeRun) -> None:
    run = make_run(rounds=3, status="interrupted", rounds_planned=44)
    assert "interrupted: 3 of 44 quarters" in summarise(run)
    assert "was interrupted" in write_report(run).read_text(encoding="utf-8")


def test_a_run_without_a_round_has_no_report(make_run: MakeRun) -> None:
    run = make_run(rounds=0)
    assert "No round was played." in summarise(run)
    with pytest.raises(ResultsError, match="no round was played"):
        write_report(run)


def test_no_zone_is_said_in_words(make_run: MakeRun) -> None:
    findings = {finding.topic: finding.text for finding in find_all(make_run(zone=False, reserve=False))}
    assert findings["Zone"] == "No zone is on the table in this scenario."
    assert findings.keys() == {"Zone", "Grip", "Price", "Answer", "Industry"}


def test_the_zone_in_words(run: Run) -> None:
    text = next(finding.text for finding in find_all(run) if finding.topic == "Zone")
    assert text.startswith("4 binding members in Q4 2027: United States, European Union, Japan and Australia")
    assert "first: United States and Australia, Q1 2027; the European Union counts as one" in text
    assert "1 holds out (Canada)" in text


def test_what_industry_loses_and_passes_on_is_said(run: Run, make_run: MakeRun) -> None:
    text = next(finding.text for finding in find_all(run) if finding.topic == "Industry")
    assert "loses 10 billion USD of value added for want of inputs, 5.0 billion USD of it in Q2 2027" in text
    assert "most is lost in cars, in Japan and for want of gallium" in text
    assert "add most to wind power in the United States, 81 USD a MW (0.7%)" in text
    calm = find_all(make_run("calm-seed1-1", lost_usd=0.0))
    assert any(finding.text.startswith("No industry stops for want of a mineral; ") for finding in calm)


def test_the_worst_shortage_is_found(run: Run, make_run: MakeRun) -> None:
    worst = shortages(run)[0]
    assert (worst.mineral, worst.country, worst.quarter, worst.quarters) == ("gallium", "JPN", "2027-Q2", 2)
    assert (worst.share, worst.unmet_t) == pytest.approx((30 / 80, 60))
    assert find_all(run)[0].topic == "Shortage"
    calm = make_run("calm-seed1-1", zone=False, lost_usd=0.0)
    assert shortages(calm) == []
    assert find_shortages(calm) is None
    assert any("no country of any size runs short" in finding.text for finding in find_all(calm))


def test_shortages_in_words(run: Run) -> None:
    finding = find_shortages(run)
    assert finding is not None
    assert finding.text.startswith(
        "Refined metal runs short: gallium from Q2 2027 to Q3 2027 (need unmet at worst: Japan 38%); "
    )


def test_the_bill_of_the_floor_by_hand(run: Run) -> None:
    bill = floor_bill(run)
    # quarters bound in the last year: USA and AUS 4, JPN 3, DEU and FRA 2; Japan lacks 30 t in two of them
    bound = 4 + 4 + 3 + 2 + 2
    assert bill["users"].sum() == pytest.approx(-0.5 * 460_000 * (80 * bound - 30 * 2))
    mined = -0.1 * 460_000 * 65 * 4
    assert bill["miners"].sum() == pytest.approx(mined)
    assert bill["refiners"].sum() == pytest.approx(mined - 0.5 * 460_000 * 80 * bound)
    assert bill["treasury"].sum() == pytest.approx(4e6 * bound)
    assert bill.loc["CAN":"CAN"].empty


def test_the_chronicle_is_in_order(run: Run) -> None:
    entries = chronicle(run)
    assert [entry.round for entry in entries] == sorted(entry.round for entry in entries)
    texts = [entry.text for entry in entries]
    signed = "United States (Q1), European Union (Q3), Japan (Q2) and Australia (Q1)"
    assert f"{signed} are bound by the floor." in texts
    assert "China: licences for NdPr to Japan and Germany, 40% granted." in texts
    assert len(chronicle(run, most=1)) == 1


def test_the_chronicle_names_whom_the_leader_presses_once(make_run: MakeRun) -> None:
    threats = [(number, target) for number in (4, 5, 6) for target in ("CAN", "DEU")] + [(7, "IND")]
    run = make_run(threats=threats)
    (line,) = (entry for entry in chronicle(run) if "threatens" in entry.text)
    assert line.when == "2026"
    said = "European Union (3), Canada (3) and India."
    assert line.text == f"The United States threatens countries that hold out, 7 times: {said}"


def test_what_a_run_is_least_sure_of_is_a_parameter_of_the_table(run: Run, make_run: MakeRun) -> None:
    known = load_parameters()
    assert all(doubt.parameter in known for doubt in DOUBTS)
    assert "hub_leak_share is 0.1, an assumption; anything from 0 to 0.5 is possible" in least_sure(run)
    calm = make_run("calm-seed1-1", zone=False)
    assert "build_rate_share" in least_sure(calm)
    assert "which decides how short metal runs" in " ".join(summarise(run).split())


def test_subjects_of_controls_are_put_into_words() -> None:
    assert subject_in_words("ndpr to JPN;DEU at 40%") == "NdPr to Japan, Germany, 40% of requests granted"
    assert subject_in_words("gallium to JPN at a tax of +10%") == "gallium to Japan, a tax of +10%"
    assert subject_in_words("something else") == "something else"


def test_duties_in_answer_are_one_line_and_counted(make_run: MakeRun) -> None:
    duties = [(8, "USA"), (9, "JPN"), (10, "DEU;FRA")]
    run = make_run(duties=duties)
    (line,) = (entry for entry in chronicle(run) if "duties" in entry.text)
    names = "United States, European Union and Japan"
    assert line.text == f"China lays duties on goods in answer, 3 times: {names}."
    assert (line.when, line.mark) == ("2027", "control")
    answer = next(finding for finding in find_all(run) if finding.topic == "Answer")
    assert "lays duties in answer on the goods of 3 countries" in answer.text
    assert "3 countries" in {quoted.value for quoted in answer.quoted}

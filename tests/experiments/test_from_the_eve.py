"""From the eve of the ministerial: seeds are kept, gone on with, and told in a table that adds up."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.accession import NOT_INVITED
from experiments.__main__ import main
from experiments.eve import NOT_ASKED, EveError, Fate, describe_fates, play_seeds, read_fates
from world.scenario import load_scenario

SETTINGS = {"run.minerals": ["gallium"], "run.rounds": 6, "run.shocks": False}


def fate(country: str, seed: int, rung: int, **changes: object) -> Fate:
    given = {"signed": "", "choice": "hold_out", "subject": "floor", "reason": "users", "other": "finance"}
    return Fate("x", seed, country, rung, margin_usd=-1.0, threshold_usd=1.0, **{**given, **changes})  # type: ignore[arg-type]


def test_seeds_are_kept_as_they_are_played_and_not_played_again(tmp_path: Path) -> None:
    scenario, kept = load_scenario("zone_floor", SETTINGS), tmp_path / "eve.csv"
    assert list(play_seeds(scenario, [1], kept)) == [1]
    first = kept.read_text(encoding="utf-8")
    assert list(play_seeds(scenario, [1], kept)) == [1]
    assert kept.read_text(encoding="utf-8") == first
    fates = read_fates(kept)
    assert {one.seed for one in fates} == {1}
    assert {"CAN", "JPN"} <= {one.country for one in fates}
    assert all(one.reason for one in fates)
    unasked = [one for one in fates if one.subject == NOT_INVITED and one.margin_usd > one.threshold_usd]
    assert unasked
    assert {one.reason for one in unasked} == {NOT_ASKED}
    with pytest.raises(EveError, match="holds seeds of zone_floor"):
        list(play_seeds(load_scenario("zone_floor", {**SETTINGS, "run.rounds": 5}), [1], kept))


def test_the_table_counts_rungs_and_names_the_reason_named_most() -> None:
    fates = [
        fate("CAN", 1, 4, signed="2027-Q1", choice="stay", reason="pressure from the leader"),
        fate("CAN", 2, 4, signed="2027-Q3", choice="stay", reason="pressure from the leader"),
        fate("CAN", 3, 2, reason="feared retaliation"),
        *(fate("JPN", seed, 2) for seed in (1, 2, 3)),
    ]
    text = describe_fates(fates, "2028-Q4")
    assert "3 seeds, standing at the end of Q4 2028; 2 governments." in text
    assert "Bound by the floor in more than half of the seeds: Canada." in text
    assert "| Canada |  |  | 33% |  | 67% | Q3 2027 | pressure from the leader (2 of 3) | finance |" in text
    assert "| Japan |  |  | 100% |  |  |  | users | finance |" in text


def test_a_file_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "eve.csv"
    kept.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["eve", "--minerals", "gallium", "--rounds", "5", "--seeds", "1", "--out", str(kept)]) == 2
    said = capsys.readouterr().err
    assert "no file of seeds" in said
    assert said.count("\n") == 1

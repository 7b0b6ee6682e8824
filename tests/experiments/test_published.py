"""Clubs of the literature on the rule of accession, and the tables of published results."""

import pytest

from experiments.__main__ import main
from experiments.published.clubs import hold_reviews, penalty_club, price_leaders, public_good
from experiments.published.tables import describe_penalties


def test_reviews_one_by_one_end_where_the_papers_say() -> None:
    """d'Aspremont and others 1983: three firms; Barrett 1994: two or three of ten remain of all."""
    assert hold_reviews(price_leaders(7), 7, seeds=2).last == 3.0
    remains = hold_reviews(public_good(10), 10, start=10, seeds=3)
    assert remains.swing == 0.0
    assert set(remains.sizes[:, -1].tolist()) <= {2, 3}


def test_reviews_all_at_once_swing_between_nobody_and_everybody() -> None:
    """Known answer T13c: simultaneous best responses go round in circles."""
    together = hold_reviews(price_leaders(7), 7, together=True, seeds=1)
    assert (together.sizes.min(), together.sizes.max(), together.swing) == (0, 7, 7.0)


def test_a_small_duty_holds_a_club_that_it_cannot_start() -> None:
    assert hold_reviews(penalty_club(0.1), 19, seeds=2).last == 0.0
    assert hold_reviews(penalty_club(0.1), 19, start=19, seeds=2).last == 19.0
    assert hold_reviews(penalty_club(0.5), 19, seeds=2).last == 19.0


def test_participation_rises_with_the_duty_and_falls_with_the_target() -> None:
    """The signs of the table of Nordhaus 2015: none without a duty, all at low targets, none at 100 USD."""
    rows = [line.split(" | ") for line in describe_penalties().splitlines()[2:]]
    full = [[int(cell.strip(" |").split(" / ")[1]) for cell in row[1:]] for row in rows]
    assert all(row == sorted(row) for row in full)
    assert all(list(column) == sorted(column, reverse=True) for column in zip(*full, strict=True))
    assert [row[0] for row in full] == [0, 0, 0, 0]
    assert full[0][1] == 14
    assert full[-1] == [0, 0, 0, 0, 0]


def test_the_command_prints_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["published", "--clubs"]) == 0
    out = capsys.readouterr().out
    assert "| price leaders, 20 firms | 3 | 3 | 3.0 / 3.0 |" in out
    assert "| 25 USD/t |" in out

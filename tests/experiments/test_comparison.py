"""Differences between scenarios: intervals by hand, and the words for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from experiments.comparison import Comparison, compare_runs
from experiments.comparison_words import clear_differences, describe_comparison
from experiments.intervals import paired_interval
from experiments.results import Run

MakeRun = Callable[..., Run]


def test_paired_intervals_by_hand() -> None:
    mean, low, high = paired_interval([1.0, 2.0, 3.0])
    # t(0.975, 2) = 4.302653, standard deviation 1, three pairs
    assert (mean, low, high) == pytest.approx(
        (2.0, 2.0 - 4.302653 / 3**0.5, 2.0 + 4.302653 / 3**0.5), rel=1e-6
    )
    assert paired_interval([5.0])[0] == 5.0
    assert all(bound != bound for bound in paired_interval([5.0])[1:])
    assert all(number != number for number in paired_interval([]))


def compared(make_run: MakeRun, seeds: Sequence[int]) -> Comparison:
    """Made-up runs of a zone and of a world without one: all differences are the same for every seed."""
    runs = [
        make_run(f"{name}-seed{seed}-1", zone=name == "zone", seed=seed)
        for name in ("base", "zone")
        for seed in seeds
    ]
    return compare_runs(runs, ["base", "zone"], runs[0].folder.parent / "compared")


def test_what_is_clear_is_told_with_its_unit(make_run: MakeRun) -> None:
    words = clear_differences(compared(make_run, (1, 2)), "zone")
    assert words.startswith("Clear in 2 pairs of runs: ")
    assert "binding members +4 (4 to 4)" in words
    assert "dominant share of NdPr -9.5 points (-9.5 to -9.5)" in words
    assert "price inside of gallium +47% (47 to 47)" in words
    assert "price outside" not in words


def test_one_pair_tells_nothing_from_chance(make_run: MakeRun) -> None:
    assert "fewer than two pairs" in clear_differences(compared(make_run, (1,)), "zone")


def test_levels_of_welfare_are_not_shown(make_run: MakeRun) -> None:
    lines = describe_comparison(compared(make_run, (1, 2))).splitlines()
    assert [line.split()[3:5] for line in lines if line.startswith("  leader_welfare ")] == [["-", "-"]]

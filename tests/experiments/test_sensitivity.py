"""Sensitivity: functions whose indices are known in closed form, through the same code as a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from made_up_sweep import design_of, ishigami, lever, study_from, uncertainty

from experiments.analysis.sensitivity import Sensitivity, analyse_sensitivity
from experiments.analysis.sensitivity_words import describe_sensitivity
from experiments.analysis.study import AnalysisError, Study
from experiments.sweep.factor import Factor
from experiments.sweep.sampling import draw_points

pytest.importorskip("SALib", reason="needs the extra sweep")

ANGLES = (
    lever("a", low=-np.pi, high=np.pi),
    uncertainty("b", low=-np.pi, high=np.pi),
    uncertainty("c", low=-np.pi, high=np.pi),
)


def row(found: Sensitivity, factor: str) -> Mapping[str, Any]:
    return dict(found.table.set_index("factor").loc[factor])


def sampled(
    kind: str, factors: Sequence[Factor], size: int, play: Any, seeds: Sequence[int] = (1,), **more: Any
) -> Study:
    design = design_of(kind, factors, seeds, size=size, **more)
    return study_from(design, draw_points(design), play)


def test_sobol_indices_of_ishigami() -> None:
    found = analyse_sensitivity(sampled("sobol", ANGLES, 1024, ishigami), "y", resamples=100)
    # In closed form with a = 7, b = 0.1: Ishigami and Homma (1990).
    v1 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    v2, v13 = 7**2 / 8, 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    first = {"a": v1 / whole, "b": v2 / whole, "c": 0.0}
    total = {"a": (v1 + v13) / whole, "b": v2 / whole, "c": v13 / whole}
    for name in "abc":
        assert row(found, name)["S1"] == pytest.approx(first[name], abs=0.05)
        assert row(found, name)["ST"] == pytest.approx(total[name], abs=0.05)
        assert row(found, name)["S1_low"] <= row(found, name)["S1"] <= row(found, name)["S1_high"]
    assert list(found.table["factor"]) == ["a", "b", "c"]
    assert row(found, "a")["role"] == "lever"
    assert found.blocks == 1024
    assert np.isnan(found.noise_share)


def test_intervals_hold_the_known_index_and_narrow_with_the_sample() -> None:
    def width(size: int) -> float:
        strongest = row(
            analyse_sensitivity(sampled("sobol", ANGLES, size, ishigami), "y", resamples=200), "b"
        )
        assert strongest["ST_low"] < 0.442 < strongest["ST_high"]
        return float(strongest["ST_high"] - strongest["ST_low"])

    assert width(512) < 0.6 * width(64)


def test_morris_finds_the_slopes_of_a_plane_and_no_interaction() -> None:
    def plane(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        return {"y": 3 * settings["a"] - settings["b"]}

    found = analyse_sensitivity(sampled("morris", ANGLES, 10, plane), "y", resamples=50)
    # An effect is the change over the whole range, here 2 pi.
    assert row(found, "a")["mu_star"] == pytest.approx(6 * np.pi)
    assert row(found, "b")["mu"] == pytest.approx(-2 * np.pi)
    assert row(found, "a")["sigma"] == pytest.approx(0.0, abs=1e-9)
    assert row(found, "c")["mu_star"] == pytest.approx(0.0, abs=1e-9)
    assert list(found.table["factor"]) == ["a", "b", "c"]


def test_a_list_of_words_gets_the_size_of_its_switches_and_no_direction() -> None:
    factors = (lever("doctrine", "passive", "predatory"), uncertainty("b", low=0.0, high=1.0))

    def play(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        return {"y": (5.0 if settings["doctrine"] == "predatory" else 0.0) + settings["b"]}

    words = row(analyse_sensitivity(sampled("morris", factors, 8, play), "y", resamples=50), "doctrine")
    assert words["mu_star"] == pytest.approx(5.0)
    assert np.isnan(words["sigma"])
    assert np.isnan(words["mu"])

    turned = (lever("doctrine", "predatory", "passive"), factors[1])
    one = analyse_sensitivity(sampled("sobol", factors, 256, play), "y", resamples=50)
    other = analyse_sensitivity(sampled("sobol", turned, 256, play), "y", resamples=50)
    assert row(one, "doctrine")["ST"] == pytest.approx(row(other, "doctrine")["ST"], abs=0.02)


def test_second_order_samples_give_the_same_indices() -> None:
    plain = analyse_sensitivity(sampled("sobol", ANGLES, 512, ishigami), "y", resamples=20)
    crossed = analyse_sensitivity(
        sampled("sobol", ANGLES, 512, ishigami, second_order=True), "y", resamples=20
    )
    assert crossed.blocks == plain.blocks == 512
    for name in "abc":
        assert row(crossed, name)["ST"] == pytest.approx(row(plain, name)["ST"], abs=0.05)


def test_chance_between_seeds_is_said_and_widens_intervals() -> None:
    def noisy(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        return {"y": settings["a"] * (1 + 0.5 * (-1) ** seed) + (3.0 if seed == 2 else 0.0)}

    quiet = analyse_sensitivity(sampled("morris", ANGLES, 20, ishigami, (1, 2, 3, 4)), "y", resamples=100)
    loud = analyse_sensitivity(sampled("morris", ANGLES, 20, noisy, (1, 2, 3, 4)), "y", resamples=100)
    assert quiet.noise_share == 0.0
    assert loud.noise_share > 0.1
    assert row(loud, "a")["mu_star_low"] < row(loud, "a")["mu_star"] - 0.1


def test_blocks_with_a_failed_run_are_left_out_whole() -> None:
    calls = iter(range(10_000))

    def play(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        if next(calls) in (5, 21):
            raise ArithmeticError("made up")
        return ishigami(settings, seed)

    found = analyse_sensitivity(sampled("sobol", ANGLES, 64, play), "y", resamples=20)
    assert (found.blocks, found.left_out) == (62, 2)


@pytest.mark.parametrize(
    ("kind", "outcome", "size", "words"),
    [
        ("full", "y", 64, 'needs [sampling] kind = "morris" or "sobol", this sweep has "full"'),
        ("sobol", "z", 64, "unknown outcome 'z', allowed: y"),
        ("sobol", "y", 2, "of 2 of 2 base samples, needed: at least 4"),
    ],
)
def test_what_cannot_be_analysed_is_one_line(kind: str, outcome: str, size: int, words: str) -> None:
    points = draw_points(design_of("sobol", ANGLES, size=size))
    study = study_from(design_of(kind, ANGLES, size=size), points, ishigami)
    with pytest.raises(AnalysisError) as caught:
        analyse_sensitivity(study, outcome)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_outcome_that_never_changes_is_refused() -> None:
    def constant(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        return {"y": 7.0}

    with pytest.raises(AnalysisError, match="'y' is 7 at every point"):
        analyse_sensitivity(sampled("morris", ANGLES, 8, constant), "y")


def test_a_sample_too_small_for_indices_says_so() -> None:
    small, large = (
        describe_sensitivity(
            analyse_sensitivity(sampled("sobol", ANGLES, size, ishigami), "y", resamples=100)
        )
        for size in (8, 1024)
    )
    assert "An index beyond 0 to 1 is error of a small sample" in small
    assert "% or more)" in small
    assert "beyond 0 to 1" not in large
    assert " to " in large.splitlines()[0]

"""Settings of a lever compared: pairs differ in the lever alone, and intervals leave chance aside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from made_up_sweep import at_random, design_of, grid, lever, study_from, uncertainty

from experiments.analysis.lever_comparison import compare_lever
from experiments.analysis.lever_words import describe_lever, find_lever
from experiments.analysis.study import AnalysisError, Study
from experiments.figures.lever_effects import write_lever

FACTORS = (
    lever("doctrine", "passive", "leverage", "predatory"),
    uncertainty("growth", 0.5, 1.0, 1.5, 2.0),
)


def play(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
    effect = {"passive": 0.0, "leverage": 2.0, "predatory": 0.0}[settings["doctrine"]]
    shock = 100 * settings["growth"] + 37 * seed  # large, and the same on both sides of a pair
    return {"y": shock + effect * (1 + 0.1 * seed), "z": shock}


def compared_study(kind: str = "full") -> Study:
    design = design_of(kind, FACTORS, (1, 2, 3), ("y", "z"))
    return study_from(design, grid(FACTORS), play)


def test_pairs_take_out_what_both_sides_share() -> None:
    table = compare_lever(compared_study(), "doctrine").table.set_index(["setting", "outcome"])
    row = table.loc[("leverage", "y")]
    assert row["difference"] == pytest.approx(2.4)
    assert (row["pairs"], row["points"], row["seeds"]) == (12, 4, 3)
    assert row["low"] > 1.5
    assert table.loc[("predatory", "y"), "difference"] == 0.0
    assert table.loc[("leverage", "z"), "high"] == 0.0


def test_another_reference_turns_the_sign() -> None:
    table = compare_lever(compared_study(), "doctrine", ["y"], reference="leverage").table
    assert list(table["setting"]) == ["passive", "predatory"]
    assert table["difference"].tolist() == pytest.approx([-2.4, -2.4])


def test_words_table_and_figure(tmp_path: Path) -> None:
    found = compare_lever(compared_study(), "doctrine")
    assert (
        "1 of 4 differences from doctrine passive are clear; under leverage y changes by +2.40"
        in find_lever(found)
    )
    assert "intervals over seeds, the settings being as the design set them" in describe_lever(found)
    written = write_lever(found, tmp_path)
    assert [path.suffix for path in written] == [".csv", ".png", ".svg"]
    assert all(path.stat().st_size > 200 for path in written)


def test_a_run_that_failed_costs_its_pair_only() -> None:
    calls = iter(range(1000))

    def fail_once(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        if next(calls) == 0:
            raise ArithmeticError("made up")
        return play(settings, seed)

    study = study_from(design_of("full", FACTORS, (1, 2, 3), ("y", "z")), grid(FACTORS), fail_once)
    assert list(compare_lever(study, "doctrine").table["pairs"]) == [11, 11, 11, 11]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"lever": "markup"}, "unknown factor 'markup', allowed: doctrine, growth"),
        ({"lever": "doctrine", "outcomes": ["x"]}, "unknown outcome 'x', allowed: y, z"),
        (
            {"lever": "doctrine", "reference": "mild"},
            "doctrine is never 'mild' in this sweep, allowed: passive",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_line(asked: Mapping[str, Any], words: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        compare_lever(compared_study(), **asked)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_points_drawn_at_random_are_no_pairs() -> None:
    factors = (FACTORS[0], uncertainty("growth", low=0.0, high=1.0))
    study = study_from(design_of("latin_hypercube", factors), at_random(factors, 30), play)
    with pytest.raises(AnalysisError, match=r'needed: .* "latin_hypercube" with cross = true'):
        compare_lever(study, "doctrine", ["y"])

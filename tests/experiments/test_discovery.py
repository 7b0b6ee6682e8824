"""Scenario discovery: boxes that were hidden in made-up sweeps are found, and chance is called chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from made_up_sweep import at_random, design_of, lever, study_from, uncertainty

from experiments.analysis.discovery import Discovery, discover
from experiments.analysis.discovery_words import box_in_words, describe_discovery, find_boxes
from experiments.analysis.study import AnalysisError

pytest.importorskip("ema_workbench", reason="needs the extra discovery")

FACTORS = (
    lever("doctrine", "passive", "leverage", "predatory"),
    lever("finance", 0.0, 1.0, 5.0, 25.0),
    uncertainty("growth", low=0.0, high=2.0),
    uncertainty("noise", low=0.0, high=1.0),
)


def hidden(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
    inside = settings["doctrine"] != "predatory" and settings["finance"] >= 5 and settings["growth"] > 0.8
    return {"y": 10.0 if inside else 1.0}


def found(size: int = 600, **asked: Any) -> Discovery:
    design = design_of("latin_hypercube", FACTORS, (1, 2))
    return discover(study_from(design, at_random(FACTORS, size), hidden), "y", **{"threshold": 5.0, **asked})


def test_prim_finds_the_box_and_says_it_in_words() -> None:
    box = found().prim[0]
    assert set(box.limits) == {"doctrine", "finance", "growth"}
    assert box.limits["doctrine"] == ("passive", "leverage")
    assert box.limits["finance"] == (5.0, 25.0)
    assert box.limits["growth"][0] == pytest.approx(0.8, abs=0.06)
    assert box.coverage > 0.9
    assert box.density > 0.8
    assert all(chance < 0.001 for chance in box.quasi_p.values())
    words = box_in_words(box, FACTORS)
    assert "doctrine passive or leverage" in words
    assert "finance 5 or 25" in words
    assert "growth at least 0." in words


def test_boxes_hold_what_they_say() -> None:
    """Coverage and density counted again by hand, of PRIM and of CART with its categories."""
    discovery = found()
    for box in (*discovery.prim[:1], *discovery.cart):
        inside = np.ones(len(discovery.cases), dtype=bool)
        for factor in FACTORS:
            if factor.name in box.limits:
                settings, column = box.limits[factor.name], discovery.cases[factor.name]
                inside &= (
                    column.isin(settings) if factor.values else column.between(*settings)  # type: ignore[arg-type]
                ).to_numpy(bool)
        wanted = discovery.cases["of_interest"].to_numpy(bool)
        assert box.density == pytest.approx(wanted[inside].mean(), abs=0.01)
        assert box.coverage == pytest.approx((wanted & inside).sum() / wanted.sum(), abs=0.01)
    assert discovery.cart
    assert sum(box.coverage for box in discovery.cart) == pytest.approx(1.0, abs=0.1)


def test_below_looks_at_the_other_side() -> None:
    discovery = found(above=False)
    assert discovery.base_rate == pytest.approx(1 - found().base_rate)
    assert "ends below 5:" in find_boxes(discovery)


def test_a_factor_without_effect_is_left_out_or_called_chance() -> None:
    for box in found(150).prim:
        assert "noise" not in box.limits or box.quasi_p["noise"] > 0.01


def test_the_description_names_coverage_density_and_quasi_p() -> None:
    words = describe_discovery(found())
    assert "PRIM  coverage" in words
    assert "quasi-p: doctrine below 0.001" in words
    assert "CART  coverage" in words


@pytest.mark.parametrize(
    ("size", "asked", "words"),
    [
        (20, {}, "20 points, needed for boxes: at least 40"),
        (100, {"threshold": 99.0}, "y is above 99 at 0 of 100 points, needed: at least 8 on either side"),
    ],
)
def test_what_cannot_be_found_is_one_line(size: int, asked: Mapping[str, Any], words: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        found(size, **asked)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)

"""Tipping maps of made-up sweeps: the edge of the zone, what is certain, what cannot be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from made_up_sweep import at_random, design_of, grid, lever, study_from, uncertainty

from experiments.analysis.study import AnalysisError, Study
from experiments.analysis.tipping import TippingMap, map_tipping
from experiments.analysis.tipping_words import describe_tipping, find_tipping
from experiments.figures.tipping import draw_tipping, write_tipping

FACTORS = (
    lever("markup", 0.0, 0.2, 0.4),
    lever("finance", 0.0, 1e9, 1e10),
    uncertainty("growth", 0.5, 1.5),
)
OUTCOMES = ("members_at_end", "dominant_share_ndpr", "members_welfare")


def play(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
    """A zone stands where finance is 10 bn, and by chance of the seed where it is 1 bn with a floor."""
    finance, markup = settings["finance"], settings["markup"]
    stands = finance > 5e9 or (finance > 0 and markup > 0.3 and seed % 2)
    return {
        "members_at_end": 8.0 if stands else 1.0,
        "dominant_share_ndpr": 0.9 - 0.2 * stands + 0.001 * seed + 0.05 * settings["growth"],
        "members_welfare": 1e12 * seed - 1e9 * markup,
    }


def study_of_grid(seeds: int = 6) -> Study:
    design = design_of("full", FACTORS, range(1, seeds + 1), OUTCOMES)
    return study_from(design, grid(FACTORS), play)


def cell(found: TippingMap, x: int, y: int) -> Mapping[str, Any]:
    cells = found.cells
    return dict(cells[(cells["x"] == x) & (cells["y"] == y)].iloc[0])


def test_the_zone_stands_where_most_runs_hold_it_and_doubt_is_said() -> None:
    found = map_tipping(study_of_grid(), "markup", "finance", "members_at_end")
    assert found.y_settings == ("0", "1e+09", "1e+10")
    assert [bool(cell(found, x, 2)["stands"]) for x in range(3)] == [True] * 3
    assert [bool(cell(found, x, 0)["stands"]) for x in range(3)] == [False] * 3
    assert cell(found, 2, 1)["stands_share"] == 0.5
    assert not cell(found, 2, 1)["stands_clear"]
    assert cell(found, 0, 2)["stands_clear"]
    assert cell(found, 0, 2)["runs"] == 12
    assert find_tipping(found).startswith("The zone stands in 3 of 9 cells; ")
    assert "in 50% of 12 runs, uncertain" in describe_tipping(found)


def test_a_cell_is_stable_where_in_most_runs_nobody_would_change_sides() -> None:
    def who_moves(settings: Mapping[str, Any], seed: int) -> dict[str, float]:
        zone = settings["finance"] > 0
        movers = {"would_leave": float(seed == 1), "would_join": 3.0 if settings["markup"] > 0.3 else 0.0}
        return {**play(settings, seed), **(movers if zone else dict.fromkeys(movers, float("nan")))}

    outcomes = (*OUTCOMES, "would_leave", "would_join")
    design = design_of("full", FACTORS, range(1, 7), outcomes)
    found = map_tipping(study_from(design, grid(FACTORS), who_moves), "markup", "finance", "members_at_end")
    assert cell(found, 0, 2)["stable_share"] == pytest.approx(5 / 6)
    assert [bool(cell(found, x, 2)["stable"]) for x in range(3)] == [True, True, False]
    assert cell(found, 2, 2)["stable_clear"]
    assert not cell(found, 0, 0)["stable"]  # nobody is asked where there is no zone
    assert "in 83% of 12 runs, uncertain" in describe_tipping(found)
    assert "nobody to ask" in describe_tipping(found)
    dashed = [line for line in draw_tipping(found).axes[0].lines if line.get_linestyle() == "--"]
    assert len(dashed) == 4  # below the two stable columns, and beside them in two rows
    assert not map_tipping(study_of_grid(), "markup", "finance", "members_at_end").knows_stability


def test_differences_are_paired_so_that_shared_chance_drops_out() -> None:
    found = map_tipping(study_of_grid(), "markup", "finance", "members_welfare")
    assert found.paired
    assert found.shows_differences
    change = cell(found, 2, 0)
    assert change["difference"] == pytest.approx(-4e8)
    assert change["clear"]
    assert cell(found, 0, 2)["difference"] == pytest.approx(0.0)
    assert not cell(found, 0, 2)["clear"]


def test_few_seeds_leave_a_majority_uncertain() -> None:
    """Three of three runs are no proof of a majority: Wilson's interval reaches below a half."""
    factors = FACTORS[:2]
    study = study_from(
        design_of("full", factors, (1, 2, 3), OUTCOMES),
        grid(factors),
        lambda s, seed: play({**s, "growth": 1}, seed),
    )
    assert not map_tipping(study, "markup", "finance", "members_at_end").cells["stands_clear"].any()


def test_points_at_random_are_laid_into_cells_and_not_paired() -> None:
    factors = (lever("markup", low=0.0, high=0.4), lever("finance", 0.0, 1e10), FACTORS[2])
    study = study_from(design_of("latin_hypercube", factors, (1,), OUTCOMES), at_random(factors, 200), play)
    found = map_tipping(study, "markup", "finance", "dominant_share_ndpr")
    assert not found.paired
    assert found.x_settings[0] == "0 to 0.0667"
    assert cell(found, 0, 1)["clear"]
    assert cell(found, 0, 1)["difference"] == pytest.approx(-0.2, abs=0.05)


def test_the_edge_is_drawn_and_unsure_cells_are_hatched(tmp_path: Path) -> None:
    found = map_tipping(study_of_grid(), "markup", "finance", "members_at_end")
    panel = draw_tipping(found).axes[0]
    assert {tuple(line.get_ydata()) for line in panel.lines} == {(2, 2)}
    assert len(panel.lines) == 3
    hatched = [patch.get_xy() for patch in panel.patches if patch.get_hatch()]
    assert hatched == [(2, 1)]
    written = write_tipping(found, tmp_path)
    assert written[0].name == "tipping-members_at_end-markup-finance.csv"
    assert "markup,finance,runs,mean" in written[0].read_text()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("markup", "markup", "members_at_end"), "both 'markup', allowed: two different factors"),
        (
            ("markup", "coercion", "members_at_end"),
            "unknown factor 'coercion', allowed: markup, finance, growth",
        ),
        (("markup", "finance", "zone"), "unknown outcome 'zone', allowed: members_at_end"),
    ],
)
def test_what_cannot_be_mapped_is_one_line(asked: tuple[str, str, str], words: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        map_tipping(study_of_grid(1), *asked)
    assert words in str(caught.value)


def test_one_run_a_cell_is_too_few() -> None:
    factors = FACTORS[:2]
    study = study_from(
        design_of("full", factors, (1,), OUTCOMES),
        grid(factors),
        lambda s, seed: play({**s, "growth": 1}, seed),
    )
    with pytest.raises(AnalysisError, match="9 of 9 cells of markup x finance hold fewer than 2 runs"):
        map_tipping(study, "markup", "finance", "members_at_end")

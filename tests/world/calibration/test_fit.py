"""The score of the calibration on shares withheld from it."""

import numpy as np
import pytest

from world.axes import ORE, REFINED
from world.calibration.fit import (
    EVERY,
    FitRow,
    Lane,
    Withheld,
    WithheldLanes,
    describe_fit,
    fit_withheld_lanes,
    imported_share,
    rank_correlation,
)
from world.dataset import load_dataset
from world.parameters import resolve


@pytest.fixture(scope="module")
def shares() -> WithheldLanes:
    return WithheldLanes(load_dataset())


def overall(rows: list[FitRow]) -> FitRow:
    assert (rows[-1].mineral, rows[-1].stage) == (EVERY, EVERY)
    return rows[-1]


@pytest.mark.parametrize("withheld", ["lane", "importer"])
def test_gravity_foretells_withheld_shares_better_than_output_alone(withheld: Withheld) -> None:
    row = overall(fit_withheld_lanes(load_dataset(), resolve({}), withheld=withheld))
    assert row.rank_correlation > 0.6, f"rank correlation {row.rank_correlation:.3f}"
    assert row.rank_correlation > row.output_rank_correlation + 0.05
    assert row.error_points < row.output_error_points


def test_every_known_share_is_scored_or_counted_as_a_last_shipper() -> None:
    rows = fit_withheld_lanes(load_dataset(), resolve({}))
    table = load_dataset().table("lane_shares")
    assert overall(rows).lanes + overall(rows).last_shippers == len(table)
    parts = [row for row in rows if row.mineral != EVERY]
    assert {(row.mineral, row.stage) for row in parts} == set(
        zip(table["mineral"], table["stage"], strict=True)
    )
    assert sum(row.lanes for row in parts) == overall(rows).lanes
    assert sum(row.last_shippers for row in parts) == overall(rows).last_shippers > 0


def test_a_lane_in_its_own_fold_is_not_shown_its_share(shares: WithheldLanes) -> None:
    fold = shares.folds("lane", 5)
    place = next(
        number
        for number, lane in enumerate(shares.scored)
        if (lane.importer, lane.exporter_code, lane.stage) == ("USA", "CHL", REFINED) and lane.share < 0.6
    )
    lane, number = shares.scored[place], fold[place]
    alone = np.where(np.arange(len(fold)) == place, number, -1)
    honest = shares.foretell(resolve({}), alone)[place]
    kept = shares.known_share[lane.mineral, lane.stage, lane.exporter].copy()
    shares.known_share[lane.mineral, lane.stage, lane.exporter, list(lane.places)] = 0.01
    try:
        assert shares.foretell(resolve({}), alone)[place] == pytest.approx(honest, abs=1e-12)
    finally:
        shares.known_share[lane.mineral, lane.stage, lane.exporter] = kept


def test_folds_are_fixed_and_keep_importers_together(shares: WithheldLanes) -> None:
    by_importer = shares.folds("importer", 5)
    groups: dict[tuple[int, int, str], set[int]] = {}
    for lane, number in zip(shares.scored, by_importer.tolist(), strict=True):
        groups.setdefault((lane.mineral, lane.stage, lane.importer), set()).add(number)
    assert all(len(numbers) == 1 for numbers in groups.values())
    assert set(by_importer.tolist()) == set(range(5))
    assert (shares.folds("lane", 5) == WithheldLanes(load_dataset()).folds("lane", 5)).all()


def test_shares_are_counted_as_the_figures_are() -> None:
    flow = np.array([[6.0, 1.0, 0.0], [2.0, 3.0, 0.0], [2.0, 4.0, 5.0]])

    def lane(exporter: int, places: tuple[int, ...], includes_home: bool) -> Lane:
        return Lane(0, ORE, "A", "B", exporter, places, 0.5, includes_home)

    assert imported_share(flow, lane(1, (0,), True)) == pytest.approx(0.2)
    assert imported_share(flow, lane(1, (0,), False)) == pytest.approx(0.5)
    assert imported_share(flow, lane(1, (0, 1), True)) == pytest.approx(5.0 / 18.0)
    assert imported_share(flow, lane(1, (0, 1), False)) == pytest.approx(
        2.0 / 9.0
    )  # trade inside counts as imports


def test_rank_correlation_knows_order_and_ties() -> None:
    assert rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.2, 0.3])) == pytest.approx(1.0)
    assert rank_correlation(np.array([3.0, 2.0, 1.0]), np.array([0.1, 0.2, 0.3])) == pytest.approx(-1.0)
    assert rank_correlation(np.array([1.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 3.0])) == pytest.approx(
        8 / 9
    )
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])))
    assert np.isnan(rank_correlation(np.ones(4), np.arange(4.0)))


@pytest.mark.slow
def test_the_report_tells_the_whole_story() -> None:
    text = describe_fit()
    for words in (
        "nickel ore",
        "all",
        "withheld by lane",
        "by importer",
        "share of output",
        "gravity_home",
        "last",
    ):
        assert words in text

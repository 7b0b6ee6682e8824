"""Measures and aggregates on tables made by hand, where the answer can be counted."""

from __future__ import annotations

import math
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from experiments.backtests.aggregates import read_aggregate
from experiments.backtests.clock import Clock
from experiments.backtests.criteria import Criterion
from experiments.backtests.outcome import Outcome
from experiments.backtests.scoring import Score, rates_of_draws, score_part
from experiments.backtests.vocabulary import SECTOR, Target, words
from world.scenario import Scenario

CODES = ("AAA", "BBB", "CCC", "DDD", "EEE")
WORLD = frozenset((*CODES, "ROW"))
CLOCK = Clock("2014-Q1", 4, date(2014, 4, 1))
GOOD = (("stuff", "refined"),)
RUNGS = {"BBB": [0, 1, 1, 2], "CCC": [0, 0, 1, 1], "DDD": [0, 0, 0, 0], "EEE": [0, 0, 0, 0]}
"""Rung by round; AAA leads."""


def countries() -> pd.DataFrame:
    rows = [
        {"round": round_, "country": code, "rung": RUNGS.get(code, [3] * 4)[round_], "trust_in_leader": trust}
        for round_ in range(4)
        for code, trust in zip(CODES, (1.0, 0.5, 0.9, 0.1, 0.2), strict=True)
    ]
    return pd.DataFrame(rows)


def decisions() -> pd.DataFrame:
    told = [(1, "BBB", 8.0, 2.0), (1, "CCC", 1.0, 2.0), (1, "DDD", 3.0, 2.0), (2, "DDD", -1.0, 2.0)]
    rows = [
        {
            "round": round_,
            "decision": number,
            "actor": code,
            "kind": "accession",
            "choice": "hold_out",
            "subject": "floor",
            "term": f"term {term}",
            "margin_usd": margin,
            "threshold_usd": threshold,
        }
        for number, (round_, code, margin, threshold) in enumerate(told)
        for term in range(2)
    ]
    return pd.DataFrame(rows)


def markets() -> pd.DataFrame:
    """AAA sells at 80 and BBB at 120, each half of the world's 100 t; BBB closes 10 t and CCC opens 4 t in
    round 2."""
    rows = []
    for round_ in range(4):
        later = round_ >= 2
        for code, fob, output, capacity, unmet in (
            ("AAA", 80.0, 50.0, 60.0, 0.0),
            ("BBB", 120.0, 50.0, 60.0 - 10.0 * later, 5.0 * later),
            ("CCC", math.nan, 0.0, 4.0 * later, 0.0),
        ):
            place: dict[str, Any] = {"round": round_, "mineral": "stuff", "stage": "refined", "country": code}
            amounts = {"output_t": output, "capacity_t": capacity, "use_t": 50.0, "unmet_t": unmet}
            rows.append({**place, **amounts, "price_fob_usd_t": fob, "price_mean_usd_t": 100.0})
    return pd.DataFrame(rows)


def flows() -> pd.DataFrame:
    """What AAA ships costs 30 on the way, what BBB ships 10."""
    rows = [
        {
            "round": round_,
            "mineral": "stuff",
            "stage": "refined",
            "origin": origin,
            "destination": "CCC",
            "flow_t": 50.0,
            "price_landed_usd_t": landed,
        }
        for round_ in range(4)
        for origin, landed in (("AAA", 110.0), ("BBB", 130.0))
    ]
    return pd.DataFrame(rows)


def sectors() -> pd.DataFrame:
    """BBB loses 30 in arms and 10 in the rest in round 2; products cost more from round 1 on."""
    rows = []
    for round_ in range(4):
        for code in ("AAA", "BBB"):
            for sector, lost in (("arms", 30.0), ("rest", 10.0)):
                hit = code == "BBB" and round_ == 2
                place = {"round": round_, "country": code, "sector": sector, "activity_share": 0.5}
                met = {
                    "need_usd": 100.0,
                    "used_share": 0.8,
                    "met_share": 0.5 if hit else 1.0,
                    "parts_days": 9.0,
                }
                cost = {"cost_unit_usd": 4.0 * (round_ > 0), "cost_unit_percent": 0.1, "cost_passed_usd": 2.0}
                rows.append({**place, **met, **cost, "output_lost_usd": lost * hit})
    return pd.DataFrame(rows)


def outcome() -> Outcome:
    tables = {"countries": countries(), "decisions": decisions(), "markets": markets(), "flows": flows()}
    tables["sectors"] = sectors()
    return Outcome(
        tables=tables,
        scenario=cast(Scenario, SimpleNamespace(measures=())),
        clock=CLOCK,
        demand={"stuff": dict.fromkeys(CODES, np.ones(4))},
        groups={"world": WORLD},
        gdp_usd_bn=dict.fromkeys(WORLD, 1.0),
        vat_share={},
        sector_share={"stuff": {"arms": 0.2, "rest": 0.8}},
    )


def line(measure: str, where: str, segment: str = "", other: str = "") -> list[float]:
    """A measure round by round."""
    names = [frozenset(text.split("+")) if text else frozenset() for text in (where, other)]
    first, second = (WORLD if name == {"world"} else name for name in names)
    word = words()[measure]
    target = Target(
        where=cast("frozenset[str]", first),
        other=cast("frozenset[str]", second),
        home="AAA",
        segment=segment or word.segments[0],
        goods=GOOD,
        base=np.array([1.0, 0.0, 0.0, 0.0]),
    )
    return np.asarray(word.function(outcome(), target), dtype=float).tolist()


def test_delay_and_order_of_joining() -> None:
    # BBB is a forum member by the end of June 2014, three months after zero
    days = line("days_to_join", "BBB", "forum")
    assert math.isnan(days[0])
    assert days[1:] == pytest.approx([91.3125] * 3)
    assert line("days_to_join", "CCC+BBB", "forum")[1] == pytest.approx(91.3125)
    assert all(math.isnan(value) for value in line("days_to_join", "DDD", "forum"))
    assert line("joining_rank", "BBB", "forum")[3] == 1.0
    assert line("joining_rank", "CCC", "forum")[2:] == [2.0, 2.0]
    assert math.isnan(line("joining_rank", "DDD", "forum")[3])


def test_what_holdouts_lack_is_that_of_their_last_reviews() -> None:
    lacks = line("lacking", "BBB+DDD")
    assert math.isnan(lacks[0])
    assert lacks[1:] == pytest.approx([-28e-9, -12e-9, -12e-9])  # four quarters a year, in billions
    assert all(math.isnan(value) for value in line("lacking", "EEE"))


def test_the_auc_counts_pairs_and_its_p_counts_permutations() -> None:
    # BBB and CCC joined, DDD and EEE did not: at the end all four pairs are in order
    assert line("accession_auc", "BBB+CCC", "forum") == pytest.approx([0.5, 0.75, 1.0, 1.0])
    assert line("accession_auc", "DDD+EEE", "forum")[3] == 0.0
    # two of four drawn by lot: all in order in one case of six
    assert line("accession_p", "BBB+CCC", "forum")[3] == pytest.approx(1 / 6, abs=0.04)
    assert line("accession_p", "BBB+CCC", "forum")[0] == 1.0
    assert line("accession_p", "DDD+EEE", "forum")[3] == 1.0


def test_a_score_has_a_percentile_among_the_others() -> None:
    # inclinations: BBB 4, CCC 0.5, DDD 1.5 and then -0.5
    assert line("score_percentile", "CCC", "inclination", "world")[1:] == pytest.approx([0.0, 50.0, 50.0])
    assert line("score_percentile", "BBB", "inclination", "world")[1] == 100.0
    assert line("score_percentile", "BBB", "trust_in_leader", "CCC+DDD+EEE")[0] == pytest.approx(200 / 3)
    assert line("score_percentile", "CCC+BBB", "rung", "DDD+EEE")[3] == 100.0


def test_a_discount_is_split_into_what_lies_between_and_the_rest() -> None:
    assert line("discount", "AAA") == [20.0] * 4
    assert line("discount", "AAA", "freight") == [10.0] * 4
    assert line("discount", "AAA", "rest") == [10.0] * 4
    assert line("discount", "BBB") == [-20.0] * 4


def test_openings_and_closures_do_not_net_out() -> None:
    assert line("openings", "world") == [0.0, 0.0, 16.0, 0.0]
    assert line("closures", "world") == [0.0, 0.0, 40.0, 0.0]
    assert line("closures", "CCC") == [0.0] * 4


def test_the_net_loss_is_what_nobody_gains_of_what_users_pay_more() -> None:
    """Users of BBB pay 60 more on a mean use of 45 t, its treasury gains 900 and its makers 1,000 a quarter;
    their surplus, whatever it is said to be, plays no part."""
    free, floor = outcome(), outcome()
    floor.tables["markets"].loc[lambda rows: rows["country"] == "BBB", "price_mean_usd_t"] = 160.0
    floor.tables["markets"].loc[lambda rows: rows["country"] == "BBB", "use_t"] = 40.0
    for run, welfare, surplus in ((free, 0.0, 0.0), (floor, 1_900.0 - 99_999.0, -99_999.0)):
        run.tables["countries"]["welfare_usd"] = welfare
        run.tables["countries"]["user_surplus_usd"] = surplus
    here = Target(
        where=frozenset({"BBB"}),
        other=frozenset(),
        home="AAA",
        segment="welfare",
        goods=GOOD,
        base=np.array([1.0, 0.0, 0.0, 0.0]),
        against=free,
    )
    net = np.asarray(words()["net_over_user_cost"].function(floor, here), dtype=float)
    np.testing.assert_allclose(net, 800.0 / 2_700.0)


def test_sectors_go_short_by_their_parts_in_use() -> None:
    whole = line("sector_shortfall", "BBB")
    assert whole == pytest.approx([0.0, 0.0, 4 * 5.0 * 100.0 / 1e9, 4 * 5.0 * 100.0 / 1e9])
    assert line("sector_shortfall", "BBB", "arms")[3] == pytest.approx(0.2 * whole[3])
    word = words()["sector_shortfall"]
    assert word.segments_with(["rest", "arms"]) == ("all", "arms", "rest")
    assert SECTOR not in words()["price"].segments_with(["arms"])


def test_lines_that_stop_lose_output_and_pass_costs_on() -> None:
    assert line("output_lost", "BBB") == pytest.approx([0.0, 0.0, 4 * 40.0 / 1e9, 0.0])
    assert line("output_lost", "BBB", "arms")[2] == pytest.approx(4 * 30.0 / 1e9)
    assert line("output_lost", "AAA") == [0.0] * 4
    assert line("gdp_loss", "AAA+BBB")[2] == pytest.approx(100 * 4 * 40.0 / 1e9 / 2)
    assert line("cost_passed", "BBB") == pytest.approx([4 * 4.0 / 1e9] * 4)
    assert line("cost_per_unit", "BBB", "arms") == [0.0, 4.0, 4.0, 4.0]
    assert line("cost_per_price", "AAA", "rest") == pytest.approx([0.1] * 4)
    assert line("inputs_met", "AAA+BBB")[2] == pytest.approx(75.0)
    assert line("going_without", "BBB", "arms") == pytest.approx([20.0] * 4)
    assert line("parts_days", "BBB") == pytest.approx([9.0] * 4)


def test_where_there_are_no_sectors_nothing_is_measured_of_them() -> None:
    none = outcome()
    none.tables["sectors"].drop(none.tables["sectors"].index, inplace=True)
    where = Target(frozenset({"BBB"}), frozenset(), "AAA", "all", GOOD, np.array([1.0, 0.0, 0.0, 0.0]))
    for name in ("output_lost", "gdp_loss", "cost_passed", "inputs_met"):
        assert np.isnan(words()[name].function(none, where)).all()


@pytest.mark.parametrize(
    ("values", "date_"),
    [([1, 3, 1, 3], 2.0), ([3, 3, 1, 1], math.nan), ([1, 1, 3, 3], math.nan), ([3, 1, 3, 3], 1.0)],
)
def test_the_second_leg_comes_after_the_first_has_ended(values: list[float], date_: float) -> None:
    aggregate, level = read_aggregate("second_above:2") or (None, 0.0)
    assert aggregate is not None
    found = aggregate.apply(np.array(values, dtype=float), np.ones(4), CLOCK, level)
    assert found == pytest.approx(date_, nan_ok=True)


def test_a_share_is_one_number_of_all_draws() -> None:
    row = Criterion(
        id="N",
        part="",
        measure="members",
        where="world",
        segment="",
        form="",
        window="after",
        aggregate="max",
        variant="actual",
        relative={},
        operator="value",
        low=0.5,
        high=1.0,
        kind="share",
        grade="A",
        source="made up",
    )
    part = score_part(row, [0.0, 2.0, 1.0, 5.0])
    assert (part.median, part.p10, part.p90, part.passed) == (0.75, 0.75, 0.75, True)
    missed = score_part(row, [0.0, 0.0, 0.0, 5.0])
    assert not missed.passed
    assert missed.reason == "25% of draws are above zero"
    assert rates_of_draws([Score("a", (part,)), Score("a", (missed,))]).tolist() == [0.5] * 4

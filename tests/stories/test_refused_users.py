"""Licensed and refused users of a country, on worlds of one mineral that is used as metal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_worlds import make_world, measure, play, played, table

from world.axes import REFINED
from world.counterfactual import Case, clear_rows, solve_cases
from world.model import TradeWorld
from world.policy.measures import Measure
from world.round import happen, trade
from world.state import Control

OPEN, ROUNDS = 4, 12
TARGETS = ("JPN", "KOR", "DEU", "USA")


def licence(size: float = 0.8, **fields: object) -> Measure:
    given = {"targets": TARGETS, "minerals": ("gallium",), "stages": ("refined",), "size": size}
    return measure("licence", "CHN", "2026-Q1", **(given | fields))


def world(*measures: Measure, **given: object) -> TradeWorld:
    """Licences are the same part for all their targets."""
    alike = {"parameters__licence_standing_response": 0.0}
    return played(minerals=["gallium"], rounds=ROUNDS, measures=measures, **(alike | given))


def segments(of: TradeWorld, country: str = "JPN") -> pd.DataFrame:
    """Columns (what, segment) round by round."""
    rows = table(of, "segments", stage="refined", country=country)
    return rows.pivot(index="round", columns="segment")


def home_price(of: TradeWorld) -> pd.Series:
    rows = table(of, "markets", stage="refined", country="CHN")
    return rows.set_index("round")["price_fob_usd_t"]


def direct_t(of: TradeWorld, round_: int) -> float:
    flows = table(of, "flows", stage="refined", origin="CHN", destination="JPN", round=round_, hub="")
    return float(flows["flow_t"].sum())


def test_there_are_two_prices_as_long_as_there_are_refusals() -> None:
    """While requests still wait and all stock up, who will have a licence may pay as much as who will not."""
    rows = segments(world(licence()))
    assert rows.index.tolist() == list(range(OPEN, ROUNDS))
    refused = rows["need_share"]["refused"]
    assert refused.loc[OPEN] == pytest.approx(0.2)
    assert refused.between(0.2 - 1e-9, 0.21).all()  # Japan hands some on, and is granted a little less for it
    paid = rows["price_mean_usd_t"].loc[OPEN + 3 :]
    assert (paid["refused"] > paid["licensed"]).all()
    assert not len(table(world(), "segments"))
    everything = world(licence(1.0, delay_days=0.0))
    assert not len(table(everything, "segments"))


def test_once_the_office_works_who_is_licensed_buys_near_the_home_price_and_who_is_not_does_not() -> None:
    many = {"parameters__exporters_coordination_share": 0.0, "parameters__licensed_exporters": 60.0}
    licensed = world(licence(), **many)  # who sell to them compete
    rows, home = segments(licensed), home_price(licensed)
    asked = 1.2 * licensed.state.markets.mark_up_usd_t[REFINED].max()
    assert asked < 0.15 * home[ROUNDS - 1]
    settled = range(OPEN + 6, ROUNDS)  # a year and a half on, when who is licensed has stocked up
    for round_ in settled:
        mine, theirs = (rows["price_spot_usd_t"][name][round_] for name in ("licensed", "refused"))
        assert mine < 1.06 * home[round_] + asked
        assert theirs > 1.15 * home[round_]


def test_the_gap_stays_though_tonnage_is_back() -> None:
    """The price that is quoted abroad is that of who must buy there; tonnes come on licences again."""
    free, licensed = world(), world(licence())
    last = ROUNDS - 1
    assert direct_t(licensed, OPEN) < 0.3 * direct_t(free, OPEN)
    assert direct_t(licensed, last) > 0.7 * direct_t(free, last)
    rows = [
        table(of, "markets", stage="refined", country="JPN", round=last).iloc[0] for of in (free, licensed)
    ]
    before, after = (float(row["price_spot_usd_t"]) for row in rows)
    assert after / home_price(licensed)[last] > 1.1 * before / home_price(free)[last]
    assert after == pytest.approx(segments(licensed)["price_spot_usd_t"]["refused"][last])


def test_more_refusals_make_the_refused_pay_more() -> None:
    """They share what little others make and hubs hand on, until what they recover themselves has opened."""
    few, many = (segments(world(licence(size)))["price_mean_usd_t"]["refused"] for size in (0.9, 0.5))
    assert many.max() > 1.1 * few.max()


def test_the_two_are_the_country() -> None:
    licensed = world(licence())
    rows = segments(licensed)
    market = table(licensed, "markets", stage="refined", country="JPN").set_index("round")
    flows = table(licensed, "flows", stage="refined", destination="JPN")
    for round_ in range(OPEN, ROUNDS):
        bought = rows["bought_t"].loc[round_].sum()
        assert bought == pytest.approx(flows.loc[flows["round"] == round_, "flow_t"].sum(), rel=2e-3)
        paid = (rows["bought_t"].loc[round_] * rows["price_mean_usd_t"].loc[round_]).sum()
        assert market["price_mean_usd_t"][round_] == pytest.approx(paid / bought, rel=1e-9)


def test_an_end_use_on_the_list_is_what_is_refused() -> None:
    rows = segments(world(licence(0.0, end_use=("electronics_chips",))))
    some = make_world(minerals=["gallium"], rounds=1)
    listed = float(some.sector_share["electronics_chips"][0]) * (1.0 - some.parameters.licence_leak_share)
    assert np.allclose(rows["need_share"]["refused"].iloc[1:], listed)


def test_questions_see_both() -> None:
    """The answer to a question that changes nothing is the market itself, and its accounts add up."""
    standing = make_world(minerals=["gallium"], rounds=ROUNDS, measures=[licence()])
    play(standing, OPEN + 2)
    happen(standing)
    cleared = trade(standing)
    nobody = np.zeros(len(standing.base.axes.countries), dtype=bool)
    (answer,), _ = solve_cases(cleared.setting, [Case((0,), nobody, False)])
    assert cleared.segments[REFINED].country.shape[1] == len(TARGETS)
    usd, scale = cleared.accounts.usd, np.abs(cleared.accounts.usd).max()
    np.testing.assert_allclose(answer.accounts.usd, usd, rtol=0.0, atol=1e-7 * scale)
    np.testing.assert_allclose(usd.sum(axis=(1, 2)), cleared.accounts.world_usd, rtol=1e-9)


def test_a_question_about_a_licence_is_the_market_under_it() -> None:
    """Asked with other rows in a batch or alone, one at a time, on the whole width."""
    free = make_world(minerals=["gallium"], rounds=ROUNDS)
    play(free, OPEN)
    happen(free)
    setting, axes = trade(free).setting, free.base.axes
    nobody = np.zeros(len(axes.countries), dtype=bool)
    targets = tuple(axes.country(iso3) for iso3 in TARGETS)
    cases = [
        Case((0,), nobody, False, (Control(free.dominant, 0, REFINED, targets[:count], share, OPEN, "test"),))
        for count in (1, 3, 4)
        for share in (0.9, 0.4)
    ]
    answers, _ = solve_cases(setting, cases)
    for case, answer in zip(cases, answers, strict=True):
        _, clearing, alone, prices = clear_rows(setting, [case], np.array([0]), True)
        np.testing.assert_allclose(answer.accounts.world_usd, alone.world_usd, rtol=1e-9)
        np.testing.assert_allclose(
            answer.prices.price_usd_t[REFINED], clearing.stages[REFINED].price_usd_t, rtol=1e-7
        )
        assert (prices[REFINED].country >= 0).sum() == len(case.controls[0].targets)
        # what the few who may export ask of who is licensed may come near to what the refused pay
        asked = setting.asking[REFINED].usd_t.max()
        assert (prices[REFINED].spot_usd_t[1] > prices[REFINED].spot_usd_t[0] - asked).all()

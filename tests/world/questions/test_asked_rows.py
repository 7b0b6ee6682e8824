"""A question over listed lanes is the market in arrays that it describes, and its accounts are the same."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import make_world, measure, play, standing_licences

from benchmarks.random_questions import random_question
from world.accounts import EXPORT_TAX, HUB_MARGIN, LEVY, QUOTA_RENT, UNRECORDED
from world.conditions import conditions_of
from world.counterfactual import Case, clear_rows, needs_hubs, solve_cases
from world.market_round import make_setting
from world.questions.setting import Setting
from world.round import happen

MINERALS = ["gallium", "ndpr"]
"""Lists of different length, so that second columns move past padding."""
QUESTIONS = 40


@pytest.fixture(scope="module")
def setting() -> Setting:
    """Licences that stand, an export quota that some pass unrecorded, duties and a floor."""
    measures = standing_licences(MINERALS)
    measures.append(
        measure("export_quota", "CHN", "2025-Q1", minerals=("ndpr",), stages=("refined",), size=0.5)
    )
    world = make_world(minerals=MINERALS, rounds=6, measures=measures)
    play(world, 2)
    happen(world)
    setting = make_setting(world, world.happenings, conditions_of(world), True)
    reference = setting.reference_usd_t
    reference[:] = np.where(np.isnan(reference), 1.2 * world.base.evidence.price_usd_t, reference)
    return setting


@pytest.mark.parametrize("seed", range(3))
def test_both_find_the_same(setting: Setting, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cases = [random_question(rng, setting) for _ in range(QUESTIONS)]
    outcomes, _ = solve_cases(setting, cases)
    for case, outcome in zip(cases, outcomes, strict=True):
        rows = np.array(case.minerals)
        hubs = needs_hubs(setting, case, case.minerals[0])
        part = setting.rows(rows, case.is_later)
        _, clearing, book, _ = clear_rows(part, [case], rows, hubs)
        scale = np.abs(book.usd).max()
        np.testing.assert_allclose(outcome.accounts.usd, book.usd, rtol=1e-7, atol=1e-9 * scale)
        np.testing.assert_allclose(outcome.accounts.world_usd, book.world_usd, rtol=1e-9)
        np.testing.assert_allclose(
            outcome.accounts.final_surplus_usd, book.final_surplus_usd, rtol=1e-7, atol=1e-9 * scale
        )
        for found, price in zip(outcome.prices.price_usd_t, clearing.prices().price_usd_t, strict=True):
            np.testing.assert_allclose(found[:, : price.shape[1]], price, rtol=1e-7)


def test_the_questions_meet_what_there_is_to_meet(setting: Setting) -> None:
    """Levies, hubs, ways past a quota, rents of quotas and refused users all count somewhere."""
    half = np.arange(len(setting.axes.countries)) % 2 == 0
    half[setting.captor] = False
    outcomes, _ = solve_cases(setting, [Case((0, 1), half, True), Case((0, 1), half, True, captures=True)])
    usd, captured = (outcome.accounts.usd.sum(axis=(0, 2)) for outcome in outcomes)
    for account in (LEVY, HUB_MARGIN, QUOTA_RENT, UNRECORDED):
        assert usd[account] > 0.0
    assert captured[EXPORT_TAX] > usd[EXPORT_TAX]
    assert captured[LEVY] < usd[LEVY]

"""One user as two columns: what is split adds up to what there was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import make_world, measure

from world.axes import REFINED, STAGES, Array
from world.conditions import conditions_of
from world.lanes.terms import Rows
from world.licences.segments import Parts, refused_share, split_users
from world.market_round import make_setting
from world.questions.setting import Setting
from world.round import happen

SIZES = {"JPN": 0.8, "KOR": 0.5, "DEU": 0.0}
"""What is granted; nothing at all is a ban, under which a country stays one buyer."""


@pytest.fixture(scope="module")
def setting() -> Setting:
    licences = [
        measure("licence", "CHN", "2025-Q1", id=f"licence_{target}", targets=(target,), minerals=("gallium",),
                stages=("refined",), size=size, delay_days=0.0)
        for target, size in SIZES.items()
    ]  # fmt: skip
    world = make_world(minerals=["gallium"], rounds=6, measures=licences)
    happen(world)
    return make_setting(world, world.happenings, conditions_of(world), False)


def rows_of(setting: Setting, approval_share: Array | None = None) -> list[Rows]:
    nobody, none = np.zeros((1, len(setting.axes.countries)), dtype=bool), np.zeros(1)
    asked: list[Array | None] = [None] * len(STAGES)
    asked[REFINED] = approval_share
    return [Rows(nobody, none * np.nan, none, none, asked[stage]) for stage in range(len(STAGES))]


def parts_of(setting: Setting, approval_share: Array | None = None) -> Parts:
    rows = rows_of(setting, approval_share)
    return split_users(setting.axes, setting.final_use, setting.now.offers, setting.borders, rows)


def places(setting: Setting, parts: Parts) -> dict[str, tuple[int, int]]:
    """Country -> first and second column of its users among the buyers of metal."""
    makers, users = setting.axes.makers_next(REFINED).shape[1], setting.axes.users.shape[1]
    found = {}
    for extra, place in enumerate(parts.user[REFINED][0].tolist()):
        iso3 = setting.axes.countries[setting.axes.users[0, place]]
        found[iso3] = (makers + place, makers + users + extra)
    return found


def test_who_is_refused_a_part_is_two_and_who_is_refused_all_is_one(setting: Setting) -> None:
    parts = parts_of(setting)
    assert set(places(setting, parts)) == {"JPN", "KOR"}
    assert sorted(parts.refused_share[REFINED][0]) == pytest.approx([0.2, 0.5])
    assert parts.user[0].shape[1] == 0


def test_needs_and_usual_trade_add_up(setting: Setting) -> None:
    parts, makers = parts_of(setting), setting.axes.makers_next(REFINED).shape[1]
    before, after = setting.now.offers.stages[REFINED].needs, parts.offers.stages[REFINED].needs
    usual, split = setting.borders[REFINED].usual_flow_t, parts.borders[REFINED].usual_flow_t
    for iso3, (one, two) in places(setting, parts).items():
        need = after.need_t[0, [one - makers, two - makers]]
        assert need.sum() == pytest.approx(before.need_t[0, one - makers])
        assert need[1] / need.sum() == pytest.approx(1.0 - SIZES[iso3])
        np.testing.assert_allclose(split[0, :, one] + split[0, :, two], usual[0, :, one])
        assert parts.axes.users[0, two - makers] == parts.axes.users[0, one - makers]


def test_weights_add_up_to_what_is_granted(setting: Setting) -> None:
    """Part by part of the need, the lanes of both weigh what the lane weighed."""
    parts, border = parts_of(setting), setting.borders[REFINED]
    refused, split = refused_share(border, rows_of(setting)[REFINED]), parts.borders[REFINED].approval_share
    seller = int(np.flatnonzero(refused[0].max(axis=1))[0])
    for iso3, (one, two) in places(setting, parts).items():
        part = 1.0 - SIZES[iso3]
        together = (1.0 - part) * split[0, :, one] + part * split[0, :, two]
        np.testing.assert_allclose(
            together, np.minimum(border.approval_share[0, :, one], 1.0 - refused[0, :, one])
        )
        assert split[0, seller, two] == 0.0
        assert parts.borders[REFINED].granted_t[0, seller, two] == 0.0
        others = np.arange(len(split[0])) != seller
        assert (split[0, others, two] == border.approval_share[0, others, one]).all()


def test_of_two_sellers_that_refuse_the_milder_spares_some_of_whom_the_other_turns_away(
    setting: Setting,
) -> None:
    asked = setting.borders[REFINED].approval_share.copy()
    (one, two) = places(setting, parts_of(setting))["JPN"]
    strict, mild = np.argsort(-setting.borders[REFINED].usual_flow_t[0, :, one])[:2]
    asked[0, strict, one], asked[0, mild, one] = 0.4, 0.9
    parts = parts_of(setting, asked)
    split = parts.borders[REFINED].approval_share
    (one, two) = places(setting, parts)["JPN"]
    assert split[0, [strict, mild], one].tolist() == [1.0, 1.0]
    assert split[0, [strict, mild], two] == pytest.approx([0.0, 1.0 - 0.1 / 0.6])


def test_nobody_is_two_where_nothing_is_refused(setting: Setting) -> None:
    border = setting.borders[REFINED]
    open_ = replace(
        setting, borders=(setting.borders[0], replace(border, refused_share=None), setting.borders[2])
    )
    parts = parts_of(open_)
    assert not parts.some
    assert parts.offers is setting.now.offers

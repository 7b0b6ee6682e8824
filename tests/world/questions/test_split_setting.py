"""Users split once a round, for all questions, are those that each question would split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import make_world, standing_licences

from world.axes import COMPONENT, REFINED
from world.conditions import conditions_of
from world.market_round import make_setting
from world.questions.setting import Setting
from world.questions.split_setting import split_setting
from world.round import happen

MINERALS = ["gallium", "ndpr"]
"""Lists of different length, so that second columns move past padding."""


@pytest.fixture(scope="module")
def setting() -> Setting:
    world = make_world(minerals=MINERALS, rounds=6, measures=standing_licences(MINERALS))
    happen(world)
    return make_setting(world, world.happenings, conditions_of(world), True)


def test_padding_stands_last(setting: Setting) -> None:
    axes = split_setting(setting, False).setting.axes
    for stage in (REFINED, COMPONENT):
        users = axes.users_of(stage)
        assert users.shape[1] > setting.axes.users_of(stage).shape[1] or stage == COMPONENT
        assert (np.diff((users >= 0).astype(int), axis=1) <= 0).all()
        assert (users >= 0).sum() >= (setting.axes.users_of(stage) >= 0).sum()


def test_it_is_worked_out_anew_where_borders_are_others(setting: Setting) -> None:
    assert split_setting(setting, False).lists is split_setting(setting, False).lists
    border = replace(setting.borders[REFINED], refused_share=None)
    other = replace(setting, borders=(setting.borders[0], border, setting.borders[2]))
    assert split_setting(other, False).setting.axes.users.shape == setting.axes.users.shape

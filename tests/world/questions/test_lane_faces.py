"""The faces of lanes are what the rules of borders make of lanes one by one."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from small_worlds import make_world, standing_licences

from world.axes import STAGES, Mask
from world.conditions import conditions_of
from world.counterfactual import Case
from world.lanes.listed import list_stage
from world.market_round import make_setting
from world.questions.lane_faces import FREE, INTO, WITHIN, list_faces
from world.questions.rows import stage_rows
from world.questions.setting import Setting
from world.questions.split_setting import SplitSetting, split_setting
from world.round import happen

MINERALS = ["gallium", "ndpr"]


DUTY_FORMS = ["levy", "minimum_price", "ad_valorem", "quota"]


@pytest.fixture(scope="module", params=[*((form, False) for form in DUTY_FORMS), ("levy", True)])
def split(request: pytest.FixtureRequest) -> SplitSetting:
    world = make_world(minerals=MINERALS, rounds=6, measures=standing_licences(MINERALS))
    happen(world)
    setting = make_setting(world, world.happenings, conditions_of(world), True)
    price = np.array([stage.price_usd_t for stage in setting.borders]).T
    form, is_later = request.param
    zone = replace(setting.zone, duty_form=form, binds_inside=True)
    asked = replace(
        setting, zone=zone, reference_usd_t=1.2 * price, zone_tariff_share=0.1 * np.ones_like(price)
    )
    return split_setting(asked, is_later)


def _half(setting: Setting) -> Mask:
    return np.arange(len(setting.axes.countries)) % 2 == 0


@pytest.mark.parametrize("hubs", [False, True])
def test_faces_are_what_the_rules_make_of_each_lane(split: SplitSetting, hubs: bool) -> None:
    """All minerals in their order: the lists of the setting, under who is bound, lane by lane."""
    setting, mineral = split.setting, np.arange(len(MINERALS))
    later = split.is_later
    cases = [Case(tuple(mineral), _half(setting), floor, is_later=later) for floor in (True, False)]
    for stage, faces in enumerate(split.faces(hubs)):
        rows = stage_rows(setting, cases)[stage]
        offers = setting.horizon(later).offers.stages[stage]
        wanted = list_stage(offers, rows, split.lists[stage], setting.terms, setting.zone, hubs)
        found = faces.rows(mineral, rows, (0, 0))
        for part in ("charges", "lanes"):
            for item in fields(getattr(wanted, part)):
                one, other = (getattr(getattr(stage_, part), item.name) for stage_ in (found, wanted))
                assert np.array_equal(one, other), (STAGES[stage], item.name)
        assert np.array_equal(found.hub, wanted.hub)


def test_the_zone_makes_the_faces_differ(split: SplitSetting) -> None:
    faces = split.faces(True)[1]
    floor = np.stack(np.split(faces.lanes.floor_usd_t, 3))
    duty = np.stack(np.split(faces.charges.tariff_share, 3))
    assert (duty[INTO] > duty[FREE]).all()
    assert (duty[WITHIN] <= duty[FREE]).all()
    if split.setting.zone.duty_form in ("levy", "minimum_price"):
        assert (floor[INTO] > floor[FREE]).all()


def test_faces_are_kept_while_the_zone_asks_the_same(split: SplitSetting) -> None:
    assert split.faces(True) is split.faces(True)
    other = replace(
        split, setting=replace(split.setting, reference_usd_t=split.setting.reference_usd_t + 1.0)
    )
    assert other.faces(True) is not split.faces(True)
    assert list_faces(other.setting, other.lists, True)[0].count.sum() > 0

"""Random "what if" questions on the market of a round, and the markets that they describe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from world.axes import STAGES
from world.counterfactual import Case, needs_hubs, pose_rows
from world.market.arrays import Market
from world.questions.setting import Setting
from world.state import Control


def random_question(rng: np.random.Generator, setting: Setting) -> Case:
    """One mineral under any members, with or without the floor and a control, today or later."""
    axes = setting.axes
    mineral = int(rng.integers(len(axes.minerals)))
    members = rng.random(len(axes.countries)) < rng.random()
    is_floor, is_later = rng.random(2) < (0.7, 0.4)
    stage = int(rng.integers(len(STAGES)))
    sellers = axes.sellers(stage)[mineral]
    sellers = sellers[sellers >= 0]
    if not len(sellers) or rng.random() < 0.4:
        return Case((mineral,), members, bool(is_floor), (), bool(is_later))
    targets = np.flatnonzero(rng.random(len(axes.countries)) < rng.random())
    approval_share = float(rng.choice([0.0, rng.random(), 1.0]))
    control = Control(
        int(rng.choice(sellers)), mineral, stage, tuple(targets.tolist()), approval_share, 0, "question"
    )
    return Case((mineral,), members, bool(is_floor), (control,), bool(is_later))


def posed(setting: Setting, cases: Sequence[Case]) -> list[tuple[list[int], Market]]:
    """The markets of cases of one mineral each, those that need the same arrays in one, with the numbers of
    the cases."""
    alike = defaultdict(list)
    for number, case in enumerate(cases):
        (mineral,) = case.minerals
        alike[mineral, case.is_later, needs_hubs(setting, case, mineral)].append(number)
    markets = []
    for (mineral, is_later, hubs), numbers in alike.items():
        rows = np.full(len(numbers), mineral)
        asked = [cases[number] for number in numbers]
        markets.append((numbers, pose_rows(setting.rows(rows, is_later), asked, rows, hubs)[1].market))
    return markets

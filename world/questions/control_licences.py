"""What exporters would ask who alone may export under a control that a question asks about.

A quota is handed out to firms. An authority that weighs it sees the rent that these come
to ask, to first order: the mark-up that would pay in the market as it stands, less in proportion where less
is granted. A control that is lifted takes what is asked away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from world.axes import Whole
from world.lanes.quotas import OwnDesk, joined, own_desks
from world.lanes.unrecorded import abroad_t
from world.offers import StageOffers
from world.questions.control_lanes import Controls
from world.questions.setting import Setting
from world.state import Control


def licensed_offers(
    setting: Setting, offers: StageOffers, asked: Sequence[Controls], mineral: Whole, stage: int
) -> StageOffers:
    """The offers of a stage with what licensed exporters ask under the controls of each row; ``setting`` and
    ``offers`` have these rows, ``mineral`` (row,)."""
    found = list(_controls_at(asked, mineral, stage)) if setting.asking else []
    return _asked(setting, stage, offers, found) if found else offers


def _controls_at(asked: Sequence[Controls], mineral: Whole, stage: int) -> Iterator[tuple[int, Control]]:
    """Controls of which few have parts, or that lift what withholds, with their row."""
    for row, controls in enumerate(asked):
        for control in controls:
            counts = control.approval_share >= 1.0 or control.for_few
            here = control.mineral == mineral[row] and control.stage == stage
            if here and counts and not control.tax_share:
                yield row, control


def _asked(
    setting: Setting, stage: int, offer: StageOffers, found: Sequence[tuple[int, Control]]
) -> StageOffers:
    quotas = replace(offer.quotas, asked_usd_t=offer.quotas.asked_usd_t.copy())
    sellers, buyers = setting.axes.sellers(stage), setting.axes.buyers(stage)
    usual, new = setting.borders[stage].usual_flow_t, []
    exports = abroad_t(usual, sellers, buyers)
    for row, control in found:
        seller = np.flatnonzero(sellers[row] == control.actor)
        if not len(seller) or control.approval_share <= 0.0:
            continue
        mine = quotas.seller[row] == seller[0]
        if control.approval_share >= 1.0:
            quotas.asked_usd_t[row, mine] = 0.0
        elif not (quotas.asked_usd_t[row, mine] > 0.0).any():
            abroad = (buyers[row] >= 0) & (buyers[row] != control.actor)
            aimed, shipped = abroad & np.isin(buyers[row], control.targets), usual[row, seller[0]]
            part = float(shipped[aimed].sum()) / max(float(exports[row, seller[0]]), 1e-300)
            asks = setting.asking[stage].of(row, int(seller[0]), 1.0, part * control.approval_share)
            new.append(OwnDesk(row, int(seller[0]), aimed, asks))
    return replace(offer, quotas=joined(quotas, own_desks(usual, exports, new)) if new else quotas)

"""What exporters would ask who alone may export under a control that a question asks about.

A control that grants a part is handed out to firms. An authority that weighs it sees the rent that these come
to ask, to first order: the mark-up that would pay in the market as it stands, less in proportion where less
is granted. A control that is lifted takes what is asked away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from world.axes import Whole
from world.control_lanes import Controls
from world.offers import Offers, StageOffers
from world.quotas import Asking, joined, own_desks
from world.setting import Setting
from world.state import Control


def licensed_offers(setting: Setting, offers: Offers, asked: Sequence[Controls], mineral: Whole) -> Offers:
    """The offers of rows with what licensed exporters ask under the controls of each; ``setting`` and
    ``offers`` have these rows, ``mineral`` (row,)."""
    if not setting.asking:
        return offers
    stages = zip(offers.stages, setting.asking, strict=True)
    return Offers(
        tuple(
            _asks(setting, stage, offer, asking, list(_controls_at(asked, mineral, stage)))
            for stage, (offer, asking) in enumerate(stages)
        )
    )


def _controls_at(asked: Sequence[Controls], mineral: Whole, stage: int) -> Iterator[tuple[int, Control]]:
    for row, controls in enumerate(asked):
        for control in controls:
            if control.mineral == mineral[row] and control.stage == stage and not control.tax_share:
                yield row, control


def _asks(
    setting: Setting, stage: int, offer: StageOffers, asking: Asking, found: list[tuple[int, Control]]
) -> StageOffers:
    """One stage's offers under the controls of its rows."""
    if not found:
        return offer
    quotas = replace(offer.quotas, asked_usd_t=offer.quotas.asked_usd_t.copy())
    sellers, buyers = setting.axes.sellers(stage), setting.axes.buyers(stage)
    usual, new = setting.borders[stage].usual_flow_t, []
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
            part = float(shipped[aimed].sum()) / max(float(shipped[abroad].sum()), 1e-300)
            asks = asking.of(row, int(seller[0]), 1.0, min(part, 1.0) * control.approval_share)
            new.append((row, int(seller[0]), aimed, asks))
    return replace(offer, quotas=joined(quotas, own_desks(usual, new)) if new else quotas)

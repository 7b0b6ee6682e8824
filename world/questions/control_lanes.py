"""Which lanes a control touches, and what the borders are under the controls that a question asks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from world.axes import Array, Mask, Whole
from world.lanes.terms import StageBorders
from world.licences.segments import refuses
from world.questions.setting import Setting
from world.state import Control

Controls = tuple[Control, ...]


def restricted(setting: Setting) -> Mask:
    """(mineral,) whether some lane is closed, licensed or newly taxed before any question is asked."""
    found = [
        (border.approval_share < 1.0).any(axis=(1, 2))
        | (border.taxed_share > 0.0).any(axis=(1, 2, 3))
        | refuses(border)
        for border in setting.borders
    ]
    return np.asarray(np.any(found, axis=0))


def restricts(controls: Controls, mineral: int) -> bool:
    """Some of the controls restricts lanes of the mineral."""
    return any(control.mineral == mineral and control.approval_share < 1.0 for control in controls)


def controlled_stages(asked: Sequence[Controls], mineral: Whole) -> list[int]:
    """Stages at which some row asks about a control on its ``mineral`` (row,)."""
    pairs = zip(asked, mineral.tolist(), strict=True)
    return sorted(
        {control.stage for controls, one in pairs for control in controls if control.mineral == one}
    )


def approvals(border: StageBorders, asked: Sequence[Controls], mineral: Whole, stage: int) -> Array:
    """(row, seller, buyer) approval shares, lowered by the controls that each row asks about (an approval of
    1 lifts what is in force); ``mineral`` (row,)."""
    approval = border.approval_share.copy()
    for row, controls in enumerate(asked):
        for control in controls:
            if control.mineral == mineral[row] and control.stage == stage and not control.tax_share:
                lanes = control_lanes(control, border.sellers[row], border.buyers[row])
                lifted = control.approval_share >= 1.0  # what if a control in force were lifted
                approval[row][lanes] = (
                    1.0 if lifted else np.minimum(approval[row][lanes], control.approval_share)
                )
    return approval


def taxed(border: StageBorders, asked: Sequence[Controls], mineral: Whole, stage: int) -> StageBorders:
    """The borders with the export taxes (below zero: subsidies) that the controls of each row add."""
    added = [
        (row, control)
        for row, controls in enumerate(asked)
        for control in controls
        if control.mineral == mineral[row] and control.stage == stage and control.tax_share
    ]
    if not added:
        return border
    tax = np.broadcast_to(border.export_tax_share, border.approval_share.shape).copy()
    for row, control in added:
        lanes = control_lanes(control, border.sellers[row], border.buyers[row])
        tax[row][lanes] += control.tax_share
    return replace(border, export_tax_share=tax)


def changes(setting: Setting, control: Control) -> bool:
    """Whether a control changes anything on any lane, as borders stand. Lanes on which nobody trades count:
    of buyers with several sellers the strictest licence says how many are two
    (:mod:`world.licences.segments`). Where exporters would ask a mark-up, who is licensed matters
    whatever is granted."""
    border, mineral = setting.borders[control.stage], control.mineral
    lanes = control_lanes(control, border.sellers[mineral], border.buyers[mineral])
    if control.tax_share:
        return bool(lanes.any())
    if setting.asking and lanes.any():
        asks_usd_t = setting.asking[control.stage].usd_t[mineral]
        if (asks_usd_t[border.sellers[mineral] == control.actor] > 0.0).any():
            return True
    stands = border.approval_share[mineral][lanes]
    return bool((stands != 1.0 if control.approval_share >= 1.0 else stands > control.approval_share).any())


def control_lanes(control: Control, sellers: Whole, buyers: Whole) -> Mask:
    """(seller, buyer) lanes that a control touches: from the actor to its targets, never home."""
    lanes: Mask = np.zeros((len(sellers), len(buyers)), dtype=bool)
    mine = sellers == control.actor
    if mine.any():
        abroad = (buyers >= 0) & (buyers != control.actor)
        aimed = np.array(control.targets, dtype=np.int64)
        lanes[mine] = abroad & (buyers[:, None] == aimed).any(axis=1)
    return lanes

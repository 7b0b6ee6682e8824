"""What governments decided in the run does to trade, laid over the measures of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from world.policy.happenings import ExportQuota, Happenings
from world.state import Control


def with_decrees(now: Happenings, controls: Sequence[Control]) -> Happenings:
    """The happenings of a round with the export taxes, subsidies, quotas and bans on handing on that
    governments decided; licences and bans are read from the controls where lanes are made. ``now`` stays as
    it is.
    """
    changed: dict[str, Any] = {}
    for name, field in (("export_tax_share", "tax_share"), ("own_reach_share", "reach")):
        some = [control for control in controls if getattr(control, field)]
        if some:
            changed[name] = _laid_over(getattr(now, name), some, field)
    quotas = export_quotas(now, controls)
    if quotas is not now.export_quotas:
        changed["export_quotas"] = quotas
    return replace(now, **changed) if changed else now


def export_quotas(now: Happenings, controls: Sequence[Control]) -> list[ExportQuota]:
    """The export quotas of a round, those that governments decided included."""
    rationed = [
        ExportQuota(c.mineral, c.stage, c.actor, c.targets, c.allowed_t, 1.0)
        for c in controls
        if c.instrument == "quota"
    ]
    return now.export_quotas + rationed if rationed else now.export_quotas


def _laid_over(values: np.ndarray, controls: Sequence[Control], field: str) -> np.ndarray:
    """Taxes add up; of bans on handing on the wider counts."""
    laid = values.copy()
    for control in controls:
        lanes = (control.mineral, control.stage, control.actor, list(control.targets))
        size = getattr(control, field)
        laid[lanes] = np.maximum(laid[lanes], size) if field == "reach" else laid[lanes] + size
    return laid

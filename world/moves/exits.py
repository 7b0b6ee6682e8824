"""What price wars taught the dominant refiner: how much of what rivals had entered with was gone when a war
ended, and who came back once it was over.

Plants that lose money mostly lie idle and come back (McGee 1958): who believes that rivals leave for good
finds out by trying.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from world.moves.refiner_options import rival_share
from world.state import Control

if TYPE_CHECKING:
    from world.model import TradeWorld


def learn_exits(world: TradeWorld, lifted: Sequence[Control]) -> None:
    """Count controls of the dominant refiner that are lifted: a price war as the part of the rivals' growth
    that it undid, 0 to 1; a tax by which it recouped after one as no exit, where rivals have entered again.
    """
    politics, enough = world.state.politics, world.parameters.predation_entry_share
    counted = set()
    for control in lifted:
        good = (control.mineral, control.stage)
        if control.actor != world.dominant or (*good, control.instrument) in counted:
            continue
        counted.add((*good, control.instrument))
        first = rival_share(world, *good, at_first=True)
        grown = rival_share(world, *good) - first
        if control.instrument == "price_war" and control.rival_share > first:
            politics.wars_seen += 1.0
            politics.exits_seen += min(1.0, max(0.0, 1.0 - grown / (control.rival_share - first)))
        elif control.instrument == "export_tax" and good in politics.fought_over and grown > enough:
            politics.wars_seen += 1.0
        if control.instrument == "price_war":
            politics.fought_over.add(good)

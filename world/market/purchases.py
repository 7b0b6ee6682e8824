"""What buyers buy at the prices that clear: the part of the last evaluation that outlives the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world.market.balance import State, lane_flow_t
from world.market.choice import Choice
from world.market.rows import Floats, Rowwise


@dataclass(frozen=True)
class Purchases(Rowwise):
    """Purchases at one stage: flow_t (M, R, S, B); the others (M, B).

    index_usd_t  inclusive value P;  log_order, log_use  ln of the tonnes ordered and used;  got_share,
    unmet_share  parts of the order that sellers deliver and that nobody does
    """

    flow_t: Floats
    index_usd_t: Floats
    log_order: Floats
    log_use: Floats
    got_share: Floats
    unmet_share: Floats


def purchases_of(state: State) -> tuple[Purchases, ...]:
    """The purchases of every stage at the prices at which ``state`` was evaluated."""
    return tuple(_purchases(stage.choice) for stage in state.stages)


def _purchases(choice: Choice) -> Purchases:
    return Purchases(
        flow_t=np.asarray(lane_flow_t(choice)),
        index_usd_t=choice.index_usd_t,
        log_order=choice.log_order,
        log_use=choice.log_use,
        got_share=choice.got_share,
        unmet_share=choice.outside_share,
    )

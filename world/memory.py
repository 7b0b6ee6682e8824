"""What everyone remembers at the start: prices and shipments of the quarters before, where a world knows
them.

Producers believe, holders of stocks reckon, contracts are settled and licence offices count from what was
seen, each with the memory that it has during the run. Without rows, all remember the base year alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from agents.adjustment import part_moved
from agents.beliefs import extrapolate, revise_expected
from world.axes import STAGES, Array
from world.calibration.base import BaseMarket
from world.dataset import Dataset
from world.parameters import ParameterValues
from world.state import Markets

USUAL_A_QUARTER = part_moved(1.0) / 4.0
"""Weight of a quarter's flow in usual flows, as during the run (a year's memory)."""


def recall(base: BaseMarket, markets: Markets, dataset: Dataset, parameters: ParameterValues) -> None:
    """Put what is remembered in the place of the base year."""
    _recall_prices(base, markets, dataset.table("prior_prices"), parameters)
    _recall_shipments(base, markets, dataset.table("prior_shipments"))


def _recall_prices(base: BaseMarket, markets: Markets, rows: pd.DataFrame, p: ParameterValues) -> None:
    """Prices of a mineral and stage move all that is expected of it by the same factors."""
    for (mineral, stage), path in rows.sort_values("quarter").groupby(["mineral", "stage"]):
        row, place = base.axes.mineral(str(mineral)), STAGES.index(str(stage))
        ratio = path["price_usd_t"].to_numpy(float) / base.evidence.price_usd_t[row, place]
        believed = _memory(ratio, p.belief_speed_year)
        before = ratio[-2] if len(ratio) > 1 else ratio[-1]
        reckoned = extrapolate(
            np.array(believed),
            np.array(ratio[-1]),
            np.array(before),
            p.stock_trend_share,
            p.stock_trend_response,
        )
        markets.believed_usd_t[place][row] *= believed
        markets.usual_index_usd_t[place][row] *= believed
        recent = markets.recent_index_usd_t[place]
        last = recent[-1].copy()
        last[row] *= ratio[-1]
        markets.recent_index_usd_t[place] = (last,) * len(recent)
        markets.expected_index_usd_t[place][row] *= float(reckoned)
        markets.contract_usd_t[place][row] *= _memory(ratio, p.contract_renewal_year)


def _memory(ratio: Array, speed_year: float) -> float:
    """Where an adaptive mean stands after a path of prices, set out at the first of them."""
    mean = np.array(ratio[0])
    for seen in ratio[1:]:
        mean = revise_expected(mean, np.array(seen), speed_year)
    return float(mean)


def _recall_shipments(base: BaseMarket, markets: Markets, rows: pd.DataFrame) -> None:
    """Usual flows of the lanes named, split over the buyers of the importer as in the base year."""
    lanes = ["mineral", "stage", "exporter", "importer"]
    for (mineral, stage, exporter, importer), path in rows.sort_values("quarter").groupby(lanes):
        row, place = base.axes.mineral(str(mineral)), STAGES.index(str(stage))
        shipped_t = path["tonnes_year"].to_numpy(float) / base.rounds_per_year
        usual_t = float(shipped_t[0])
        for tonnes in shipped_t[1:]:
            usual_t += USUAL_A_QUARTER * (float(tonnes) - usual_t)
        flow = markets.usual_flow_t[place][row]
        seller = base.axes.sellers(place)[row] == base.axes.country(str(exporter))
        buyer = base.axes.buyers(place)[row] == base.axes.country(str(importer))
        lane = np.outer(seller, buyer)
        now_t = float(flow[lane].sum())
        flow[lane] = flow[lane] * usual_t / now_t if now_t > 0 else usual_t / max(int(lane.sum()), 1)

"""What is known on the eve of a run instead of following from attributes and distance: stocks by holder,
contracts, freight. A table without rows changes nothing.
"""

from __future__ import annotations

import numpy as np

from world.axes import STAGES, Array
from world.dataset import Dataset


def known_covers(dataset: Dataset, usual_months: Array) -> Array:
    """(mineral, stage, country) usual private stocks in months of use: as known of a holder, else
    ``usual_months`` (mineral, stage)."""
    covers = np.repeat(usual_months[:, :, None], len(dataset.countries), axis=2)
    return _overwritten(covers, dataset, "private_stocks", "cover_months")


def extra_stocks(dataset: Dataset) -> tuple[Array, Array]:
    """(mineral, stage, country) months of use that lie there on top of usual stocks, and the quarters for
    which they are kept."""
    nothing = np.zeros((len(dataset.minerals), len(STAGES), len(dataset.countries)))
    months = _overwritten(nothing.copy(), dataset, "private_stocks", "extra_months")
    return months, _overwritten(nothing, dataset, "private_stocks", "kept_quarters")


def known_contracts(dataset: Dataset, usual_share: Array) -> Array:
    """(mineral,) part of the trade whose price follows past spot prices: as known, else ``usual_share``."""
    share = usual_share.copy()
    for row in dataset.table("contracts").itertuples(index=False):
        share[dataset.minerals.index(str(row.mineral))] = float(str(row.share))
    return share


def known_freight_usd_t(dataset: Dataset) -> Array:
    """(mineral, stage, exporter, importer) USD per tonne contained, NaN where it is not known."""
    return _on_lanes(dataset, "freight", "freight_usd_t", np.nan)


def known_floor_usd_t(dataset: Dataset) -> Array:
    """(mineral, stage, exporter, importer) least landed price of the base year, USD per tonne contained; -inf
    where there was none."""
    return _on_lanes(dataset, "floors", "floor_usd_t", -np.inf)


def _on_lanes(dataset: Dataset, table: str, column: str, usual: float) -> Array:
    """(mineral, stage, exporter, importer) a column of a table, ``usual`` where it has no row; where the
    table has none at all, one number that is seen everywhere."""
    size, rows = len(dataset.countries), dataset.table(table).to_dict("records")
    shape = (len(dataset.minerals), len(STAGES), size, size)
    if not rows:
        return np.broadcast_to(np.float64(usual), shape)
    found = np.full(shape, usual)
    for row in rows:
        exporter, importer = (dataset.countries.index(str(row[end])) for end in ("exporter", "importer"))
        place = dataset.minerals.index(str(row["mineral"])), STAGES.index(str(row["stage"]))
        found[(*place, exporter, importer)] = float(row[column])
    return found


def known_hub_t_year(dataset: Dataset) -> Array:
    """(mineral, stage, country) tonnes a year that a third country can hand on, NaN where it is not
    known."""
    found = np.full((len(dataset.minerals), len(STAGES), len(dataset.countries)), np.nan)
    return _overwritten(found, dataset, "hub_capacity", "capacity_t_year")


def _overwritten(values: Array, dataset: Dataset, table: str, column: str) -> Array:
    """Values (mineral, stage, country) with a column of a table over them."""
    for mineral, stage, iso3, value in dataset.table(table)[["mineral", "stage", "iso3", column]].itertuples(
        index=False
    ):
        place = dataset.minerals.index(mineral), STAGES.index(stage), dataset.countries.index(iso3)
        values[place] = float(value)
    return values

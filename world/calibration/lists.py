"""Who can sell and who buys each mineral: the short lists that keep the market small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from world.axes import REST_OF_WORLD, Axes, pad_positions
from world.calibration.margins import Margins
from world.dataset import Dataset

LARGE_ORE_SHARE = 0.02
"""A country that mines this share of world ore may build a refinery of its own."""
LARGE_RESERVE_SHARE = 0.005
"""A country with this share of known reserves may open a mine."""

LARGE_NEED_SHARE = 0.03
"""A country with this share of the final use of a component may make it (assumption)."""


def list_axes(dataset: Dataset, margins: Margins, hosts: Sequence[str] = ()) -> Axes:
    """Sellers: those who sold in the base year, those with a plant in the pipeline, and large holders of ore;
    users: all who bought.

    hosts : countries that must be able to buy and sell refined metal of every mineral, as the keeper of a
        reserve does
    """
    kept, planned = {dataset.countries.index(iso3) for iso3 in hosts}, _planned(dataset)
    ore_lists, refined_lists, user_lists, maker_lists, final_lists = [], [], [], [], []
    for position, mineral in enumerate(dataset.minerals):
        has_ore = bool(dataset.table("minerals").set_index("mineral")["has_ore"][mineral])
        ore = (
            set(np.flatnonzero(margins.ore_supply_t[position] > 0)) | planned[mineral, "ore"]
            if has_ore
            else set()
        )
        large = set(
            np.flatnonzero(
                margins.mined_t[position] > LARGE_ORE_SHARE * max(margins.mined_t[position].sum(), 1e-300)
            )
        )
        refined = (
            set(np.flatnonzero(margins.refined_supply_t[position] > 0)) | planned[mineral, "refined"] | large
        )
        if has_ore:
            ore |= _reserve_holders(dataset, mineral)
            refined |= {place for place in ore if margins.refined_supply_t[position][place] > 0}
        ore_lists.append(sorted(int(place) for place in ore))
        users = set(np.flatnonzero(margins.purchases_t[position] > 0).tolist())
        refined_lists.append(sorted(int(place) for place in refined | kept))
        user_lists.append(sorted(int(place) for place in users | kept))
        maker_lists.append(_makers(dataset, margins, position, planned[mineral, "component"]))
        final_lists.append(np.flatnonzero(margins.final_need_t[position] > 0).tolist())
    return Axes(
        dataset.minerals,
        dataset.countries,
        pad_positions(ore_lists),
        pad_positions(refined_lists),
        pad_positions(user_lists),
        pad_positions(maker_lists),
        pad_positions(final_lists),
    )


def _makers(dataset: Dataset, margins: Margins, mineral: int, planned: set[int]) -> list[int]:
    """Who makes components of a mineral, has a plant in the pipeline, or uses enough of them to build one."""
    need = margins.final_need_t[mineral]
    if need.sum() <= 0:
        return []
    entrants = set(np.flatnonzero(need >= LARGE_NEED_SHARE * need.sum()).tolist())
    entrants = {place for place in entrants | planned if dataset.countries[place] != REST_OF_WORLD}
    return sorted(set(np.flatnonzero(margins.component_input_t[mineral] > 0).tolist()) | entrants)


def _planned(dataset: Dataset) -> Mapping[tuple[str, str], set[int]]:
    """Countries with a plant in the pipeline, by mineral and stage."""
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    plants = dataset.table("plants")
    for mineral, stage, iso3 in zip(
        *(plants[name].tolist() for name in ("mineral", "stage", "iso3")), strict=True
    ):
        if iso3 in dataset.countries:
            found[mineral, stage].add(dataset.countries.index(iso3))
    return found


def _reserve_holders(dataset: Dataset, mineral: str) -> set[int]:
    reserves = dataset.table("reserves")
    rows = reserves[(reserves["mineral"] == mineral) & reserves["iso3"].isin(dataset.countries)]
    total = float(rows["reserves_t"].fillna(0).sum())
    large = rows[rows["reserves_t"].fillna(0) > LARGE_RESERVE_SHARE * max(total, 1e-300)]["iso3"]
    return {dataset.countries.index(iso3) for iso3 in large if iso3 != REST_OF_WORLD}

"""One rule for all minerals: its signs, and how it stands beside the table of estimates."""

import itertools

import numpy as np
import pandas as pd
import pytest

from world.dataset import load_dataset
from world.ground.attribute_rules import (
    MOST_SECOND_SHARE,
    Attributes,
    cover_months,
    demand_elasticity,
    second_source_share,
    supply_elasticity,
    taste,
)
from world.parameters import resolve

PARAMETERS = resolve()
PLAIN = Attributes(0.2, 0.1, False)


def test_signs_of_the_rule() -> None:
    dear, by_product, listed = (
        Attributes(0.2, 0.5, False),
        Attributes(0.9, 0.1, False),
        Attributes(0.2, 0.1, True),
    )
    assert demand_elasticity(dear, PARAMETERS)[0] > demand_elasticity(PLAIN, PARAMETERS)[0]
    assert cover_months(dear, PARAMETERS) < cover_months(PLAIN, PARAMETERS)
    assert supply_elasticity(by_product, PARAMETERS) < supply_elasticity(PLAIN, PARAMETERS)
    assert taste(listed, PARAMETERS) > taste(PLAIN, PARAMETERS)
    short, long = demand_elasticity(PLAIN, PARAMETERS)
    assert 0 < short < long


def test_a_bundle_of_many_goods_is_harder_to_replace_than_a_mineral() -> None:
    thetas = [taste(Attributes(0.2, 0.1, True, forms), PARAMETERS) for forms in (2, 3, 6, 12, 20)]
    assert thetas[0] == thetas[1]
    assert all(one > next_ for one, next_ in itertools.pairwise(thetas[1:]))
    assert thetas[-1] == pytest.approx(PARAMETERS.rule_taste_bundle)


def test_second_sources_are_scrap_and_for_metals_without_a_mine_their_hosts() -> None:
    recycled, residues = np.array([0.0, 0.0, 0.3, 0.3, 0.9]), np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    none, host, scrap, both, most = second_source_share(recycled, residues, np.ones(5), PARAMETERS)
    assert none == 0.0
    assert host == pytest.approx(PARAMETERS.second_host_share)
    assert scrap == pytest.approx(PARAMETERS.second_scrap_ratio * 0.3 / 0.7)
    assert both == pytest.approx(host + scrap)
    assert most == MOST_SECOND_SHARE


@pytest.mark.parametrize(
    ("kind", "most_outside"),
    [("demand_short_run", 0), ("demand_long_run", 0), ("taste_refined", 0), ("supply_ore", 2)],
)
def test_the_rule_lies_in_the_ranges_of_the_estimates(kind: str, most_outside: int) -> None:
    """Lithium answers faster than any rule of these attributes says, cobalt as a by-product slower."""
    dataset = load_dataset()
    table = dataset.table("elasticities")
    rows = table[table["kind"] == kind].set_index("mineral")
    outside = [
        str(mineral.mineral)
        for mineral in dataset.table("minerals").itertuples()
        if mineral.mineral in rows.index and not _within(rows.loc[str(mineral.mineral)], kind, mineral)
    ]
    assert len(outside) <= most_outside, outside


def _within(row: pd.Series, kind: str, mineral: object) -> bool:
    seen = Attributes(
        *(float(getattr(mineral, name)) for name in ("by_product_share", "cost_share_in_use")), False
    )
    seen = Attributes(seen.by_product_share, seen.cost_share_in_use, bool(mineral.exchange_traded))
    short, long = demand_elasticity(seen, PARAMETERS)
    said = {"demand_short_run": short, "demand_long_run": long, "taste_refined": taste(seen, PARAMETERS)}
    value = said.get(kind, supply_elasticity(seen, PARAMETERS))
    return bool(row["low"] <= value <= row["high"])

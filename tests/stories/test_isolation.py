"""What must not matter does not: the future, bystanders, the order of lists, other minerals, a pause."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import (
    data_with,
    make_world,
    measure,
    play,
    played,
    quiet_data,
    same_tables,
    table,
    zone_world,
)

from world.dataset import Dataset
from world.model import TradeWorld
from world.policy.measures import Measure

SIGNS = {f"{2026 + quarter // 4}-Q{quarter % 4 + 1}": "join" for quarter in range(6)}
LIVELY = {
    "minerals": ["ndpr", "gallium"],
    "rounds": 8,
    "run__shocks": True,
    "zone__text_quarters": [0, 0],
    "zone__ratification_quarters": [0, 0],
    "zone__decisions": {"AUS": SIGNS, "CAN": SIGNS},  # alone, two minerals draw nobody so soon
    "parameters__accession_review_probability": 0.5,
    "parameters__accession_reviews_needed": 1,
    "parameters__accession_entry_cost_share": 0.0,
    "parameters__administration_usd_year": 0.0,
    "parameters__approval_cost_share": 0.0,
    "parameters__accession_taste_share": 0.05,
    "parameters__action_plan_delay_quarters": 1,
    "history": True,
}
"""A world in which much happens: history, shocks, a reserve, a zone that is joined and answered."""
EVENTS = {
    "ban": measure("ban", "CHN", "2026-Q3", targets=("USA", "JPN", "EU")),
    "tariff": measure("tariff", "USA", "2026-Q3", targets=("*",), size=0.5),
    "export tax": measure("export_tax", "CHN", "2026-Q3", size=0.5),
    "outage": measure("outage", "COD", "2026-Q3", size=0.9),
    "coercion": measure("coercion", "USA", "2026-Q3", targets=("CAN", "JPN"), size=5.0),
    "threat": measure("threat", "CHN", "2026-Q3", targets=("*",), in_force=None),
    "truce": measure("truce", "CHN", "2026-Q3", suspends=("chn_ga_ge_sb_ban",)),
}
EVENT_ROUND = 6


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_an_event_leaves_the_rounds_before_it_as_they_were(event: Measure) -> None:
    plain, told = (
        played("zone_floor_retaliation", **LIVELY),
        played("zone_floor_retaliation", **LIVELY, measures=[event]),
    )
    assert same_tables(plain, told, before=EVENT_ROUND) == []
    assert same_tables(plain, told) != []


def test_the_world_of_these_tests_is_lively() -> None:
    world = played("zone_floor_retaliation", **LIVELY)
    assert world.state.binding_members.sum() > 1
    assert world.state.politics.controls
    assert world.reserve is not None
    assert world.reserve.stock_t.sum() > 0.0
    assert {"join", "hold_out", "announce", "license"} <= set(table(world, "decisions")["choice"])


def test_the_same_seed_gives_the_same_tables_to_the_last_bit() -> None:
    assert (
        same_tables(
            play(make_world("zone_floor_retaliation", **LIVELY)), played("zone_floor_retaliation", **LIVELY)
        )
        == []
    )


def test_another_seed_gives_other_tables() -> None:
    other = play(make_world("zone_floor_retaliation", seed=2, **LIVELY))
    assert any(
        name.startswith("markets") for name in same_tables(other, played("zone_floor_retaliation", **LIVELY))
    )


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one() -> None:
    long, short = (played("zone_floor_retaliation", **(LIVELY | {"rounds": rounds})) for rounds in (8, 7))
    differing = {name.split(":")[0].split(".")[0] for name in same_tables(long, short, before=7)}
    assert not differing & {"markets", "flows", "countries", "zone", "reserve"}


def test_what_is_on_order_does_not_hang_on_the_horizon() -> None:
    short, long = (
        make_world(minerals=["lithium", "ndpr"], rounds=rounds).state.markets.arriving_t for rounds in (8, 44)
    )
    for block, arriving in short.items():
        np.testing.assert_allclose(arriving, long[block][: len(arriving)], err_msg=block)


@pytest.mark.parametrize(
    "duplicate", [lambda world: pickle.loads(pickle.dumps(world)), copy.deepcopy], ids=["pickle", "deepcopy"]
)
def test_an_interrupted_world_goes_on_as_if_nothing_had_happened(
    duplicate: Callable[[TradeWorld], TradeWorld],
) -> None:
    world = make_world("zone_floor_retaliation", **LIVELY)
    play(world, 6)
    assert same_tables(play(duplicate(world)), played("zone_floor_retaliation", **LIVELY)) == []


def test_two_worlds_played_in_turn_do_not_touch_each_other() -> None:
    first = make_world("zone_floor_retaliation", **LIVELY)
    other = make_world("zone_floor", seed=5, **LIVELY)
    for world in (first, other) * LIVELY["rounds"]:
        world.step()
    assert same_tables(first, played("zone_floor_retaliation", **LIVELY)) == []


def bystanders(world: TradeWorld) -> list[str]:
    """Countries that neither sell nor buy nor could produce any of the minerals of this world."""
    axes = world.base.axes
    active = {
        int(place)
        for lists in (axes.ore_sellers, axes.refiners, axes.component_makers, axes.users, axes.final_users)
        for place in lists.ravel()
    }
    return [iso3 for place, iso3 in enumerate(axes.countries) if place not in active]


def test_a_country_that_never_trades_changes_nobody() -> None:
    """That it signs is written down for itself alone: all else stays to the last bit."""
    alone = zone_world(minerals=["gallium"], rounds=8)
    names = bystanders(alone)
    assert len(names) > 40
    joined = zone_world([names[0]], minerals=["gallium"], rounds=8, zone__leader_border_alone=True)
    assert [name for name in same_tables(alone, joined) if name.split(".")[0] in ("markets", "flows")] == []
    before, after = (table(world, "countries").set_index(["round", "country"]) for world in (alone, joined))
    others = before.index.get_level_values("country") != names[0]
    pd.testing.assert_frame_equal(before[others], after[others], check_exact=True)


def test_a_mineral_alone_evolves_as_among_all_twelve() -> None:
    """Without a zone and clubs each market is its own: minerals touch each other only through politics."""
    settings = {"rounds": 6, "run__shocks": True, "history": True, "institutions__off": ["*"]}
    together = played(**settings, minerals=["*"])
    for mineral in ("ndpr", "gallium", "copper"):
        alone = table(played(**settings, minerals=[mineral]), "markets")
        among = table(together, "markets", mineral=mineral)
        assert_close(alone, among)


def assert_close(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same rows in any order, with numbers that agree to solver tolerance."""
    keys = ["round", "mineral", "stage", "country"]
    one, other = (frame.sort_values(keys).reset_index(drop=True) for frame in (one, other))
    assert one[keys].equals(other[keys])
    for column in ("price_fob_usd_t", "price_mean_usd_t", "output_t", "use_t", "capacity_t", "stock_t"):
        scale = other.groupby(["mineral", "stage"])[column].transform("max")
        np.testing.assert_allclose(
            one[column] / scale, other[column] / scale, rtol=0, atol=1e-7, err_msg=column
        )


def reordered(minerals: bool, countries: bool) -> Dataset:
    """The same data with its lists the other way round (the rest of the world stays last)."""
    data = quiet_data()
    *nations, rest = data.countries
    return replace(
        data,
        minerals=data.minerals[::-1] if minerals else data.minerals,
        countries=(*nations[::-1], rest) if countries else data.countries,
    )


@pytest.mark.parametrize(
    ("minerals", "countries"), [(True, False), (False, True)], ids=["minerals", "countries"]
)
def test_the_order_of_the_lists_does_not_matter(minerals: bool, countries: bool) -> None:
    settings = {"minerals": ["ndpr", "gallium", "cobalt"], "rounds": 6, "run__shocks": True}
    plain = played(**settings)
    turned = play(make_world(data=reordered(minerals, countries), **settings))
    assert_close(table(plain, "markets"), table(turned, "markets"))


def test_the_order_of_reviews_does_not_matter() -> None:
    """Decisions are the same; terms may differ in the last bit, as the rows of a batch stand otherwise."""
    turned = make_world("zone_floor_retaliation", **LIVELY, leader__coercion="none")
    turned.population.reverse()
    play(turned)
    plain = played("zone_floor_retaliation", **LIVELY, leader__coercion="none")
    assert {name.split(".")[0] for name in same_tables(plain, turned)} <= {"decisions"}
    rows = ["round", "actor", "kind", "choice", "subject", "term"]
    numbers = ["value_usd", "margin_usd", "threshold_usd"]
    first, second = (table(world, "decisions").groupby(rows)[numbers].sum() for world in (plain, turned))
    assert first.index.equals(second.index)
    scale = np.maximum(first["margin_usd"].abs(), 1e5)
    for name in numbers:
        np.testing.assert_allclose(first[name] / scale, second[name] / scale, atol=1e-9, err_msg=name)


def test_rows_of_the_tables_in_another_order_give_the_same_world() -> None:
    tables = {
        name: quiet_data().table(name).iloc[::-1].reset_index(drop=True)
        for name in ("production", "plants", "lane_shares", "goods_trade")
    }
    settings = {"minerals": ["ndpr", "cobalt"], "rounds": 6}
    data = data_with(
        **tables, calendar=quiet_data().table("calendar"), coercion=quiet_data().table("coercion")
    )
    assert_close(
        table(play(make_world(data=data, **settings)), "markets"), table(played(**settings), "markets")
    )


def test_decisions_that_open_later_leave_the_quarters_before_alone() -> None:
    early, late = (
        played("zone_floor", **LIVELY, run__decisions_open=quarter) for quarter in ("2026-Q1", "2026-Q3")
    )
    assert same_tables(early, late, before=4) == []
    assert table(late, "decisions")["round"].min() == 6

"""What must hold in every market, easy or hard."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_worlds import EVERYTHING, Setting, random_market

from world.market.arrays import Clearing, Lanes, Market, Rowwise
from world.market.solver import clear_market

seeds = st.integers(0, 10_000)
quick = settings(max_examples=15, deadline=None)
HARD = replace(EVERYTHING, rows=3, routes=2)


def world(seed: int, setting: Setting) -> Market:
    return random_market(np.random.default_rng(seed), setting)[0]


def all_arrays(clearing: Clearing) -> dict[str, np.ndarray]:
    return {item.name: getattr(clearing, item.name) for item in fields(clearing)}


@quick
@given(seeds)
def test_books_balance_in_hard_worlds(seed: int) -> None:
    clearing = clear_market(world(seed, HARD))
    assert all(np.isfinite(value).all() for value in all_arrays(clearing).values())
    ore = (
        clearing.ore_output_t
        + clearing.ore_feed_t
        - clearing.ore_flow_t.sum((1, 3))
        - clearing.ore_disposal_t
    )
    made = clearing.converted_t + clearing.primary_t + clearing.refined_feed_t
    metal = made - clearing.refined_flow_t.sum((1, 3)) - clearing.refined_disposal_t
    total = np.maximum(
        (clearing.ore_output_t + np.abs(clearing.ore_feed_t)).sum(1) + np.abs(made).sum(1), 1.0
    )
    assert (np.abs(ore).max(1) <= 1e-9 * total).all()
    assert (np.abs(metal).max(1) <= 1e-9 * total).all()
    got = clearing.refined_flow_t.sum((1, 2))
    assert got == pytest.approx(
        clearing.purchases_t - clearing.unmet_t, rel=1e-9, abs=1e-9 * float(total.max())
    )
    assert got == pytest.approx(clearing.use_t + clearing.stock_change_t, rel=1e-12, abs=1e-9)
    assert (clearing.use_t >= -1e-9 * clearing.need_t).all()


@quick
@given(seeds)
def test_quotas_ceilings_and_floors_hold(seed: int) -> None:
    market = world(seed, HARD)
    clearing = clear_market(market)
    for stage in ("ore", "refined"):
        lanes: Lanes = getattr(market, f"{stage}_lanes")
        flow, rent = getattr(clearing, f"{stage}_flow_t"), getattr(clearing, f"{stage}_rent_usd_t")
        landed, levy = getattr(clearing, f"{stage}_landed_usd_t"), getattr(clearing, f"{stage}_levy_usd_t")
        assert (flow <= lanes.cap_t * (1 + 1e-12)).all()
        assert (flow[lanes.log_weight == -np.inf] == 0).all()
        assert (rent[flow < lanes.cap_t * (1 - 1e-9)] == 0).all()
        assert (landed >= lanes.floor_usd_t).all()
        assert (levy >= 0).all()
        assert landed[levy > 0] == pytest.approx(lanes.floor_usd_t[levy > 0], rel=1e-12)
    assert (clearing.ore_flow_t.sum((1, 3)) <= market.ore_ceiling_t * (1 + 1e-9)).all()


@quick
@given(seeds)
def test_names_do_not_matter(seed: int) -> None:
    market, rng = world(seed, Setting(rows=2, capped=0.1)), np.random.default_rng(seed)
    ore, refined, users = rng.permutation(6), rng.permutation(7), rng.permutation(9)
    clearing, other = clear_market(market), clear_market(permuted(market, ore, refined, users))
    assert other.ore_price_usd_t == pytest.approx(clearing.ore_price_usd_t[:, ore], rel=1e-7)
    assert other.refined_flow_t == pytest.approx(
        clearing.refined_flow_t[:, :, refined][..., users], rel=1e-6, abs=1e-7 * float(market.need_t.sum())
    )


def permuted(market: Market, ore: np.ndarray, refined: np.ndarray, users: np.ndarray) -> Market:
    order = {
        "ore": ore,
        "refining": refined,
        "primary": refined,
        "refined": refined,
        "need": users,
        "stock": users,
    }
    changed: dict[str, object] = {
        item.name: getattr(market, item.name)[:, order[item.name.split("_")[0]]]
        for item in fields(market)
        if item.name not in ("recovery", "ore_lanes", "refined_lanes")
    }
    changed["ore_lanes"] = permuted_lanes(market.ore_lanes, ore, refined)
    changed["refined_lanes"] = permuted_lanes(market.refined_lanes, refined, users)
    return replace(market, **changed)  # type: ignore[arg-type]


def permuted_lanes(lanes: Lanes, sellers: np.ndarray, buyers: np.ndarray) -> Lanes:
    changed = {}
    for item in fields(lanes):
        value = getattr(lanes, item.name)
        changed[item.name] = value[:, buyers] if value.ndim == 2 else value[:, :, sellers][..., buyers]
    return replace(lanes, **changed)


@quick
@given(seeds, st.sampled_from([1e-3, 7.0, 1e3]), st.sampled_from([1e-2, 30.0]))
def test_units_do_not_matter(seed: int, money: float, tonne: float) -> None:
    market = world(seed, Setting(rows=2, capped=0.1))
    clearing, other = clear_market(market), clear_market(rescaled(market, money, tonne))
    assert other.refined_price_usd_t == pytest.approx(clearing.refined_price_usd_t * money, rel=1e-7)
    assert other.use_t == pytest.approx(
        clearing.use_t * tonne, rel=1e-7, abs=1e-9 * tonne * float(market.need_t.sum())
    )


def rescaled(part: Rowwise, money: float, tonne: float) -> Rowwise:
    changed = {}
    for item in fields(part):
        value = getattr(part, item.name)
        if isinstance(value, Rowwise):
            changed[item.name] = rescaled(value, money, tonne)
        else:
            unit = money if item.name.endswith("_usd_t") else tonne if item.name.endswith("_t") else 1.0
            changed[item.name] = value * unit
    return replace(part, **changed)


@quick
@given(seeds)
def test_warm_start_and_batch_give_the_same_market(seed: int) -> None:
    market = world(seed, Setting(rows=4, levied=0.3, capped=0.1))
    clearing = clear_market(market)
    rows = [2, 0, 0, 3]
    warm = clear_market(market.take(rows), clearing.prices(rows))
    alone = clear_market(market.take([2]))
    scale = float(market.need_price_usd_t.max())
    assert warm.refined_index_usd_t == pytest.approx(
        clearing.refined_index_usd_t[rows], rel=1e-7, abs=1e-9 * scale
    )
    assert alone.refined_index_usd_t == pytest.approx(
        clearing.refined_index_usd_t[[2]], rel=1e-7, abs=1e-9 * scale
    )
    assert warm.iterations.max() <= 1


@quick
@given(seeds)
def test_one_equilibrium_from_anywhere(seed: int) -> None:
    market, rng = world(seed, Setting(rows=2, levied=0.3, closed=(0.0, 0.4))), np.random.default_rng(seed)
    clearing = clear_market(market)
    for _ in range(3):
        start = clearing.prices()
        start = replace(
            start,
            ore_price_usd_t=start.ore_price_usd_t * 10 ** rng.uniform(-0.7, 0.7, start.ore_price_usd_t.shape),
            refined_price_usd_t=start.refined_price_usd_t
            * 10 ** rng.uniform(-0.7, 0.7, start.refined_price_usd_t.shape),
        )
        other = clear_market(market, start)
        flow, again = clearing.refined_flow_t, other.refined_flow_t
        assert again == pytest.approx(flow, rel=1e-5, abs=1e-7 * float(market.need_t.sum()))

"""What is measured after each round, in which unit: the only place that records markets, countries, zone
and reserve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from world.accounts import ACCOUNTS as ACCOUNT_COLUMNS
from world.accounts import REFINERS, USERS
from world.axes import REFINED, STAGES, Array, Mask, scatter
from world.cleared_market import Cleared
from world.industry.capacity import capacity_of
from world.industry.finance import finance_paid_usd
from world.industry.plant_costs import BLOCK_STAGE, BLOCKS, capital_charge_usd
from world.policy.state_trade import stock_orders_t, stock_releases_t
from world.records.institutions import club_seats, record_institutions
from world.records.licences import record_licences
from world.records.market_views import StageView, stage_view
from world.records.sectors import record_sectors
from world.records.segments import record_segments
from world.stocks.priority import record_service
from world.trade_network import betweenness_of, carried_t, concentration, last_hub
from world.welfare import consumer_surplus_usd
from world.zone import floor_members, signatories

if TYPE_CHECKING:
    from world.model import TradeWorld

SMALL_FLOW = 1e-4
RATIONED_SHARE = 0.1
"""Unmet share of purchases that is told as a shortage."""
BINDING_SHARE = 0.01
"""A floor counts as binding when a levy is paid on this share of members' purchases."""


def measure(world: TradeWorld, cleared: Cleared) -> None:
    """Write the rows of this round."""
    seen = (world.base, world.state.markets, cleared)
    views = [stage_view(*seen, stage, world.dominant) for stage in range(len(STAGES))]
    _markets(world, views)
    _flows(world, cleared, views)
    record_segments(world.record, _when(world), world.base.axes, cleared.segments)
    record_licences(world.record, _when(world), world.base.axes, world.office_books)
    _zone(world, cleared, views)
    _countries(world, cleared, views[REFINED])
    record_institutions(world, cleared)
    record_sectors(world)
    _reserve(world)
    record_service(world, views[REFINED].columns["use_t"][:, world.leader])
    _news(world)
    _warn(world, views[REFINED])


def _when(world: TradeWorld) -> dict[str, int | str]:
    return {"round": world.round, "quarter": world.quarters[world.round]}


def _markets(world: TradeWorld, views: list[StageView]) -> None:
    axes = world.base.axes
    for stage, view in enumerate(views):
        active = view.active_countries()
        mineral, country = np.nonzero(active)
        columns = {name: values[mineral, country].tolist() for name, values in view.columns.items()}
        world.record.add(
            "markets",
            **_when(world),
            mineral=[axes.minerals[place] for place in mineral],
            stage=STAGES[stage],
            country=[axes.countries[place] for place in country],
            **columns,
        )


def _flows(world: TradeWorld, cleared: Cleared, views: list[StageView]) -> None:
    axes = world.base.axes
    for stage, view in enumerate(views):
        total = view.flow_t.sum(axis=(1, 2, 3), keepdims=True)
        # ways round share what one alone would carry
        ways = np.full((view.flow_t.shape[1], 1, 1), max(view.flow_t.shape[1] - 1, 1))
        ways[0] = 1
        least = SMALL_FLOW * np.maximum(total, 1e-300) / ways
        mineral, route, seller, buyer = np.nonzero(view.flow_t > least)
        sellers, buyers = axes.sellers(stage), axes.buyers(stage)
        hub = cleared.setting.borders[stage].hub[mineral, np.maximum(route - 1, 0), :, seller, buyer]
        names, made, passed = axes.countries, sellers[mineral, seller], route > 0
        shipper = np.where(passed, last_hub(hub.T), made)
        index = (mineral, route, seller, buyer)
        world.record.add(
            "flows",
            **_when(world),
            mineral=[axes.minerals[place] for place in mineral],
            stage=STAGES[stage],
            origin=[names[place] for place in made],
            hub=[names[place] if round_ else "" for place, round_ in zip(hub[:, 0], passed, strict=True)],
            last_shipper=[names[place] for place in shipper],
            destination=[names[place] for place in buyers[mineral, buyer]],
            flow_t=view.flow_t[index].tolist(),
            unrecorded_t=view.unrecorded_t[index].tolist(),
            price_landed_usd_t=view.landed_usd_t[index].tolist(),
            levy_usd_t=view.levy_usd_t[index].tolist(),
            rent_usd_t=view.rent_usd_t[index].tolist(),
        )


def _zone(world: TradeWorld, cleared: Cleared, views: list[StageView]) -> None:
    axes, state = world.base.axes, world.state
    members = (
        floor_members(world.state.politics, world.premise.zone)
        if world.state.politics.floor_in_force
        else signatories(world.state.politics)
    )
    yearly = (world.round + 1) % world.clock.rounds_per_year == 0
    for stage, view in enumerate(views):
        for mineral in np.flatnonzero((axes.sellers(stage) >= 0).any(axis=1)).tolist():
            output = view.columns["output_t"][mineral]
            reference = float(state.politics.reference_usd_t[mineral, stage])
            world.record.add(
                "zone",
                **_when(world),
                mineral=axes.minerals[mineral],
                stage=STAGES[stage],
                in_scope=not np.isnan(reference),
                in_force=bool(state.politics.floor_in_force) and not np.isnan(reference),
                members=int(state.binding_members.sum()),
                reference_price_usd_t=reference,
                price_inside_usd_t=view.mean_price(mineral, members),
                price_outside_usd_t=view.mean_price(mineral, ~members & ~world.is_dominant),
                price_home_usd_t=view.home_price(mineral, world.dominant),
                price_benchmark_usd_t=view.benchmark(mineral),
                levy_revenue_usd=float((view.levy_usd_t[mineral] * view.flow_t[mineral]).sum()),
                floor_binds=view.levied_share(mineral, members) > BINDING_SHARE,
                dominant_share=_share(output, world.is_dominant),
                concentration_hhi=concentration(output),
                member_share=_share(output, state.binding_members),
                member_dependence_share=view.dependence(mineral, members),
                betweenness_dominant=_betweenness(world, cleared, view, stage, mineral)
                if yearly
                else float("nan"),
            )


def _share(output: Array, mask: Mask) -> float:
    total = float(output.sum())
    return float(output[mask].sum() / total) if total > 0 else 0.0


def _betweenness(world: TradeWorld, cleared: Cleared, view: StageView, stage: int, mineral: int) -> float:
    axes = world.base.axes
    hub = cleared.setting.borders[stage].hub[mineral]
    sellers, buyers = axes.sellers(stage)[mineral], axes.buyers(stage)[mineral]
    carried = carried_t(view.flow_t[mineral], hub, sellers, buyers, len(axes.countries))
    return betweenness_of(world.dominant, carried)


def _countries(world: TradeWorld, cleared: Cleared, refined: StageView) -> None:
    axes, politics = world.base.axes, world.state.politics
    usd, final, stake = _accounts(world, cleared)
    unmet = _ratio(refined.columns["unmet_t"], refined.bought_t).max(axis=0)
    value = world.base.evidence.price_usd_t[:, REFINED][:, None] * refined.bought_t
    share = _ratio((value * refined.columns["dominant_share"]).sum(axis=0), value.sum(axis=0))
    reserve, finance, capital = _reserve_result(world), finance_paid_usd(world), -_capital(world)
    state = world.state_stocks.result_usd
    other = reserve + state + finance + capital
    money = {f"{name}_usd": usd[place].tolist() for place, name in enumerate(ACCOUNT_COLUMNS)}
    world.record.add(
        "countries",
        **_when(world),
        country=list(axes.countries),
        rung=politics.rung.tolist(),
        clubs=club_seats(world).tolist(),
        standing=list(politics.standing),
        trust_in_leader=politics.trust_leader.tolist(),
        trust_in_dominant=politics.trust_dominant.tolist(),
        final_user_surplus_usd=final.tolist(),
        **money,
        reserve_usd=reserve.tolist(),
        state_usd=state.tolist(),
        finance_usd=finance.tolist(),
        capital_usd=capital.tolist(),
        welfare_usd=(usd.sum(axis=0) + other).tolist(),
        stake_usd=(stake + other).tolist(),
        unmet_share=unmet.tolist(),
        dependence_on_dominant_share=share.tolist(),
    )


def _accounts(world: TradeWorld, cleared: Cleared) -> tuple[Array, Array, Array]:
    """Accounts (account, country), final-use surplus and stake (country,), without what goes into and out of
    public stocks.

    What the reserve and states buy is stock at cost, not use: its part of the surplus is taken out again.
    What they sell is their income (see the reserve and the state stocks), not that of refiners where it is
    sold.
    """
    usd, weight, axes = cleared.accounts.usd.copy(), world.base.evidence.final_use_weight, world.base.axes
    final, stake = cleared.accounts.final_surplus_usd.copy(), cleared.accounts.stake_usd(weight)
    metal, n = cleared.priced.market.stages[REFINED], len(axes.countries)
    index = cleared.clearing.stages[REFINED].index_usd_t[:, metal.makers_next :]
    orders = stock_orders_t(axes, world.happenings, world.reserve_need_t)
    ordered = _ratio(orders, metal.needs.need_t) * consumer_surplus_usd(metal, index)
    surplus, passed = (
        scatter(ordered, axes.users, n),
        np.einsum("mnk,mk->mn", world.economy.final_use, ordered),
    )
    price = cleared.clearing.stages[REFINED].price_usd_t
    released_t = stock_releases_t(axes, world.happenings, world.reserve_release_t)
    released = scatter(released_t * price, axes.refiners, n)
    usd[:, USERS] -= surplus
    usd[:, REFINERS] -= released
    final -= passed
    stake = stake - weight[:, None] * surplus - (1.0 - weight[:, None]) * passed - released
    return usd.sum(axis=0), final.sum(axis=0), stake.sum(axis=0)


def _capital(world: TradeWorld) -> Array:
    """(country,) capital charge of plants added since the base year."""
    axes, markets = world.base.axes, world.state.markets
    capacity = {block: capacity_of(markets, block) for block in BLOCKS}
    charges = capital_charge_usd(world.base, world.economy.blocks, capacity)
    by_block = [
        scatter(charge, axes.sellers(BLOCK_STAGE[block]), len(axes.countries)).sum(axis=0)
        for block, charge in charges.items()
    ]
    return np.asarray(sum(by_block))


def _reserve_result(world: TradeWorld) -> Array:
    """(country,) result of the reserve, fees of its users taken off: they are its owner's manufacturers."""
    result = np.zeros(len(world.base.axes.countries))
    if world.reserve is not None and world.round >= world.decisions_open:
        reserve = world.reserve
        result[reserve.owner] = reserve.result_usd - world.reserve_result_before - reserve.fee_usd
        world.reserve_result_before = reserve.result_usd
    return result


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _reserve(world: TradeWorld) -> None:
    reserve = world.reserve
    if reserve is None or world.round < world.decisions_open:
        return
    world.record.add(
        "reserve",
        **_when(world),
        mineral=list(world.base.axes.minerals),
        stock_t=reserve.stock_t.tolist(),
        target_t=reserve.target_t.tolist(),
        bought_t=reserve.bought_t.tolist(),
        released_t=reserve.released_t.tolist(),
        purchase_usd=reserve.purchase_usd.tolist(),
        sale_usd=reserve.sale_usd.tolist(),
        carrying_usd=reserve.carrying_usd.tolist(),
        book_value_usd=reserve.book_usd.tolist(),
        cash_usd=reserve.cash_usd,
        loan_usd=reserve.loan_usd,
    )


def _warn(world: TradeWorld, refined: StageView) -> None:
    """A shortage that no price below the backstop ends, told once a spell."""
    axes = world.base.axes
    short = _ratio(refined.columns["unmet_t"], refined.bought_t)
    for mineral, country in zip(*np.nonzero((short > RATIONED_SHARE) & (refined.bought_t > 0)), strict=True):
        key = (int(mineral), int(country))
        if key not in world.rationed:
            text = f"{short[mineral, country]:.0%} of purchases of {axes.minerals[mineral]} find no supplier"
            world.news.warning(world.round, axes.countries[country], axes.minerals[mineral], text)
    found = np.argwhere(short > RATIONED_SHARE)
    world.rationed = {(int(mineral), int(country)) for mineral, country in found}


def _news(world: TradeWorld) -> None:
    for kind, measure_ in world.happenings.news:
        world.news.measure(world.round, kind, measure_)
    for start in world.named_starts:
        if start.due == world.round:
            world.news.plant(world.round, start.name, start.iso3, start.mineral, start.capacity_t_year)

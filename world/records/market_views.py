"""A stage of the cleared market seen from countries: prices, quantities and shares, one row a mineral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from world.axes import Array, Mask, Whole, scatter
from world.calibration.base import BaseMarket
from world.cleared_market import Cleared
from world.habits import working_t
from world.industry.plant_costs import BLOCK_STAGE, MAKING
from world.industry.second_sources import at_buyers_t
from world.lanes.unrecorded import unrecorded_t
from world.licences.segment_prices import MARGINAL_SHARE
from world.market.charges import divide_payment
from world.state import Markets


@dataclass(frozen=True)
class StageView:
    """One stage; flows (mineral, route, seller, buyer), the rest (mineral, country).

    columns : the columns of the table ``markets``
    bought_t : tonnes delivered and unmet; paid_usd : what buyers paid, rents included
    """

    flow_t: Array
    unrecorded_t: Array
    landed_usd_t: Array
    levy_usd_t: Array
    rent_usd_t: Array
    columns: dict[str, Array]
    bought_t: Array
    delivered_t: Array
    paid_usd: Array
    from_dominant_t: Array
    levied_t: Array

    def active_countries(self) -> Mask:
        """Countries that sell, buy or can produce."""
        active: Mask = (self.columns["output_t"] > 0) | (self.bought_t > 0) | (self.columns["capacity_t"] > 0)
        return active

    def mean_price(self, mineral: int, group: Mask) -> float:
        """Volume-weighted price paid by a group of countries; NaN when it buys nothing."""
        tonnes = float(self.delivered_t[mineral][group].sum())
        return float(self.paid_usd[mineral][group].sum()) / tonnes if tonnes > 0 else float("nan")

    def home_price(self, mineral: int, country: int) -> float:
        """Price at the gate of a country; NaN when it sells nothing."""
        return float(self.columns["price_fob_usd_t"][mineral, country])

    def benchmark(self, mineral: int) -> float:
        """World mean f.o.b. price."""
        output = np.nan_to_num(self.columns["output_t"][mineral])
        price = np.nan_to_num(self.columns["price_fob_usd_t"][mineral])
        return float((output * price).sum() / output.sum()) if output.sum() > 0 else float("nan")

    def levied_share(self, mineral: int, group: Mask) -> float:
        """Share of a group's purchases on which a levy is paid."""
        tonnes = float(self.delivered_t[mineral][group].sum())
        return float(self.levied_t[mineral][group].sum()) / tonnes if tonnes > 0 else 0.0

    def dependence(self, mineral: int, group: Mask) -> float:
        """Share of a group's purchases that comes from the dominant refiner."""
        tonnes = float(self.delivered_t[mineral][group].sum())
        return float(self.from_dominant_t[mineral][group].sum()) / tonnes if tonnes > 0 else 0.0


@dataclass(frozen=True)
class _Stage:
    """The arrays of one stage of a clearing, (mineral, ...) as there."""

    sellers: Whole
    buyers: Whole
    flow_t: Array
    unrecorded_t: Array
    landed_usd_t: Array
    levy_usd_t: Array
    rent_usd_t: Array
    contract_usd_t: Array
    price_usd_t: Array
    index_usd_t: Array
    local_usd_t: Array
    unmet_t: Array
    use_t: Array
    recovered_t: Array
    capacity_t: Array


def stage_view(base: BaseMarket, markets: Markets, cleared: Cleared, stage: int, dominant: int) -> StageView:
    """Bring one stage home to countries; ``markets`` after the round, ``dominant`` the position of the
    dominant refiner."""
    s, n = _stage(base, markets, cleared, stage), len(base.axes.countries)
    flow = s.flow_t
    landed, levy, rent = (np.where(flow > 0, v, 0.0) for v in (s.landed_usd_t, s.levy_usd_t, s.rent_usd_t))
    delivered = flow.sum(axis=(1, 2))
    paid = ((landed + rent + s.contract_usd_t) * flow).sum(axis=(1, 2))
    on = partial(_at_home, s.buyers, n)
    by_route = np.where((s.sellers == dominant)[:, None, :, None], flow, 0.0).sum(axis=2)
    # it does not serve as a hub itself
    theirs, direct = by_route.sum(axis=1), by_route[:, 0]
    columns = {
        **_seller_columns(s, n),
        "use_t": on(s.use_t),
        "recovered_t": on(s.recovered_t),
        "unmet_t": on(s.unmet_t),
        "stock_t": on(markets.stock_t[stage]),
        "under_way_t": on(markets.under_way_t[stage].sum(axis=1)),
        **_price_columns(s, on, delivered, paid, landed + rent),
        "price_contract_usd_t": _contract_price(base, markets, stage, n),
        "levy_usd_t": np.nan_to_num(_ratio(on((levy * flow).sum(axis=(1, 2))), on(delivered))),
        "import_share": np.nan_to_num(_ratio(on(_from_abroad(s, s.flow_t, axis=2)), on(delivered))),
        "dominant_share": np.nan_to_num(_ratio(on(theirs), on(delivered))),
        "dominant_declared_share": np.nan_to_num(_ratio(on(direct), on(delivered))),
    }
    # of refused users where there are some: they buy what the others need not
    columns["price_spot_usd_t"] = np.fmax(
        columns["price_spot_usd_t"], cleared.segments[stage].refused_spot_usd_t(n)
    )
    return StageView(
        flow_t=flow,
        unrecorded_t=s.unrecorded_t,
        landed_usd_t=landed,
        levy_usd_t=levy,
        rent_usd_t=rent,
        columns=columns,
        bought_t=on(delivered + s.unmet_t),
        delivered_t=on(delivered),
        paid_usd=on(paid),
        from_dominant_t=on(theirs),
        levied_t=on(np.where(levy > 0.0, flow, 0.0).sum(axis=(1, 2))),
    )


def _stage(base: BaseMarket, markets: Markets, cleared: Cleared, stage: int) -> _Stage:
    c, axes = cleared.clearing.stages[stage], base.axes
    money = divide_payment(
        cleared.priced.charges[stage],
        cleared.priced.market.stages[stage].lanes,
        c.price_usd_t[:, None, :, None],
        c.asked_usd_t,
        c.rent_usd_t,
        c.flow_t,
    )
    capacity = np.zeros(axes.sellers(stage).shape)
    for block in (name for name, place in BLOCK_STAGE.items() if place == stage):
        made = base.yield_of(stage)[:, None] if block in MAKING else 1.0
        capacity = capacity + made * working_t(markets, block)
    return _Stage(
        sellers=axes.sellers(stage),
        buyers=axes.buyers(stage),
        flow_t=c.flow_t,
        unrecorded_t=_undeclared_t(cleared, stage),
        landed_usd_t=c.landed_usd_t,
        levy_usd_t=money.levy_usd_t,
        rent_usd_t=c.rent_usd_t,
        contract_usd_t=money.contract_usd_t,
        price_usd_t=c.fob_usd_t,
        index_usd_t=c.index_usd_t,
        local_usd_t=markets.local_price_usd_t[stage],
        unmet_t=c.unmet_t,
        use_t=c.use_t,
        recovered_t=at_buyers_t(cleared.priced.market.stages[stage], c),
        capacity_t=capacity,
    )


def _undeclared_t(cleared: Cleared, stage: int) -> Array:
    """(row, route, seller, buyer) tonnes in no book of the exporter's: past an export quota, or to a third
    country for which there is no licence."""
    found = cleared.clearing.stages[stage]
    past = unrecorded_t(cleared.priced.market.stages[stage], found)
    granted, leaks = cleared.setting.borders[stage].hub_open_share, cleared.setting.terms.leak_share
    if past.shape[1] > 1 and granted is not None:
        licensed = granted / np.maximum(np.maximum(granted, leaks), 1e-300)
        past[:, 1:] = np.maximum(past[:, 1:], (1.0 - licensed) * found.flow_t[:, 1:])
    return past


def _seller_columns(s: _Stage, countries: int) -> dict[str, Array]:
    sold = s.flow_t.sum(axis=(1, 3))
    output = scatter(sold, s.sellers, countries)
    earned = scatter(np.where(sold > 0, s.price_usd_t * sold, 0.0), s.sellers, countries)
    sent = _from_abroad(s, s.flow_t, axis=3)
    recorded = _from_abroad(s, s.flow_t - s.unrecorded_t, axis=3)
    return {
        "output_t": output,
        "export_t": scatter(sent, s.sellers, countries),
        "export_recorded_t": scatter(recorded, s.sellers, countries),
        "capacity_t": scatter(s.capacity_t, s.sellers, countries),
        "price_fob_usd_t": _ratio(earned, output),
    }


def _price_columns(
    s: _Stage, on: Callable[[Array], Array], delivered_t: Array, paid_usd: Array, cost_usd_t: Array
) -> dict[str, Array]:
    """Spot (dearest lane of some weight), volume-weighted mean, and the inclusive value of each buyer."""
    some = delivered_t > 0
    total = np.maximum(delivered_t, 1e-300)[:, None, None, :]
    marginal = np.where(s.flow_t > MARGINAL_SHARE * total, cost_usd_t, 0.0).max(axis=(1, 2))
    count = on(some.astype(float))
    used = np.where(s.local_usd_t > 0, s.use_t, 0.0)
    return {
        "price_spot_usd_t": _ratio(on(np.where(some, marginal, 0.0)), count),
        "price_mean_usd_t": _ratio(on(paid_usd), on(delivered_t)),
        "price_local_usd_t": _ratio(on(s.local_usd_t * used), on(used)),
        "price_index_usd_t": _ratio(on(np.where(some, s.index_usd_t, 0.0)), count),
    }


def _contract_price(base: BaseMarket, markets: Markets, stage: int, countries: int) -> Array:
    """(mineral, country) formula price of contracts with the country's producers, NaN where it has none."""
    sellers = base.axes.sellers(stage)
    count = scatter((sellers >= 0).astype(float), sellers, countries)
    return _ratio(scatter(markets.contract_usd_t[stage], sellers, countries), count)


def _from_abroad(s: _Stage, tonnes: Array, axis: int) -> Array:
    """Tonnes on lanes across a border, summed over routes and ``axis``: sellers (2) or buyers (3)."""
    home = s.sellers[:, None, :, None] == s.buyers[:, None, None, :]
    return np.asarray(np.where(home, 0.0, tonnes).sum(axis=(1, axis)))


def _at_home(buyers: Whole, countries: int, values: Array) -> Array:
    """Values of buyers at their countries."""
    return scatter(values, buyers, countries)


def _ratio(top: Array, bottom: Array) -> Array:
    """Ratio, NaN where the bottom is zero."""
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)

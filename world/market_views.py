"""A stage of the cleared market seen from countries: prices, quantities and shares, one row a mineral."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from world.axes import ORE, Array, Mask, Whole, scatter
from world.capacity import capacity_of
from world.market_round import Cleared

if TYPE_CHECKING:
    from world.model import TradeWorld

MARGINAL_SHARE = 0.02


@dataclass(frozen=True)
class StageView:
    """One stage; flows (mineral, route, seller, buyer), the rest (mineral, country).

    columns : the columns of the table ``markets``
    bought_t : tonnes delivered and unmet; paid_usd : what buyers paid, rents included
    """

    flow_t: Array
    landed_usd_t: Array
    levy_usd_t: Array
    rent_usd_t: Array
    columns: dict[str, Array]
    bought_t: Array
    delivered_t: Array
    paid_usd: Array
    from_dominant_t: Array

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

    def dependence(self, mineral: int, group: Mask) -> float:
        """Share of a group's purchases that comes from the dominant refiner."""
        tonnes = float(self.delivered_t[mineral][group].sum())
        return float(self.from_dominant_t[mineral][group].sum()) / tonnes if tonnes > 0 else 0.0


def stage_view(world: TradeWorld, cleared: Cleared, stage: int) -> StageView:
    """Bring one stage home to countries."""
    clearing, axes, n = cleared.clearing, world.base.axes, len(world.base.axes.countries)
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    if stage == ORE:
        flow, landed, levy, rent = (
            clearing.ore_flow_t,
            clearing.ore_landed_usd_t,
            clearing.ore_levy_usd_t,
            clearing.ore_rent_usd_t,
        )
        price, index, unmet = clearing.ore_price_usd_t, clearing.ore_index_usd_t, clearing.ore_backstop_t
        use, capacity = (
            clearing.throughput_t - clearing.ore_backstop_t,
            capacity_of(world.state.markets, "ore") - world.state.markets.ore_mothballed_t,
        )
    else:
        flow, landed, levy, rent = (
            clearing.refined_flow_t,
            clearing.refined_landed_usd_t,
            clearing.refined_levy_usd_t,
            clearing.refined_rent_usd_t,
        )
        price, index, unmet = clearing.refined_price_usd_t, clearing.refined_index_usd_t, clearing.unmet_t
        use = clearing.use_t
        working = capacity_of(world.state.markets, "refining") - world.state.markets.refining_mothballed_t
        capacity = world.base.recovery[:, None] * working + capacity_of(world.state.markets, "primary")
    landed, levy, rent = (np.where(flow > 0, values, 0.0) for values in (landed, levy, rent))
    delivered = flow.sum(axis=(1, 2))
    paid = ((landed + rent) * flow).sum(axis=(1, 2))
    total = np.maximum(delivered, 1e-300)
    marginal = np.where(flow > MARGINAL_SHARE * total[:, None, None, :], landed + rent, 0.0).max(axis=(1, 2))
    home = sellers[:, None, :, None] == buyers[:, None, None, :]
    theirs = np.where((sellers == world.dominant)[:, None, :, None], flow, 0.0).sum(axis=(1, 2))
    sold = flow.sum(axis=(1, 3))
    on = partial(_at_home, buyers, n)
    output = scatter(sold, sellers, n)
    own_price = scatter(np.where(sold > 0, price * sold, 0.0), sellers, n)
    stock = scatter(world.state.markets.stock_t, axes.users, n) if stage != ORE else np.zeros_like(output)
    columns = {
        "output_t": output,
        "capacity_t": scatter(capacity, sellers, n),
        "use_t": on(use),
        "unmet_t": on(unmet),
        "stock_t": stock,
        "price_fob_usd_t": _ratio(own_price, output),
        "price_spot_usd_t": _ratio(
            on(np.where(delivered > 0, marginal, 0.0)), on((delivered > 0).astype(float))
        ),
        "price_mean_usd_t": _ratio(on(paid), on(delivered)),
        "price_index_usd_t": _ratio(
            on(np.where(delivered > 0, index, 0.0)), on((delivered > 0).astype(float))
        ),
        "levy_usd_t": np.nan_to_num(_ratio(on((levy * flow).sum(axis=(1, 2))), on(delivered))),
        "import_share": np.nan_to_num(_ratio(on(np.where(home, 0.0, flow).sum(axis=(1, 2))), on(delivered))),
        "dominant_share": np.nan_to_num(_ratio(on(theirs), on(delivered))),
    }
    return StageView(
        flow, landed, levy, rent, columns, on(delivered + unmet), on(delivered), on(paid), on(theirs)
    )


def _at_home(buyers: Whole, countries: int, values: Array) -> Array:
    """Values of buyers at their countries."""
    return scatter(values, buyers, countries)


def _ratio(top: Array, bottom: Array) -> Array:
    """Ratio, NaN where the bottom is zero."""
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)

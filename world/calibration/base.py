"""From the tables to a base market that reproduces 2024 exactly: mined, refined and used per country at 2024
prices.

That the base year comes back is a test of the code, not evidence for the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from world.axes import COMPONENT, ORE, REFINED, Array, Axes, gather
from world.calibration.curves import (
    SupplyCurves,
    at_known_capacity,
    refining_curves,
    supply_curves,
)
from world.calibration.evidence import BLOCKS, CONVERTED, MINED, PRIMARY, Evidence, read_evidence
from world.calibration.flows import fit_base_flows
from world.calibration.lanes import StageLanes
from world.calibration.lists import list_axes
from world.calibration.margins import Margins, read_margins
from world.calibration.wedges import base_lanes, choice_spread_usd_t, raised_by_floors_usd_t
from world.dataset import Dataset
from world.parameters import ParameterValues


@dataclass(frozen=True)
class BaseMarket:
    """The calibrated base year; tonnes a round, axes (mineral, seller or buyer) as in :class:`Axes`.

    curves : block -> supply curves of its sellers; feed_t, stage_lanes : one a stage
    price_usd_t : per stage (mineral, seller) f.o.b. price of the base year; raised_usd_t : what of it is owed
        to the floors of the seller's country
    use_t : (mineral, user) use of metal as such; component_input_t : (mineral, maker) metal put into
    components;
        final_use_t : (mineral, final user) components used
    """

    axes: Axes
    evidence: Evidence
    margins: Margins
    curves: dict[str, SupplyCurves]
    feed_t: tuple[Array, ...]
    use_t: Array
    component_input_t: Array
    final_use_t: Array
    stock_build_t: Array
    stage_lanes: tuple[StageLanes, ...]
    price_usd_t: tuple[Array, ...]
    raised_usd_t: tuple[Array, ...]
    rounds_per_year: int = 4

    @property
    def recovery(self) -> Array:
        """(mineral,) refined tonnes per tonne of ore."""
        return self.margins.recovery

    def lanes(self, stage: int) -> StageLanes:
        """Lanes of a stage."""
        return self.stage_lanes[stage]

    def yield_of(self, stage: int) -> Array:
        """(mineral,) tonnes made of a stage's good per tonne of the good before; 1 at the first stage."""
        ones = np.ones_like(self.margins.recovery)
        return (ones, self.margins.recovery, self.margins.component_recovery)[stage]

    def feed_index_usd_t(self, block: str) -> Array:
        """(mineral, seller) base-year price index of what a block makes its good of."""
        stage = {"refining": ORE, "component": REFINED}[block]
        return self.stage_lanes[stage].index_usd_t[:, : self.axes.makers_next(stage).shape[1]]

    def input_t(self, block: str) -> Array:
        """(mineral, maker) what the makers of a block take of the good before."""
        if block == "component":
            return self.component_input_t
        return gather(self.margins.ore_use_t, self.axes.refiners)

    def buyer_use_t(self, stage: int) -> Array:
        """(mineral, buyer) what the buyers of a stage use, makers of the next good first."""
        return (
            self.input_t("refining"),
            np.concatenate([self.component_input_t, self.use_t], axis=1),
            self.final_use_t,
        )[stage]


def calibrate(
    dataset: Dataset,
    parameters: ParameterValues,
    known_shares: Array | None = None,
    hosts: Sequence[str] = (),
    rounds_per_year: int = 4,
) -> BaseMarket:
    """Build the base market.

    known_shares : optional (mineral, stage, country, country) import shares to impose instead of all that the
        table ``lane_shares`` holds (the fit of withheld lanes calls this with some left out)
    hosts : countries that can buy and sell every refined metal (the keeper of a reserve)
    """
    margins = read_margins(dataset, rounds_per_year)
    axes = list_axes(dataset, margins, hosts)
    evidence = read_evidence(dataset, parameters, known_shares)
    feed = _feed_t(margins, axes)
    flows = fit_base_flows(evidence, axes, margins, feed)
    raised = tuple(
        raised_by_floors_usd_t(evidence, axes, stage, flow, parameters) for stage, flow in enumerate(flows)
    )
    curves = {
        "ore": _curves(margins, evidence, axes, raised, MINED, parameters),
        "primary": _curves(margins, evidence, axes, raised, PRIMARY, parameters),
    }
    lanes: list[StageLanes] = []
    prices: list[Array] = []
    for stage, flow in enumerate(flows):
        prices.append(raised[stage] + _seller_prices(evidence, axes, margins, lanes, stage))
        if stage > ORE:
            block = ("refining", "component")[stage - 1]
            index = lanes[-1].index_usd_t[:, : axes.sellers(stage).shape[1]]
            curves[block] = _making(evidence, margins, index, prices[stage], stage, axes, parameters)
        spread = choice_spread_usd_t(evidence, axes, margins, flow, stage, parameters)
        size = _base_size_t(margins, curves, feed, stage)
        lanes.append(base_lanes(evidence, axes, stage, flow, spread, size, prices[stage], parameters))
    return BaseMarket(
        axes=axes,
        evidence=evidence,
        margins=margins,
        curves=curves,
        feed_t=feed,
        use_t=gather(margins.direct_use_t, axes.users),
        component_input_t=gather(margins.component_input_t, axes.component_makers),
        final_use_t=gather(margins.final_need_t, axes.final_users),
        stock_build_t=gather(margins.stock_build_t, axes.users),
        stage_lanes=tuple(lanes),
        price_usd_t=tuple(prices),
        raised_usd_t=raised,
        rounds_per_year=rounds_per_year,
    )


def _feed_t(margins: Margins, axes: Axes) -> tuple[Array, ...]:
    """Per stage (mineral, seller) what does not answer prices."""
    feeds = (margins.ore_feed_t, margins.refined_feed_t, 0.0 * margins.use_t)
    return tuple(gather(values, axes.sellers(stage)) for stage, values in enumerate(feeds))


def _seller_prices(
    evidence: Evidence, axes: Axes, margins: Margins, lanes: list[StageLanes], stage: int
) -> Array:
    """(mineral, seller) f.o.b. prices of the base year: one price a good, but makers of components pass on
    what
    duties and freight make their metal dearer than the largest maker's (assumption: else they could not
    work)."""
    price = evidence.price_usd_t[:, stage][:, None] * np.ones(axes.sellers(stage).shape)
    if stage < COMPONENT:
        return price
    made = gather(margins.component_input_t, axes.component_makers)
    index = lanes[-1].index_usd_t[:, : made.shape[1]]
    largest = np.take_along_axis(index, made.argmax(axis=1)[:, None], axis=1)
    dearer = np.maximum(index - largest, 0.0) / margins.component_recovery[:, None]
    return np.asarray(price + np.where(axes.component_makers >= 0, dearer, 0.0))


def _base_size_t(
    margins: Margins, curves: dict[str, SupplyCurves], feed_t: tuple[Array, ...], stage: int
) -> Array:
    """(mineral, seller) all that the sellers of a stage could sell in the base year."""
    if stage == ORE:
        own = curves["ore"].capacity_t
    elif stage == REFINED:
        own = margins.recovery[:, None] * curves["refining"].capacity_t + curves["primary"].capacity_t
    else:
        own = margins.component_recovery[:, None] * curves["component"].capacity_t
    return np.asarray(own + np.maximum(feed_t[stage], 0.0))


def _curves(
    margins: Margins,
    evidence: Evidence,
    axes: Axes,
    raised_usd_t: Sequence[Array],
    block: int,
    parameters: ParameterValues,
) -> SupplyCurves:
    """Logistic blocks of all minerals; a country that may enter gets the usual cost and no capacity."""
    rows = []
    stage = ORE if block == MINED else REFINED
    output_t = gather(margins.mined_t if block == MINED else margins.primary_t, axes.sellers(stage))
    known_t = gather(margins.known_capacity_t[BLOCKS[block]], axes.sellers(stage), np.nan)
    for mineral in range(len(axes.minerals)):
        positions = axes.sellers(stage)[mineral]
        cash = np.where(
            positions >= 0, evidence.cash_cost_usd_t[mineral, block][np.maximum(positions, 0)], np.nan
        )
        elasticity = float(np.nan_to_num(evidence.supply_elasticity[mineral, block], nan=1.0))
        price = np.maximum(evidence.price_usd_t[mineral, stage] + raised_usd_t[stage][mineral], 1e-9)
        row = supply_curves(output_t[mineral], price, elasticity, cash, parameters.usual_cost_share)
        rows.append(at_known_capacity(row, price, output_t[mineral], known_t[mineral]))
    return SupplyCurves(
        *(
            np.stack([getattr(row, name) for row in rows])
            for name in ("capacity_t", "cost_usd_t", "slope_usd_t")
        )
    )


def _making(
    evidence: Evidence,
    margins: Margins,
    index_usd_t: Array,
    price_usd_t: Array,
    stage: int,
    axes: Axes,
    parameters: ParameterValues,
) -> SupplyCurves:
    """Curves of those who make a stage's good of the one before. Costs are dearer outside the largest
    maker, by the table of components or by ``refining_cost_premium``, unless the evidence knows better.

    index_usd_t, price_usd_t : (mineral, seller of the stage) of what they buy and of what they sell
    """
    throughput_t = (
        gather(margins.ore_use_t, axes.refiners),
        gather(margins.component_input_t, axes.component_makers),
    )[stage - 1]
    yields = (margins.recovery, margins.component_recovery)[stage - 1][:, None]
    price = price_usd_t
    margin = yields * price - index_usd_t
    largest = throughput_t.argmax(axis=1)
    if stage == REFINED:
        premium = np.full(throughput_t.shape, parameters.refining_cost_premium)
        known = yields * gather(evidence.cash_cost_usd_t[:, CONVERTED], axes.refiners, np.nan)
    else:
        premium = evidence.conversion_premium[:, None] * np.ones(throughput_t.shape)
        known = np.full(throughput_t.shape, np.nan)
    premium[np.arange(len(premium)), largest] = 0.0
    least = 0.02 * price * np.ones_like(margin)
    # a mineral without ore of its own is not converted
    chained = np.asarray((axes.sellers(stage - 1) >= 0).any(axis=1))[:, None]
    margin = np.where(chained, margin, price)
    curves = refining_curves(
        throughput_t,
        margin,
        known,
        parameters.refining_rent_share,
        parameters.base_utilisation_share,
        premium,
        np.maximum(least, 1e-9),
    )
    if stage != REFINED:
        return curves
    could_t = gather(margins.known_capacity_t["converted"], axes.refiners, np.nan) / yields
    return at_known_capacity(curves, margin, throughput_t, could_t)

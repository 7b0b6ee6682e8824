"""Two rules without a model, as a mark to beat: nothing changes; or one static answer by elasticities.

Both are made of the tables of a run on the eve of ``zero``, so that the same measures can be asked of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from experiments.backtests.case import Case
from experiments.backtests.outcome import Outcome
from world.axes import Array
from world.ground.attribute_rules import Attributes, demand_elasticity, supply_elasticity
from world.parameters import resolve
from world.policy.measures import Measure

CLOSING = ("ban", "embargo")
PRICES = ("price_spot_usd_t", "price_mean_usd_t", "price_local_usd_t", "price_index_usd_t")


def nothing_changes(run: Outcome) -> Outcome:
    """Every round is as the last one before ``zero``."""
    eve = max(run.clock.zero_round - 1, 0)
    tables = {name: _frozen(table, eve, run.clock.rounds) for name, table in run.tables.items()}
    return replace(run, tables=tables, _found={})


def _frozen(table: pd.DataFrame, eve: int, rounds: int) -> pd.DataFrame:
    last = table[table["round"] == eve]
    if table.empty or last.empty:
        return table.iloc[:0]
    return pd.concat([last.assign(round=number) for number in range(rounds)], ignore_index=True)


def static_answer(run: Outcome, case: Case) -> Outcome:
    """Flows of the eve cut by what measures in force let pass or tax; prices where they arrive rise by the
    power of the missing part over the elasticity, once and for all; where they come
    from they fall alike.
    """
    still = nothing_changes(run)
    flows = still.tables["flows"].copy()
    before = flows["flow_t"].to_numpy(float)
    left = np.ones(len(flows))
    dearer = np.ones(len(flows))
    for measure in run.scenario.measures:
        kept, taxed = _answer(run, measure, flows, case)
        left, dearer = left * kept, dearer * taxed
    flows["flow_t"] = before * left
    answered = flows.assign(before=before, dearer=dearer)
    markets = _answered_markets(case, still.tables["markets"], answered)
    return replace(still, tables={**still.tables, "flows": flows, "markets": markets}, _found={})


def _answer(run: Outcome, measure: Measure, flows: pd.DataFrame, case: Case) -> tuple[Array, Array]:
    """(flow,) part that a measure lets pass, and factor on the price at the border."""
    groups = {**run.groups, **{code: frozenset({code}) for code in case.codes}}
    actor = groups.get(measure.actor, frozenset())
    targets = frozenset().union(*(groups.get(name, frozenset()) for name in measure.targets)) - actor
    good = flows["mineral"].isin(measure.minerals) | ("*" in measure.minerals)
    good &= flows["stage"].isin(measure.stages) | ("*" in measure.stages)
    out = good & flows["origin"].isin(actor) & flows["destination"].isin(targets)
    into = good & flows["destination"].isin(actor) & flows["origin"].isin(targets)
    share = run.in_force(measure)[flows["round"].to_numpy(int)]
    kept, taxed = np.ones(len(flows)), np.ones(len(flows))
    if measure.instrument in (*CLOSING, "licence"):
        closed = out | into if measure.instrument == "embargo" else out
        kept = np.where(closed, 1.0 - share * (1.0 - measure.amount), 1.0)
    elif measure.instrument in ("tariff", "export_tax"):
        dutiable = into if measure.instrument == "tariff" else out
        taxed = np.where(dutiable, 1.0 + share * measure.amount, 1.0)
    elif measure.instrument == "export_quota":
        sent = flows["flow_t"].where(out, 0.0).groupby(flows["round"]).transform("sum").to_numpy(float)
        usual = np.maximum(sent * run.clock.rounds_per_year, 1e-300)
        kept = np.where(out, 1.0 - share * (1.0 - np.minimum(1.0, measure.amount / usual)), 1.0)
    elif measure.instrument == "outage":
        kept = np.where(good & flows["origin"].isin(actor), 1.0 - share * measure.amount, 1.0)
    return kept, taxed


def _answered_markets(case: Case, markets: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Markets of the eve at the flows that are left."""
    keys = ["round", "mineral", "stage"]
    flows = flows.assign(paid=flows["before"] * flows["dearer"])
    into = flows.groupby([*keys, "destination"])[["before", "flow_t", "paid"]].sum()
    out = flows.groupby([*keys, "origin"])[["before", "flow_t"]].sum()
    place = pd.MultiIndex.from_frame(markets[[*keys, "country"]])
    answer = _elasticities(case)
    power = np.array([answer.get(mineral, 1.0) for mineral in markets["mineral"]])
    bought, sold = into.reindex(place), out.reindex(place)
    got = (bought["flow_t"] / bought["before"]).fillna(1.0).clip(lower=0.02).to_numpy(float)
    tax = (bought["paid"] / bought["before"]).fillna(1.0).to_numpy(float)
    gone = (sold["flow_t"] / sold["before"]).fillna(1.0).clip(lower=0.02).to_numpy(float)
    changed = {name: markets[name] * tax * got ** (-1.0 / power) for name in PRICES}
    return markets.assign(
        **changed,
        price_fob_usd_t=markets["price_fob_usd_t"] * gone**power,
        output_t=markets["output_t"] * gone,
        use_t=markets["use_t"] * got * tax**-power,
    )


def _elasticities(case: Case) -> Mapping[str, float]:
    """Mineral -> elasticity of demand and supply together, by attributes and default parameters."""
    found = {}
    for name, entry in case.world.minerals.items():
        seen = Attributes(entry.by_product_share, entry.cost_share_in_use, entry.exchange_traded)
        found[name] = demand_elasticity(seen, resolve())[0] + supply_elasticity(seen, resolve())
    return found

"""Measures of what governments do: licences, quotas, duties, the zone and its members."""

from __future__ import annotations

import numpy as np

from agents.accession import FLOOR
from experiments.backtests.measures_of_prices import duty_share_of
from experiments.backtests.measures_of_trade import shipped
from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import LANE, ONE, Target, word
from world.axes import Array

RUNGS = {"forum": 1, "framework": 2, "action_plan": 3, "floor": FLOOR}


@word("share", LANE)
def granted_share(run: Outcome, target: Target) -> Array:
    """Licences granted over those asked for, from the first place to the second."""
    rows = run.rows("licences", target.goods)
    rows = run.of(run.of(rows, "origin", target.where), "destination", target.other or run.groups["world"])
    return ratio(run.total(rows, "granted_t"), run.total(rows, "requested_t"))


@word("share", ONE, "exporter true")
def quota_use(run: Outcome, target: Target) -> Array:
    """Exports of the place, by its own books or in truth, over its export quota where one is in force."""
    sent = shipped(run, target, target.where, run.groups["world"], target.segment)
    quota = np.zeros(run.clock.rounds)
    for good in target.goods:
        for measure in run.measures(("export_quota",), target.where, good):
            quota += float(measure.size or 0.0) * (run.in_force(measure) > 0.5)
    return ratio(sent, quota)


@word("share", ONE)
def duty_share(run: Outcome, target: Target) -> Array:
    """Ad valorem duties that measures of the place add, mean over what it bought abroad in the base
    window."""
    return duty_share_of(run, target.where, target.goods, target.base)


@word("count", ONE, "floor action_plan framework forum", of_goods=False)
def members(run: Outcome, target: Target) -> Array:
    """Countries of the place on a rung of the ladder or above."""
    rows = run.of(run.tables["countries"], "country", target.where)
    return run.total(rows.assign(one=(rows["rung"] >= RUNGS[target.segment]).astype(float)), "one")


@word("AUC", ONE, "floor action_plan framework forum", of_goods=False)
def accession_auc(run: Outcome, target: Target) -> Array:
    """Chance that a country of the place (those that are known to have joined) stands on the rung before one
    that is not of it, ties counting half: 0.5 is guessing. The home country is left out."""
    rows = run.tables["countries"]
    joined = rows[rows["rung"] >= RUNGS[target.segment]].groupby("country")["round"].min()
    found = np.full(run.clock.rounds, np.nan)
    others = run.groups["world"] - target.where - {target.home, "ROW"}
    pairs = [(yes, no) for yes in sorted(target.where - {target.home}) for no in sorted(others)]
    never = run.clock.rounds
    for round_ in range(run.clock.rounds if pairs else 0):
        first = {code: min(int(joined.get(code, never)), round_ + 1) for pair in pairs for code in pair}
        won = [(first[yes] < first[no]) + 0.5 * (first[yes] == first[no]) for yes, no in pairs]
        found[round_] = float(np.mean(won))
    return found

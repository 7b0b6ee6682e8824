"""Measures of where things stand: trust, concentration, reference prices, controls, what a reserve holds."""

from __future__ import annotations

import numpy as np

from experiments.backtests.outcome import Outcome, ratio
from experiments.backtests.vocabulary import ONE, Target, word
from world.axes import Array


@word("0-1", ONE, "leader dominant", of_goods=False)
def trust(run: Outcome, target: Target) -> Array:
    """Trust of the place in the leader (or in the dominant refiner), plain mean over its countries."""
    rows = run.of(run.tables["countries"], "country", target.where)
    return run.mean(rows.assign(one=1.0), f"trust_in_{target.segment}", "one")


@word("0-1", ONE)
def concentration(run: Outcome, target: Target) -> Array:
    """Herfindahl index of the world's output over countries, whatever the place."""
    return run.mean(run.rows("zone", target.goods).assign(one=1.0), "concentration_hhi", "one")


@word("%", ONE)
def reference_error(run: Outcome, target: Target) -> Array:
    """How far the reference price is from the price outside the zone, up or down, whatever the place."""
    rows = run.rows("zone", target.goods)
    off = np.abs(rows["reference_price_usd_t"] / rows["price_outside_usd_t"] - 1.0)
    return 100.0 * run.mean(rows.assign(off=off, one=1.0), "off", "one")


@word("days", ONE)
def reserve_days(run: Outcome, target: Target) -> Array:
    """What the strategic reserve holds of the goods' minerals, in days of the use of the place."""
    held = run.tables["reserve"]
    held = held[held["mineral"].isin({mineral for mineral, _ in target.goods})]
    used = run.total(run.of(run.rows("markets", target.goods), "country", target.where), "use_t")
    return 365.0 * ratio(run.total(held, "stock_t"), used * run.clock.rounds_per_year)


@word("%", ONE, "first others")
def served(run: Outcome, target: Target) -> Array:
    """Part of the need that is met of the reserve's sectors (first), or of all other users (others), in the
    leader's country."""
    rows = run.of(run.rows("priority", target.goods), "country", target.where)
    need, got = ("need_t", "served_t") if target.segment == "first" else ("others_need_t", "others_served_t")
    return 100.0 * ratio(run.total(rows, got), run.total(rows, need))


@word("count", ONE, of_goods=False)
def controls(run: Outcome, target: Target) -> Array:
    """Controls, taxes and price wars that governments of the place have begun so far by own choice."""
    rows = run.of(run.tables["decisions"], "actor", target.where)
    rows = rows[(rows["kind"] == "retaliation") & ~rows["choice"].isin(["none", "keep", "relent"])]
    rows = rows.drop_duplicates("decision")
    return np.cumsum(run.total(rows.assign(one=1.0), "one"))

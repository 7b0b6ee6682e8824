"""Measures of who joins: how many, in what order, how soon, and whether the model tells joiners from
others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from agents.ladder import FLOOR, RUNGS
from experiments.backtests.outcome import Outcome
from experiments.backtests.vocabulary import ONE, OVER, Target, word
from world.axes import REST_OF_WORLD, Array, Mask

LADDER = "floor action_plan framework forum"
DAYS_A_YEAR = 365.25
PERMUTATIONS = 1000


@word("count", ONE, LADDER, of_goods=False)
def members(run: Outcome, target: Target) -> Array:
    """Countries of the place on a rung of the ladder or above."""
    rows = run.of(run.tables["countries"], "country", target.where)
    return run.total(rows.assign(one=(rows["rung"] >= RUNGS.index(target.segment)).astype(float)), "one")


@word("count", ONE, of_goods=False)
def club_seats(run: Outcome, target: Target) -> Array:
    """Seats that countries of the place hold in clubs and links beside the zone's ladder."""
    return run.total(run.of(run.tables["countries"], "country", target.where), "clubs")


@word("share", ONE, of_goods=False)
def agreement(run: Outcome, target: Target) -> Array:
    """Part of the countries of the place that decide on the zone for themselves which is bound by the floor;
    who has a standing fixed by the scenario does not count."""
    deciding = _first_decisions(run)
    codes = sorted(code for code in target.where if code in deciding)
    rung = _column(run, "rung").reindex(columns=codes).to_numpy(float)
    at_table = np.array([deciding[code] for code in codes])[None, :] <= np.arange(run.clock.rounds)[:, None]
    count = at_table.sum(axis=1)
    bound = (at_table & (rung >= FLOOR)).sum(axis=1)
    return np.where(count > 0, bound / np.maximum(count, 1), np.nan)


@word("share", ONE, of_goods=False)
def dissent(run: Outcome, target: Target) -> Array:
    """Part of the reviews by members of the floor so far in which leaving would pay but for what it costs; of
    governments of the place that decide for themselves."""
    rows = _own_decisions(run)
    inside = rows[(rows["subject"] == "floor") & rows["choice"].isin(["stay", "leave"])]
    here = [bool(_codes_of(run, actor) & target.where) for actor in inside["actor"]]
    theirs = inside[np.array(here, dtype=bool)]
    reviews = np.cumsum(run.total(theirs.assign(one=1.0), "one"))
    against = np.cumsum(run.total(theirs.assign(one=(theirs["margin_usd"] > 0.0).astype(float)), "one"))
    return np.where(reviews > 0, against / np.maximum(reviews, 1.0), np.nan)


@word("USD bn a year", ONE, of_goods=False)
def lacking(run: Outcome, target: Target) -> Array:
    """What governments of the place lacked to sign the floor at their last review, added up: what it had to
    exceed less what it was worth; below zero what was to spare. Who has signed counts as then."""
    rows = _own_decisions(run)
    asked = rows[(rows["subject"] == "floor") & rows["choice"].isin(["hold_out", "prepare", "join"])]
    wide = pd.DataFrame(index=range(run.clock.rounds))
    for actor, theirs in asked.groupby("actor"):
        if _codes_of(run, str(actor)) & target.where:
            last = theirs.drop_duplicates("round", keep="last").set_index("round")
            wide[actor] = (last["threshold_usd"] - last["margin_usd"]).reindex(wide.index)
    yearly = run.clock.rounds_per_year / 1e9
    return np.asarray(wide.ffill().sum(axis=1, min_count=1).to_numpy(float) * yearly)


@word("days", ONE, LADDER, of_goods=False)
def days_to_join(run: Outcome, target: Target) -> Array:
    """Days from `zero` to the end of the round in which the first country of the place stood on a rung; none
    before that. (A country alone gives its own delay.)"""
    joined = _first_rounds(run, target.segment)
    first = min((joined[code] for code in target.where if code in joined), default=run.clock.rounds)
    months = run.clock.first_month + run.clock.months_a_round * (first + 1) - run.clock.zero_month
    days = months * DAYS_A_YEAR / 12.0
    return np.where(np.arange(run.clock.rounds) >= first, days, np.nan)


@word("rank", ONE, LADDER, of_goods=False)
def joining_rank(run: Outcome, target: Target) -> Array:
    """Place of the first country of the place in the order of joining a rung, 1 first, those of one round
    sharing the mean of their places; none before it has joined. The home country is left out."""
    joined = _first_rounds(run, target.segment)
    joined.pop(target.home, None)
    ranks = pd.Series(joined, dtype=float).rank()
    mine = [code for code in target.where if code in joined]
    if not mine:
        return np.full(run.clock.rounds, np.nan)
    first = min(joined[code] for code in mine)
    rank = float(ranks[mine].min())
    return np.where(np.arange(run.clock.rounds) >= first, rank, np.nan)


@word("AUC", ONE, LADDER, of_goods=False)
def accession_auc(run: Outcome, target: Target) -> Array:
    """Chance that a country of the place (those that are known to have joined) stands on the rung before one
    that is not of it, ties counting half: 0.5 is guessing. The home country is left out."""
    scores, known = _standing_scores(run, target)
    return np.array([_auc(row, known) for row in scores])


@word("probability", ONE, LADDER, of_goods=False)
def accession_p(run: Outcome, target: Target) -> Array:
    """Chance of an AUC as high when the names of those known to have joined are drawn by lot (1,000
    permutations, the same in all draws)."""
    scores, known = _standing_scores(run, target)
    lots = np.random.default_rng(0)
    shuffled = [lots.permutation(known) for _ in range(PERMUTATIONS)]
    found = np.full(len(scores), np.nan)
    for round_, row in enumerate(scores):
        seen = _auc(row, known)
        if np.isfinite(seen):
            higher = sum(_auc(row, labels) >= seen - 1e-12 for labels in shuffled)
            found[round_] = (1 + higher) / (1 + PERMUTATIONS)
    return found


@word("%", OVER, "inclination rung trust_in_leader", of_goods=False, both=True)
def score_percentile(run: Outcome, target: Target) -> Array:
    """Part of the second place, the first left out, that scores below the first on average (ties counting
    half): by what the next step was worth at the last review over what it had to exceed (inclination), by
    the rung held, or by trust."""
    scores = _inclinations(run) if target.segment == "inclination" else _column(run, target.segment)
    mine, others = sorted(target.where), sorted(target.other - target.where - {REST_OF_WORLD})
    found = np.full(run.clock.rounds, np.nan)
    for round_ in range(run.clock.rounds):
        own = scores.loc[round_].reindex(mine).dropna().to_numpy(float)
        rest = scores.loc[round_].reindex(others).dropna().to_numpy(float)
        if len(own) and len(rest):
            below = [float((rest < one).mean() + 0.5 * (rest == one).mean()) for one in own]
            found[round_] = 100.0 * float(np.mean(below))
    return found


def _own_decisions(run: Outcome) -> pd.DataFrame:
    """Decisions on the zone that were not fixed by the scenario, a row each."""
    rows = run.tables["decisions"]
    own = rows[(rows["kind"] == "accession") & (rows["term"] != "fixed by the scenario")]
    return own.drop_duplicates("decision")


def _codes_of(run: Outcome, actor: str) -> frozenset[str]:
    return run.groups.get(str(actor), frozenset({str(actor)}))


def _first_decisions(run: Outcome) -> dict[str, int]:
    """Country -> round in which it, or the bloc that speaks for it, first decided for itself."""
    first = _own_decisions(run).groupby("actor")["round"].min()
    return {code: int(round_) for actor, round_ in first.items() for code in _codes_of(run, str(actor))}


def _first_rounds(run: Outcome, rung: str) -> dict[str, int]:
    """Country -> first round on a rung or above, those that ever were."""
    rows = run.tables["countries"]
    joined = rows[rows["rung"] >= RUNGS.index(rung)].groupby("country")["round"].min()
    return dict(zip(map(str, joined.index), joined.astype(int).tolist(), strict=True))


def _standing_scores(run: Outcome, target: Target) -> tuple[Array, Mask]:
    """(round, country) how early each had joined by a round, and (country,) whether it is known to have."""
    joined = _first_rounds(run, target.segment)
    codes = sorted(run.groups["world"] - {target.home, REST_OF_WORLD})
    first = np.array([joined.get(code, run.clock.rounds) for code in codes])
    rounds = np.arange(run.clock.rounds)[:, None]
    known = np.array([code in target.where for code in codes])
    return -np.minimum(first[None, :], rounds + 1).astype(float), known


def _auc(score: Array, known: Mask) -> float:
    """Mann-Whitney: chance that one of those known scores higher than one of the others."""
    yes, no = score[known], score[~known]
    if not len(yes) or not len(no):
        return float("nan")
    ahead = np.sign(yes[:, None] - no[None, :])
    return float(((ahead + 1.0) / 2.0).mean())


def _column(run: Outcome, name: str) -> pd.DataFrame:
    """(round x country) a column of the table of countries."""
    return run.tables["countries"].pivot_table(index="round", columns="country", values=name)


def _inclinations(run: Outcome) -> pd.DataFrame:
    """(round x country) margin over threshold of the last review so far; blocs speak for their countries."""
    rows = run.tables["decisions"]
    wide = pd.DataFrame(index=range(run.clock.rounds), columns=sorted(run.groups["world"]), dtype=float)
    if len(rows):
        asked = rows[(rows["kind"] == "accession") & (rows["threshold_usd"] > 0.0)]
        asked = asked.drop_duplicates("decision")
        worth = asked["margin_usd"] / asked["threshold_usd"]
        for round_, actor, score in zip(asked["round"], asked["actor"], worth, strict=True):
            codes = run.groups.get(str(actor), frozenset({str(actor)}))
            wide.loc[int(round_), wide.columns.isin(codes)] = float(score)
    return wide.ffill()

"""You against the computer: the same world, the same shocks, with and without the person in the seat."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import tomli_w

from experiments.app.premise import Premise, power_of
from experiments.app.tracks import Track

ACCOUNTS: Mapping[str, tuple[str, ...]] = {
    "miners": ("miner_profit_usd",),
    "refiners and makers": ("refiner_profit_usd", "maker_profit_usd"),
    "treasury": ("tariff_usd", "levy_usd", "export_tax_usd", "fine_usd", "support_usd"),
    "licence rents": ("quota_rent_usd", "unrecorded_usd", "hub_margin_usd"),
    "reserve, state stocks and finance": ("reserve_usd", "state_usd", "finance_usd"),
    "capital of new plants": ("capital_usd",),
}
USERS, ALL = "users", "all in all"
STAKE = "stake_usd"


def computers_premise(premise: Premise, actor: str) -> Premise:
    """The same world without the decisions and measures of the seat."""
    keys = tomllib.loads(premise.scenario.text)
    keys["zone"]["decisions"].pop(actor, None)
    keys["measures"] = [
        measure for measure in keys["measures"] if not measure["id"].startswith(f"seat-{actor}-")
    ]
    power = power_of(premise.scenario, actor)
    if power:
        keys[power]["decisions"] = {}
    if power == "leader":
        keys[power]["floor_scale"] = {}
    return Premise("", tomli_w.dumps(keys), "{}", premise.seed)


def first_decision(premise: Premise, actor: str) -> str:
    """The quarter in which the seat first acted; empty when it has not."""
    scenario, clock = premise.scenario, premise.scenario.run.clock
    quarters = list(scenario.zone.decisions.get(actor, {}))
    power = power_of(scenario, actor)
    quarters += list(getattr(scenario, power).decisions) if power else []
    for measure in scenario.measures:
        if measure.id.startswith(f"seat-{actor}-"):
            quarters.append(clock.name(clock.round_of(measure.announced)))
    return min(quarters, default="")


def format_millions(value_usd: float, signed: bool = False) -> str:
    """Million USD for a column of a table, tenths below a hundred; never "-0.0"."""
    places = 0 if abs(value_usd) >= 99.95e6 else 1
    value = round(value_usd / 1e6, places) + 0.0
    return f"{value:{'+' if signed and value else ''},.{places}f}"


def difference_usd(
    yours: Track, computers: Track, members: tuple[str, ...], since: str, rounds: int
) -> dict[str, tuple[float, float]]:
    """Account -> (yours, the computer's), USD summed over the quarters from ``since`` that both have."""
    return {
        name: (usd, other)
        for (name, usd), other in zip(
            _accounts_usd(yours, members, since, rounds).items(),
            _accounts_usd(computers, members, since, rounds).values(),
            strict=True,
        )
    }


def _accounts_usd(track: Track, members: tuple[str, ...], since: str, rounds: int) -> dict[str, float]:
    """The accounts and their sum; users, first and final, are what the stake holds besides the others."""
    sums = _sums_usd(track, members, since, rounds)
    others = {name: sum(sums[column] for column in columns) for name, columns in ACCOUNTS.items()}
    return {USERS: sums[STAKE] - sum(others.values()), **others, ALL: sums[STAKE]}


def _sums_usd(track: Track, members: tuple[str, ...], since: str, rounds: int) -> dict[str, float]:
    columns = [STAKE, *(column for group in ACCOUNTS.values() for column in group)]
    sums = dict.fromkeys(columns, 0.0)
    for page in track.pages[:rounds]:
        rows = page.rows("countries")
        for place, (country, quarter) in enumerate(zip(rows["country"], rows["quarter"], strict=True)):
            if country in members and quarter >= since:
                for column in columns:
                    sums[column] += rows[column][place]
    return sums

"""Small worlds for tests: few minerals, few rounds, no shocks, and no history unless it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from world.dataset import Dataset, load_dataset
from world.model import TradeWorld
from world.policy.measures import Measure
from world.scenario import Scenario, load_scenario

START = "2025-Q1"
FLOOR = 4
"""The binding rung of the ladder."""


@cache
def quiet_data() -> Dataset:
    """The data of the package without history: nothing happens but what the test makes happen."""
    return data_with(**{name: load_dataset().table(name).head(0) for name in ("calendar", "coercion")})


def data_with(**tables: pd.DataFrame) -> Dataset:
    """The data of the package with some tables replaced."""
    whole = load_dataset()
    return replace(whole, _tables={name: tables.get(name, whole.table(name)) for name in whole._tables})


def make_scenario(
    name: str = "baseline",
    minerals: Sequence[str] = ("ndpr",),
    rounds: int = 8,
    measures: Sequence[Measure] = (),
    **settings: object,
) -> Scenario:
    """A scenario of the library cut down; a setting is written with ``__`` for the dot."""
    overrides: dict[str, object] = {"run.minerals": list(minerals), "run.rounds": rounds, "run.shocks": False}
    overrides |= {key.replace("__", "."): value for key, value in settings.items()}
    scenario = load_scenario(name, overrides)
    return scenario.model_copy(update={"measures": (*scenario.measures, *measures)})


def make_world(
    name: str = "baseline", *, seed: int = 1, history: bool = False, data: Dataset | None = None, **given: Any
) -> TradeWorld:
    """A world that has not been played; ``history`` keeps the policy calendar of the data."""
    dataset = data if data is not None else load_dataset() if history else quiet_data()
    return TradeWorld(make_scenario(name, **given), rng=seed, dataset=dataset)


def play(world: TradeWorld, rounds: int | None = None) -> TradeWorld:
    """Play so many rounds, or to the horizon."""
    while not world.finished and (rounds is None or world.round < rounds):
        world.step()
    return world


@cache
def _played(key: str, measures: tuple[Measure, ...]) -> TradeWorld:
    return play(make_world(measures=measures, **json.loads(key)))


def played(name: str = "baseline", measures: Sequence[Measure] = (), **given: object) -> TradeWorld:
    """A world played to its horizon, made once for all tests that ask for it: look, do not touch."""
    return _played(json.dumps({"name": name, **given}, sort_keys=True), tuple(measures))


def bind(world: TradeWorld, members: Sequence[str]) -> None:
    """Put countries on the binding rung, as if they had signed."""
    for iso3 in members:
        place = world.base.axes.country(iso3)
        world.state.politics.rung[place] = FLOOR
        world.state.politics.standing[place] = "member"


def zone_world(members: Sequence[str] = (), *, rounds: int = 6, seed: int = 1, **given: Any) -> TradeWorld:
    """A zone whose members are given and bound from round 4 on; nobody else decides, no reserve, no finance.

    Without members the leader applies its border alone.
    """
    settings = {
        "zone__text_quarters": [0, 0],
        "zone__leader_border_alone": not members,
        "zone__standings": dict.fromkeys(members, "join"),
        "accession__strategy": "fixed",
        "reserve__exists": False,
        "dominant_refiner__doctrine": "passive",
        **QUIET_LEADER,
    }
    world = make_world("zone_floor", seed=seed, rounds=rounds, **(settings | given))
    play(world, world.decisions_open)
    bind(world, members)
    return play(world)


QUIET_LEADER: dict[str, object] = {
    "leader__finance_usd_year": 0.0,
    "leader__offers": [],
    "leader__coercion": "none",
    "institutions__off": ["*"],
}
"""The leader pays nobody and threatens nobody; no clubs beside the zone."""


def table(world: TradeWorld, name: str, **where: object) -> pd.DataFrame:
    """Rows of a table of the record, those alone whose columns hold the given values."""
    rows = pd.DataFrame(world.record.rows(name))
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows


def same_tables(one: TradeWorld, other: TradeWorld, before: int | None = None) -> list[str]:
    """Columns ``table.column`` that differ in any bit, in rounds before ``before`` (all when None)."""
    differing = []
    for name in one.record.tables:
        first, second = table(one, name), table(other, name)
        if before is not None:
            first, second = first[first["round"] < before], second[second["round"] < before]
        if len(first) != len(second):
            differing.append(f"{name}: {len(first)} and {len(second)} rows")
            continue
        differing += [f"{name}.{column}" for column in first if not _same(first[column], second[column])]
    return differing


def _same(first: pd.Series, second: pd.Series) -> bool:
    if first.dtype.kind == second.dtype.kind == "f":
        return np.array_equal(first.to_numpy(), second.to_numpy(), equal_nan=True)
    return first.tolist() == second.tolist()


def measure(instrument: str, actor: str, quarter: str, **fields: Any) -> Measure:
    """A measure that is announced and takes effect on the first day of a quarter such as ``2026-Q3``."""
    day = first_day_of(quarter)
    return Measure(
        **{"id": f"{instrument}-{actor}-{quarter}", "announced": day, "in_force": day} | fields,
        actor=actor,
        instrument=instrument,
    )


def standing_licences(minerals: Sequence[str]) -> list[Measure]:
    """Licences of China from the first day on, metal and components, for Japan and Korea, granted in part."""
    return [
        measure("licence", "CHN", "2025-Q1", id=f"licence_{mineral}_{stage}", targets=("JPN", "KOR"),
                minerals=(mineral,), stages=(stage,), size=0.6, delay_days=0.0)
        for mineral in minerals for stage in ("refined", "component")
    ]  # fmt: skip


def first_day_of(quarter: str) -> date:
    """First day of a quarter."""
    year, number = quarter.split("-Q")
    return date(int(year), 3 * int(number) - 2, 1)

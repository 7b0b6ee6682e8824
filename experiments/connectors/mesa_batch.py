"""Runs the way ``mesa.batch_run`` does them, for those who know Mesa.

>>> from experiments.connectors.mesa_batch import batch_run                          # doctest: +SKIP
>>> rows = batch_run({"base": "zone_floor", "leader.markup": [0.0, 0.5]}, rng=[1, 2])  # doctest: +SKIP

For many runs a sweep does more: it survives, goes on, and keeps memory flat. Mesa keeps all rows in memory,
and a run that fails ends the batch.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import mesa

from experiments.simulation import compile_market
from experiments.sweep.measured import check_members, choose_columns, measure_run, run_of
from world.model import TradeWorld
from world.scenario import load_scenario


class BatchWorld(TradeWorld):
    """The world with flat keywords and a data collector, as ``mesa.batch_run`` wants a model.

    base : name or path of a scenario; rounds : quarters; minerals : names with commas between; rng : seed;
    any other keyword is a dotted key of the scenario, such as ``leader.markup``

    Its model reporters are the outcomes of a sweep, measured when the run is over, NaN before.
    """

    each_round = False

    def __init__(
        self,
        base: str = "zone_floor",
        rounds: int | None = None,
        minerals: str | None = None,
        rng: int | None = None,
        **settings: object,
    ) -> None:
        changes = dict(settings)
        if rounds is not None:
            changes["run.rounds"] = int(rounds)
        if minerals is not None:
            changes["run.minerals"] = [name.strip() for name in minerals.split(",")]
        scenario = load_scenario(base, changes)
        compile_market()
        super().__init__(scenario, rng=rng)
        self.seed_of_run = 1 if rng is None else int(rng)
        self.columns = choose_columns(None, [scenario], base)
        self.measured: Mapping[str, float] = dict.fromkeys(self.columns, float("nan"))
        self.counted = check_members(None, scenario, base)
        reporters = {name: _reporter(name) for name in self.columns}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self) -> None:
        """Play one quarter, and collect."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            super().step()
        self.running = not self.finished
        if self.finished or self.each_round:
            run = run_of(self.record, self.premise, self.seed_of_run)
            self.measured = measure_run(run, self.counted, self.columns)
        self.datacollector.collect(self)


class EachRoundWorld(BatchWorld):
    """The same, measured after every round: outcomes of the run so far."""

    each_round = True


def batch_run(
    parameters: Mapping[str, Any],
    rng: int | Iterable[int] = (1,),
    number_processes: int | None = 1,
    data_collection_period: int = -1,
    max_steps: int | None = None,
    display_progress: bool = False,
) -> list[dict[str, Any]]:
    """``mesa.batch_run`` on this model, with the arguments and the rows of Mesa: every combination of
    ``parameters`` (see ``BatchWorld``) with every seed of ``rng``, ``max_steps`` quarters at most.

    Mesa 3.3 has no ``rng`` and counts one step too many: this call is the same on all versions from 3.3 on.
    """
    seeds = [rng] if isinstance(rng, int) else list(rng)
    chosen = dict(parameters)
    if max_steps is not None:
        chosen.setdefault("rounds", max_steps)
    world = BatchWorld if data_collection_period == -1 else EachRoundWorld
    options: dict[str, Any] = {"rng": seeds}
    if "rng" not in inspect.signature(mesa.batch_run).parameters:
        chosen["rng"], options = seeds, {}
    rows: list[dict[str, Any]] = mesa.batch_run(
        world,
        parameters=chosen,
        number_processes=number_processes,
        data_collection_period=data_collection_period,
        max_steps=max_steps or 1000,
        display_progress=display_progress,
        **options,
    )
    return rows


def _reporter(name: str) -> Any:
    return lambda world: world.measured[name]

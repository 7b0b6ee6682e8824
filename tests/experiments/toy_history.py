"""A history that can be solved: few of many parameters drive what is seen, the rest drives nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from made_up_case import write_case

from experiments.backtests.calibration import Rows
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import Criterion, read_criteria
from experiments.backtests.store import Draw, Values
from world.parameters import load_parameters

TABLE = load_parameters()
NOISE = 0.06
"""Standard deviation of what shocks do to a number; parameters at their ends do about 1."""
BAND = 0.1


class ToyHistory:
    """Cases of three criteria each; every number hangs on two of the driving parameters and on chance.

    truth : name of a driving parameter -> its place between -1 (low end) and 1 (high end), 0 the default
    """

    def __init__(self, tmp_path: Path, drivers: int, cases: int, seed: int = 0) -> None:
        draw = np.random.default_rng(seed)
        named = [one.name for one in TABLE.values() if one.low < one.default < one.high]
        self.truth = {
            str(name): float(draw.uniform(-0.6, 0.6)) for name in draw.choice(named, drivers, False)
        }
        (tmp_path / "pattern").mkdir()
        row, *_ = read_criteria(read_case(write_case(tmp_path / "pattern")))
        row = replace(row, operator="value", measure="output", kind="band", grade="A")
        self.rows: dict[Path, list[Criterion]] = {}
        self.weights: dict[tuple[str, int], dict[str, float]] = {}
        for case in range(cases):
            folder = tmp_path / f"case_{case}"
            self.rows[folder] = [self._criterion(row, folder, line, draw) for line in range(3)]

    def _criterion(self, row: Criterion, folder: Path, line: int, draw: np.random.Generator) -> Criterion:
        pair = draw.choice(list(self.truth), 2, False)
        weights = {str(name): float(draw.choice((-1.0, 1.0)) * draw.uniform(0.6, 1.2)) for name in pair}
        self.weights[folder.name, line] = weights
        seen = sum(weight * self.truth[name] for name, weight in weights.items())
        return replace(row, id=str(line), line=line, low=seen - BAND, high=seen + BAND)

    def parts_of(self, case: str) -> set[str]:
        """Parameters that drive any number of a case."""
        return {name for (at, _), weights in self.weights.items() if at == case for name in weights}

    def play(self, rows: Rows, draws: Mapping[Path, Sequence[Draw]]) -> Mapping[Path, Values]:
        """What each case comes to: its sum over the driving parameters, and shocks by seed."""
        return {
            folder: {row.line: self._numbers(folder.name, row.line, draws[folder]) for row in of_case}
            for folder, of_case in rows.items()
        }

    def _numbers(self, case: str, line: int, draws: Sequence[Draw]) -> list[float]:
        most = max(one.seed for one in draws)
        shocks = np.random.default_rng([line, *case.encode()]).standard_normal(most + 1)
        weights = self.weights[case, line]

        def driven(given: Mapping[str, float]) -> float:
            return sum(w * stretch(name, given.get(name, TABLE[name].default)) for name, w in weights.items())

        return [driven(one.parameters) + NOISE * float(shocks[one.seed]) for one in draws]


def stretch(name: str, value: float) -> float:
    """Place of a value between the ends of its range, -1 to 1, with the default at 0."""
    entry = TABLE[name]
    side = entry.high - entry.default if value > entry.default else entry.default - entry.low
    return (value - entry.default) / side

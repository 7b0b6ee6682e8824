"""A world up to a quarter as a ``Run``, so that figures, words and graphs read it like one from disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.app.premise import Premise
from experiments.app.rounds import Page
from experiments.results import Run
from world.records.schema import SCHEMA

if TYPE_CHECKING:
    import pandas as pd


def read_run(premise: Premise, pages: Sequence[Page]) -> Run:
    """The run of these rounds (at least 1). The longest tables are not read whole: markets of the first year
    and the last, flows of the first quarter and the last, licences of the last.
    """
    scenario, rounds = premise.scenario, len(pages)
    meta = {
        "scenario": scenario.key,
        "question": scenario.question,
        "seed": premise.seed,
        "rounds": rounds,
        "scenario_text": scenario.text,
    }
    year = sorted({*range(min(4, rounds)), *range(max(0, rounds - 4), rounds)})
    chosen: dict[str, Sequence[Page]] = dict.fromkeys(SCHEMA, pages)
    chosen["markets"] = [pages[number] for number in year]
    chosen["flows"] = [pages[number] for number in sorted({0, rounds - 1})]
    chosen["licences"] = pages[-1:]
    frames = {name: _frame(name, chosen[name]) for name in SCHEMA}
    return Run(Path(scenario.key), meta, frames)


def _frame(name: str, pages: Sequence[Page]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    columns = (column.name for column in SCHEMA[name])
    joined = {column: np.concatenate([page.rows(name)[column] for page in pages]) for column in columns}
    # Text stays as it is: read once and looked at a few times, it is not worth another form.
    return pd.DataFrame({column: pd.Series(values, dtype=values.dtype) for column, values in joined.items()})

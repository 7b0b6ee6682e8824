"""A world up to a quarter as a ``Run``, so that figures, words and graphs read it like one from disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.app.tracks import Track
from experiments.results import Run
from world.record import SCHEMA, Record

if TYPE_CHECKING:
    import pandas as pd


def read_run(track: Track, rounds: int) -> Run:
    """The run after ``rounds`` rounds (at least 1). The longest tables are not read whole: markets of the
    first year and the last, flows of the first quarter and the last, licences of the last.
    """
    scenario = track.premise.scenario
    meta = {
        "scenario": scenario.key,
        "question": scenario.question,
        "seed": track.premise.seed,
        "rounds": rounds,
        "scenario_text": scenario.text,
    }
    pages = track.pages[:rounds]
    year = sorted({*range(min(4, rounds)), *range(max(0, rounds - 4), rounds)})
    chosen = dict.fromkeys(SCHEMA, pages)
    chosen["markets"] = [pages[number] for number in year]
    chosen["flows"] = [pages[number] for number in sorted({0, rounds - 1})]
    chosen["licences"] = pages[-1:]
    frames = {name: _frame(name, chosen[name], rounds) for name in SCHEMA}
    return Run(Path(scenario.key), meta, frames)


def _frame(name: str, pages: list[Record], rounds: int) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    types: dict[str, Any] = {"number": np.float64, "whole": np.int64, "yes_no": np.bool_, "text": object}
    columns = {}
    for column in SCHEMA[name]:
        parts = [np.asarray(page.rows(name)[column.name], types[column.kind]) for page in pages]
        columns[column.name] = np.concatenate(parts) if parts else np.array([], types[column.kind])
    frame = pd.DataFrame(columns)
    return frame[frame["round"] < rounds]

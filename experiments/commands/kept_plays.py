"""Plays of cases that are kept in a file from which a command goes on, with a bar of progress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.arguments import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.backtests.calibration import Play, Rows
    from experiments.backtests.store import Draw, Values


def kept_plays(store: str, jobs: int | None, quiet: bool) -> Play:
    """What plays draws that are not in ``store`` in so many processes, and adds them to it."""
    from experiments.backtests.store import played

    def play(rows: Rows, draws: Mapping[Path, Sequence[Draw]]) -> Mapping[Path, Values]:
        with progress_bar("runs", quiet) as progress:
            return played(rows, draws, Path(store), jobs, progress)

    return play

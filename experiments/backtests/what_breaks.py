"""What breaks without a mechanism: the cases of history under the same draws, each taken out by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from experiments.backtests.ablations import ABLATIONS, taken_out
from experiments.backtests.calibration import Play
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import read_criteria
from experiments.backtests.scoring import Score, in_band, pass_rate, score_case
from experiments.backtests.store import Draw
from experiments.markdown import markdown_table

_COLUMNS = ("without", "given cases pass", "held out", "breaks", "mends", "moved")
WHOLE = ""
"""The name under which nothing is taken out."""


def ablated_scores(
    folders: Sequence[Path], sets: Sequence[Mapping[str, float]], seed: int, play: Play
) -> dict[str, tuple[Score, ...]]:
    """Scores of all criteria with nothing taken out (``WHOLE``) and without each mechanism, under the same
    sets and the seeds of shocks that ``backtest`` gives them.

    Raises ``CaseError`` if a case cannot be used; all are read before any is played.
    """
    cases = {folder: read_case(folder) for folder in folders}
    rows = {folder: read_criteria(case) for folder, case in cases.items()}
    names = (WHOLE, *ABLATIONS)
    draws = {
        folder: [
            Draw(one, seed + number, taken_out(case, name))
            for name in names
            for number, one in enumerate(sets)
        ]
        for folder, case in cases.items()
    }
    values = play(rows, draws)
    return {
        name: tuple(
            score
            for folder, of_case in rows.items()
            for score in score_case(
                folder.resolve().name,
                of_case,
                {line: found[start : start + len(sets)] for line, found in values[folder].items()},
            )
        )
        for name, start in zip(names, range(0, len(names) * len(sets), len(sets)), strict=True)
    }


def describe_ablations(
    scores: Mapping[str, Sequence[Score]], draws: int, held_out: Collection[str] = ()
) -> str:
    """What each ablation breaks, mends and moves of the criteria of grades A and B, as a table in Markdown
    under a line that says how to read it. ``held_out`` : cases that are counted by themselves."""
    full, rows = scores[WHOLE], []
    for name, found in scores.items():
        pairs = [(old, new) for old, new in zip(full, found, strict=True) if old.grade in "AB"]
        broken = [_id(new, old) for old, new in pairs if old.passed and not new.passed]
        mended = [_id(old, new) for old, new in pairs if new.passed and not old.passed]
        moved = f"{sum(_moves(old, new) for old, new in pairs)} of {len(pairs)}"
        said = f"{name.replace('_', ' ')}: {ABLATIONS[name].meaning}" if name else "nothing"
        given = pass_rate([one for one in found if one.case not in held_out])
        apart = pass_rate([one for one in found if one.case in held_out])
        changes = (" ".join(broken) or "-", " ".join(mended) or "-", moved) if name else ("", "", "")
        rows.append((said, *map(_of, (given, apart)), *changes))
    how = (
        f"Draws of the fitted ensemble: {draws}. In brackets: the medians stay in the band, the spread alone "
        "decides. Moved: by a tenth of the median or more."
    )
    return f"{how}\n\n{markdown_table(_COLUMNS, rows)}"


def _id(failed: Score, passed: Score) -> str:
    """The criterion, in brackets where its medians stay in the band and the spread alone decides."""
    name = passed.parts[0].criterion.id
    inside = all(in_band(part.median, part.criterion) for part in failed.parts)
    return f"({name})" if inside else name


def _of(rate: tuple[int, int]) -> str:
    return f"{rate[0]} of {rate[1]}" if rate[1] else "-"


def _moves(before: Score, after: Score) -> bool:
    """Whether the median of a part moves by more than a tenth of itself, or gives no number any more."""
    return any(
        not abs(new.median - old.median) <= 0.1 * abs(old.median)
        for old, new in zip(before.parts, after.parts, strict=True)
        if old.median == old.median or new.median == new.median
    )

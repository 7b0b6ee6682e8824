"""What a search over policies aims at: outcomes with a direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.analysis.study import AnalysisError
from experiments.analysis.wording import measure_of
from experiments.outcomes import OUTCOMES
from experiments.sweep.design import Design
from experiments.sweep.measured import outcome_families

USUAL = {
    "members_welfare": "maximise",
    "dominant_share": "minimise",
    "members_users_cost": "minimise",
    "members_output_lost": "minimise",
}
"""Aims where none are given: welfare of members, the dominant refiner's share, cost to users, what their
industries lose for want of inputs."""


@dataclass(frozen=True)
class Objective:
    """An outcome to be made large or small; of several ``columns``, such as one a mineral, it is the mean."""

    name: str
    direction: str
    columns: tuple[str, ...]

    @property
    def sign(self) -> float:
        """By which the value is multiplied, so that smaller is better."""
        return -1.0 if self.direction == "maximise" else 1.0

    @property
    def words(self) -> str:
        """``welfare of members`` and its like; of several minerals their mean is said to be one."""
        outcome = next((one for one in OUTCOMES if one.name == self.name), None)
        words = outcome.words if outcome is not None else measure_of(self.name).words
        return f"mean {words}" if len(self.columns) > 1 else words

    def value(self, outcomes: Mapping[str, float]) -> float:
        """The value of one run; NaN where a column has none."""
        return sum(outcomes[column] for column in self.columns) / len(self.columns)


def choose_objectives(
    design: Design, maximise: Sequence[str] = (), minimise: Sequence[str] = ()
) -> tuple[Objective, ...]:
    """The objectives asked for; the usual ones that the design keeps where none are.

    Raises ``AnalysisError`` for an outcome that the design does not keep, one asked for twice, or fewer than
    two in all.
    """
    asked = [(name, "maximise") for name in maximise] + [(name, "minimise") for name in minimise]
    if not asked:
        asked = [(name, way) for name, way in USUAL.items() if _columns(design, name)]
    names = [name for name, _ in asked]
    for name in names:
        if not _columns(design, name):
            kept = ", ".join(dict.fromkeys([*outcome_families(design.outcomes), *design.outcomes]))
            raise AnalysisError(f"{design.origin}: objective {name!r} is not kept, allowed: {kept}")
        if names.count(name) > 1:
            raise AnalysisError(f"{design.origin}: objective {name!r} is there twice, allowed: each once")
    if len(names) < 2:
        raise AnalysisError(
            f"{design.origin}: {len(names)} objective{'s' * (len(names) != 1)}, needed for a front: two or "
            "more; give --maximise and --minimise"
        )
    return tuple(Objective(name, way, _columns(design, name)) for name, way in asked)


def _columns(design: Design, name: str) -> tuple[str, ...]:
    """The columns of an outcome: itself, or those of its minerals."""
    return (name,) if name in design.outcomes else outcome_families(design.outcomes).get(name, ())

"""What a run is least sure of: the parameter that its answer hangs on most, and that one run is one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from experiments.results import Run
from experiments.shortages import GRAVE, shortages
from world.parameters import load_parameters
from world.scenario import list_scenarios


class Doubt(NamedTuple):
    """A parameter, what it stands for, what hangs on it, and the runs in which it counts most."""

    parameter: str
    stands_for: str
    decides: str
    counts: Callable[[Run], bool]


# Measured over the ranges of the parameters, see docs/validation.md; the first that applies is told.
DOUBTS = (
    Doubt(
        "hub_leak_share",
        "what slips through third countries that are under control themselves",
        "how short metal runs",
        lambda run: any(shortage.share >= GRAVE for shortage in shortages(run)),
    ),
    Doubt(
        "start_rate_year",
        "how many of the projects that pay are begun within a year",
        "how many join and how far the dominant refiner's share falls",
        lambda run: bool(run.setting("zone", "exists", True)),
    ),
    Doubt(
        "build_rate_share",
        "how much capacity a country can add in a year, over world output",
        "how far the dominant refiner's share falls",
        lambda run: True,
    ),
)


def least_sure(run: Run) -> str:
    """The parameter that the answer hangs on most, with value, range and quality; without a full stop."""
    doubt = next(doubt for doubt in DOUBTS if doubt.counts(run))
    known = load_parameters()[doubt.parameter]
    set_by_run = run.settings.get("parameters", {})
    value = (
        set_by_run.get(doubt.parameter, known.default) if isinstance(set_by_run, Mapping) else known.default
    )
    rests = "an assumption" if known.quality == "assumption" else f"{known.quality} from {known.source}"
    return (
        f"{doubt.stands_for}, which decides {doubt.decides} ({doubt.parameter} is {value:g}, {rests}; "
        f"anything from {known.low:g} to {known.high:g} is possible)"
    )


def as_given(scenario: str, command: str = "") -> str:
    """The scenario as a command takes it: its name in the library, or the file that it came from, with the
    folder that the ``command`` of the run named.
    """
    if scenario in {key for key, _, _ in list_scenarios()}:
        return scenario
    file = f"{scenario}.toml"
    return next((word for word in command.split() if Path(word).name == file), file)


def one_run_is_one_run(run: Run) -> str:
    """What a single run cannot say, and the command that can."""
    scenario = str(run.meta.get("scenario", "zone_floor"))
    other = "zone_floor" if scenario == "baseline" else as_given(scenario, str(run.meta.get("command", "")))
    return (
        "one run cannot tell policy from chance; to see what is signal: "
        f"python -m experiments compare baseline {other}"
    )

"""Why not otherwise? A scenario, or a run on disk, is played to the round in question and the decision opened
again.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from experiments.explain import ExplainError
from experiments.figures.naming import country_code, union_members
from experiments.provenance import data_fingerprint, software_version
from experiments.results import META_FILE, Run
from experiments.why_not.country import weigh_other_choice
from experiments.why_not.other_choice import OtherChoice
from experiments.why_not.refiner import weigh_control
from world.model import TradeWorld
from world.moves.reopened import open_at
from world.scenario import Scenario, load_scenario


def ask_why_not(scenario: Scenario, seed: int, country: str, asked: str, number: int) -> OtherChoice:
    """Play ``scenario`` up to round ``number`` and weigh what ``country`` (code or name) might have done.

    Raises ``ExplainError`` for a country, a choice or a round that there is not.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        world = TradeWorld(scenario, rng=seed)
        opens, last = world.decisions_open, scenario.run.rounds - 1
        if not opens <= number <= last:
            raise ExplainError(
                f"--round: given {number}, allowed: {opens} to {last} (from the round in which decisions "
                "open to the last)"
            )
        voter = _voter(world, country)
        dominant = world.base.axes.countries[world.dominant]
        if voter != dominant and not scenario.zone.exists:
            raise ExplainError(f"scenario {scenario.key!r}: zone.exists is false; there is no zone to join")
        for _ in range(number):
            world.step()
        open_at(world, refiner=voter == dominant)
        if voter == dominant:
            return weigh_control(world, asked)
        government = next(one for one in world.population if one.iso3 == voter)
        return weigh_other_choice(world, government, asked)


def _voter(world: TradeWorld, country: str) -> str:
    """Who decides for a country of the world."""
    code = country_code(country)
    voter = "EU" if code in union_members() and "EU" in world.places else code
    if voter not in world.places:
        raise ExplainError(
            f"country {country!r}: given no country that decides, allowed: a code or a name, such as CAN, "
            "South Korea or EU"
        )
    return voter


def scenario_of_run(folder: Path) -> tuple[Scenario, int]:
    """The scenario and the seed of a run on disk, settings included.

    Raises ``ExplainError`` where ``run.json`` does not hold them, and where the run was made by another
    version or from other data: played again it would be another world.
    """
    run = Run.open(folder)
    for name, now in (("version", software_version()), ("data_fingerprint", data_fingerprint())):
        made = run.meta.get(name, now)
        if made != now:
            raise ExplainError(
                f"{folder}: was made with {name.replace('_', ' ')} {made}, this is {now}: its rounds cannot "
                "be played again; give a scenario, or play the run again"
            )
    text = str(run.meta.get("scenario_text", ""))
    if not text or "seed" not in run.meta:
        raise ExplainError(f"{folder / META_FILE}: holds no scenario_text and seed to play it again from")
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{run.meta.get('scenario', 'run')}.toml"
        file.write_text(text, encoding="utf-8")
        return load_scenario(file), int(run.meta["seed"])

"""One small file a fault: the first line of each says what is told; and what is no fault beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from world.policy.conflicts import conflicts
from world.policy.measures import Measure
from world.scenario import ScenarioError, load_scenario

FILES = sorted((Path(__file__).parent / "faulty_scenarios").glob("*.toml"))
EU = {"EU": {"DEU", "FRA"}}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_fault_is_one_line_with_file_key_what_was_given_and_what_is_allowed(path: Path) -> None:
    told = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
    assert told.split(": ")[0] == path.name
    assert "given " in told
    assert "allowed: " in told


def test_there_is_a_file_for_each_fault() -> None:
    assert len(FILES) > 25


def of(instrument: str, actor: str = "CHN", **fields: Any) -> Measure:
    days = {"announced": date(2026, 1, 1), "in_force": date(2026, 1, 1)}
    return Measure(**{"id": f"{instrument}-{actor}", **days, **fields}, actor=actor, instrument=instrument)


def clash(*measures: Measure) -> list[str]:
    return [complaint.allowed for _, complaint in conflicts(measures, EU)]


BAN = of("ban", targets=("JPN",))


@pytest.mark.parametrize(
    "other",
    [
        of("licence", targets=("*",), size=0.5),  # the ban is the exception to a wider licence
        of("export_quota", targets=("JPN", "USA"), size=100.0),
        of("licence", targets=("JPN",), minerals=("ndpr",), size=0.5, in_force=date(2027, 1, 1)),
        of("licence", targets=("JPN",), size=0.5, in_force=None),
        of("licence", actor="USA", targets=("JPN",), size=0.5),
        of("production_quota", size=100.0),
        of("tariff", actor="JPN", targets=("CHN",), size=0.5),
    ],
)
def test_what_a_ban_does_not_contradict(other: Measure) -> None:
    ends = BAN if other.in_force != date(2027, 1, 1) else of("ban", targets=("JPN",), ends=date(2027, 1, 1))
    assert clash(ends, other) == []


def test_minerals_and_stages_must_be_shared() -> None:
    licence = of("licence", targets=("JPN",), minerals=("ndpr",), stages=("ore",), size=0.5)
    for fields in ({"minerals": ("cobalt",)}, {"stages": ("refined",)}):
        assert clash(of("ban", targets=("JPN",), **fields), licence) == []
    assert len(clash(of("ban", targets=("JPN",), minerals=("ndpr", "cobalt")), licence)) == 1


def test_a_truce_between_them_takes_its_time_out() -> None:
    licence = of("licence", targets=("JPN",), size=0.5, in_force=date(2026, 7, 1), ends=date(2027, 1, 1))
    truce = of("truce", suspends=(BAN.id,), in_force=date(2026, 4, 1), ends=date(2027, 4, 1))
    assert clash(BAN, licence, truce) == []
    short = of("truce", suspends=(BAN.id,), in_force=date(2026, 4, 1), ends=date(2026, 10, 1))
    assert clash(BAN, licence, short) == [
        "no licence on lanes of the ban [ban-CHN] from 2026-10-01 to 2027-01-01"
    ]


def test_what_is_called_off_in_time_contradicts_nothing() -> None:
    licence = of("licence", targets=("JPN",), size=0.5)
    assert clash(of("ban", targets=("JPN",), cancelled=date(2026, 1, 1)), licence) == []


def test_groups_are_written_out() -> None:
    licence = of("licence", targets=("DEU",), size=0.5)
    assert len(clash(of("ban", targets=("EU",)), licence)) == 1
    assert clash(of("ban", targets=("DEU",)), of("licence", targets=("EU",), size=0.5)) == []
    everybody = of("licence", targets=("DEU", "FRA"), size=0.5)
    assert len(clash(of("ban", targets=("EU",)), everybody)) == 1


def test_an_embargo_shuts_what_its_targets_would_let_out() -> None:
    embargo = of("embargo", targets=("USA",))
    assert len(clash(embargo, of("licence", actor="USA", targets=("CHN",), size=0.5))) == 1
    assert clash(of("ban", targets=("USA",)), of("licence", actor="USA", targets=("CHN",), size=0.5)) == []

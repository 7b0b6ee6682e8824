"""Scenarios: the library is sound, files inherit, and every mistake is one line that names its place."""

from __future__ import annotations

import copy
import pickle
import tomllib
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from world.policy.measures import Measure
from world.scenario import Known, Scenario, ScenarioError, list_scenarios, load_scenario

MINERALS = (
    *("ndpr", "dytb", "lithium", "cobalt", "nickel", "graphite", "gallium", "germanium", "antimony"),
    *("tungsten", "manganese", "copper"),
)
KNOWN = Known(
    MINERALS,
    ("USA", "CHN", "CAN", "JPN", "KOR", "GBR", "AUS", "COD", "ZWE", "GAB", "PHL", "CHL"),
    ("EU", "G7"),
)
HEAD = 'name = "Trial"\nquestion = "What if?"\n'
MEASURE = '[[measures]]\nid = "stop"\nannounced = 2026-01-01\nactor = "CHN"\ninstrument = "ban"\n'
LIBRARY = {
    "baseline",
    "benchmark_levy",
    "canada_holds_out",
    "controls_only",
    "embargo",
    "embargo_without_zone",
    "floor_reading_a",
    "late_embargo",
    "no_coercion",
    "tariffs_only",
    "tariffs_only_vs_controls",
    "vault_only",
    "calculated_leverage",
    "change_of_government",
    "coercive_hub",
    "generous_club",
    "escalation",
    "floor_without_components",
    "ore_holders",
    "price_war",
    "price_war_without_floor",
    "zone_floor",
    "zone_floor_capture",
    "zone_floor_retaliation",
}


def write(folder: Path, text: str, name: str = "trial.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, **overrides: object) -> Scenario:
    return load_scenario(
        write(folder, HEAD + text),
        {name.replace("__", "."): value for name, value in overrides.items()},
        KNOWN,
    )


@pytest.mark.parametrize("key", sorted(LIBRARY))
def test_every_scenario_of_the_library_reads(key: str) -> None:
    scenario = load_scenario(key, known=KNOWN)
    assert scenario.key == key
    assert scenario.question.endswith(("?", ")"))


def test_the_library_is_listed_with_questions() -> None:
    listed = list_scenarios()
    assert {key for key, _, _ in listed} == LIBRARY
    assert listed[0][0] == "baseline"
    assert all(name and question for _, name, question in listed)


def test_scenarios_differ_in_what_they_say() -> None:
    floor = load_scenario("zone_floor", known=KNOWN)
    assert floor.zone.exists
    assert floor.reserve.exists
    assert floor.dominant_refiner.doctrine == "leverage"
    assert floor.leader.reference_price_usd_t == {"ndpr": {"refined": 110000.0}}
    assert not load_scenario("baseline", known=KNOWN).zone.exists
    assert load_scenario("canada_holds_out", known=KNOWN).zone.standings == {"CAN": "hold_out"}
    assert load_scenario("no_coercion", known=KNOWN).leader.coercion == "none"
    both = load_scenario("tariffs_only_vs_controls", known=KNOWN)
    assert both.leader.tariff_share == load_scenario("tariffs_only", known=KNOWN).leader.tariff_share == 0.25
    # The text differs (in answer to what), the measure does not.
    alone = load_scenario("controls_only", known=KNOWN).measures[0]
    assert [(m.id, m.targets, m.size, m.in_force) for m in both.measures] == [
        (alone.id, alone.targets, alone.size, alone.in_force)
    ]


def test_the_embargo_is_a_year_of_nothing() -> None:
    (measure,) = load_scenario("embargo", known=KNOWN).measures
    assert (measure.instrument, measure.stages, measure.targets) == ("ban", ("refined",), ("*",))
    assert (measure.in_force, measure.ends) == (date(2027, 1, 1), date(2028, 1, 1))


def test_the_text_of_a_scenario_gives_the_same_scenario(tmp_path: Path) -> None:
    for key in LIBRARY:
        scenario = load_scenario(key, known=KNOWN)
        again = load_scenario(write(tmp_path, scenario.text, "again.toml"), known=KNOWN)
        assert again == scenario
        assert again.fingerprint() == scenario.fingerprint()


def test_the_fingerprint_tells_scenarios_apart() -> None:
    assert len({load_scenario(key, known=KNOWN).fingerprint() for key in LIBRARY}) == len(LIBRARY)


def test_a_scenario_cannot_be_changed_but_copied(tmp_path: Path) -> None:
    scenario = load(tmp_path, 'base = "embargo"')
    with pytest.raises(ValidationError):
        scenario.leader.markup = 0.5  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario == copy.deepcopy(scenario)


def test_a_file_keeps_what_its_base_says_and_it_does_not(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "[leader]\nmarkup = 0.3\n[run]\nrounds = 9\n" + MEASURE, "under.toml")
    scenario = load(tmp_path, 'base = "under"\n[leader]\ntariff_share = 0.1\n')
    assert (scenario.leader.markup, scenario.leader.tariff_share, scenario.run.rounds) == (0.3, 0.1, 9)
    assert [measure.id for measure in scenario.measures] == ["stop"]


def test_measures_are_added_and_replaced_by_id(tmp_path: Path) -> None:
    write(tmp_path, HEAD + MEASURE + 'targets = ["JPN"]\n', "under.toml")
    other = MEASURE.replace("stop", "other")
    scenario = load(tmp_path, 'base = "under"\n' + MEASURE + 'targets = ["KOR"]\n' + other)
    assert [(measure.id, measure.targets) for measure in scenario.measures] == [
        ("stop", ("KOR",)),
        ("other", ("*",)),
    ]


def test_measures_without_id_are_numbered(tmp_path: Path) -> None:
    scenario = load(tmp_path, MEASURE.replace('id = "stop"\n', ""))
    assert scenario.measures[0].id == "trial-1"
    assert isinstance(scenario.measures[0], Measure)


def test_settings_win_over_files(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        "[leader]\nmarkup = 0.3\n",
        leader__markup=0.4,
        run__rounds=6,
        zone__standings__CAN="hold_out",
    )
    assert (scenario.leader.markup, scenario.run.rounds, scenario.zone.standings) == (
        0.4,
        6,
        {"CAN": "hold_out"},
    )
    assert "markup = 0.4" in scenario.text
    assert tomllib.loads(scenario.text)["run"]["rounds"] == 6


def test_a_file_may_build_on_the_library_scenario_of_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + 'base = "zone_floor"\n[leader]\nmarkup = 0.2\n', "zone_floor.toml")
    assert load_scenario(path, known=KNOWN).zone.exists


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[leadr]\nx = 1", "trial.toml: leadr: unknown key, allowed: leader, "),
        ("[leader]\nmarkp = 1", "trial.toml: leader.markp: unknown key, allowed: markup, "),
        ("[leader]\nmarkup = -1", "trial.toml: leader.markup: given -1, allowed: a number from 0 to 5"),
        ("[leader]\nmarkup = nan", "trial.toml: leader.markup: given nan, allowed: a number from 0 to 5"),
        (
            '[leader]\nmarkup = "high"',
            "trial.toml: leader.markup: given 'high', allowed: a number from 0 to 5",
        ),
        ("[leader]\nmarkup = true", "trial.toml: leader.markup: given True, allowed: a number"),
        ('[leader]\ncoercion = "some"', "leader.coercion: given 'some', allowed: one of record, none, harsh"),
        ('[leader]\ncountry = "USB"', "trial.toml: leader.country: given USB, allowed: USA, "),
        (
            '[leader]\ncountry = "America"',
            "leader.country: given 'America', allowed: an ISO 3166-1 alpha-3 code",
        ),
        ("[dominant_refiner]\nlicence_approval = 1.1", "given 1.1, allowed: a number from 0 to 1"),
        ("[run]\nrounds = 0", "run.rounds: given 0, allowed: a whole number from 1 to 400"),
        ("[run]\nrounds = 1.5", "run.rounds: given 1.5, allowed: a whole number"),
        ("[run]\nminerals = []", "run.minerals: given [], allowed: a list of names"),
        ('[run]\nminerals = ["ndpt"]', "trial.toml: run.minerals: given ndpt, allowed: ndpr, "),
        ('[run]\nminerals = "ndpr"', "run.minerals: given 'ndpr', allowed: a list of names"),
        (
            '[run]\ndecisions_open = "2024-Q4"',
            "run.decisions_open: given 2024-Q4, allowed: a quarter not before",
        ),
        (
            '[dominant_refiner]\ndecisions = { 2026-Q1 = ["ban gold refined"] }',
            "dominant_refiner.decisions.2026-Q1: given gold, allowed: ",
        ),
        (
            '[dominant_refiner]\ndecisions = { 2026-Q1 = ["burn dytb refined"] }',
            "dominant_refiner.decisions.2026-Q1[0]: given 'burn dytb refined', allowed: a move such as",
        ),
        (
            '[dominant_refiner]\ndecisions = { 2026-03 = ["duties"] }',
            "dominant_refiner.decisions: given 2026-03, allowed: a quarter such as 2026-Q1; months need",
        ),
        (
            '[leader]\ndecisions = { 2026-Q1 = ["grant XYZ"] }',
            "leader.decisions.2026-Q1: given XYZ, allowed: ",
        ),
        (
            '[leader]\ndecisions = { 2026-Q1 = ["bribe CAN"] }',
            "leader.decisions.2026-Q1[0]: given 'bribe CAN', allowed: an order such as grant CAN",
        ),
        ('[run]\nstart = "2025-01"', "run.start: given '2025-01', allowed: a quarter such as 2026-Q1"),
        ('[zone]\nscope = ["gold"]', "zone.scope: given gold, allowed: "),
        ('[zone]\nstages = ["metal"]', "zone.stages[0]: given 'metal', allowed: one of ore, refined"),
        (
            "[zone]\ntext_quarters = [8, 4]",
            "zone.text_quarters: given [8, 4], allowed: two whole numbers, the smaller first",
        ),
        (
            "[zone]\ntext_quarters = [1, 2, 3]",
            "zone.text_quarters: given [1, 2, 3], allowed: a list of two whole numbers",
        ),
        (
            '[zone.standings]\nCAN = "stay"',
            "zone.standings.CAN: given 'stay', allowed: one of hold_out, join",
        ),
        ('[zone.standings]\nCAM = "join"', "zone.standings.CAM: given CAM, allowed: CAN"),
        (
            "[leader.reference_price_usd_t.ndpr]\nmetal = 3",
            "reference_price_usd_t.ndpr.metal: unknown key, allowed: one of ore, refined",
        ),
        (
            "[leader.reference_price_usd_t.ndpr]\nore = 0",
            "reference_price_usd_t.ndpr.ore: given 0, allowed: a number above 0",
        ),
        (
            "[leader.reference_price_usd_t.gold]\nore = 1",
            "leader.reference_price_usd_t.gold: given gold, allowed: ",
        ),
        ("[parameters]\nno_such_thing = 1", "trial.toml: parameters.no_such_thing: unknown"),
        (
            "[parameters]\nplanning_years = 99",
            "trial.toml: parameters.planning_years: given 99, allowed: 3 to 7 years",
        ),
        (MEASURE + "sise = 1", "trial.toml: measures[stop].sise: unknown key, allowed: size, "),
        (
            MEASURE + "size = 1",
            "trial.toml: measures[stop].size: given 1.0, allowed: none: a ban has no size",
        ),
        (MEASURE.replace("CHN", "CHX"), "trial.toml: measures[stop].actor: given CHX, allowed: CHN, "),
        (MEASURE + 'targets = ["G8"]', "trial.toml: measures[stop].targets: given G8, allowed: "),
        (MEASURE + 'minerals = ["gold"]', "trial.toml: measures[stop].minerals: given gold, allowed: "),
        (
            MEASURE.replace('"ban"', '"bann"'),
            "measures[stop].instrument: given bann, allowed: one of tariff, ",
        ),
        (
            MEASURE.replace("announced = 2026-01-01\n", ""),
            "measures[stop].announced: missing, allowed: a day such as",
        ),
        (MEASURE + 'ends = "soon"', "measures[stop].ends: given 'soon', allowed: a day such as 2026-10-01"),
        (
            MEASURE + "ends = 2020-01-01",
            "measures[stop].ends: given 2020-01-01, allowed: a day not before 2026-01-01",
        ),
        ("measures = 3", "measures: given 3, allowed: a list of tables"),
        ("zone = 3", "zone: given 3, allowed: a table of keys and values"),
        ("[run]\nrounds 6", "trial.toml: not valid TOML: "),
        ('base = "nowhere"', "trial.toml: base: unknown scenario 'nowhere', allowed: baseline, "),
        ("base = 3", "trial.toml: base: given 3, allowed: the name of a scenario"),
    ],
)
def test_a_mistake_is_one_line_that_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_malformed_toml_tells_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"line 4, column 8"):
        load(tmp_path, "[run]\nrounds 6")


def test_a_mistake_in_a_base_names_the_base(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "[leader]\nmarkup = 9\n", "under.toml")
    with pytest.raises(ScenarioError, match=r"^under\.toml: leader\.markup"):
        load(tmp_path, 'base = "under"\n[leader]\ntariff_share = 0.1\n')


def test_a_mistake_in_a_setting_names_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^settings: leader\.markup: given 'a'"):
        load(tmp_path, "[leader]\nmarkup = 0.1\n", leader__markup="a")
    with pytest.raises(ScenarioError, match=r"^settings: zone\.colour: unknown key"):
        load(tmp_path, "", zone__colour="red")


def test_settings_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="leader is set to a value as well"):
        load_scenario(write(tmp_path, HEAD), {"leader": 1, "leader.markup": 0.1}, KNOWN)


def test_bases_that_go_in_a_circle_are_named(tmp_path: Path) -> None:
    write(tmp_path, HEAD + 'base = "trial"', "under.toml")
    with pytest.raises(ScenarioError, match="goes in a circle: trial -> under -> trial"):
        load(tmp_path, 'base = "under"')


@pytest.mark.parametrize(("missing", "text"), [("name", 'question = "What?"'), ("question", 'name = "N"')])
def test_name_and_question_are_not_inherited(tmp_path: Path, missing: str, text: str) -> None:
    with pytest.raises(ScenarioError, match=rf"^own\.toml: {missing}: missing"):
        load_scenario(write(tmp_path, text + '\nbase = "baseline"', "own.toml"), known=KNOWN)


@pytest.mark.parametrize("name", ["zone_flor", "../baseline", "", "absent.toml"])
def test_an_unknown_scenario_is_named(name: str) -> None:
    with pytest.raises(ScenarioError, match="scenario"):
        load_scenario(name, known=KNOWN)
    with pytest.raises(ScenarioError, match="allowed: zone_floor, "):
        load_scenario("zone_flor", known=KNOWN)

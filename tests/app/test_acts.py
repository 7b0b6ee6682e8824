"""What a visitor does to a world and what is said of it: units, lifting, a page that does not go blank."""

from __future__ import annotations

import json
import re
import warnings

import pandas as pd

from experiments.app import interventions
from experiments.app.commons import TRACKS
from experiments.app.debrief import format_millions
from experiments.app.logbook import news_of
from experiments.app.map_view import show_map
from experiments.app.network_view import show_network
from experiments.app.panels import show_prices
from experiments.app.premise import Premise
from experiments.app.rounds import Page
from experiments.app.server import keep_quiet
from experiments.app.visit import Visit
from experiments.app.why import show_beliefs
from experiments.app.zone_model import COERCION, DOCTRINES, ZoneModel, model_parameters
from experiments.results import Run
from world.records.schema import SCHEMA


def play(premise: Premise, rounds: int) -> list[Page]:
    while (track := TRACKS.play(premise, rounds)).played < rounds:
        pass
    return track.pages


def settle(visit: Visit) -> None:
    while visit.busy:
        assert visit._thread is not None
        visit._thread.join(60)
    assert visit.problem == ""


def sold_in_china_t(page: Page) -> float:
    rows = page.rows("markets")
    ours = (rows["mineral"] == "dytb") & (rows["country"] == "CHN") & (rows["stage"] == "refined")
    return float(rows["output_t"][ours][0])


def test_an_outage_and_purchases_of_the_state_can_be_lifted(small: Premise) -> None:
    for kind, size in (("outage", 0.9), ("state_purchase", 10000.0)):
        acted = interventions.acted(small, 2, kind, "CHN", "dytb", "", size, "")
        assert list(interventions.in_force(acted, 3)) == ["act-1"]
        free = interventions.lifted(acted, 3, "act-1", "")
        assert interventions.in_force(free, 4) == {}
        if kind == "outage":
            usual, lost, back = (sold_in_china_t(play(one, 4)[3]) for one in (small, acted, free))
            assert lost < 0.5 * usual < 0.8 * back


def test_sizes_of_acts_have_their_unit() -> None:
    assert interventions.SIZES.keys() == interventions.SIZE_WORDS.keys()
    for kind in interventions.SIZES:
        assert all(re.search("[a-z]", words) for words in interventions.sizes_in_words(kind).values())
    assert interventions.sizes_in_words("tariff")["0.25"] == "25% of value"


def test_what_was_seen_stays_until_the_next_world_is_there(small: Premise) -> None:
    visit = Visit()
    visit.restart(small, 3)
    settle(visit)
    visit.seat = "CAN"  # so that nothing is played ahead
    seen: list[tuple[int, int]] = []

    def look() -> None:
        view = visit.view()
        assert view is not None
        seen.append((len(view[0].rounds), visit.shown))

    visit.changed = look
    look()
    # Where a state begins to trade out of stock the world is played from its first quarter.
    visit.take_up(interventions.acted(small, 3, "state_purchase", "JPN", "dytb", "", 100.0, ""), 4)
    settle(visit)
    look()
    assert [rounds for rounds, _ in seen] == sorted(rounds for rounds, _ in seen)
    assert {rounds for rounds, _ in seen} == {3, 4}
    assert 1 in [shown for _, shown in seen]


def test_an_embargo_is_on_top_before_the_lower_steps_of_that_quarter(small: Premise) -> None:
    banned = interventions.acted(small, 5, "ban", "CHN", "dytb", "JPN", None, "")
    play(banned, 6)
    track = TRACKS.find(banned)
    assert track is not None
    run = track.read(6)
    decisions = run.table("decisions")
    now = decisions[(decisions["round"] == 5) & (decisions["choice"] == "join")]
    assert now["subject"].str.startswith(("framework", "action_plan")).any()
    assert news_of(run) == "China: stops exports of Dy/Tb to Japan."


def test_panels_say_why_prices_inside_may_lie_below_the_floor(small: Premise) -> None:
    play(small, 9)
    track = TRACKS.find(small)
    assert track is not None
    assert json.loads(show_prices(track.read(1), "dytb", "refined"))["note"] == ""
    zone = track.read(9).table("zone")
    note = json.loads(show_prices(track.read(9), "dytb", "refined"))["note"]
    assert note.startswith("In force since" if zone["in_force"].any() else "The floor is announced")


def test_a_map_is_drawn_where_a_lane_is_worth_less_than_nothing(small: Premise) -> None:
    play(small, 3)
    track = TRACKS.find(small)
    assert track is not None
    run = track.read(3)
    flows = run.table("flows")
    abroad = flows[flows["origin"] != flows["destination"]]
    ours = abroad[(abroad["mineral"] == "dytb") & (abroad["stage"] == "refined")]
    few = ours[ours["round"] == 2].nlargest(3, "flow_t")  # all of them are drawn
    flows = few.assign(price_landed_usd_t=[300_000.0, 200_000.0, -100.0])
    sour = Run(run.folder, run.meta, {name: run.table(name) for name in SCHEMA} | {"flows": flows})
    drawn = show_map(sour, "dytb", "refined", "rung")
    assert "NaN" not in drawn  # which no browser takes
    assert min(arc["width"] for arc in json.loads(drawn)["arcs"]) > 0


def test_sellers_of_one_country_ship_on_one_lane_of_the_map(small: Premise) -> None:
    play(small, 3)
    track = TRACKS.find(small)
    assert track is not None
    run = track.read(3)
    flows = run.table("flows")
    abroad = flows[(flows["origin"] != flows["destination"]) & (flows["hub"] == "")]
    one = abroad[
        (abroad["round"] == 2) & (abroad["mineral"] == "dytb") & (abroad["stage"] == "refined")
    ].head(1)
    old = one.assign(flow_t=30.0, price_landed_usd_t=200_000.0)
    new = one.assign(flow_t=10.0, price_landed_usd_t=400_000.0)
    both = Run(
        run.folder, run.meta, {name: run.table(name) for name in SCHEMA} | {"flows": pd.concat([old, new])}
    )
    (arc,) = json.loads(show_map(both, "dytb", "refined", "rung"))["arcs"]
    assert "40 t a quarter (10 million USD), landed at 250 USD/kg" in arc["text"]


def test_every_country_of_the_network_has_a_lane(small: Premise) -> None:
    play(small, 3)
    track = TRACKS.find(small)
    assert track is not None
    places, view = map(json.loads, show_network(track.read(3), "dytb", "refined"))
    ends = {end for arc in view["arcs"] for end in re.findall(r"[\d.]+ [\d.]+", arc["path"])}
    assert {f"{x} {y}" for x, y, _ in places["small"].values()} == ends
    assert all(entry["class"].endswith(("disc", "ringed")) for entry in view["key"])


def test_the_powers_are_not_told_what_they_fear_from_themselves(small: Premise) -> None:
    pages = play(small, 3)
    track = TRACKS.find(small)
    assert track is not None
    run = track.read(3)
    told = {code: dict(show_beliefs(run, code, pages[2])) for code in ("CAN", "USA", "CHN")}
    assert {"Trust in the United States", "Trust in China"} <= told["CAN"].keys()
    assert "Expects to be answered if it signs" in told["CAN"]
    assert "Trust in the United States" not in told["USA"]
    assert "Trust in China" not in told["CHN"]


def test_the_terminal_is_left_to_what_matters() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        keep_quiet()
        warnings.warn("Cookies with samesite=none require https, but according", UserWarning, stacklevel=1)
        mesa = "/solara_viz.py:399: ComponentsView: `use_state` found despite early return on line 376\nTo"
        warnings.warn(mesa, UserWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert [str(one.message) for one in told] == ["something else"]


def test_a_column_of_millions_has_one_unit() -> None:
    given = (3.94e9, -331e3, 20.4e6, -1e3, 99.96e6)
    assert [format_millions(usd) for usd in given] == ["3,940", "-0.3", "20.4", "0.0", "100"]
    assert format_millions(331e3, signed=True) == "+0.3"
    assert format_millions(-1e3, signed=True) == "0.0"


def test_rules_are_offered_in_words_that_the_world_understands() -> None:
    for words in COERCION:
        assert ZoneModel(coercion=words).premise.scenario.leader.coercion
    assert ZoneModel(doctrine="tit for tat").premise.scenario.dominant_refiner.doctrine == "tit_for_tat"
    assert all(ZoneModel(doctrine=words).premise.scenario for words in DOCTRINES)
    offered = model_parameters(Premise("embargo", seed=77))
    assert offered["story"]["value"] in offered["story"]["values"]
    assert ZoneModel(offered["story"]["value"], rng=offered["rng"]["value"]).premise.base == "embargo"
    assert "77" in offered["rng"]["values"]

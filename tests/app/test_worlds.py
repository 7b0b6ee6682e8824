"""Worlds behind the page: departing, undoing, saving and sharing give what the command line gives."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from experiments.app import interventions
from experiments.app.commons import TRACKS
from experiments.app.debrief import computers_premise, difference_usd, first_decision
from experiments.app.premise import MOST_BYTES, Premise, read_file, read_token, write_file
from experiments.app.rounds import Page
from experiments.app.seat import decided
from experiments.app.stops import unpack
from experiments.app.tracks import Track, Tracks
from experiments.app.visit import Visit
from experiments.app.visitors import Visitors
from experiments.simulation import simulate
from world.records.schema import SCHEMA, Record
from world.scenario import ScenarioError, load_scenario


def play(
    premise: Premise, rounds: int, since: Premise | None = None, shared: int = 0, tracks: Tracks = TRACKS
) -> Track:
    track = tracks.play(premise, rounds, since, shared)
    while track.played < rounds:
        track = tracks.play(premise, rounds, since, shared)
    return track


def alike(pages: list[Page], whole: Record) -> list[str]:
    """Columns that differ between the rounds of a track and the record of a run, of those rounds."""
    last = len(pages)
    different = []
    for table, columns in SCHEMA.items():
        rounds = whole.rows(table)["round"]
        kept = [place for place, number in enumerate(rounds) if number < last]
        for column in columns:
            found = [value for page in pages for value in page.rows(table)[column.name]]
            wanted = [whole.rows(table)[column.name][place] for place in kept]
            same = len(found) == len(wanted) and all(map(_same, found, wanted))
            different += [] if same else [f"{table}.{column.name}"]
    return different


def _same(one: object, other: object) -> bool:
    both_nan = isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
    return both_nan or one == other


def test_a_world_that_departs_is_the_one_that_the_saved_file_plays(small: Premise, tmp_path: Path) -> None:
    play(small, 5)
    seated = decided(small, "CAN", "2026-Q2", "join")
    play(seated, 6, small, 5)
    acted = interventions.acted(seated, 6, "ban", "CHN", "dytb", "JPN", None, "CAN")
    play(acted, 7, seated, 6)
    raised = interventions.acted(acted, 7, "floor", "USA", "dytb", "", 1.5, "")
    track = play(raised, 9, acted, 7)
    file = tmp_path / "game.toml"
    file.write_text(write_file(raised, "2027-Q1", "CAN"), encoding="utf-8")
    assert raised.key != small.key
    replayed = simulate(load_scenario(file, {"run.rounds": 9}), raised.seed)
    assert replayed.status == "finished"
    assert alike(track.pages, replayed.record) == []
    floors = [page.rows("zone")["reference_price_usd_t"] for page in (track.pages[6], track.pages[7])]
    assert floors[1][1] == pytest.approx(1.5 * floors[0][1])


def test_a_state_that_begins_to_buy_has_the_world_that_the_command_line_plays(small: Premise) -> None:
    play(small, 5)
    buying = interventions.acted(small, 5, "state_purchase", "CAN", "dytb", "", 100.0, "")
    track = play(buying, 7, small, 5)
    assert alike(track.pages, simulate(buying.scenario, buying.seed).record) == []
    prices = [one.pages[6].rows("zone")["price_outside_usd_t"] for one in (track, play(small, 7))]
    assert prices[0].tolist() != prices[1].tolist()


def test_a_ban_makes_the_metal_dearer_where_it_is_aimed(small: Premise) -> None:
    banned = interventions.acted(small, 5, "ban", "CHN", "dytb", "JPN", None, "")
    free, short = (play(premise, 6, small, 5).pages[5] for premise in (small, banned))
    before, after = landed_in_japan(free), landed_in_japan(short)
    assert "CHN" not in after
    # Not the mean price: it holds the rent of Chinese licences, which goes with the goods under them.
    assert all(after[seller] > before[seller] for seller in after)
    assert index_in_japan(short) > 1.2 * index_in_japan(free)


def landed_in_japan(page: Page) -> dict[str, float]:
    """Landed price of refined Dy/Tb in Japan by seller, of what comes straight and is not next to nothing."""
    rows = page.rows("flows")
    ours = (rows["mineral"] == "dytb") & (rows["stage"] == "refined") & (rows["destination"] == "JPN")
    ours &= (rows["hub"] == "") & (rows["flow_t"] > 0.01)
    return dict(zip(rows["origin"][ours], rows["price_landed_usd_t"][ours], strict=True))


def index_in_japan(page: Page) -> float:
    """What refined Dy/Tb is worth in Japan, loss of choice among sellers included."""
    rows = page.rows("markets")
    ours = (rows["mineral"] == "dytb") & (rows["stage"] == "refined") & (rows["country"] == "JPN")
    return float(rows["price_index_usd_t"][ours][0])


def test_what_is_lifted_no_longer_bites(small: Premise) -> None:
    banned = interventions.acted(small, 5, "ban", "CHN", "dytb", "JPN", None, "")
    assert list(interventions.in_force(banned, 6)) == ["act-1"]
    free = interventions.lifted(banned, 6, "act-1", "")
    play(small, 5)
    play(banned, 6, small, 5)
    track = play(free, 7, banned, 6)
    rows = track.pages[6].rows("flows")
    lanes = set(
        zip(rows["mineral"], rows["stage"], rows["origin"], rows["hub"], rows["destination"], strict=True)
    )
    assert ("dytb", "refined", "CHN", "", "JPN") in lanes
    assert interventions.in_force(free, 7) == {}


def test_a_contradiction_is_refused_in_one_line(small: Premise) -> None:
    banned = interventions.acted(small, 5, "ban", "CHN", "dytb", "JPN", None, "")
    with pytest.raises(ScenarioError, match="licence") as refused:
        interventions.acted(banned, 5, "licence", "CHN", "dytb", "JPN", 0.4, "")
    assert "\n" not in str(refused.value)


def test_the_briefing_is_the_view_of_the_government(small: Premise) -> None:
    play(small, 5)
    briefing = TRACKS.brief(small, 5, "CAN")
    assert briefing is not None
    assert briefing.quarter == "Q2 2026"
    assert {"join", "hold_out"} & set(briefing.options)
    assert any("You trust the United States" in fact for fact in briefing.facts)
    for actor, words in (("CHN", "Hostile acts"), ("USA", "finance budget")):
        other = TRACKS.brief(small, 5, actor)
        assert other is not None
        assert any(words in fact for fact in other.facts)


def test_the_dominant_refiner_orders_from_the_menu_of_its_doctrines(small: Premise, tmp_path: Path) -> None:
    play(small, 5)
    briefing = TRACKS.brief(small, 5, "CHN")
    assert briefing is not None
    moves = {move for about in briefing.menu.values() for move in about}
    assert {"ban dytb refined", "duties", "capture_levy"} <= moves
    ordered = decided(small, "CHN", "2026-Q2", "ban dytb refined", "duties")
    track = play(ordered, 7, small, 5)
    told = track.pages[5].rows("decisions")
    mine = [
        choice
        for choice, role in zip(told["choice"], told["role"], strict=True)
        if role == "dominant_refiner"
    ]
    assert mine == ["ban"]
    later = TRACKS.brief(ordered, 6, "CHN")
    assert later is not None
    assert "relieve dytb refined" in {move for about in later.menu.values() for move in about}
    assert first_decision(ordered, "CHN") == "2026-Q2"
    assert computers_premise(ordered, "CHN").key == small.key
    file = tmp_path / "orders.toml"
    file.write_text(write_file(ordered, "2026-Q3", "CHN"), encoding="utf-8")
    assert read_file(file.read_bytes()).premise.key == ordered.key


def test_the_leader_orders_whom_to_pay_and_whom_to_threaten(small: Premise) -> None:
    play(small, 5)
    briefing = TRACKS.brief(small, 5, "USA")
    assert briefing is not None
    orders = {order for about in briefing.menu.values() for order in about}
    assert {"threaten CAN", "spare CAN", "no_finance"} <= orders
    ordered = decided(small, "USA", "2026-Q2", "threaten CAN", "no_finance")
    play(ordered, 6, small, 5)
    politics = unpack(TRACKS.play(ordered, 6).stops[5], ordered.scenario).state.politics
    assert dict(politics.pressure) == {"CAN": 1.0}
    assert not politics.finance_usd.any()
    assert first_decision(ordered, "USA") == "2026-Q2"
    assert computers_premise(ordered, "USA").key == small.key


def test_the_debrief_pairs_the_seat_with_the_computer(small: Premise) -> None:
    play(small, 7)
    seated = decided(small, "JPN", "2026-Q2", "hold_out")
    track = play(seated, 7, small, 5)
    computers = computers_premise(seated, "JPN")
    assert computers.key == small.key
    assert first_decision(seated, "JPN") == "2026-Q2"
    sums = difference_usd(track, play(computers, 7), ("JPN",), "2026-Q2", 7)
    you, other = sums["all in all"]
    assert you == pytest.approx(stake_usd(track.pages[5:7], "JPN"))
    assert other == pytest.approx(stake_usd(play(small, 7).pages[5:7], "JPN"))
    assert sum(one for one, _ in sums.values()) == pytest.approx(2 * you)


def stake_usd(pages: list[Page], country: str) -> float:
    rows = [page.rows("countries") for page in pages]
    return sum(row["stake_usd"][list(row["country"]).index(country)] for row in rows)


def test_links_and_files_bring_back_the_same_world(small: Premise) -> None:
    acted = interventions.acted(small, 3, "tariff", "USA", "gallium", "CHN", 0.25, "")
    assert read_token(acted.token()).key == acted.key
    saved = read_file(write_file(acted, "2026-Q1", "EU").encode())
    assert (saved.premise.key, saved.quarter, saved.seat) == (acted.key, "2026-Q1", "EU")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"name = 1", "name"),
        (b"\xff\xfe", "not text"),
        (b"name = ", "not valid TOML"),
        (b'name = "a"\nquestion = "b"\nbase = "../../secret"', "base"),
        (b'name = "a"\nquestion = "b"\nbase = "/tmp/x.toml"', "base"),
        (b'name = "a"\nquestion = "b"\nanswer = 42', "unknown key"),
        (b'name = "a"\nquestion = "b"\n[run]\nrounds = 300', "run.rounds"),
        (b"#" * (MOST_BYTES + 1), "bytes"),
    ],
)
def test_bad_files_are_refused_in_one_line(content: bytes, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint) as refused:
        read_file(content)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("token", ["", "x", "eJwDAAAAAAE", "é", "A" * 100])
def test_damaged_links_are_refused(token: str) -> None:
    with pytest.raises(ScenarioError, match="link"):
        read_token(token)


def test_undo_goes_back_to_the_world_before(small: Premise) -> None:
    visit = Visit()
    visit.restart(small, 5)
    _settle(visit)
    before = visit.premise.key
    visit.take_up(interventions.acted(small, 5, "outage", "CHN", "dytb", "", 0.5, ""), 6)
    _settle(visit)
    assert (visit.shown, visit.premise.key == before) == (6, False)
    visit.undo()
    _settle(visit)
    assert (visit.shown, visit.premise.key) == (5, before)


def _settle(visit: Visit) -> None:
    while visit.busy:
        assert visit._thread is not None
        visit._thread.join(60)
    assert visit.problem == ""


def test_a_full_house_lets_nobody_in_and_a_reload_comes_back(small: Premise) -> None:
    visitors = Visitors(most=1)
    first = Visit()
    assert visitors.enter("browser", first)
    assert not visitors.enter("another", Visit())
    first.premise, first.shown, first.seat = small, 4, "CAN"
    visitors.note("browser", first)
    visitors.leave(first)
    again = Visit()
    assert visitors.enter("browser", again)
    assert (again.premise.key, again.wanted, again.seat) == (small.key, 4, "CAN")
    _settle(again)


def test_worlds_not_looked_at_are_let_go(small: Premise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.app.tracks.MOST_TRACKS", 2)
    tracks = Tracks()
    premises = [
        interventions.acted(small, 0, "outage", "CHN", "dytb", "", size, "") for size in (0.1, 0.25, 0.5)
    ]
    for premise in premises:
        play(premise, 1, tracks=tracks)
    assert [tracks.find(premise) is not None for premise in premises] == [False, True, True]

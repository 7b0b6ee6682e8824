"""The policy calendar as conditions of a round: who is hit, when, how hard; truces, renewals, fear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from small_worlds import first_day_of, make_world, measure

from world.axes import COMPONENT, ORE, REFINED, STAGES, Axes, pad_positions
from world.clock import Clock
from world.events import Calendar
from world.policy.happenings import Happenings
from world.policy.measures import Measure
from world.randomness import Streams
from world.stocks.expectations import Priors

COUNTRIES = ("CHN", "USA", "JPN", "DEU", "FRA")
CHN, USA, JPN, DEU, FRA = range(5)
AXES = Axes(("ndpr", "cobalt"), COUNTRIES, *(pad_positions([range(5)] * 2) for _ in range(5)))
BELIEF, DATED = 0.3, 0.8
PRIORS = Priors(DATED, BELIEF, 6.0)


def calendar(*measures: Measure, seed: int = 1) -> Calendar:
    return Calendar(measures, AXES, {"EU": [DEU, FRA]}, Clock(), Streams(seed), PRIORS)


def happen(*measures: Measure, round_: int = 0, members: tuple[int, ...] = ()) -> Happenings:
    return calendar(*measures).happen(round_, members)


NOW = "2025-Q1"


def test_nothing_happens_without_measures() -> None:
    now = happen()
    for name in ("duty_share", "export_tax_share", "quota_t", "loss_share", "fear"):
        assert (getattr(now, name) == 0.0).all()
    assert (now.approval_share == 1.0).all()
    assert (now.free_share == 1.0).all()
    assert now.acts == now.news == []


def test_a_tariff_is_a_duty_of_the_importer_on_its_targets() -> None:
    now = happen(measure("tariff", "USA", NOW, targets=("CHN",), minerals=("ndpr",), size=0.25))
    assert now.duty_share[0, REFINED, CHN, USA] == 0.25
    assert now.duty_share[0, ORE, CHN, USA] == 0.25
    assert now.duty_share.sum() == 0.25 * len(STAGES)


def test_a_measure_on_components_acts_on_them_and_frightens_no_users_of_metal() -> None:
    licence = measure("licence", "CHN", NOW, targets=("JPN",), stages=("component",), size=0.2)
    now, both = happen(licence), happen(replace(licence, stages=("refined", "component")))
    assert now.approval_share[0, COMPONENT, CHN, JPN] == pytest.approx(0.2)
    assert (now.approval_share[:, [ORE, REFINED]] == 1.0).all()
    assert now.fear[0, COMPONENT, CHN, JPN] > 0.0
    assert (now.fear[:, [ORE, REFINED]] == 0.0).all()
    assert both.approval_share[0, REFINED, CHN, JPN] == pytest.approx(0.2)
    assert (both.approval_share[:, ORE] == 1.0).all()
    assert both.fear[0, REFINED, CHN, JPN] > 0.0


def test_tariffs_add_up_and_never_fall_on_home_trade() -> None:
    both = [
        measure("tariff", "USA", NOW, id=str(size), size=size, stages=("refined",)) for size in (0.1, 0.2)
    ]
    now = happen(*both)
    np.testing.assert_allclose(now.duty_share[:, REFINED, JPN, USA], 0.3)
    assert (now.duty_share[:, :, USA, USA] == 0.0).all()
    assert (now.duty_share[:, ORE] == 0.0).all()


def test_an_export_tax_falls_on_lanes_out_of_the_actor() -> None:
    now = happen(measure("export_tax", "CHN", NOW, targets=("JPN",), size=0.1))
    np.testing.assert_allclose(now.export_tax_share[:, :, CHN, JPN], 0.1)
    assert (now.export_tax_share[:, :, JPN, CHN] == 0.0).all()


def test_a_group_stands_for_its_members() -> None:
    now = happen(measure("tariff", "EU", NOW, targets=("CHN",), size=0.1))
    np.testing.assert_allclose(now.duty_share[:, :, CHN, [DEU, FRA]], 0.1)
    aimed = happen(measure("ban", "CHN", NOW, targets=("members",)), members=(JPN, DEU))
    assert (aimed.approval_share[:, :, CHN, [JPN, DEU]] == 0.0).all()
    assert (aimed.approval_share[:, :, CHN, [USA, FRA]] == 1.0).all()


def test_a_ban_on_all_spares_the_home_market() -> None:
    now = happen(measure("ban", "CHN", NOW, targets=("*",)))
    assert (now.approval_share[:, :, CHN, 1:] == 0.0).all()
    assert (now.approval_share[:, :, CHN, CHN] == 1.0).all()
    assert (now.approval_share[:, :, 1:] == 1.0).all()


def test_the_tighter_of_two_licences_counts() -> None:
    now = happen(
        *(measure("licence", "CHN", NOW, id=str(size), targets=("JPN",), size=size) for size in (0.4, 0.7))
    )
    np.testing.assert_allclose(now.approval_share[:, :, CHN, JPN], 0.4)


def test_a_measure_bites_for_the_days_it_is_in_force() -> None:
    half = replace(measure("ban", "CHN", NOW, targets=("JPN",)), in_force=date(2025, 2, 15))
    share = 45 / 90
    np.testing.assert_allclose(happen(half).approval_share[:, :, CHN, JPN], 1.0 - share)
    np.testing.assert_allclose(happen(half, round_=1).approval_share[:, :, CHN, JPN], 0.0)
    assert (happen(replace(half, ends=date(2025, 3, 1)), round_=1).approval_share == 1.0).all()


def test_a_production_quota_counts_tonnes_a_year_for_the_part_of_the_round_it_is_in_force() -> None:
    whole = measure("production_quota", "CHN", NOW, minerals=("cobalt",), stages=("ore",), size=400.0)
    now = happen(whole)
    assert now.quota_t[1, ORE, CHN] == pytest.approx(100.0)
    assert now.free_share[1, ORE, CHN] == 0.0
    half = happen(replace(whole, in_force=date(2025, 2, 15)))
    assert half.quota_t[1, ORE, CHN] == pytest.approx(50.0)
    assert half.free_share[1, ORE, CHN] == pytest.approx(0.5)
    assert (now.quota_t[0] == 0.0).all()


def test_losses_of_two_outages_compound() -> None:
    now = happen(*(measure("outage", "CHN", NOW, id=str(size), size=size) for size in (0.5, 0.2)))
    np.testing.assert_allclose(now.loss_share[:, :, CHN], 1.0 - 0.5 * 0.8)


def test_a_truce_holds_back_what_it_lists_and_nothing_else() -> None:
    ban, other = (
        measure("ban", "CHN", NOW, targets=("JPN",)),
        measure("ban", "CHN", NOW, id="other", targets=("USA",)),
    )
    truce = measure("truce", "CHN", "2025-Q3", ends=first_day_of("2026-Q1"), suspends=(ban.id,))
    granted = [
        calendar(ban, other, truce).happen(round_, ()).approval_share[0, 0, CHN] for round_ in range(6)
    ]
    assert [round_[JPN] for round_ in granted] == [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    assert [round_[USA] for round_ in granted] == [0.0] * 6


def test_half_a_round_of_truce_is_half_a_round_of_relief() -> None:
    ban = measure("ban", "CHN", NOW, targets=("JPN",))
    truce = replace(measure("truce", "CHN", NOW, suspends=(ban.id,)), in_force=date(2025, 2, 15))
    np.testing.assert_allclose(happen(ban, truce).approval_share[:, :, CHN, JPN], 0.5)


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0), (1.0, 1.0)])
def test_what_is_surely_renewed_goes_on_and_what_never_is_ends(chance: float, share: float) -> None:
    tariff = measure(
        "tariff", "USA", NOW, targets=("CHN",), size=1.0, ends=first_day_of("2025-Q3"), renewed=chance
    )
    for round_ in (2, 5, 9, 20):
        assert calendar(tariff).share_in_force(tariff, round_) == share


def test_renewals_are_drawn_year_by_year_and_end_for_good() -> None:
    """Of 400 measures renewed with a chance of 0.6 about 0.6, 0.36, 0.22 are in force in the years after
    their end; false-alarm rate 2 in 10,000 (four standard errors each).
    """
    tariffs = [
        measure("tariff", "USA", NOW, id=f"m{number}", size=1.0, ends=first_day_of("2025-Q3"), renewed=0.6)
        for number in range(400)
    ]
    book = calendar(*tariffs)
    shares = [np.array([book.share_in_force(tariff, round_) for tariff in tariffs]) for round_ in (2, 6, 10)]
    for year, in_force in enumerate(shares, start=1):
        expected = 0.6**year
        assert in_force.mean() == pytest.approx(
            expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / 400)
        )
    assert (shares[1] <= shares[0]).all()
    assert (shares[2] <= shares[1]).all()
    quarters = [
        np.array([book.share_in_force(tariff, round_) for tariff in tariffs]) for round_ in (2, 3, 4, 5)
    ]
    for quarter in quarters[1:]:
        np.testing.assert_array_equal(quarter, quarters[0])


def test_an_announced_control_is_feared_for_a_year_and_less_each_quarter() -> None:
    threat = measure("threat", "CHN", "2025-Q2", in_force=None, targets=("JPN",), minerals=("ndpr",))
    levels = [calendar(threat).happen(round_, ()).fear[0, REFINED, CHN, JPN] for round_ in range(7)]
    np.testing.assert_allclose(levels, [0.0, *(BELIEF * (1.0 - age / 4) for age in range(4)), 0.0, 0.0])
    now = calendar(threat).happen(1, ())
    others = ((0, CHN, USA), (1, CHN, JPN), (0, USA, JPN))
    assert all(now.fear[mineral, REFINED, origin, to] == 0.0 for mineral, origin, to in others)


def test_a_mild_licence_is_feared_less_than_a_ban() -> None:
    fears = [
        happen(measure(kind, "CHN", NOW, targets=("JPN",), size=size)).fear[0, REFINED, CHN, JPN]
        for kind, size in (("ban", None), ("licence", 0.7))
    ]
    assert fears[0] == pytest.approx(DATED)
    assert fears[1] == pytest.approx(0.3 * DATED)


def test_a_later_threat_by_somebody_else_does_not_hide_a_ban() -> None:
    ban = measure("ban", "CHN", NOW, targets=("JPN",))
    probe = measure("threat", "USA", NOW, in_force=None, targets=("*",))
    assert (
        happen(ban, probe).fear[0, REFINED, CHN, JPN]
        == happen(ban).fear[0, REFINED, CHN, JPN]
        == pytest.approx(DATED)
    )


def test_coercive_acts_are_told_in_their_round_alone() -> None:
    act = measure("coercion", "USA", "2025-Q2", in_force=None, targets=("JPN", "EU"), size=3.0)
    assert calendar(act).happen(0, ()).acts == []
    assert calendar(act).happen(1, ()).acts == [(USA, (JPN, DEU, FRA), 3.0)]
    assert calendar(act).happen(2, ()).acts == []


def test_the_news_tells_announcement_entry_and_end() -> None:
    ban = replace(measure("ban", "CHN", "2025-Q2", ends=first_day_of("2025-Q4")), announced=date(2025, 1, 10))
    told = [[kind for kind, _ in calendar(ban).happen(round_, ()).news] for round_ in range(5)]
    assert told == [["announced"], ["in_force"], [], ["ended"], []]


def test_the_calendar_of_the_data_is_read_without_a_single_unknown_name() -> None:
    world = make_world(minerals=["*"], rounds=44, history=True)
    for round_ in range(0, 44, 3):
        now = world.calendar.happen(round_, [])
        assert ((now.approval_share >= 0.0) & (now.approval_share <= 1.0)).all()
        assert ((now.loss_share >= 0.0) & (now.loss_share <= 1.0)).all()
        assert ((now.free_share >= 0.0) & (now.free_share <= 1.0)).all()
        assert (now.duty_share >= 0.0).all()
        assert ((now.fear >= 0.0) & (now.fear <= 1.0)).all()


@pytest.mark.parametrize(("chance", "duty"), [(0.0, 0.25), (1.0, 0.0)])
def test_a_ruling_strikes_down_what_it_lists_if_the_court_so_decides(chance: float, duty: float) -> None:
    tariff = measure("tariff", "USA", NOW, targets=("CHN",), size=0.25)
    other = measure("tariff", "USA", NOW, id="other", targets=("JPN",), size=0.1)
    ruling = measure("ruling", "USA", "2025-Q3", targets=("*",), size=chance, suspends=(tariff.id,))
    held = [calendar(tariff, other, ruling).happen(round_, ()) for round_ in (1, 2, 9)]
    assert held[0].duty_share[0, 0, CHN, USA] == 0.25
    assert [now.duty_share[0, 0, CHN, USA] for now in held[1:]] == [duty, duty]
    assert [now.duty_share[0, 0, JPN, USA] for now in held] == [0.1] * 3
    told = [kind for kind, told in held[1].news if told.id == ruling.id]
    assert ("in_force" in told) == (chance > 0.0)


def test_a_court_decides_once_and_about_as_often_as_said() -> None:
    ruling = measure("ruling", "USA", NOW, size=0.3, suspends=("tariff",))
    decided = [
        calendar(replace(ruling, id=str(number))).happens(replace(ruling, id=str(number)))
        for number in range(400)
    ]
    # 400 draws at 0.3: outside 90 to 150 with a probability of one in a thousand
    assert 90 <= sum(decided) <= 150
    again = calendar(ruling)
    assert again.happens(ruling) == again.happens(ruling)


def test_a_withdrawal_takes_the_offers_back_and_costs_trust_once() -> None:
    gone = measure("withdrawal", "USA", "2025-Q2", size=1.0)
    rounds = [calendar(gone).happen(round_, ()) for round_ in range(4)]
    assert [now.withdrawn_share for now in rounds] == [0.0, 1.0, 1.0, 1.0]
    assert [len(now.acts) for now in rounds] == [0, 1, 0, 0]
    assert calendar(replace(gone, size=0.0)).happen(2, ()).withdrawn_share == 0.0

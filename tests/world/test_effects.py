"""What each instrument does to lanes, producers and stocks: where it writes, how much, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from small_worlds import first_day_of, measure

from world.axes import COMPONENT, ORE, REFINED, STAGES, Axes, pad_positions
from world.clock import Clock
from world.effects import EFFECTS, Ground
from world.events import Calendar
from world.policy.happenings import ExportQuota, Guarantee, Happenings, TariffQuota, nothing_happens
from world.policy.instruments import INSTRUMENTS
from world.policy.measures import Measure
from world.randomness import Streams
from world.stocks.expectations import Priors

COUNTRIES = ("CHN", "USA", "JPN", "DEU", "FRA")
CHN, USA, JPN, DEU, FRA = range(5)
AXES = Axes(("ndpr", "cobalt"), COUNTRIES, *(pad_positions([range(5)] * 2) for _ in range(5)))
USUAL = np.array([[20.0, 50.0, 80.0], [10.0, 30.0, 40.0]])
GROUND = Ground(
    usual_usd_t=USUAL,
    sector_share={"wind": np.array([0.2, 0.0]), "defence": np.array([0.1, 0.05])},
    leak_share=0.25,
    delay_days=63.0,
)
BELIEF, DATED = 0.3, 0.8
PRIORS = Priors(DATED, BELIEF, 6.0)
NOW = "2025-Q1"
HALF = date(2025, 2, 15)
"""Half of the first quarter of 2025 lies before this day."""


def calendar(*measures: Measure) -> Calendar:
    return Calendar(measures, AXES, {"EU": [DEU, FRA]}, Clock(4, NOW), Streams(1), PRIORS, GROUND)


def happen(*measures: Measure, round_: int = 0, nonaligned: tuple[int, ...] = ()) -> Happenings:
    return calendar(*measures).happen(round_, (), nonaligned)


def priced(instrument: str, actor: str, size: float, **fields: Any) -> Measure:
    given = {"minerals": ("ndpr",), "stages": ("refined",), "unit": "USD/t"} | fields
    return measure(instrument, actor, NOW, size=size, **given)


def counted(instrument: str, actor: str, size: float, **fields: Any) -> Measure:
    return measure(
        instrument, actor, NOW, size=size, **({"minerals": ("ndpr",), "stages": ("refined",)} | fields)
    )


def differing(now: Happenings) -> set[str]:
    """Fields that hold something else than in a round in which nothing happens."""
    blank = nothing_happens(len(AXES.minerals), len(COUNTRIES))
    return {
        name
        for name, value in vars(now).items()
        if name != "news"
        and (
            (isinstance(value, np.ndarray) and not np.array_equal(value, getattr(blank, name)))
            or (isinstance(value, list) and value)
        )
    }


def test_what_no_measure_writes_takes_no_memory() -> None:
    now = happen(counted("freight", "*", 2.0, targets=("*",)))
    assert set(now.duty_share.strides) == {0}
    assert now.freight_added_share.flags.writeable
    before = now.duty_share
    now.writable("duty_share")[0, 0, 0, 0] = 0.1
    assert now.duty_share.sum() == 0.1
    assert before.sum() == 0.0
    assert now.writable("duty_share") is now.duty_share


def test_every_instrument_acts_or_is_known_to_act_otherwise() -> None:
    assert set(INSTRUMENTS) - set(EFFECTS) == {
        "threat",
        "coercion",
        "truce",
        "ruling",
        "withdrawal",
        "statement",
    }


@pytest.mark.parametrize(
    ("instrument", "array", "outward"),
    [
        ("specific_tariff", "duty_usd_t", False),
        ("specific_export_tax", "export_tax_usd_t", True),
    ],
)
def test_specific_duties_and_taxes_add_up_in_usd_a_tonne(instrument: str, array: str, outward: bool) -> None:
    both = [
        priced(instrument, "CHN", 500.0, id="tonne", targets=("JPN",)),
        priced(instrument, "CHN", 2.0, id="kilogram", unit="USD/kg", targets=("JPN", "USA")),
    ]
    now = happen(*both)
    values = getattr(now, array)[0, REFINED]
    out, into = values[CHN, [JPN, USA]], values[[JPN, USA], CHN]
    np.testing.assert_allclose(out if outward else into, [2500.0, 2000.0])
    np.testing.assert_allclose(into if outward else out, 0.0)
    assert getattr(now, array).sum() == 4500.0
    assert differing(now) == {array}


@pytest.mark.parametrize(
    ("instrument", "array", "lane"),
    [
        ("minimum_import_price", "least_import_usd_t", (JPN, CHN)),
        ("minimum_export_price", "least_export_usd_t", (CHN, JPN)),
    ],
)
def test_the_higher_of_two_least_prices_counts_and_part_of_a_quarter_is_a_mean(
    instrument: str, array: str, lane: tuple[int, int]
) -> None:
    floors = [priced(instrument, "CHN", size, id=str(size), targets=("JPN",)) for size in (90.0, 70.0)]
    values = getattr(happen(*floors), array)[0, REFINED]
    assert values[lane] == 90.0
    assert np.isneginf(values).sum() == values.size - 1
    half = happen(replace(floors[0], in_force=HALF))
    assert getattr(half, array)[0, REFINED][lane] == pytest.approx(0.5 * 90.0 + 0.5 * USUAL[0, REFINED])


def test_a_repeal_takes_duties_of_the_base_year_away_on_lanes_into_the_actor() -> None:
    half = counted("repeal", "USA", 0.5, id="half", targets=("*",))
    whole = counted("repeal", "USA", 1.0, id="whole", targets=("CHN",), ends=HALF)
    gone = happen(half, whole).repealed_share[0, REFINED]
    np.testing.assert_allclose(gone[[JPN, DEU], USA], 0.5)
    assert gone[CHN, USA] == pytest.approx(0.5)  # all of it for half of the quarter
    assert gone[USA].sum() == gone[:, JPN].sum() == 0.0


def test_an_embargo_closes_both_ways_and_a_ban_one() -> None:
    now = happen(measure("embargo", "EU", NOW, targets=("CHN",)))
    for bloc in (DEU, FRA):
        assert (now.approval_share[:, :, bloc, CHN] == 0.0).all()
        assert (now.approval_share[:, :, CHN, bloc] == 0.0).all()
    assert (now.approval_share == 0.0).sum() == 4 * 2 * len(STAGES)
    assert (now.closed_share == 1.0 - now.approval_share).all()
    ban = happen(measure("ban", "DEU", NOW, targets=("CHN",)))
    assert (ban.approval_share[:, :, CHN, DEU] == 1.0).all()
    assert (ban.approval_share[:, :, DEU, CHN] == 0.0).all()


def test_an_exclusion_is_a_duty_on_those_who_are_not_aligned() -> None:
    duty = measure("exclusion", "USA", NOW, size=0.3)
    now = happen(duty, nonaligned=(CHN, FRA))
    np.testing.assert_allclose(now.duty_share[:, :, [CHN, FRA], USA], 0.3)
    assert (now.duty_share > 0.0).sum() == 2 * len(STAGES) * 2
    np.testing.assert_array_equal(now.excluded_share, now.duty_share)
    narrower = happen(replace(duty, targets=("EU", "JPN")), nonaligned=(CHN, FRA))
    assert (narrower.duty_share[:, :, FRA, USA] > 0.0).all()
    assert (narrower.duty_share > 0.0).sum() == 2 * len(STAGES)
    assert differing(happen(duty, nonaligned=())) == set()


def test_the_group_nonaligned_may_be_a_target_of_anything() -> None:
    now = happen(measure("ban", "USA", NOW, targets=("nonaligned",)), nonaligned=(JPN,))
    assert (now.approval_share[:, :, USA, JPN] == 0.0).all()
    assert (now.approval_share == 0.0).sum() == 2 * len(STAGES)


def test_a_tariff_quota_is_tonnes_a_year_and_a_duty_above() -> None:
    now = happen(counted("tariff_quota", "EU", 400.0, targets=("CHN", "USA"), above=0.5))
    assert now.tariff_quotas == [TariffQuota(0, REFINED, (CHN, USA), (DEU, FRA), 100.0, 1.0, 0.5)]
    assert differing(now) == {"tariff_quotas"}


def test_an_export_quota_holds_for_all_abroad_for_targets_together_or_for_each() -> None:
    def quotas(**fields: Any) -> list[ExportQuota]:
        return happen(counted("export_quota", "CHN", 400.0, **fields)).export_quotas

    assert quotas() == [ExportQuota(0, REFINED, CHN, None, 100.0, 1.0)]
    assert quotas(targets=("JPN", "USA")) == [ExportQuota(0, REFINED, CHN, (USA, JPN), 100.0, 1.0)]
    assert quotas(targets=("JPN", "USA"), each=True) == [
        ExportQuota(0, REFINED, CHN, (country,), 100.0, 1.0) for country in (USA, JPN)
    ]
    assert quotas(in_force=HALF) == [ExportQuota(0, REFINED, CHN, None, 50.0, 0.5)]


def test_a_guarantee_is_a_price_for_the_actor_s_producers() -> None:
    contract = priced("guarantee", "USA", 110.0, unit="USD/kg", tonnes=6000.0)
    assert happen(contract).guarantees == [Guarantee(0, REFINED, USA, 110_000.0, 1500.0, 1.0)]
    (whole,) = happen(replace(contract, tonnes=None, in_force=HALF)).guarantees
    assert (whole.covered_t, whole.share) == (np.inf, 0.5)


def test_states_buy_and_sell_tonnes_a_year() -> None:
    now = happen(
        counted("state_purchase", "CHN", 400.0),
        counted("state_release", "USA", 80.0, in_force=HALF),
    )
    assert now.purchase_t[0, CHN] == now.purchase_t.sum() == 100.0
    assert now.release_t[0, USA] == now.release_t.sum() == 10.0
    assert differing(now) == {"purchase_t", "release_t"}


def test_audits_reach_lanes_both_ways_and_the_harder_counts() -> None:
    drives = [
        measure("enforcement", actor, NOW, id=actor, targets=targets, size=size)
        for actor, targets, size in (("CHN", ("*",), 0.2), ("USA", ("CHN", "JPN"), 0.5))
    ]
    audits = happen(*drives).audit_share[0, REFINED]
    assert audits[CHN, USA] == audits[USA, CHN] == audits[JPN, USA] == 0.5
    assert audits[CHN, JPN] == audits[JPN, CHN] == 0.2
    assert audits[DEU, FRA] == audits[CHN, CHN] == 0.0


def test_factors_on_freight_multiply_and_count_by_days() -> None:
    dearer = measure("freight", "EU", NOW, targets=("CHN",), size=3.0)
    half = replace(dearer, id="half", in_force=HALF, size=2.0)
    added = happen(dearer, half).freight_added_share[0, ORE]
    assert added[CHN, DEU] == added[DEU, CHN] == pytest.approx(3.0 * 1.5 - 1.0)
    assert added[DEU, FRA] == added[CHN, USA] == 0.0


def test_a_licence_says_when_the_office_opens_and_what_it_refuses() -> None:
    licence = measure("licence", "CHN", NOW, targets=("JPN",), minerals=("ndpr",), size=0.4, in_force=HALF)
    now = happen(licence)
    lane = (0, REFINED, CHN, JPN)
    assert now.licensed_share[lane] == 0.5
    assert now.subject_share[lane] == 1.0
    assert now.refused_share[lane] == pytest.approx(0.6)
    assert now.delay_days[lane] == 63.0
    assert now.approval_share[lane] == pytest.approx(1.0 - 0.5 * 0.6)
    assert happen(replace(licence, delay_days=10.0)).delay_days[lane] == 10.0
    assert now.licensed_share.sum() == len(STAGES) * 0.5


def test_a_licence_on_end_uses_decides_on_their_part_of_trade_less_what_leaks() -> None:
    licence = measure("licence", "CHN", NOW, targets=("JPN",), size=0.0, end_use=("wind", "defence"))
    now = happen(licence)
    subject = 0.75 * np.array([0.3, 0.05])
    np.testing.assert_allclose(now.subject_share[:, REFINED, CHN, JPN], subject)
    np.testing.assert_allclose(now.approval_share[:, REFINED, CHN, JPN], 1.0 - subject)


def test_a_licence_older_than_the_run_is_no_new_one() -> None:
    old = measure("licence", "CHN", "2024-Q4", targets=("JPN",), size=0.4)
    assert happen(old).licence_days[0, REFINED, CHN, JPN] == 92.0
    assert happen(old, round_=1).licence_days[0, REFINED, CHN, JPN] == 92.0 + 90.0
    young = measure("licence", "CHN", NOW, targets=("JPN",), size=0.4)
    assert happen(young, round_=3).licence_days.sum() == 0.0


def test_what_is_called_off_before_it_is_in_force_never_bites() -> None:
    ban = measure("ban", "CHN", "2025-Q3", announced=date(2025, 1, 10), targets=("JPN",))
    off = replace(ban, cancelled=date(2025, 6, 1))
    book = calendar(off)
    assert [book.share_in_force(off, round_) for round_ in range(6)] == [0.0] * 6
    assert [kind for round_ in range(6) for kind, _ in book.happen(round_, ()).news] == [
        "announced",
        "cancelled",
    ]
    assert calendar(ban).share_in_force(ban, 2) == 1.0


def test_what_is_called_off_in_force_bites_until_then_whatever_its_chance_of_renewal() -> None:
    tariff = measure("tariff", "USA", NOW, size=1.0, ends=first_day_of("2025-Q3"), renewed=1.0)
    assert [calendar(tariff).share_in_force(tariff, round_) for round_ in range(4)] == [1.0] * 4
    off = replace(tariff, cancelled=date(2025, 5, 16))
    shares = [calendar(off).share_in_force(off, round_) for round_ in range(4)]
    np.testing.assert_allclose(shares, [1.0, 45 / 91, 0.0, 0.0])


def test_fear_of_a_threat_ends_on_the_day_it_is_called_off() -> None:
    threat = measure("threat", "CHN", NOW, in_force=None, targets=("JPN",))

    def fears(thing: Measure) -> list[float]:
        return [calendar(thing).happen(round_, ()).fear[0, REFINED, CHN, JPN] for round_ in range(5)]

    full = [BELIEF * (1.0 - age / 4) for age in range(4)] + [0.0]
    np.testing.assert_allclose(fears(threat), full)
    part = [full[0], full[1] * 45 / 91, 0.0, 0.0, 0.0]
    for field in ("cancelled", "ends", "expected_end"):
        np.testing.assert_allclose(fears(replace(threat, **{field: date(2025, 5, 16)})), part)


def test_nobody_fears_a_control_beyond_the_end_that_was_announced_with_it() -> None:
    ban = measure("ban", "CHN", NOW, targets=("JPN",), expected_end=first_day_of("2025-Q3"))
    fears = [calendar(ban).happen(round_, ()).fear[0, REFINED, CHN, JPN] for round_ in range(4)]
    assert min(fears[:2]) > 0.0
    assert fears[2:] == [0.0, 0.0]
    assert calendar(ban).share_in_force(ban, 3) == 1.0  # it lasts all the same


def test_the_news_tells_a_renewal_and_the_end_that_comes_later() -> None:
    tariff = measure("tariff", "USA", NOW, size=1.0, ends=first_day_of("2025-Q3"), renewed=0.5)
    renewed = []
    for number in range(20):
        trial = replace(tariff, id=f"trial-{number}")
        book = calendar(trial)
        told = [[kind for kind, _ in book.happen(round_, ()).news] for round_ in range(80)]
        kinds = [kind for kinds in told for kind in kinds]
        shares = [book.share_in_force(trial, round_) for round_ in range(80)]
        assert kinds.count("ended") == 1
        assert kinds.count("renewed") == (sum(shares) - 2.0) / 4.0
        assert shares[told.index(["ended"])] == 0.0
        assert shares[told.index(["ended"]) - 1] == 1.0
        renewed.append(kinds.count("renewed"))
    assert min(renewed) == 0 < max(renewed)


def test_a_measure_on_components_closes_their_lanes_and_no_others() -> None:
    ban = measure("ban", "CHN", NOW, targets=("JPN",), stages=("component",))
    now = happen(ban)
    assert (now.approval_share[:, COMPONENT, CHN, JPN] == 0.0).all()
    assert (now.approval_share == 0.0).sum() == 2
    assert (now.fear[:, [ORE, REFINED]] == 0.0).all()  # users of metal do not stock up for it

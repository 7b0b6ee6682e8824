"""Stability on payoffs with known answers, and the same rules on the markets of a small world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from small_worlds import make_world

from experiments.published.clubs import names, penalty_club, price_leaders, public_good, stable_sizes
from world.moves.reopened import open_at
from world.moves.zone_values import ZoneValues
from world.stability import Court, Zone, search_all, stable_extremes


@pytest.mark.parametrize("count", [3, 5, 10, 40])
def test_a_public_good_sustains_two_or_three(count: int) -> None:
    """Known answer T12: weakly stable sizes 0, 2 and 3 for any number of countries."""
    assert stable_sizes(count, public_good(count)) == [0, 2, 3]
    court, players = Court(public_good(count)), frozenset(names(count))
    searches = search_all(court, players, frozenset(names(count)[:2]))
    assert [len(search.verdict.zone) for search in searches] == [2, 0, 3]
    least, most = stable_extremes(searches) or (players, frozenset())
    assert (len(least), len(most)) == (0, 3)


@pytest.mark.parametrize("count", [4, 7, 20, 50])
@pytest.mark.parametrize("slope", [1.0, 10.0])
def test_a_cartel_of_price_leaders_holds_three(count: int, slope: float) -> None:
    """Known answer T12b (d'Aspremont et al. 1983)."""
    assert stable_sizes(count, price_leaders(count, slope)) == [3]
    searches = search_all(Court(price_leaders(count, slope)), frozenset(names(count)), frozenset())
    assert {len(search.verdict.zone) for search in searches} == {3}


@pytest.mark.parametrize(("count", "sizes"), [(4, [4]), (5, [5]), (6, [3, 6]), (8, [3])])
def test_small_markets_with_stiff_demand_may_hold_all(count: int, sizes: list[int]) -> None:
    """Known answer T12b with D = n (1 - 0.1 p)."""
    assert stable_sizes(count, price_leaders(count, 0.1)) == sizes


@pytest.mark.parametrize(
    ("duty", "from_empty", "from_full"), [(0.0210, 0, 0), (0.0211, 0, 19), (0.399, 0, 19), (0.401, 19, 19)]
)
def test_small_penalties_hold_a_large_club_that_they_cannot_start(
    duty: float, from_empty: int, from_full: int
) -> None:
    """Known answer T13: the full club is stable from C N/((N-1) v) = 0.02105, and starts itself from 0.40."""
    players = frozenset(names(19))
    court = Court(penalty_club(duty))
    assert len(court.search("empty", frozenset()).verdict.zone) == from_empty
    assert len(court.search("full", players).verdict.zone) == from_full


def test_who_starts_an_avalanche_is_pivotal() -> None:
    """Thresholds 0, 2, 2: nobody follows one alone, all follow two."""
    thresholds = {"a": 1, "b": 2, "c": 2}

    def value(zone: Zone) -> Mapping[str, float]:
        gain = {name: len(zone - {name}) + 0.5 - least for name, least in thresholds.items()}
        return {name: -gain[name] if name in zone else gain[name] for name in gain}

    court = Court(value)
    assert court.followers(frozenset("a"), "b") == ("c",)
    assert court.followers(frozenset("abc"), "a") == ("b", "c")
    assert court.followers(frozenset(), "a") == ()


def test_a_search_that_would_go_round_in_circles_ends_and_is_not_called_stable() -> None:
    """One wants the other's company, the other wants to be alone."""

    def value(zone: Zone) -> Mapping[str, float]:
        together = ("a" in zone) == ("b" in zone)
        return {"a": -1.0 if together else 1.0, "b": 1.0 if together else -1.0}

    searches = search_all(Court(value), frozenset("ab"), frozenset("a"))
    assert not any(search.verdict.is_stable for search in searches)
    assert max(len(search.path) for search in searches) <= 4
    assert stable_extremes(searches) is None


def test_names_do_not_matter_but_for_ties() -> None:
    swap = {"p00": "p09", "p09": "p00"}
    valuation = public_good(10)

    def relabelled(zone: Zone) -> Mapping[str, float]:
        gains = valuation(frozenset(swap.get(name, name) for name in zone))
        return {swap.get(name, name): gain for name, gain in gains.items()}

    one, other = (Court(v).search("full", frozenset(names(10))) for v in (valuation, relabelled))
    assert len(one.verdict.zone) == len(other.verdict.zone) == 3


@pytest.fixture(scope="module")
def values() -> ZoneValues:
    world = make_world("zone_floor", rounds=8)
    for _ in range(4):
        world.step()
    open_at(world, refiner=False)
    return ZoneValues(world)


def test_zones_are_valued_as_the_governments_themselves_decide(values: ZoneValues) -> None:
    assert "EU" in values.names
    assert not {"USA", "CHN"} & values.names
    gains = values(frozenset({"CAN"}))
    assert gains.keys() == values.names
    decision = values.decisions[frozenset({"CAN"}), "CAN"]
    assert decision.choice in ("stay", "leave")
    expected = (decision.margin_usd - decision.threshold_usd) / values.scales["CAN"]
    assert gains["CAN"] == pytest.approx(expected)
    assert (gains["CAN"] > 0) == (decision.choice == "leave")


def test_judging_a_zone_leaves_the_world_as_it_was(values: ZoneValues) -> None:
    politics = values.world.state.politics
    rung = politics.rung.copy()
    values(frozenset({"JPN", "AUS"}))
    assert values.world.state.politics is politics
    assert np.array_equal(politics.rung, rung)


def test_what_a_member_would_lose_by_leaving_is_what_it_gained_by_joining(values: ZoneValues) -> None:
    """The two counterfactuals of one change are the same two markets, whichever is the status quo."""
    values(frozenset())
    values(frozenset({"JPN"}))
    joining = values.decisions[frozenset(), "JPN"].terms
    leaving = values.decisions[frozenset({"JPN"}), "JPN"].terms
    for name in ("users", "producers", "treasury"):
        assert joining[name] == pytest.approx(-leaving[name], rel=1e-6, abs=10.0)

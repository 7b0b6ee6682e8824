"""Is the zone of a round stable, who is pivotal, which stable zones are there? A table and plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.figures.naming import (
    by_size,
    counted,
    country_name,
    format_share,
    in_words,
    quarter_in_words,
    the_country,
)
from world.scenario import Scenario
from world.stability import Court, Search, Verdict, Zone, search_all, stable_extremes

if TYPE_CHECKING:
    import pandas as pd

    from world.model import TradeWorld
    from world.moves.zone_values import ZoneValues

MOST_PROBED = 12
"""Members and the largest traders outside whose change of sides is tried, to see who would follow."""
MOST_NAMED = 12


class StabilityError(ValueError):
    """A round that cannot be asked about: says what was given and what is allowed."""


@dataclass(frozen=True)
class StabilityReport:
    """What was found on the eve of the reviews of one round.

    table : a row a voter: ``country``; ``inside`` now; ``gain_usd`` of changing sides, a quarter, net of what
        it costs, and ``gain_share`` of its scale ``scale_usd``; ``changes_sides``; ``leading_term``;
        ``followers`` who would change sides after it (empty where not tried); whether it is in the
        ``smallest`` and in the ``largest`` stable zone found
    """

    label: str
    quarter: str
    table: pd.DataFrame
    searches: tuple[Search, ...]
    probed: tuple[str, ...]
    zones_judged: int
    markets_solved: int

    @property
    def extremes(self) -> tuple[Zone, Zone] | None:
        """The smallest and the largest stable zone found."""
        return stable_extremes(self.searches)


def report_stability(
    scenario: Scenario, seed: int = 1, number: int | None = None, most_probed: int = MOST_PROBED
) -> StabilityReport:
    """Play ``scenario`` up to the reviews of round ``number`` (the last by default) and judge zones there.

    Raises ``StabilityError`` where there is no zone, or no such round with decisions open.
    """
    from threadpoolctl import threadpool_limits

    from world.moves.zone_values import ZoneValues

    with threadpool_limits(1):
        number = scenario.run.rounds - 1 if number is None else number
        world = _on_eve(scenario, seed, number)
        values = ZoneValues(world)
        court = Court(values)
        searches = search_all(court, values.names, values.present)
        probed = _probed(values, most_probed)
        followers = {name: court.followers(values.present, name) for name in probed}
    return StabilityReport(
        f"{scenario.key} (seed {seed})",
        world.quarters[number],
        _tabulate(values, court, searches, followers),
        searches,
        probed,
        len(court.known),
        values.markets,
    )


def judge_at_end(scenario: Scenario, seed: int) -> Verdict:
    """Who would change sides in the zone that stands on the eve of the last reviews: ``scenario`` is played
    up to there for it. Raises ``StabilityError`` as ``report_stability`` does.
    """
    from threadpoolctl import threadpool_limits

    from world.moves.zone_values import ZoneValues

    with threadpool_limits(1):
        values = ZoneValues(_on_eve(scenario, seed, scenario.run.rounds - 1))
        return Court(values).judge(values.present)


def _on_eve(scenario: Scenario, seed: int, number: int) -> TradeWorld:
    from world.model import TradeWorld
    from world.moves.reopened import open_at

    world = TradeWorld(scenario, rng=seed)
    _check(scenario, number, world.decisions_open)
    for _ in range(number):
        world.step()
    open_at(world, refiner=False)
    return world


def _check(scenario: Scenario, number: int, opens: int) -> None:
    if not scenario.zone.exists:
        raise StabilityError(f"scenario {scenario.key!r}: zone.exists is false; there is no zone to judge")
    if not opens <= number < scenario.run.rounds:
        raise StabilityError(
            f"--round: given {number}, allowed: {opens} to {scenario.run.rounds - 1} "
            "(from the round in which decisions open to the last)"
        )


def _probed(values: ZoneValues, most: int) -> tuple[str, ...]:
    """Members first, then outsiders, each from the largest mineral trade down."""
    inside = values.present
    ranked = sorted(values.names, key=lambda name: (name not in inside, -values.scales[name], name))
    return tuple(ranked[:most])


def _tabulate(
    values: ZoneValues, court: Court, searches: tuple[Search, ...], followers: dict[str, tuple[str, ...]]
) -> pd.DataFrame:
    import pandas as pd

    verdict = court.judge(values.present)
    least, most = stable_extremes(searches) or (frozenset(), frozenset())
    rows = []
    for name in sorted(verdict.gains, key=lambda name: (-verdict.gains[name], name)):
        terms = values.decisions[values.present, name].terms
        rows.append(
            {
                "country": name,
                "inside": name in verdict.zone,
                "gain_share": verdict.gains[name],
                "gain_usd": verdict.gains[name] * values.scales[name],
                "scale_usd": values.scales[name],
                "changes_sides": verdict.gains[name] > 0,
                "leading_term": max(terms, key=lambda term: (abs(terms[term]), term), default=""),
                "followers": ";".join(followers.get(name, ())),
                "smallest": name in least,
                "largest": name in most,
            }
        )
    return pd.DataFrame(rows)


def describe_stability(report: StabilityReport) -> str:
    """The report in plain words, a finding a line."""
    return "\n".join([*_present_in_words(report), _pivots_in_words(report), *_zones_in_words(report)])


def find_stability(report: StabilityReport) -> str:
    """The finding in a sentence."""
    table = report.table
    size = int(table["inside"].sum())
    leave = int((table["inside"] & table["changes_sides"]).sum())
    join = int((~table["inside"] & table["changes_sides"]).sum())
    when = quarter_in_words(report.quarter)
    zone = f"The zone of {size} besides its leader" if size else "A zone of its leader alone"
    if not leave and not join:
        return f"{zone} is stable in {when}: nobody gains by changing sides"
    return f"{zone} is not stable in {when}: {leave} would leave, {join} would join"


def _present_in_words(report: StabilityReport) -> list[str]:
    table = report.table
    moves = table[table["changes_sides"]]
    leave, join = (list(moves[moves["inside"] == side]["country"]) for side in (True, False))
    inside = "internally stable" if not leave else f"not internally stable, {_names(leave)} would leave"
    outside = "externally stable" if not join else f"not externally stable, {_names(join)} would join"
    members = list(table[table["inside"]]["country"])
    who = f"Inside besides the leader: {_names(members)}." if members else "Nobody but the leader is inside."
    return [f"{find_stability(report)}.", f"{who} It is {inside}; it is {outside}."]


def _pivots_in_words(report: StabilityReport) -> str:
    pivots = report.table[report.table["followers"] != ""]
    tried = f"tried were {len(report.probed)}: members first, then the largest traders outside"
    if pivots.empty:
        return f"Nobody is pivotal: no single change of sides would set off another ({tried})."
    said = [
        f"if {the_country(str(row.country))} {'left' if row.inside else 'signed'}, "
        f"{_names(str(row.followers).split(';'))} would {'leave' if row.inside else 'sign'} too"
        for row in pivots.itertuples()
    ]
    return f"Pivotal: {'; '.join(said)} ({tried})."


def _zones_in_words(report: StabilityReport) -> list[str]:
    lines = []
    for search in report.searches:
        zone = search.verdict.zone
        end = "a stable zone" if search.verdict.is_stable else "no stable zone, but stops at one"
        steps = f"{counted(len(search.path), 'change')} of sides"
        lines.append(f"From the {search.start} zone the search finds, after {steps}, {end} of {len(zone)}.")
    extremes = report.extremes
    if extremes is None:
        return [*lines, "No stable zone was found."]
    least, most = extremes
    if least == most:
        share = format_share(len(least) / max(len(report.table), 1))
        lines.append(f"All searches agree on one: {_names(least)} ({share} of those who may join).")
    else:
        lines.append(f"The smallest stable zone found: {_names(least)}.")
        lines.append(f"The largest adds {_names(most - least)}.")
    return lines


def _names(codes: Iterable[str]) -> str:
    return in_words([country_name(code) for code in by_size(codes)], MOST_NAMED)

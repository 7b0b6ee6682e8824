"""Take a seat: choose a country, be briefed each quarter, decide, compare with the computer."""

from __future__ import annotations

from collections.abc import Mapping

import solara

from experiments.app.commons import TRACKS
from experiments.app.debrief import (
    ALL,
    computers_premise,
    difference_usd,
    first_decision,
    format_millions,
)
from experiments.app.pieces import Choice, Facts, Grid, Heading, Words
from experiments.app.seat import Briefing, decided
from experiments.app.tracks import Track
from experiments.app.visit import Visit
from experiments.app.why import say_choice, show_falls
from experiments.app.widgets import Chart
from experiments.explain import find_actor
from experiments.figures.naming import (
    country_name,
    format_money,
    quarter_in_words,
    the_country,
    union_members,
)
from experiments.results import Run


@solara.component
def SeatCard(visit: Visit, version: int, run: Run, country: solara.Reactive[str]) -> None:
    """The seat, taken or free."""
    with solara.Div(classes=["ob-card", "ob-seat"]):
        if not visit.seat:
            Heading("Take a seat at the table")
            Words(
                "Govern a country from the next round on. You are shown what its government would be "
                "shown, and the world waits for your decision."
            )
            actor = find_actor(run, country.value)
            solara.Button(
                f"Take the seat of {the_country(actor)}",
                color="primary",
                on_click=lambda: _sit_down(visit, actor),
            )
            return
        Heading(f"You govern: {country_name(visit.seat)}")
        if visit.shown < visit.planned:
            BriefingCard(visit, "" if visit.busy else f"{visit.premise.key}-{visit.shown}").key(visit.seat)
        with solara.Div(classes=["ob-row"]):
            solara.Button("Leave the seat", text=True, on_click=lambda: _sit_down(visit, ""))
        DebriefCard(visit, version, run)


def _sit_down(visit: Visit, actor: str) -> None:
    visit.seat = actor
    visit.changed()


@solara.component
def BriefingCard(visit: Visit, moment: str) -> None:
    """What the government is shown this quarter, and its options; ``moment`` changes with the world and is
    empty while it is played. Until the next briefing is there the last one stays, and nothing can be decided.
    """
    last: solara.Ref[Briefing | None] = solara.use_ref(None)
    briefing = solara.lab.use_task(
        lambda: (moment, TRACKS.brief(visit.premise, visit.shown, visit.seat)) if moment else ("", None),
        dependencies=[moment],
        prefer_threaded=True,
        raise_error=False,
    )
    of, found = briefing.value if briefing.finished and briefing.value else ("", None)
    due = bool(moment) and of == moment
    if due:
        last.current = found
    with solara.Div(classes=["ob-briefing"] if due else ["ob-briefing", "ob-waits"]):
        if briefing.error:
            solara.Text("The briefing could not be made; step one round and try again.")
        elif last.current is None:
            solara.Text("Your advisers are at work ...")
        else:
            Options(visit, last.current, due)


@solara.component
def Options(visit: Visit, briefing: Briefing, due: bool) -> None:
    """Facts, what signing is worth, and a button an option; they can be pressed once the decision is due."""
    waits = "" if due else " (the next briefing is on its way ...)"
    Words(f"{briefing.quarter}: what you are told{waits}")
    Facts(briefing.facts)
    weighed = briefing.weighed
    if weighed is not None and any(weighed.terms.values()):
        over = (
            "leaving"
            if weighed.alternative in ("stay", "leave") and weighed.choice in ("stay", "leave")
            else "signing"
        )
        Chart(
            chart=show_falls(
                f"Your advisers: what {over} would be worth (they would {say_choice(weighed.choice)})",
                weighed.terms,
                weighed.threshold_usd,
            )
        )
    if briefing.menu:
        Orders(visit, briefing.menu, due).key(briefing.quarter)
        return
    Words(
        "Besides, under 'Act' and in your name: exports under licence, bans, tariffs, threats, purchases for "
        "stocks."
    )
    with solara.Div(classes=["ob-choices"]):
        for choice, words in (briefing.options or {"": f"Go on to the next {visit.word}"}).items():
            solara.Button(
                words,
                color="primary",
                outlined=True,
                disabled=not due,
                on_click=lambda choice=choice: _decide(visit, choice),
            )


@solara.component
def Orders(visit: Visit, menu: Mapping[str, Mapping[str, str]], due: bool) -> None:
    """Choose as many moves as wanted, one good after another, then let the round be played."""
    about, move = solara.use_reactive(next(iter(menu))), solara.use_reactive("")
    orders: solara.Reactive[dict[str, str]] = solara.use_reactive({})
    goods = {name: name for name in menu}
    moves = menu.get(about.value) or next(iter(menu.values()))
    chosen = move.value if move.value in moves else next(iter(moves))

    def order() -> None:
        name = about.value if about.value in menu else next(iter(menu))
        orders.set({**orders.value, chosen: f"{name}: {moves[chosen]}"})

    with solara.Div(classes=["ob-row"]):
        Choice("About", about, goods, wide=True)
        Choice("Order", move, moves, wide=True)
        solara.Button("Add to your orders", outlined=True, on_click=order)
    if orders.value:
        Facts(tuple(orders.value.values()))
        solara.Button("Drop all orders", text=True, on_click=lambda: orders.set({}))
    with solara.Div(classes=["ob-choices"]):
        count = len(orders.value)
        words = f"Give {count} order{'s' * (count > 1)}" if count else "Order nothing new"
        solara.Button(
            f"{words}: go on to the next {visit.word}",
            color="primary",
            outlined=True,
            disabled=not due,
            on_click=lambda: _write(visit, *orders.value),
        )


def _decide(visit: Visit, choice: str) -> None:
    if visit.busy:
        return
    if not choice:
        visit.go_to(visit.shown + 1)
        return
    _write(visit, choice)


def _write(visit: Visit, *choices: str) -> None:
    if visit.busy:
        return
    quarter = visit.premise.scenario.run.clock.name(visit.shown)
    visit.take_up(decided(visit.premise, visit.seat, quarter, *choices), visit.shown + 1)


@solara.component
def DebriefCard(visit: Visit, version: int, run: Run) -> None:
    """You against the computer in the same world, once it is asked for."""
    asked = solara.use_reactive(0)
    since = first_decision(visit.premise, visit.seat)
    if not since or since > run.quarters[-1]:
        return
    solara.Button("Debrief: compare with the computer", text=True, on_click=lambda: asked.set(visit.shown))
    if asked.value == visit.shown:
        Duel(visit, since, asked.value)


@solara.component
def Duel(visit: Visit, since: str, rounds: int) -> None:
    """Let the computer play the same quarters, and show both accounts."""
    theirs = solara.lab.use_task(
        lambda: _play_computers(visit, rounds),
        dependencies=[visit.premise.key, rounds],
        prefer_threaded=True,
        raise_error=False,
    )
    yours = TRACKS.find(visit.premise)
    if theirs.error:
        solara.Text(f"The computer could not play: {theirs.exception}", classes=["ob-alert"])
    elif theirs.finished and theirs.value is not None and yours is not None:
        Score(visit, yours, theirs.value, since)
    else:
        solara.Text("The computer plays the same rounds ...")


def _play_computers(visit: Visit, rounds: int) -> Track:
    premise = computers_premise(visit.premise, visit.seat)
    track = TRACKS.play(premise, rounds)
    while track.played < rounds and not visit.closed:
        track = TRACKS.play(premise, rounds)
    return track


@solara.component
def Score(visit: Visit, yours: Track, computers: Track, since: str) -> None:
    """The accounts of the seat's country, yours and the computer's."""
    members = tuple(union_members()) if visit.seat == "EU" else (visit.seat,)
    sums = difference_usd(yours, computers, members, since, visit.shown)
    rows = [
        (name, *(format_millions(usd) for usd in (you, other)), format_millions(you - other, signed=True))
        for name, (you, other) in sums.items()
    ]
    you, other = sums[ALL]
    gap = you - other
    verdict = "as well as" if abs(gap) < 500 else "better than" if gap > 0 else "worse than"
    Words(
        f"Since {quarter_in_words(since)} {country_name(visit.seat)} fared {verdict} under the computer "
        f"({format_money(gap, signed=True)} over this time, same shocks). Users are counted by surplus, "
        "in which only the difference has a meaning."
    )
    Grid(("million USD", "you", "computer", "difference"), rows)

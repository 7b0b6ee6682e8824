"""The page: what each visitor sees. Solara calls ``Page`` once a tab; nothing of a visitor is global."""

from __future__ import annotations

import html
from collections.abc import Callable

import solara
import solara.lab
from mesa.visualization.solara_viz import ModelController, ModelCreator

from experiments.app import panels
from experiments.app.act_card import ActCard, ShareCard, countries_in
from experiments.app.compare_card import CompareCard
from experiments.app.glossary import Glossary
from experiments.app.industry import show_industry
from experiments.app.logbook import write_log
from experiments.app.map_view import COLOURINGS, land, show_map
from experiments.app.money_card import MoneyCard
from experiments.app.network_view import show_network
from experiments.app.pieces import Choice
from experiments.app.seat_card import SeatCard
from experiments.app.visit import Visit
from experiments.app.visitors import open_visit
from experiments.app.why_card import WhyCard
from experiments.app.widgets import CSS, Chart, Timeline, WorldMap
from experiments.app.zone_model import ZoneModel, model_parameters
from experiments.figures.naming import mineral_name, quarter_in_words
from experiments.results import Run

SPEEDS_MS = {"slow": 2000, "normal": 700, "fast": 200}
"""Pause between two quarters while playing; never so short that a page has no time to draw."""

NETWORK = "network"
VIEWS = {**COLOURINGS, NETWORK: "role, as a network"}


@solara.component
def Page() -> None:
    """One visitor's page."""
    version = solara.use_reactive(0)
    search = solara.use_router().search or ""
    visit, refusal = solara.use_memo(lambda: open_visit(lambda: version.set(version.value + 1), search), [])
    solara.Title("Orebloc: a price-floor zone for critical minerals")
    solara.Style(CSS)
    with solara.Div(classes=["ob"]):
        if visit is None:
            solara.Text(refusal)
            return
        Board(visit, version.value)


@solara.component
def Board(visit: Visit, version: int) -> None:
    """Everything but the frame; drawn anew when ``version`` changes."""
    mineral = solara.use_reactive("dytb")
    stage = solara.use_reactive("refined")
    colouring = solara.use_reactive("rung")
    country = solara.use_reactive("CAN")
    seen = visit.view()
    run = seen[0] if seen is not None else None
    Head(run, mineral.value)
    Controls(visit, version, run)
    Progress(visit, version)
    Complaint(visit.problem)
    if seen is None or run is None:
        return
    chosen = mineral.value if mineral.value in run.minerals else run.minerals[0]
    shown_stage = stage.value if traded_at(run, chosen, stage.value) else "refined"
    with solara.Div(classes=["ob-grid-page"]):
        with solara.Div():
            MapCard(visit, run, chosen, shown_stage, mineral, stage, colouring, country)
            WhyCard(run, seen[1], country.value)
            CompareCard(
                visit, run, chosen, shown_stage, "rung" if colouring.value == NETWORK else colouring.value
            )
            ShareCard(visit, version, run)
        with solara.Div():
            Panels(visit, run, chosen, shown_stage)
            SeatCard(visit, version, run, country)
            ActCard(visit, version, run, chosen)
    Glossary(run.round_word)


@solara.component
def Head(run: Run | None, mineral: str) -> None:
    """Title, what is going on in one sentence, light or dark."""
    with solara.Div(classes=["ob-head"]):
        solara.HTML(tag="h1", unsafe_innerHTML="Orebloc")
        with solara.Div(style={"flex": "1 1 420px"}):
            solara.Text(
                panels.headline(run, mineral) if run is not None else "The world is being built ...",
                classes=["ob-headline"],
            )
        solara.lab.ThemeToggle()


@solara.component
def Controls(visit: Visit, version: int, run: Run | None) -> None:
    """Mesa's controls, and a timeline."""
    model = solara.use_reactive(solara.use_memo(ZoneModel, []))
    parameters = solara.use_reactive({})
    speed = solara.use_reactive("normal")
    interval = solara.use_reactive(SPEEDS_MS["normal"])
    interval.value = SPEEDS_MS[speed.value]
    seen = solara.use_ref(model.value)
    if model.value is not seen.current:  # Mesa's reset has made a new model
        seen.current = model.value
        visit.restart(model.value.premise)
    model.value.visit = visit
    with solara.Div(classes=["ob-card"]), solara.Div(classes=["ob-row"]):
        ModelController(
            model,
            model_parameters=parameters,
            play_interval=interval,
            render_interval=solara.use_reactive(1),
            use_threads=solara.use_reactive(False),
        )
        Timeline(
            rounds=visit.shown,
            planned=visit.planned,
            words=quarter_in_words(run.quarters[-1]) if run is not None else "",
            last=f"of {visit.planned} {visit.word}s",
            event_go=visit.go_to,
        )
        with solara.Div(style={"width": "120px"}):
            solara.Select("Speed", list(SPEEDS_MS), value=speed, dense=True)
    with solara.Details("Change the rules (they act on Reset)"), solara.Div(classes=["ob-row"]):
        ModelCreator(
            model,
            solara.use_memo(lambda: model_parameters(visit.premise), []),
            model_parameters=parameters,
        )


@solara.component
def Progress(visit: Visit, version: int) -> None:
    """A bar while quarters are played; its room is kept, so that nothing moves when it comes and goes."""
    with solara.Div(classes=["ob-progress"]):
        if visit.busy:
            share = 100 * visit.shown / max(visit.wanted, 1)
            with solara.Div(classes=["ob-busy"]):
                solara.HTML(tag="i", style=f"width: {share:.0f}%")
            solara.Text(f"Playing {visit.word} {visit.shown + 1} of {visit.wanted} ...", classes=["ob-note"])


@solara.component
def Complaint(problem: str) -> None:
    """What is wrong, in one line that stays in sight wherever the page has been scrolled to."""
    if problem:
        attributes = {"class": "ob-alert", "role": "alert"}
        solara.HTML(tag="div", unsafe_innerHTML=html.escape(problem), attributes=attributes)


@solara.component
def MapCard(
    visit: Visit,
    run: Run,
    mineral: str,
    shown_stage: str,
    chosen: solara.Reactive[str],
    stage: solara.Reactive[str],
    colouring: solara.Reactive[str],
    country: solara.Reactive[str],
) -> None:
    """The map with its choices."""
    with solara.Div(classes=["ob-card", "ob-map-card"]):
        with solara.Div(classes=["ob-row"]):
            Choice("Mineral", chosen, {name: mineral_name(name) for name in run.minerals})
            Choice("Stage", stage, {"ore": "ore", "refined": "refined metal"})
            Choice("Show countries by", colouring, VIEWS)
            Choice("Country", country, countries_in(run))
        drawn = (
            show_network(run, mineral, shown_stage)
            if colouring.value == NETWORK
            else (land(), show_map(run, mineral, shown_stage, colouring.value))
        )
        WorldMap(
            land=drawn[0],
            view=drawn[1],
            label=panels.headline(run, mineral),
            chosen=country.value,
            event_choose=country.set,
            event_drawn=lambda number: setattr(visit, "drawn", number),
        )


@solara.component
def Panels(visit: Visit, run: Run, mineral: str, stage: str) -> None:
    """Charts and the log, one a tab."""
    charts: dict[str, Callable[[], str]] = {
        "Prices": lambda: panels.show_prices(run, mineral, stage),
        "Members": lambda: panels.show_members(run),
        "Grip": lambda: panels.show_grip(run, mineral),
        "Industry": lambda: show_industry(run),
        "Reserve": lambda: panels.show_reserve(run),
    }
    with solara.Div(classes=["ob-card", "ob-panels"]), solara.lab.Tabs(lazy=True):
        for name, make in charts.items():
            with solara.lab.Tab(name):
                Drawn(make)
        with solara.lab.Tab("Money"):
            MoneyCard(visit, run)
        with solara.lab.Tab("Log"):
            Log(run)


@solara.component
def Drawn(make: Callable[[], str]) -> None:
    """A chart, made when its tab is looked at."""
    Chart(chart=make())


@solara.component
def Log(run: Run) -> None:
    """What happened, the newest first."""
    items = "".join(
        f'<li class="{line.mark}"><b>{html.escape(line.when)}</b>{html.escape(line.text)}</li>'
        for line in write_log(run)
    )
    solara.HTML(tag="ul", classes=["ob-log"], unsafe_innerHTML=items)


def traded_at(run: Run, mineral: str, stage: str) -> bool:
    """Whether a mineral is traded at a stage; some have no ore of their own."""
    zone = run.table("zone")
    return bool(((zone["mineral"] == mineral) & (zone["stage"] == stage)).any())

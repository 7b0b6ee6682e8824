"""Act on the world: impose, lift, undo; save, resume and share what came of it."""

from __future__ import annotations

import solara

from experiments.app import interventions
from experiments.app.pieces import Choice, Heading, Words
from experiments.app.premise import MOST_BYTES, read_file, write_file
from experiments.app.visit import Visit
from experiments.app.widgets import Upload
from experiments.figures.naming import country_name, mineral_name
from experiments.results import Run
from world.scenario import ScenarioError


@solara.component
def ActCard(visit: Visit, version: int, run: Run, mineral: str) -> None:
    """A form for acts that take effect next round."""
    kind, size = solara.use_reactive("ban"), solara.use_reactive("0.4")
    actor, target = solara.use_reactive(visit.seat or run.dominant_refiner), solara.use_reactive("JPN")
    lifted = solara.use_reactive("")
    solara.use_effect(lambda: actor.set(visit.seat or run.dominant_refiner), [visit.seat])
    names = countries_in(run)
    with solara.Div(classes=["ob-card", "ob-act"]):
        Heading(f"Act (from the next {visit.word} on)")
        with solara.Div(classes=["ob-row"]):
            if kind.value == "floor":
                Words(f"{country_name(run.leader)}, which leads the zone")
            else:
                Choice("Who acts", actor, names)
            Choice("Does what", kind, interventions.KINDS)
            if kind.value in interventions.SIZES:
                Choice("How much", size, interventions.sizes_in_words(kind.value))
            if kind.value not in interventions.WITHOUT_TARGET:
                Choice("To or from whom", target, names)
        with solara.Div(classes=["ob-row"]):
            solara.Button(
                "Act" if kind.value == "floor" else f"Act on {mineral_name(mineral)}",
                color="primary",
                disabled=visit.busy or visit.shown >= visit.planned,
                on_click=lambda: _act(visit, kind.value, actor.value, mineral, target.value, size.value),
            )
            solara.Button(
                "Undo", outlined=True, disabled=not visit.can_undo or visit.busy, on_click=visit.undo
            )
        standing = interventions.in_force(visit.premise, visit.shown)
        if standing:
            with solara.Div(classes=["ob-row"]):
                Choice("In force", lifted, standing, wide=True)
                chosen = lifted.value if lifted.value in standing else next(iter(standing))
                solara.Button("Lift it", outlined=True, on_click=lambda: _lift(visit, chosen))


def countries_in(run: Run) -> dict[str, str]:
    """Countries of a run by name."""
    codes = run.table("countries")["country"].unique()
    named = ((str(code), country_name(str(code))) for code in codes if code != "ROW")
    return dict(sorted(named, key=lambda pair: pair[1]))


def _act(visit: Visit, kind: str, actor: str, mineral: str, target: str, size: str) -> None:
    sizes = interventions.SIZES.get(kind)
    given = (float(size) if float(size) in sizes else sizes[0]) if sizes else None
    try:
        premise = interventions.acted(
            visit.premise, visit.shown, kind, actor, mineral, target, given, visit.seat
        )
    except ScenarioError as error:
        visit.complain(str(error))
    else:
        visit.take_up(premise, visit.shown + 1)


def _lift(visit: Visit, measure: str) -> None:
    visit.take_up(interventions.lifted(visit.premise, visit.shown, measure, visit.seat), visit.shown + 1)


@solara.component
def ShareCard(visit: Visit, version: int, run: Run) -> None:
    """Save, resume, share."""
    text = write_file(visit.premise, run.quarters[-1], visit.seat)
    link = f"?world={visit.premise.token()}&quarter={run.quarters[-1]}"
    with solara.Div(classes=["ob-card", "ob-share"]):
        Heading("Save and share")
        Words(
            "The file is a scenario: the command line plays it to the same numbers, and this page resumes it."
        )
        with solara.Div(classes=["ob-row"]):
            solara.FileDownload(
                text, f"{visit.premise.scenario.key}-{run.quarters[-1]}.toml", label="Save as scenario file"
            )
            solara.HTML(
                tag="a", unsafe_innerHTML="Link to this world", attributes={"href": link, "class": "ob-link"}
            )
        if len(link) > MOST_BYTES // 8:
            Words("This world is too long for a link: share the file.")
        Upload(most=MOST_BYTES, event_read=lambda text: _resume(visit, text))


def _resume(visit: Visit, text: str) -> None:
    try:
        visit.restore(read_file(text.encode()))
    except ScenarioError as error:
        visit.complain(str(error))

"""The report of a run: one self-contained page that answers the scenario's question, with figures, sources
and doubts.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.chronicle import chronicle
from experiments.doubts import least_sure, one_run_is_one_run
from experiments.figures.naming import in_words, mineral_in_words, mineral_name, quarter_in_words, sentence
from experiments.findings import find_all
from experiments.results import ResultsError, Run

if TYPE_CHECKING:
    import jinja2

    from experiments.figures.gallery import FigureInfo

TEMPLATES = Path(__file__).parent / "templates"
REPORT = "report.html"
QUALITIES = {
    "reported": "reported by a statistical office, agency or company",
    "derived": "computed from reported figures",
    "estimate": "an estimate by somebody named in the source",
    "assumption": "an assumption of this project",
}


def write_report(run: Run, baseline: Run | None = None) -> Path:
    """Draw the figures into ``figures/`` and write ``report.html`` beside them; return its path.

    Raises ``ResultsError`` when the folder cannot be written.
    """
    from experiments.figures.gallery import draw_all

    if not run.rounds:
        raise ResultsError(f"{run.folder}: no round was played, so there is nothing to report")
    figures = draw_all(run, run.folder / "figures", baseline)
    page = run.folder / REPORT
    partial = run.folder / f".{REPORT}.partial"
    try:
        partial.write_text(render_report(run, figures, baseline), encoding="utf-8")
        os.replace(partial, page)  # noqa: PTH105 (atomic, and the same on every system)
    except OSError as error:
        raise ResultsError(f"{page}: cannot be written: {error.strerror or error}") from None
    return page


def check_pair(run: Run, baseline: Run) -> None:
    """Raise ``ResultsError`` when seed, data, length of rounds or minerals differ: a difference would not be
    one of policy; or when both are the same folder."""
    if run.folder.resolve() == baseline.folder.resolve():
        raise ResultsError(f"{run.folder}: --against: given the run itself, allowed: another run")
    pairs = [(name, run.meta.get(name), baseline.meta.get(name)) for name in ("seed", "data_fingerprint")]
    # months draw other shocks than quarters do, so that what differs would not be the policy's
    pairs.append(("run.rounds_per_year", run.rounds_per_year, baseline.rounds_per_year))
    for name, one, other in pairs:
        if one != other:
            raise ResultsError(
                f"{baseline.folder}: {name}: given {other}, allowed: {one}, that of {run.folder}"
            )
    if not baseline.rounds or baseline.minerals != run.minerals:
        raise ResultsError(
            f"{baseline.folder}: minerals: given {', '.join(baseline.minerals) or 'none'}, "
            f"allowed: {', '.join(run.minerals)}, those of {run.folder}"
        )


def render_report(run: Run, figures: list[FigureInfo], baseline: Run | None = None) -> str:
    """The page as HTML; the figures are embedded, nothing is fetched and no script runs."""
    return (
        templates()
        .get_template("report.html.jinja")
        .render(
            title=run.meta.get("name") or run.meta.get("scenario") or run.folder.name,
            question=run.meta.get("question") or "What happens?",
            span=f"{quarter_in_words(run.quarters[0])} to {quarter_in_words(run.quarters[-1])}",
            minerals=in_words([mineral_word_long(mineral) for mineral in run.minerals]),
            baseline=baseline.label if baseline else "",
            interrupted=run.meta.get("status") == "interrupted",
            findings=find_all(run, baseline),
            figures=[{"info": info, "image": embedded(info.svg)} for info in figures],
            chronicle=chronicle(run),
            doubt=sentence(one_run_is_one_run(run)),
            least_sure=sentence(least_sure(run)),
            quality=_quality(run.meta.get("quality", {})),
            made=_provenance(run),
            scenario_text=run.meta.get("scenario_text", ""),
            glossary=[(term, text.format(round=run.round_word)) for term, text in GLOSSARY],
            round_word=run.round_word,
        )
    )


def templates(escape: bool = True) -> jinja2.Environment:
    """Where the templates of pages are found and how they are filled in; HTML wants ``escape``."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def mineral_word_long(key: str) -> str:
    """``neodymium-praseodymium (NdPr)``, ``lithium``: the word first, then the symbol where the figures
    use one.
    """
    word, short = mineral_in_words(key), mineral_name(key)
    return word if word.lower() == short.lower() else f"{word} ({short})"


def embedded(image: Path) -> str:
    """An SVG file as an address that holds it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"


def _quality(counts: object) -> list[tuple[str, int, str]]:
    if not isinstance(counts, Mapping):
        return []
    return [(name, int(counts[name]), meaning) for name, meaning in QUALITIES.items() if counts.get(name)]


def _provenance(run: Run) -> list[tuple[str, str]]:
    meta, timings = run.meta, run.meta.get("timings", {})
    simulated = timings.get("simulation_s") if isinstance(timings, Mapping) else None
    rows: list[tuple[str, Any]] = [
        ("Command", meta.get("command")),
        ("Version", meta.get("version")),
        ("Python", meta.get("python")),
        ("Seed", meta.get("seed")),
        (
            f"{run.round_word.capitalize()}s",
            f"{len(run.rounds)}, {quarter_in_words(run.quarters[0])} to {quarter_in_words(run.quarters[-1])}",
        ),
        ("Fingerprint of the data", meta.get("data_fingerprint")),
        ("Fingerprint of the scenario", meta.get("scenario_fingerprint")),
        ("Time of the simulation", f"{simulated:.1f} s" if isinstance(simulated, int | float) else None),
    ]
    return [(name, str(value)) for name, value in rows if value not in (None, "")]


GLOSSARY = (
    (
        "Binding member",
        "A country that applies the floor: it has signed and ratified the binding text of the zone.",
    ),
    (
        "Dominant refiner",
        "The country that makes most of the world's refined metal: China unless the scenario says otherwise.",
    ),
    ("Dy/Tb", "Dysprosium and terbium, rare earths that keep magnets strong when hot."),
    (
        "Floor",
        "A reference price below which imports do not enter the zone: a levy lifts cheaper goods to it.",
    ),
    ("f.o.b.", "Free on board: the price at the producer's gate or port, before freight, duties and levies."),
    ("Hold out", "To stay on a lower rung and wait for better terms, although signing is on offer."),
    ("Home price", "The price at the gate of the dominant refiner, before freight and duties."),
    (
        "Inside, outside",
        "Prices paid by buyers in binding member countries, and by the rest of the world without the "
        "dominant refiner.",
    ),
    ("Levy", "A duty that tops a landed price up to the reference price, and is nothing above it."),
    ("Licence", "A permit that an exporter's government grants or withholds, shipment by shipment."),
    ("NdPr", "Neodymium and praseodymium, rare earths in permanent magnets."),
    ("Refined", "Metal, oxide or chemical ready for first use; ore stands for all feed before it."),
    ("Rung", "How far a country is tied to the zone: none, forum, framework, action plan, floor."),
    (
        "Surplus of users",
        "What users would have paid at most, less what they pay; reported as a change, since its level "
        "has no meaning.",
    ),
    (
        "t",
        "Tonnes of contained metal (or of the unit the data tables state), per {round} unless a year is "
        "named.",
    ),
    ("USD", "United States dollars at 2024 prices."),
)

"""Builds and executes ``docs/example.ipynb``: run it after a change that moves its results.

    pip install -c constraints.txt -e '.[docs]'
    python docs/build_example.py

The cells are written here and nowhere else; a test compares them with the notebook.
"""

from __future__ import annotations

import base64
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).with_name("example.ipynb")
TIME_LIMIT_S = 300
WIDEST_PIXELS, COLOURS = 760, 48

CELLS: tuple[tuple[str, str], ...] = (
    (
        "markdown",
        """# A price-floor zone in four years and three minerals

This notebook plays a short version of the scenario `zone_floor`, looks at its tables and figures, asks why a
country decided as it did, and compares the zone with a world without one. It takes about a minute.

One run is one draw of chance, three minerals are not the market, and four years are too few for a zone to do
its work: read this as a tour of the tool, not as a result. What the model leaves out is in `model.md`.""",
    ),
    (
        "code",
        """%matplotlib inline
from IPython.display import Markdown

from experiments.batch import compare_scenarios, run_scenario
from experiments.comparison_words import describe_comparison
from experiments.explain import explain_decisions
from experiments.summary import summarise""",
    ),
    (
        "markdown",
        """## Run

Sixteen quarters from the first quarter of 2025; governments decide from the first quarter of 2026. So that
something is in force before the end, the text to sign comes sooner here than by default, and so does
ratification. Settings are dotted keys of the scenario; `scenarios.md` lists them all.""",
    ),
    (
        "code",
        """settings = {
    "run.minerals": ["ndpr", "gallium", "lithium"],
    "zone.text_quarters": [2, 3],
    "zone.ratification_quarters": [1, 2],
}
run = run_scenario("zone_floor", seed=1, rounds=16, settings=settings)
print(summarise(run))""",
    ),
    (
        "markdown",
        """## Tables

A run is a folder of tables; `results.md` says what each column holds, with its unit. Prices are US dollars a
tonne contained, here divided by a thousand: dollars a kilogram.""",
    ),
    (
        "code",
        """zone = run.table("zone")
ndpr = zone[(zone["mineral"] == "ndpr") & (zone["stage"] == "refined")].set_index("quarter")
prices = ndpr.filter(like="price").filter(like="usd_t") / 1000
prices.rename(columns=lambda name: name.removesuffix("_usd_t")).round(1).tail(8)""",
    ),
    ("markdown", """How many countries stand on which rung of the ladder at the end:"""),
    (
        "code",
        """rungs = ["none", "forum", "framework", "action plan", "binding floor"]
countries = run.table("countries")
last = countries[countries["round"] == run.rounds[-1]]
last["rung"].map(dict(enumerate(rungs))).value_counts().reindex(rungs, fill_value=0).to_frame("countries")""",
    ),
    (
        "markdown",
        """The largest flows of refined NdPr across borders in the last quarter. A hub is a third country on
the way; a levy is paid where an outsider sells to a member below the reference price.""",
    ),
    (
        "code",
        """flows = run.table("flows").query("mineral == 'ndpr' and stage == 'refined'")
flows = flows[flows["origin"] != flows["destination"]]
lanes = flows[flows["round"] == run.rounds[-1]].nlargest(8, "flow_t")
lanes[["origin", "hub", "destination", "flow_t", "price_landed_usd_t", "levy_usd_t"]].round(0)""",
    ),
    (
        "markdown",
        """## Figures

The figures of the report, by name: `membership`, `prices`, `dominance`, `world_map`, `welfare`, `reserve`.
Their titles state what they show.""",
    ),
    ("code", """run.figure("prices")"""),
    ("code", """run.figure("membership")"""),
    (
        "markdown",
        """## The map and the panels of the page

In a live notebook the next cell shows what the page in the browser shows: a map that answers to the pointer
and to a click, panels, and why the chosen country decided as it did. It needs the extra `app`; a copy that
is only looked at says so in its place.""",
    ),
    (
        "code",
        """from experiments.app.notebook import show_run

show_run(run, mineral="ndpr")""",
    ),
    (
        "markdown",
        """## Why did Canada decide as it did?

Every decision is kept with the terms of its payoff, its threshold and what would have turned it.""",
    ),
    ("code", """Markdown(explain_decisions(run, "CAN"))"""),
    ("markdown", """The same from the table, in millions of US dollars a quarter:"""),
    (
        "code",
        """decisions = run.table("decisions").query("actor == 'CAN' and kind == 'accession'")
terms = decisions.pivot_table(index="term", columns=["quarter", "subject"], values="value_usd") / 1e6
terms.round(2)""",
    ),
    (
        "markdown",
        """## Policy or chance?

The same seeds with and without the zone. Draws are keyed by what they are for, so two runs with one seed
differ only through policy. Three seeds give a first idea of the spread and no more.""",
    ),
    (
        "code",
        """comparison = compare_scenarios(["baseline", "zone_floor"], seeds=3, rounds=16, settings=settings)
print(describe_comparison(comparison))""",
    ),
    ("markdown", """One outcome, run by run:"""),
    (
        "code",
        """shares = comparison.outcomes.query("outcome == 'dominant_share' and mineral == 'ndpr'")
shares.pivot(index="seed", columns="scenario", values="value").round(3)""",
    ),
    (
        "markdown",
        """## Next

Change a setting above and run again; write a scenario of your own (`scenarios.md`); read what the model is
made of and what is crude in it (`model.md`).""",
    ),
)


def build() -> Any:
    """The notebook, executed in an empty folder, its pictures made small."""
    import nbformat
    from nbclient import NotebookClient

    # mesa asks tqdm for a progress bar made of widgets, which nobody needs here
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"
    makers = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [makers[kind](text, id=f"cell-{number}") for number, (kind, text) in enumerate(CELLS, start=1)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        # the state of widgets holds the outlines of the world, and is of no use without a server
        client = NotebookClient(notebook, timeout=TIME_LIMIT_S, resources=where, store_widget_state=False)
        client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of the clock would change with every build
        for output in cell.get("outputs", ()):
            _shrink_picture(output)
    return notebook


def _shrink_picture(output: Any) -> None:
    """A small picture in the place of a large one; the notebook is kept with the code."""
    data = output.get("data", {})
    if "image/png" in data:
        small = shrink(base64.b64decode(data["image/png"]), WIDEST_PIXELS)
        data["image/png"] = base64.b64encode(small).decode()
        output.get("metadata", {}).pop("image/png", None)


def shrink(png: bytes, widest: int) -> bytes:
    """The same picture with at most ``widest`` pixels across and few colours."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((widest, 10 * widest), Image.Resampling.LANCZOS)
    small = io.BytesIO()
    picture.quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> int:
    """Build the notebook beside this file."""
    import nbformat

    nbformat.write(build(), NOTEBOOK)
    sys.stdout.write(f"{NOTEBOOK.name}: {NOTEBOOK.stat().st_size / 1024:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""One visual language for all figures: colours with fixed meanings, a frame with finding, key and source,
files that do not change.

The colours are told apart by people with any colour vision and differ in lightness, so that they also
survive a grey print.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.figures.naming import YEAR_BEGINS
from experiments.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

MEMBERS = "#0a5ea8"
DOMINANT = "#b5301f"
HOLD_OUTS = "#e0a100"
OTHERS = "#7b8794"
FLOOR = "#1b1f24"
LAND = "#e6e8eb"
RUNG_COLOURS = (LAND, "#d3e3f1", "#93bfe2", "#4a92cc", MEMBERS)
ACCOUNT_COLOURS = {
    "users": "#5d3a9b",
    "miners": "#9c6b30",
    "refiners": "#1b998b",
    "refiners and makers": "#1b998b",
    "treasury": "#9bbf3b",
    "licence rents": "#e0637a",
    "re-export margins": "#c9b3e6",
    "unrecorded exports": "#7a3e48",
    "reserve and finance": "#8d99a6",
    "capital of new plants": "#3b4754",
}

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,
    "axes.labelsize": 8.5,
    "axes.labelcolor": "#444b54",
    "axes.edgecolor": "#9aa3ad",
    "axes.linewidth": 0.7,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.color": "#444b54",
    "ytick.color": "#444b54",
    "xtick.bottom": True,
    "ytick.left": True,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "grid.color": "#eceef1",
    "grid.linewidth": 0.7,
    "text.color": "#1b1f24",
    "figure.facecolor": "white",
    "svg.hashsalt": "orebloc",
    "svg.fonttype": "path",
    "path.simplify": True,
}


@dataclass(frozen=True)
class KeyEntry:
    """A coloured word of the key line under the title: what the colour (or a dashed line) stands for."""

    text: str
    colour: str
    dashed: bool = False
    patch: bool = False


@contextmanager
def style() -> Iterator[None]:
    """The theme, for the lines of code inside only."""
    settings: Any = {**sns.axes_style("whitegrid"), **_STYLE}
    with mpl.rc_context(settings):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches, tied to no window.

    Its canvas holds one picture in which texts are measured; without it every text measured would get one of
    its own.
    """
    figure = Figure(figsize=(width, height), dpi=110)
    FigureCanvasAgg(figure)
    return figure


def frame(
    figure: Figure,
    title: str,
    source: str,
    key: Sequence[KeyEntry] = (),
    bottom: float = 0.75,
    gap: float = 0.4,
) -> None:
    """Write the finding on top, the key under it and the source line at the foot, and keep room for them
    (``bottom`` and ``gap`` in inches).
    """
    width, height = figure.get_size_inches()
    lines = textwrap.wrap(title, int(width * 9.2))
    figure.text(
        0.12 / width,
        1 - 0.12 / height,
        "\n".join(lines),
        fontsize=13,
        fontweight="bold",
        va="top",
        ha="left",
        linespacing=1.25,
    )
    below_title = 0.22 + 0.25 * len(lines)
    key_lines = _write_key(figure, key, below_title)
    foot = textwrap.wrap(source, int(width * 17))
    figure.text(
        0.12 / width, 0.10 / height, "\n".join(foot), fontsize=7, color="#5b6570", va="bottom", ha="left"
    )
    top = below_title + (0.22 * key_lines if key else 0.02) + gap
    figure.subplots_adjust(
        top=1 - top / height,
        bottom=(bottom + 0.11 * (len(foot) - 1)) / height,
        left=0.68 / width,
        right=1 - 0.2 / width,
    )


def _write_key(figure: Figure, key: Sequence[KeyEntry], offset: float) -> int:
    """Write the key in as many lines as it takes; return their number."""
    width, height = figure.get_size_inches()
    x, lines = 0.14, 1
    for entry in key:
        length = 0.32 + 0.083 * len(entry.text)
        if x > 0.14 and x + length > width:
            x, lines = 0.14, lines + 1
        y = 1 - (offset + 0.10 + 0.22 * (lines - 1)) / height
        artist: Any = mpl.patches.Rectangle if entry.patch else None
        if artist:
            figure.add_artist(
                artist((x / width, y - 0.05 / height), 0.22 / width, 0.1 / height, color=entry.colour)
            )
        else:
            line = mpl.lines.Line2D(
                [x / width, (x + 0.26) / width],
                [y, y],
                color=entry.colour,
                lw=1.8,
                ls="--" if entry.dashed else "-",
            )
            figure.add_artist(line)
        figure.text((x + 0.32) / width, y, entry.text, fontsize=8.5, va="center", ha="left")
        x += length + 0.25
    return lines


def small_multiples(figure: Figure, count: int, columns: int = 4, **options: Any) -> list[Axes]:
    """``count`` panels in rows of ``columns``; the unused ones of the last row are taken away."""
    columns = min(columns, count)
    rows = -(-count // columns)
    panels: list[Axes] = list(figure.subplots(rows, columns, squeeze=False, **options).flat)
    for panel in panels[count:]:
        panel.remove()
    for panel in panels[:count]:
        sns.despine(ax=panel)
    return panels[:count]


def draw_line(panel: Axes, rounds: ArrayLike, values: ArrayLike, **options: Any) -> None:
    """A line over the rounds whose value is known; of a single round a dot."""
    height = np.asarray(values, dtype=float)
    known = np.isfinite(height)
    dot: dict[str, Any] = (
        {"marker": "o", "markeredgewidth": 0.75, "markeredgecolor": "w"} if len(height) == 1 else {}
    )
    panel.plot(np.asarray(rounds)[known], height[known], **dot, **options)


def quarter_ticks(panel: Axes, rounds: Sequence[int], quarters: Sequence[str], room: int = 5) -> None:
    """Years on the axis, where they begin, at most ``room`` of them; quarters or months when the run is
    shorter than two years.
    """
    first = [
        (number, quarter)
        for number, quarter in zip(rounds, quarters, strict=True)
        if quarter.endswith(YEAR_BEGINS)
    ]
    marks = first if len(first) >= 2 else list(zip(rounds, quarters, strict=True))
    step = -(-len(marks) // room)
    chosen = marks[::step]
    panel.set_xticks([number for number, _ in chosen], [q[:4] if marks is first else q for _, q in chosen])
    if len(rounds) > 1:
        panel.set_xlim(rounds[0], rounds[-1])


def money_scale(largest_usd: float) -> tuple[float, str]:
    """Divisor and word for an axis of money that reaches ``largest_usd``."""
    return (1e9, "billion") if largest_usd >= 1e9 else (1e6, "million")


def source_line(run: Run, tables: str, baseline: Run | None = None) -> str:
    """Where the numbers of a figure come from, and that it is one run."""
    against = f"; compared with {baseline.label}" if baseline else ""
    data = run.meta.get("data_fingerprint")
    version = str(run.meta.get("version", "")).replace("unknown", "")
    return (
        f"Source: orebloc {version} simulation, {run.label}{against}; table {tables}"
        f"{f'; data {str(data)[:12]}' if data else ''}. One run with one draw of shocks, not a forecast."
    ).replace("orebloc  ", "orebloc ")


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write ``name.png`` and ``name.svg``; the same figure always gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    _place_empty_labels(figure)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    with mpl.rc_context({"svg.hashsalt": "orebloc", "svg.fonttype": "path"}):
        figure.savefig(png, dpi=150, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None})
    return png, svg


def _place_empty_labels(figure: Figure) -> None:
    """Give labels without text a place, for which matplotlib would otherwise measure every tick."""
    for panel in figure.axes:
        for axis in (panel.xaxis, panel.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0.0, 0.0)

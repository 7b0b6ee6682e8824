"""The panel on industry: output lost where lines stop, else what dearer inputs add to products."""

from __future__ import annotations

from experiments.app.drawn import drawn_once
from experiments.app.line_chart import line_chart, make_line
from experiments.figures.naming import sector_in_words, the_country
from experiments.figures.sectors import find_sector, sector_colours
from experiments.results import Run
from experiments.sector_findings import largest_loss


@drawn_once
def show_industry(run: Run) -> str:
    """A chart in JSON, as those of :mod:`experiments.app.panels`: output lost in all countries by sector,
    billion USD a year; where nothing is lost what inputs add to products in the leader's country, %."""
    rows = run.table("sectors")
    if rows.empty:
        return line_chart("The data of this world know no sectors", "", run, [])
    if largest_loss(run) is not None:
        column, unit, scale, note = (
            "output_lost_usd",
            "billion USD a year",
            run.rounds_per_year / 1e9,
            "Value added that is not made for want of components or metal, all countries.",
        )
    else:
        rows = rows[rows["country"] == run.leader]
        column, unit, scale, note = (
            "cost_unit_percent",
            "% of the price",
            1.0,
            "What components and metal dearer than in the base year add to a product, "
            f"{the_country(run.leader)}; below zero where they are cheaper.",
        )
    wide = scale * rows.pivot_table(index="round", columns="sector", values=column, aggfunc="sum")
    colours = sector_colours(run.table("sectors"))
    lines = [make_line(sector_in_words(str(name)), colours[str(name)], wide[name]) for name in wide]
    return line_chart(find_sector(run), unit, run, lines, note)

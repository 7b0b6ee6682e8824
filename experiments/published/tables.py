"""Published results beside ours, as tables in Markdown."""

from __future__ import annotations

from experiments.markdown import markdown_table
from experiments.published.clubs import (
    hold_reviews,
    names,
    penalty_club,
    price_leaders,
    public_good,
    stable_sizes,
)
from experiments.published.stops import PUBLISHED, stop_of
from world.stability import Court, Valuation, search_all

PENALTIES = (0.0, 0.01, 0.02, 0.05, 0.10)
TARGETS = (12.5, 25.0, 50.0, 100.0)
COST_AT_25 = 1.8
"""Cost of the target at 25 USD a tonne of carbon over trade of 100, such that a duty of 2% holds the full
club."""
REGIONS = 15


def describe_clubs() -> str:
    """Stable sizes as printed and as found, and where reviews end that come one by one or all together."""
    clubs: list[tuple[str, int, Valuation, str]] = [
        ("public good, 10 players (Barrett 1994)", 10, public_good(10), "0, 2, 3"),
        ("public good, 40 players", 40, public_good(40), "0, 2, 3"),
        ("price leaders, 7 firms (d'Aspremont and others 1983)", 7, price_leaders(7), "3"),
        ("price leaders, 20 firms", 20, price_leaders(20), "3"),
        ("price leaders, 6 firms, stiff demand", 6, price_leaders(6, 0.1), "3, 6"),
    ]
    rows = []
    for title, count, valuation, printed in clubs:
        found = ", ".join(map(str, stable_sizes(count, valuation)))
        alone = [hold_reviews(valuation, count, start) for start in (0, count)]
        crowd = hold_reviews(valuation, count, count, together=True, seeds=1)
        ends = " / ".join(f"{reviews.last:.1f}" for reviews in alone)
        rows.append((title, printed, found, ends, f"{crowd.sizes.min()} to {crowd.sizes.max()}"))
    head = (
        "club",
        "stable, printed",
        "stable, found",
        "reviews one by one, from none / all",
        "all at once, from all",
    )
    return markdown_table(head, rows)


def describe_penalties() -> str:
    """Followers in a club of 15 that taxes outsiders, by duty and target, from an empty and a full club."""
    followers = frozenset(names(REGIONS - 1))
    rows = []
    for target in TARGETS:
        cost = COST_AT_25 * (target / 25.0) ** 2  # abatement cost is quadratic in the target
        cells = []
        for duty in PENALTIES:
            court = Court(penalty_club(duty, REGIONS, 100.0, cost))
            ends = {
                search.start: len(search.verdict.zone) for search in search_all(court, followers, frozenset())
            }
            cells.append(f"{ends['empty']} / {ends['full']}")
        rows.append((f"{target:g} USD/t", *cells))
    return markdown_table(("target", *(f"duty {duty:.0%}" for duty in PENALTIES)), rows)


def describe_stops() -> str:
    """A year without Chinese exports: price and loss, printed and ours."""
    rows = []
    for mineral, (price, loss, span) in PUBLISHED.items():
        ours = stop_of(mineral)
        printed = f"{loss:g}" + (f" ({span[0]:g} to {span[1]:g})" if span else "")
        rows.append(
            (
                mineral,
                f"+{price:g}%",
                f"{ours.mean_percent:+.0f}% / {ours.spot_percent:+.0f}%",
                printed,
                f"{ours.loss_usd_bn:.2f}",
                f"{ours.unmet_percent:.0f}%",
            )
        )
    head = ("stop of", "price, printed", "ours, mean / marginal", "loss, printed, bn USD", "ours", "unmet")
    return markdown_table(head, rows)

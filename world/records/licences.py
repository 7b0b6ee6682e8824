"""Rows of the table ``licences``: what licence offices did with the requests of a round, lane by lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from world.axes import STAGES, Axes
from world.licences.books import OfficeBook
from world.records.schema import Record


def record_licences(
    record: Record, when: Mapping[str, int | str], axes: Axes, books: Sequence[OfficeBook]
) -> None:
    """A row a lane under licence, buyers of one country together; ``books`` by stage."""
    for stage, book in enumerate(books):
        _record_stage(record, when, axes, book, stage)


def _record_stage(
    record: Record, when: Mapping[str, int | str], axes: Axes, book: OfficeBook, stage: int
) -> None:
    sellers, buyers = axes.sellers(stage), axes.buyers(stage)
    lanes: dict[tuple[int, int, int], list[float]] = {}
    for mineral, seller, buyer in np.argwhere(book.told).tolist():
        key = (mineral, int(sellers[mineral, seller]), int(buyers[mineral, buyer]))
        at = (mineral, seller, buyer)
        sums = lanes.setdefault(key, [float(book.approval_share[at]), 0.0, 0.0, 0.0])
        for place, tonnes in enumerate((book.requested_t, book.granted_t, book.backlog_t), start=1):
            sums[place] += float(tonnes[at])
    columns = list(zip(*lanes.values(), strict=True)) or [(), (), (), ()]
    record.add(
        "licences",
        **when,
        mineral=[axes.minerals[mineral] for mineral, _, _ in lanes],
        stage=STAGES[stage],
        origin=[axes.countries[seller] for _, seller, _ in lanes],
        destination=[axes.countries[buyer] for _, _, buyer in lanes],
        approval_share=list(columns[0]),
        requested_t=list(columns[1]),
        granted_t=list(columns[2]),
        backlog_t=list(columns[3]),
    )

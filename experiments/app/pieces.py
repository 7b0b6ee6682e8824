"""Small pieces that several cards use."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import solara


@solara.component
def Heading(text: str) -> None:
    """The heading of a card."""
    solara.HTML(tag="h2", unsafe_innerHTML=html.escape(text))


@solara.component
def Words(text: str) -> None:
    """Paragraphs."""
    for paragraph in text.split("\n\n"):
        solara.HTML(tag="p", unsafe_innerHTML=html.escape(paragraph))


@solara.component
def Facts(rows: Sequence[str]) -> None:
    """A list of sentences."""
    items = "".join(f"<li>{html.escape(row)}</li>" for row in rows)
    solara.HTML(tag="ul", classes=["ob-facts"], unsafe_innerHTML=items)


@solara.component
def Grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; all columns but the first are numbers."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{"n" if place else ""}">{html.escape(cell)}</td>' for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    solara.HTML(tag="table", unsafe_innerHTML=f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>")


@solara.component
def Choice(label: str, value: solara.Reactive[str], words: Mapping[str, str], wide: bool = False) -> None:
    """A choice among keys, shown in words; ``wide`` where the words are long."""
    keys = {text: key for key, text in words.items()}
    shown = words.get(value.value, next(iter(words.values()), ""))
    solara.Select(
        label,
        list(keys),
        value=shown,
        on_value=lambda text: value.set(keys[text]),
        dense=True,
        classes=["ob-wide"] if wide else [],
    )

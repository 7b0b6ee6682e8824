"""What criteria may measure, in words, made from the registries that the program itself obeys."""

from __future__ import annotations

from experiments.backtests.aggregates import AGGREGATES
from experiments.backtests.vocabulary import SECTOR, words


def describe_words() -> str:
    """Two tables in Markdown: measures and aggregates."""
    lines = ["### Measures", "", "| measure | where | unit | segments | meaning |", "|---|---|---|---|---|"]
    for word in words().values():
        segments = ", ".join(f"`{name}`" if name != SECTOR else "a sector" for name in word.segments if name)
        segments, ends = segments or "-", f"`{word.ends}`"
        lines.append(f"| `{word.name}` | {ends} | {word.unit} | {segments} | {word.meaning} |")
    lines += ["", "### Aggregates", "", "| aggregate | takes | meaning |", "|---|---|---|"]
    for name, aggregate in AGGREGATES.items():
        lines.append(f"| `{name}` | {aggregate.takes or '-'} | {aggregate.meaning} |")
    return "\n".join(lines) + "\n"

"""The summary of a run in the terminal: the question and the findings, wrapped, with one line on what to
try next.
"""

from __future__ import annotations

import textwrap

from experiments.doubts import least_sure, one_run_is_one_run
from experiments.figures.naming import sentence
from experiments.findings import find_all
from experiments.results import Run

WIDTH = 112


def summarise(run: Run, baseline: Run | None = None) -> str:
    """The summary as text; the sentences are those of the report."""
    return "\n".join(summary_lines(run, baseline))


def summary_lines(run: Run, baseline: Run | None = None) -> list[str]:
    """The question, a finding a topic, and that one run is one run."""
    if not run.rounds:
        return [str(run.meta.get("question") or "What happens?"), "  No round was played."]
    topics = [(finding.topic, finding.text) for finding in find_all(run, baseline)]
    topics.append(("Least sure of", f"{least_sure(run)}. {sentence(one_run_is_one_run(run))[:-1]}"))
    width = max(len(topic) for topic, _ in topics) + 4
    lines = [str(run.meta.get("question") or "What happens?")]
    for topic, text in topics:
        lines += textwrap.wrap(
            text,
            WIDTH,
            initial_indent=f"  {topic:<{width - 2}}",
            subsequent_indent=" " * width,
            break_on_hyphens=False,
        )
    if run.meta.get("status") == "interrupted":
        lines.append(
            f"  (interrupted: {len(run.rounds)} of {run.meta.get('rounds_planned', 'the planned')} "
            f"{run.round_word}s)"
        )
    return lines

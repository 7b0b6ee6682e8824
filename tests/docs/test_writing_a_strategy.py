"""The example of the page is a strategy that works as the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "writing-a-strategy.md"


def test_the_example_runs_and_does_what_it_says() -> None:
    import sys

    sys.path.insert(0, str(PAGE.parents[1] / "tests" / "agents"))
    from made_up_views import view

    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    assert found[1].count("\n") <= 40
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(found[1], str(PAGE), "exec", dont_inherit=True), names)
    rule = names["Strategy"]()
    trusted = [rule.decide(view(trust_leader=t, favourable_reviews=1), {}).choice for t in (0.6, 0.4)]
    assert trusted == ["join", "hold_out"]
    inside = [rule.decide(view(rung=4, trust_leader=t), {}).choice for t in (0.4, 0.2)]
    assert inside == ["stay", "leave"]
    assert rule.decide(view(trust_leader=1.0, text_exists=False), {}).choice == "hold_out"

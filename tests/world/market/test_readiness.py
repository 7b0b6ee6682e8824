"""Compiled once, ahead of the first market: the same code that a run needs, and the arrays need none."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from world.market.compiled import cache
from world.market.method import KernelError
from world.market.readiness import is_ready, make_ready, smallest_market
from world.market.solver import clear_market

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "world" / "market" / "compiled"


def run_apart(program: str, **environment: str) -> list[str]:
    """The words that ``program`` prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


A_RUN = """
from world.market.compiled import cache
from world.market.readiness import make_ready
from world.model import TradeWorld
from world.scenario import load_scenario

def compiled_so_far():
    return {entrance.__name__: list(entrance.signatures) for entrance in cache.ENTRANCES}

make_ready()
ahead = compiled_so_far()
world = TradeWorld(load_scenario("zone_floor", {"run.rounds": 5, "run.minerals": ["ndpr", "gallium"]}), rng=1)
while not world.finished:
    world.step()
later = compiled_so_far()
print(all(ahead.values()), world.markets_asked > 0, later == ahead, *ahead)
"""


def test_what_is_compiled_ahead_is_all_that_a_run_needs() -> None:
    """In a process of its own, in which nothing else was compiled before."""
    words = run_apart(A_RUN)
    assert words[:3] == ["True", "True", "True"]
    assert set(words[3:]) == compiled_functions()[0]


def test_the_smallest_market_clears() -> None:
    market, _ = smallest_market()
    cleared = clear_market(market)
    mined, made, used = (stage.flow_t.item() for stage in cleared.stages)
    assert (made, used) == pytest.approx((0.9 * mined, 0.9 * made))
    prices = [stage.price_usd_t.item() for stage in cleared.stages]
    assert sorted(prices) == prices
    assert np.isfinite(prices).all()


def compiled_functions() -> tuple[set[str], set[str], set[str]]:
    """Names of entrances, of what else is compiled, and of what Python functions beside them name."""
    entrances, inner, named = set[str](), set[str](), set[str]()
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = {name.id for name in node.decorator_list if isinstance(name, ast.Name)}
            if marks & {"entrance", "lean_entrance"}:
                entrances.add(node.name)
            elif marks & {"compiled", "lean", "fused", "summing"}:
                inner.add(node.name)
            else:
                named |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return entrances, inner, named


def test_python_calls_the_entrances_alone() -> None:
    """A function that is no entrance would run as it is written, hundreds of times slower."""
    entrances, inner, named = compiled_functions()
    assert entrances <= named
    assert inner
    assert not inner & named


def test_the_arrays_need_no_compiling() -> None:
    told = (
        "import sys, world.market.readiness as form; form.make_ready();"
        "print(form.is_ready(), 'numba' in sys.modules)"
    )
    assert run_apart(told, OREBLOC_KERNEL="arrays") == ["True", "False"]


def test_an_unknown_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OREBLOC_KERNEL", "fast")
    with pytest.raises(KernelError, match="given 'fast', allowed: compiled or arrays"):
        make_ready()


def test_what_is_compiled_is_noted_where_it_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert not is_ready()
    cache.note_kept()
    assert is_ready()
    monkeypatch.setattr(cache, "_state", lambda: "other sources")
    assert not is_ready()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "nowhere"))
    cache.note_kept()  # a folder that cannot be written costs the note, nothing else
    assert not is_ready()

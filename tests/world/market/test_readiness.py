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
from numba.core.dispatcher import Dispatcher
from small_worlds import make_world, play

from world.market.compiled import cache, newton, payments
from world.market.method import KernelError
from world.market.readiness import is_ready, make_ready, smallest_market
from world.market.solver import clear_market

ROOT = Path(__file__).resolve().parents[3]


def test_what_is_compiled_ahead_is_all_that_a_run_needs() -> None:
    make_ready()
    play(make_world("zone_floor", rounds=5, minerals=["ndpr", "gallium"], history=True))
    assert len(newton._solve_rows.signatures) == 1
    assert len(payments._add_up.signatures) == 1


def test_the_smallest_market_clears() -> None:
    market, _ = smallest_market()
    cleared = clear_market(market)
    mined, made, used = (stage.flow_t.item() for stage in cleared.stages)
    assert (made, used) == pytest.approx((0.9 * mined, 0.9 * made))
    prices = [stage.price_usd_t.item() for stage in cleared.stages]
    assert sorted(prices) == prices
    assert np.isfinite(prices).all()


def test_python_calls_the_entrances_alone() -> None:
    """A function that is no entrance would run as it is written, hundreds of times slower."""
    for module in (newton, payments):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        compiled = {node.name for node in functions if node.decorator_list}
        called = {
            name.id
            for node in functions
            if not node.decorator_list
            for name in ast.walk(node)
            if isinstance(name, ast.Name)
        }
        assert (called & compiled) <= set(cache.ENTRANCES)
        assert [isinstance(getattr(module, name), Dispatcher) for name in called & compiled] == [True]


def test_the_arrays_need_no_compiling() -> None:
    told = (
        "import sys, world.market.readiness as form; form.make_ready();"
        "print(form.is_ready(), 'numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env={**os.environ, "OREBLOC_KERNEL": "arrays"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "False"]


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

"""Compiled code is kept between runs: in a folder of the user's cache that is named by what was compiled.

Numba's own cache looks at the date of the one file that holds a function; ours changes with any file that the
compiled functions read, and leaves nothing in the source tree.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba import njit
from numba.extending import register_jitable

SOURCES = Path(__file__).resolve().parent


def _state() -> str:
    """A word that changes with the sources."""
    files = sorted([*SOURCES.glob("*.py"), *SOURCES.parent.glob("*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _folder() -> Path:
    """The folder for this state of the sources."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "orebloc" / _state()


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(_folder())  # type: ignore[attr-defined]


def is_kept() -> bool:
    """Whether everything was compiled before, from these sources and by this interpreter."""
    return _mark().is_file()


def note_kept() -> None:
    """Note that everything is compiled and kept, where the folder of the cache can be written."""
    with suppress(OSError):
        _mark().touch()


def _mark() -> Path:
    folder = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
    return folder / f"{_state()}-{sys.implementation.cache_tag}-{numba.__version__}"


ENTRANCES: list[Any] = []
"""The compiled functions that Python calls, as they were defined: tests ask what of them was compiled."""


def entrance(function: Callable[..., Any]) -> Any:
    """Compile ``function``, which Python calls, and keep what was compiled."""
    return _enter(function, {})


def lean_entrance(function: Callable[..., Any]) -> Any:
    """Compile ``function``, which Python calls and which allocates nothing: see :func:`lean`."""
    return _enter(function, {"_nrt": False})


def compiled(function: Callable[..., Any]) -> Any:
    """Compile ``function``, which compiled code alone calls: a way into it from Python would take a third of
    the time that compiling takes. Called from Python it runs as it is written, slowly.
    """
    return _compile(function, {})


def lean(function: Callable[..., Any]) -> Any:
    """As :func:`compiled`, for what allocates nothing: without counting references. A stage holds a dozen
    arrays, and counting them at each call took more time than the arithmetic.
    """
    return _compile(function, {"_nrt": False})


def fused(function: Callable[..., Any]) -> Any:
    """As :func:`lean`; products may be added to sums without being rounded first."""
    return _compile(function, {"_nrt": False, "fastmath": {"contract"}})


def summing(function: Callable[..., Any]) -> Any:
    """As :func:`lean`; terms of a sum may be added in any order, several at a time."""
    return _compile(function, {"_nrt": False, "fastmath": {"contract", "reassoc"}})


def _enter(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    made = njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    ENTRANCES.append(made)
    return made


def _compile(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    inner = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **options}
    return register_jitable(nogil=True, error_model="numpy", **inner)(function)

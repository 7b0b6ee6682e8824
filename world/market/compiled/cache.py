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


ENTRANCES = ("_solve_rows", "_add_up")
"""Functions that Python calls. The others are called by compiled code alone: a way into each from Python
would take a third of the time that compiling takes. Called from Python they run as they are written, slowly.
"""


def compiled(function: Callable[..., Any]) -> Any:
    """Compile ``function``, and keep what Python calls."""
    return _compile(function, {})


def lean(function: Callable[..., Any]) -> Any:
    """Compile ``function``, which allocates nothing, without counting references: a stage holds a dozen
    arrays, and counting them at each call took more time than the arithmetic.
    """
    return _compile(function, {"_nrt": False})


def _compile(function: Callable[..., Any], options: dict[str, bool]) -> Any:
    if function.__name__ in ENTRANCES:
        return njit(cache=True, nogil=True, error_model="numpy", **options)(function)  # type: ignore[call-overload]
    inner = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **options}
    return register_jitable(nogil=True, error_model="numpy", **inner)(function)

"""Compiled code is kept between runs: in a folder of the user's cache that is named by what was compiled.

Numba's own cache looks at the date of the one file that holds a function; ours changes with any file that the
compiled functions read, and leaves nothing in the source tree.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numba
from numba import njit

SOURCES = Path(__file__).resolve().parent


def _folder() -> Path:
    """The folder for this state of the sources."""
    files = sorted([*SOURCES.glob("*.py"), *SOURCES.parent.glob("*.py")])
    state = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "orebloc" / state


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(_folder())  # type: ignore[attr-defined]

compiled = njit(cache=True, nogil=True, error_model="numpy")
# Functions that allocate nothing need not count references: a stage holds a dozen arrays, and counting them
# at each call took more time than the arithmetic.
lean = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)  # type: ignore[call-overload]

"""Where a result comes from: version, interpreter, fingerprint and quality of the data, memory used."""

from __future__ import annotations

import csv
import hashlib
import platform
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "world" / "data"


def software_version() -> str:
    """Version of this package, or ``unknown`` in a checkout that is not installed."""
    try:
        return version("orebloc")
    except PackageNotFoundError:
        return "unknown"


@cache
def code_fingerprint() -> str:
    """Twelve hex digits that change when any line of the code that a run is played by does."""
    return fingerprint_of(code_of("agents") + code_of("world"))[:12]


def code_of(folder: str) -> list[Path]:
    """The modules under a folder of the checkout, in the order of their paths."""
    return sorted((DATA.parent.parent / folder).rglob("*.py"))


def fingerprint_of(files: Iterable[Path]) -> str:
    """SHA-256 over files of the checkout and where they stand in it, in the order given."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(DATA.parent.parent).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def data_fingerprint() -> str:
    """Twelve hex digits that change when any table of the data does."""
    from world.dataset import load_dataset

    return load_dataset().fingerprint[:12]


def data_quality(folder: Path = DATA) -> dict[str, int]:
    """Number of rows of the data by quality: reported, derived, estimate, assumption."""
    counts: Counter[str] = Counter()
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            counts.update(row["quality"] for row in csv.DictReader(rows) if row.get("quality"))
    return dict(sorted(counts.items()))


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process so far in MB; ``None`` where the system does not tell."""
    try:
        import resource
    except ImportError:  # not a Unix
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1e6 if sys.platform == "darwin" else 1e3), 1)


def provenance() -> dict[str, Any]:
    """The part of ``run.json`` that says with what the run was made."""
    return {
        "version": software_version(),
        "python": platform.python_version(),
        "data_fingerprint": data_fingerprint(),
        "quality": data_quality(),
    }

"""Check what a short run left behind: ``python .ci/check_run.py FOLDER``. Exit code 1 and a line a fault
when something is missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as parquet

TABLES = ("countries", "markets", "flows", "zone", "decisions", "reserve", "events")
MAY_BE_EMPTY = ("decisions", "reserve", "events")
KEYS = (
    "scenario",
    "question",
    "seed",
    "rounds",
    "status",
    "version",
    "python",
    "data_fingerprint",
    "scenario_text",
    "timings",
)
TIMINGS = ("start_s", "compile_s", "simulation_s", "output_s")
LEAST_REPORT_BYTES = 20_000


def faults(folder: Path) -> Iterator[str]:
    """What is missing or empty in a result folder."""
    for table in TABLES:
        path = folder / f"{table}.parquet"
        if not path.is_file():
            yield f"{path.name}: missing"
        elif parquet.read_metadata(path).num_rows == 0 and table not in MAY_BE_EMPTY:
            yield f"{path.name}: no rows"
    report = folder / "report.html"
    if not report.is_file() or report.stat().st_size < LEAST_REPORT_BYTES:
        yield "report.html: missing or nearly empty"
    meta = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    yield from (f"run.json: no {key}" for key in KEYS if key not in meta)
    yield from (f"run.json: no {name} in timings" for name in TIMINGS if name not in meta.get("timings", {}))
    if meta.get("status") != "finished":
        yield f"run.json: status is {meta.get('status')!r}"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    print("\n".join(found) or "results are complete")
    sys.exit(1 if found else 0)

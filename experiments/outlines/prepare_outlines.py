"""Make ``land.json`` (ISO code -> polygons) from Natural Earth 1:110m, which is in the public domain.

Source: the file ``naturalearth_lowres`` in the wheel of geopandas 0.14.4. Borders are as Natural Earth
draws them, disputed ones
included, and say nothing about whose they are. Small states (Singapore, Malta, Bahrain, ...) are not in it
and are drawn as points.

Run by hand, once: ``pip install pyshp`` and then ``python -m experiments.outlines.prepare_outlines``.
"""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

Ring = list[list[float]]

WHEEL = "geopandas==0.14.4"
INSIDE = "geopandas/datasets/naturalearth_lowres/naturalearth_lowres"
CODES = {"France": "FRA", "Norway": "NOR", "N. Cyprus": "CYP", "Somaliland": "SOM", "Kosovo": "XKX"}
LEFT_OUT = {"ATA"}
TARGET = Path(__file__).with_name("land.json")


def prepare_outlines(target: Path = TARGET) -> int:
    """Download the wheel into a temporary folder, write ``target``, return its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL],
            check=True,
        )
        land = read_land(next(Path(folder).glob("geopandas-*.whl")))
    text = json.dumps(
        {
            "source": f"Natural Earth 1:110m (public domain), wheel of {WHEEL}; borders as drawn there",
            "made_by": "experiments/outlines/prepare_outlines.py",
            "land": land,
        },
        separators=(",", ":"),
        sort_keys=True,
    )
    target.write_text(text + "\n", encoding="utf-8")
    return target.stat().st_size


def read_land(wheel: Path) -> dict[str, list[Ring]]:
    """Outer rings of each country in the wheel, [longitude, latitude] in degrees rounded to 0.1."""
    shapefile = importlib.import_module("shapefile")
    with zipfile.ZipFile(wheel) as archive:
        parts = {kind: io.BytesIO(archive.read(f"{INSIDE}.{kind}")) for kind in ("shp", "shx", "dbf")}
    land: dict[str, list[Ring]] = {}
    for entry in shapefile.Reader(**parts, encoding="latin-1").shapeRecords():
        code = CODES.get(entry.record["name"], entry.record["iso_a3"])
        if code not in LEFT_OUT:
            starts = [*entry.shape.parts, len(entry.shape.points)]
            rings = (entry.shape.points[first:last] for first, last in pairwise(starts))
            land.setdefault(code, []).extend(ring for ring in map(round_ring, rings) if ring)
    return land


def round_ring(points: Iterable[tuple[float, float]]) -> Ring:
    """The ring at 0.1 degree without repeated points; empty for holes and for rings that vanish."""
    ring: Ring = []
    for longitude, latitude in points:
        point = [round(longitude, 1), round(latitude, 1)]
        if not ring or ring[-1] != point:
            ring.append(point)
    return ring if len(ring) >= 4 and _is_clockwise(ring) else []


def _is_clockwise(ring: Ring) -> bool:
    pairs = pairwise(ring)
    return sum((end[0] - start[0]) * (end[1] + start[1]) for start, end in pairs) > 0


if __name__ == "__main__":
    print(f"{TARGET}: {prepare_outlines()} bytes")

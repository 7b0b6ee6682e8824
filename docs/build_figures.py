"""Draws the figure of the README from a run of ``zone_floor``: run it after a change that moves its results.

python docs/build_figures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from build_example import shrink

FIGURE = Path(__file__).parent / "figures" / "dominance.png"
SCENARIO, SEED, WIDEST_PIXELS = "zone_floor", 1, 1000


def main() -> int:
    """Play the scenario with one seed and draw how much of the world's refining is done in one country."""
    from experiments.batch import run_scenario

    with tempfile.TemporaryDirectory() as folder:
        run = run_scenario(SCENARIO, SEED, out=Path(folder) / "run")
        large = Path(folder) / FIGURE.name
        run.figure(FIGURE.stem).savefig(large, dpi=150)
        FIGURE.parent.mkdir(exist_ok=True)
        FIGURE.write_bytes(shrink(large.read_bytes(), WIDEST_PIXELS))
    sys.stdout.write(f"{FIGURE.name}: {FIGURE.stat().st_size / 1024:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Check what a study left behind: ``python .ci/check_study.py FOLDER``. Exit code 1 and a line a fault when
the page lacks something or numbers are missing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with the page and the numbers of a study."""
    table = pd.read_csv(folder / "numbers.csv")
    if table[["difference", "low", "high"]].isna().any(axis=None):
        yield "numbers.csv: a difference or an interval is missing"
    if (table["pairs"] < 2).any():
        yield "numbers.csv: fewer than two pairs"
    page = (folder / "study.html").read_text(encoding="utf-8")
    rows = re.findall(r'id="row-(\d+)"', page)
    if rows != [str(row) for row in table["row"]]:
        yield "study.html: its rows are not those of numbers.csv"
    if re.findall(r'(?:src|href)="(?!data:|#)', page):
        yield "study.html: fetches something"
    figures = list((folder / "figures").glob("*.svg"))
    if page.count("data:image/svg+xml;base64,") != len(figures) or not figures:
        yield "study.html: its figures are not those of figures/"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)

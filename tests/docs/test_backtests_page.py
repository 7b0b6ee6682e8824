"""The case that the page writes, put together from its pieces, can be read and its criteria asked."""

import re
import textwrap
from pathlib import Path

from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import COLUMNS, read_criteria
from experiments.backtests.evaluation import evaluate
from experiments.backtests.play import play_case

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "backtests.md").read_text(encoding="utf-8")
RUN = '[run]\nstart = "2010-Q3"\nrounds = 11\n'
STOP = """[[measures]]
id = "stop"
announced = 2011-01-01
in_force = 2011-01-01
actor = "AAA"
instrument = "ban"
targets = ["BBB"]
"""


def block(first_words: str) -> str:
    """The indented block of the page that begins with some words."""
    found = re.search(
        rf"\n\n((?:    .*\n|\n)*?    {re.escape(first_words)}(?:.*\n)(?:    .*\n|\n(?=    ))*)", PAGE
    )
    assert found is not None, first_words
    return textwrap.dedent(found[1])


def test_the_pieces_of_the_page_make_a_case(tmp_path: Path) -> None:
    folder = tmp_path / "my_case"
    folder.mkdir()
    pieces = [
        'name = "A stop"\nquestion = "What does a stop do?"\n',
        *(block("zero = "), RUN, block("[minerals.stuff]"), STOP, block("[variants.open]")),
    ]
    (folder / "case.toml").write_text("\n".join(pieces), encoding="utf-8")
    (folder / "criteria.csv").write_text(",".join(COLUMNS) + "\n" + block("P,1,price"), encoding="utf-8")
    case = read_case(folder)
    rows = read_criteria(case)
    assert [row.id for row in rows] == ["P", "X", "T"]
    outcomes = play_case(case, {}, 1, ["actual", "open"])
    price, left, _ = (evaluate(row, outcomes, case) for row in rows)
    assert price > 1.5
    assert left == -100.0
    assert "`" + ",".join(COLUMNS) + "`" in PAGE

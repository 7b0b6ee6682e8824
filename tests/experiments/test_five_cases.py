"""A stranger writes a vote, a slump, another restrictor, a duty and a floor without touching code."""

from pathlib import Path

import pytest
from five_cases import FIVE, criteria_of
from made_up_case import write_case

from experiments.backtests.backtest import run_backtests


@pytest.mark.parametrize("name", list(FIVE))
def test_a_case_of_labels_is_read_played_and_met(name: str, tmp_path: Path) -> None:
    folder = write_case(tmp_path, FIVE[name][0], criteria_of(name), history=None)
    text = (folder / "case.toml").read_text(encoding="utf-8").partition("[[series]]")[0]
    (folder / "case.toml").write_text(text, encoding="utf-8")
    (test,) = run_backtests([folder], [{}], jobs=1)
    assert not test.lost
    for score in test.scores:
        assert score.passed, [(part.criterion.part, part.median, part.reason) for part in score.parts]

"""A small world to play in, and a page of it in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.page import find_browser, launch, served
from experiments.app.premise import Premise
from experiments.app.tracks import PLAYS_AHEAD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SMALL = """name = "Two minerals"
question = "Does the page work?"
base = "zone_floor"
[run]
minerals = ["dytb", "gallium"]
start = "2025-Q1"
decisions_open = "2025-Q3"
rounds = 16
[zone]
text_quarters = [0, 0]
ratification_quarters = [0, 1]
"""
OPENING = 5


@pytest.fixture(scope="session")
def small() -> Premise:
    return Premise("", SMALL, "{}", 1)


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """What a test has played ahead is over with it: other tests look on as markets are cleared."""
    yield
    while ahead := [thread for thread in threading.enumerate() if thread.name == PLAYS_AHEAD]:
        ahead[0].join()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that is being served."""
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    with served(str(folder / "small.toml"), "--rounds", str(OPENING)) as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium from the system's packages."""
    path = find_browser()
    if path is None:
        pytest.skip("no browser: install one with: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()

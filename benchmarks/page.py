"""What the page costs: a step of the default world end to end, and many visitors who step at once.

A step is timed from the click to the new quarter in the sentence on top, in headless Chromium on the same
machine, so that browser and server share its processors. Needs the extra ``app`` and Debian's chromium.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.tables import Table
from experiments.app.premise import Premise
from experiments.figures.naming import quarter_in_words

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

OPENING = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
STEPS = 6
LOOK_S = 4.0
"""What a visitor looks at a quarter before the next step; meanwhile the next quarter is played ahead."""
OWN_QUARTER = "2026-Q1"
PATIENCE_MS = 120_000
HEADING = "document.querySelector('.ob-head')?.innerText"


def table(visitors: int = 20, scenario: str = "zone_floor") -> Table:
    """Open the page, step it alone, then with others; the server's memory before and after."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        return Table("The page", ["measure", "value"], [["no browser", "apt-get install chromium"]])
    with (
        served(scenario, "--rounds", str(OPENING)) as (address, server),
        sync_playwright() as playwright,
    ):
        idle = _memory_mb(server)
        browser = launch(playwright, path)
        began = time.perf_counter()
        first = _open(browser, address)
        opened = time.perf_counter() - began
        looked = [_step([first], LOOK_S)[0] for _ in range(STEPS)]
        alone = [_step([first])[0] for _ in range(STEPS)]
        pages = [_open(browser, address) for _ in range(visitors)]
        together = _step(pages, LOOK_S)
        full = _memory_mb(server)
        for number, page in enumerate(pages):
            _look_at(page, address, number)
        apart = _step(pages, LOOK_S * visitors / 4)
        own = _memory_mb(server)
        browser.close()
    rows = [
        ["a page opened, s", f"{opened:.2f}"],
        [f"a step after {LOOK_S:g} s of looking, median of {STEPS}, s", f"{median(looked):.2f}"],
        ["a step after looking, slowest, s", f"{max(looked):.2f}"],
        [f"a step at once after the last, median of {STEPS}, s", f"{median(alone):.2f}"],
        ["a step at once after the last, slowest, s", f"{max(alone):.2f}"],
        [f"{visitors} visitors step at once, median, s", f"{median(together):.2f}"],
        [f"{visitors} visitors step at once, slowest, s", f"{max(together):.2f}"],
        [f"{visitors} in worlds of their own step at once, median, s", f"{median(apart):.2f}"],
        [f"{visitors} in worlds of their own step at once, slowest, s", f"{max(apart):.2f}"],
        ["memory of the idle server and its processes, MB", f"{idle:.0f}"],
        ["more per visitor of one world, MB", f"{(full - idle) / (visitors + 1):.0f}"],
        ["more per visitor of worlds of their own, MB", f"{(own - idle) / (visitors + 1):.0f}"],
    ]
    notes = ["Clicks of visitors are given one after another; browsers take their share of the processors."]
    return Table(f"The page, {scenario} opened at round {OPENING}", ["measure", "value"], rows, notes)


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.wait_for_selector(".ob-map path.ob-land")
    return page


def _look_at(page: Page, address: str, number: int) -> None:
    """Go to a world of one's own: another seed, in the quarter in which governments begin to decide."""
    token = Premise(seed=100 + number).token()
    page.goto(f"{address}?world={token}&quarter={OWN_QUARTER}")
    page.wait_for_function(f"{HEADING}?.includes('{quarter_in_words(OWN_QUARTER)}:')")


def _step(pages: list[Page], look_s: float = 0.0) -> list[float]:
    """Seconds from the click on Step to another quarter on top, page by page, after they were looked at."""
    time.sleep(look_s)
    shown = [page.evaluate(HEADING) for page in pages]
    clicked = []
    for page in pages:
        clicked.append(time.perf_counter())
        page.get_by_role("button", name="Step", exact=True).first.click()
    taken = []
    for page, before, since in zip(pages, shown, clicked, strict=True):
        page.wait_for_function(f"before => {HEADING} !== before", arg=before)
        taken.append(time.perf_counter() - since)
    return taken


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, int]]:
    """Address and process of a page that is being served, of ``experiments app`` with these arguments.

    Raises ``RuntimeError`` with what the server said where it does not come up.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments", "app", *arguments, "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            if not _comes_up(f"http://127.0.0.1:{port}/readyz", server):
                log.seek(0)
                raise RuntimeError(f"the page is not served:\n{log.read().decode(errors='replace')}")
            yield f"http://127.0.0.1:{port}/", server.pid
        finally:
            server.terminate()
            server.wait(20)


def _comes_up(url: str, server: subprocess.Popen[bytes]) -> bool:
    for _ in range(600):
        if server.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def find_browser() -> str | None:
    """Path of Chromium from the system's packages."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Headless Chromium that asks nothing of the outside."""
    quiet = ("background-networking", "component-update", "sync", "gpu", "quic")
    arguments = ["--no-sandbox", *(f"--disable-{name}" for name in quiet)]
    return playwright.chromium.launch(executable_path=path, args=arguments)


def _memory_mb(process: int) -> float:
    """Resident memory of a process and of those it has opened, MB (Linux)."""
    here = Path(f"/proc/{process}")
    pages = int((here / "statm").read_text(encoding="ascii").split()[1])
    opened = (here / f"task/{process}/children").read_text(encoding="ascii").split()
    return pages * 4096 / 1e6 + sum(_memory_mb(int(child)) for child in opened)

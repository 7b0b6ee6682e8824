"""A small world to play in, and a page of it in a real browser."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from experiments.app.premise import Premise

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
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def small() -> Premise:
    return Premise("", SMALL, "{}", 1)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that is being served."""
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments", "app", str(folder / "small.toml")]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--rounds", str(OPENING)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", server, folder / "log.txt")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the page is not served:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium from the system's packages."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no browser: install one with: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    quiet = ("background-networking", "component-update", "sync", "gpu", "quic")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", *(f"--disable-{name}" for name in quiet)]
        )
        yield browser
        browser.close()

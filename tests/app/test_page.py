"""The page in a real browser: what a visitor does, from opening it to sharing a world."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Error

from experiments.__main__ import main
from experiments.app.panels import headline
from experiments.app.premise import MOST_BYTES, read_file
from experiments.results import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHOTS = Path(os.environ.get("OREBLOC_SCREENSHOTS", "")) if os.environ.get("OREBLOC_SCREENSHOTS") else None
"""Where pictures are kept to be looked at; nowhere unless it is set."""
PATIENCE_MS = 40_000


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a browser of its own; nothing may be missing, asked of the outside, or fail in the script."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    wrong = watch(page)
    open_page(page, address)
    yield page
    context.close()
    assert wrong == []


def watch(page: Page) -> list[str]:
    """What goes wrong on a page, as it does."""
    wrong: list[str] = []
    local = ("http://127.0.0.1", "data:", "blob:")
    page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.on("request", lambda asked: None if asked.url.startswith(local) else wrong.append(asked.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


def open_page(page: Page, address: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.wait_for_selector(".ob-map path.ob-land")


def shot(page: Page, name: str) -> None:
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")


def wait_for_quarter(page: Page, quarter: str) -> None:
    page.wait_for_selector(f".ob-head >> text={quarter}:")


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def choose(page: Page, label: str, option: str | re.Pattern[str], within: str = "body") -> None:
    """Choose from a list; a click while the list is still moving into place is given again."""
    wanted = page.get_by_role("option", name=option).first
    for _ in range(8):
        page.locator(within).get_by_label(label).first.click(force=True)
        try:
            wanted.click(timeout=PATIENCE_MS / 8)
        except Error:
            continue
        return
    raise AssertionError(f"{label}: no option {option}")


def watch_number(page: Page, selector: str) -> str:
    """Follow how many such elements the page has; the expression gives the numbers seen since."""
    count = f"window.seen.add(document.querySelectorAll('{selector}').length)"
    watch = (
        f"new MutationObserver(() => {count}).observe(document.body, {{ childList: true, subtree: true }})"
    )
    page.evaluate(f"() => {{ window.seen = new Set(); {count}; {watch} }}")
    return "[...window.seen]"


def test_opens_steps_plays_and_resets(page: Page) -> None:
    wait_for_quarter(page, "Q1 2026")
    shot(page, "opening")
    assert page.locator(".ob-arc").count() > 5
    assert "USD/kg" in page.inner_text(".ob-panels")
    click(page, "Step")
    wait_for_quarter(page, "Q2 2026")
    click(page, "▶")
    wait_for_quarter(page, "Q4 2026")
    click(page, "❚❚")
    page.get_by_role("button", name="▶").wait_for()
    page.get_by_label("Quarter shown").fill("2")
    page.get_by_label("Quarter shown").dispatch_event("change")
    wait_for_quarter(page, "Q2 2025")
    click(page, "Reset")
    wait_for_quarter(page, "Q1 2025")


def test_rules_are_changed_and_act_on_reset(page: Page) -> None:
    page.get_by_text("Change the rules").click()
    choose(page, "Threats by the leader", "harsh")
    click(page, "Reset")
    wait_for_quarter(page, "Q1 2025")
    with page.expect_download() as saved:
        click(page, "Save as scenario file")
    game = read_file(Path(saved.value.path()).read_bytes())
    assert game.premise.scenario.leader.coercion == "harsh"


def test_the_network_is_laid_out_by_role(page: Page) -> None:
    choose(page, "Show countries by", "role, as a network")
    page.wait_for_selector("circle.role-dominant_refiner")
    page.wait_for_selector(".ob-label >> text=China")
    shot(page, "network")
    page.locator('circle[data-code="JPN"]').click()
    page.wait_for_selector("text=Why? Japan")


def test_a_country_is_chosen_on_the_map_and_asked_why(page: Page) -> None:
    page.locator('path[data-code="AUS"]').click()
    page.wait_for_selector("text=Why? Australia")
    assert re.search(r"Australia (held out|took the step|found the step)", page.inner_text(".ob-why"))
    page.wait_for_selector(".ob-why .ob-sum")
    for tab, words in (("Members", "countries"), ("Grip", "world refining"), ("Log", "2025")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"text={words}")
    shot(page, "why")


def test_a_seat_is_taken_kept_on_reload_and_debriefed(page: Page, address: str) -> None:
    click(page, "Take the seat of Canada")
    maps = watch_number(page, ".ob-map")
    for quarter in ("Q2 2026", "Q3 2026", "Q4 2026", "Q1 2027"):
        page.wait_for_selector(f".ob-seat >> text={quarter}: what you are told")
        page.locator(".ob-choices button:enabled").first.click()
        wait_for_quarter(page, quarter)
    assert page.evaluate(maps) == [1]  # what is seen stays while the next quarter is played
    shot(page, "seat")
    click(page, "Debrief: compare with the computer")
    page.wait_for_selector(".ob-seat >> text=all in all")
    with page.expect_download() as saved:
        click(page, "Save as scenario file")
    game = read_file(Path(saved.value.path()).read_bytes())
    assert (game.seat, game.quarter) == ("CAN", "2027-Q1")
    assert game.premise.scenario.zone.decisions["CAN"].keys() >= {"2026-Q2"}
    open_page(page, address)
    page.wait_for_selector("text=You govern: Canada")
    wait_for_quarter(page, "Q1 2027")


def test_the_dominant_refiner_orders_from_its_menu(page: Page) -> None:
    page.locator('path[data-code="CHN"]').first.click()
    click(page, "Take the seat of China")
    page.wait_for_selector(".ob-seat >> text=Q2 2026: what you are told")
    choose(page, "Order", re.compile("^Ban"), within=".ob-seat")
    click(page, "Add to your orders")
    page.wait_for_selector(".ob-seat li >> text=Ban")
    shot(page, "orders")
    click(page, "Give 1 order: go on to the next quarter")
    wait_for_quarter(page, "Q2 2026")
    with page.expect_download() as saved:
        click(page, "Save as scenario file")
    orders = read_file(Path(saved.value.path()).read_bytes()).premise.scenario.dominant_refiner.decisions
    assert [order.partition(" ")[0] for order in orders["2026-Q2"]] == ["ban"]


def test_a_ban_moves_the_price_panel_and_is_undone(page: Page) -> None:
    drawn = ".ob-panels .ob-chart path"
    before = page.locator(drawn).first.get_attribute("d")
    click(page, "Act on Dy/Tb")
    wait_for_quarter(page, "Q2 2026")
    page.wait_for_selector(".ob-act >> text=Lift it")
    assert page.locator(drawn).first.get_attribute("d") != before
    click(page, "Undo")
    wait_for_quarter(page, "Q1 2026")


def test_acts_have_units_and_the_form_stays_as_it_was_left(page: Page) -> None:
    choose(page, "Does what", "put exports under licence", within=".ob-act")
    page.wait_for_selector(".ob-act >> text=40% of requests granted")
    click(page, "Act on Dy/Tb")
    wait_for_quarter(page, "Q2 2026")
    page.wait_for_selector(".ob-act >> text=China: puts exports of Dy/Tb to Japan under licence")
    assert page.locator(".ob-act").get_by_text("put exports under licence").count() == 1
    choose(page, "Does what", "change the floor", within=".ob-act")
    page.wait_for_selector(".ob-act >> text=United States, which leads the zone")


def test_what_is_saved_replays_to_the_same_numbers_on_the_command_line(page: Page, tmp_path: Path) -> None:
    click(page, "Act on Dy/Tb")
    wait_for_quarter(page, "Q2 2026")
    page.wait_for_selector(".ob-act >> text=Lift it")
    said = page.inner_text(".ob-head")
    with page.expect_download() as saved:
        click(page, "Save as scenario file")
    file, out = tmp_path / "game.toml", tmp_path / "run"
    saved.value.save_as(file)
    assert main(["run", str(file), "--rounds", "6", "--out", str(out), "--quiet"]) == 0
    replayed = headline(Run.open(out), "dytb")
    assert re.findall("[0-9]+ USD", replayed)
    assert replayed in said


def test_two_visitors_have_worlds_of_their_own(page: Page, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    second = context.new_page()
    open_page(second, address)
    click(page, "Step")
    wait_for_quarter(page, "Q2 2026")
    wait_for_quarter(second, "Q1 2026")
    shot(second, "phone")
    for tab in ("Members", "Money", "Log", "Prices"):  # all within reach of a thumb, none scrolled away
        second.get_by_role("tab", name=tab).click(timeout=PATIENCE_MS / 2)
    width = second.evaluate("document.querySelector('.ob').scrollWidth")
    assert width <= 390
    context.close()


def test_another_scenario_stands_beside_in_step(page: Page) -> None:
    choose(page, "Beside this world", "No zone")
    page.wait_for_selector(".ob-two .ob-side >> text=No zone")
    assert page.locator(".ob-two .ob-map").count() == 2
    assert "binding members" in page.inner_text(".ob-compare table")
    # the lines of the other world, once both are drawn; a floor that it has not is an empty one
    lines = "() => { const plots = [...document.querySelectorAll('.ob-two .ob-plot')];"
    lines += " return plots.length < 2 ? '' : [...plots[1].querySelectorAll('path')]"
    lines += ".map(path => path.getAttribute('d') ?? '').join('') }"
    page.wait_for_function(f"() => ({lines})() !== ''")
    before = page.evaluate(lines)
    click(page, "Step")
    wait_for_quarter(page, "Q2 2026")
    page.wait_for_function(f"before => !['', before].includes(({lines})())", arg=before)
    shot(page, "compare")


def test_money_is_counted_against_the_world_without_a_zone(page: Page) -> None:
    page.get_by_role("tab", name="Money").click()
    choose(page, "Counted", "against this world without a zone")
    page.wait_for_selector(".ob-panels >> text=By the zone")
    shot(page, "money")


def test_the_keyboard_alone_steps_chooses_and_acts(page: Page) -> None:
    page.get_by_role("button", name="Step", exact=True).first.focus()
    page.keyboard.press("Enter")
    wait_for_quarter(page, "Q2 2026")
    page.get_by_label("Quarter shown").focus()
    page.keyboard.press("ArrowLeft")
    wait_for_quarter(page, "Q1 2026")
    page.get_by_role("tab", name="Prices").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ob-panels >> text=Bound by the floor")
    page.get_by_role("button", name=re.compile("Take the seat of")).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You govern:")


def test_a_bad_file_is_refused_with_a_message(page: Page) -> None:
    give(page, "name = 1")
    page.wait_for_selector(".ob-alert >> text=uploaded.toml: question")
    page.locator(".ob-share").scroll_into_view_if_needed()
    box = page.locator(".ob-alert").bounding_box() or {"y": -1.0}
    assert 0 <= box["y"] < 720  # in sight where the file is chosen, far below the top
    give(page, "#" * (MOST_BYTES + 1))
    page.wait_for_selector(".ob-alert >> text=bytes")
    wait_for_quarter(page, "Q1 2026")


def give(page: Page, text: str) -> None:
    """Choose a file of that text in the field."""
    page.set_input_files(
        ".ob-share input[type=file]", {"name": "a.toml", "mimeType": "text/plain", "buffer": text.encode()}
    )


def test_a_link_opens_the_same_world(page: Page, browser: Browser, address: str) -> None:
    click(page, "Act on Dy/Tb")
    wait_for_quarter(page, "Q2 2026")
    page.wait_for_selector(".ob-act >> text=Lift it")
    link = page.get_attribute(".ob-link", "href") or ""
    context = browser.new_context()
    friend = context.new_page()
    open_page(friend, address + link)
    wait_for_quarter(friend, "Q2 2026")
    friend.wait_for_selector(".ob-act >> text=Lift it")
    context.close()

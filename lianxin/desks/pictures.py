"""How do the pictures of the README come about? By looking at a running demo with a real browser."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from lianxin.people import ROLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
UNITS, ORDERS = 3, 6
"""How many holders, and orders of each, are looked at for an eventful one."""
QUIET: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""The browser starts by itself, as root too, and talks to nobody but the site."""


DESKS: Final[tuple[tuple[str, str, str], ...]] = (
    ("intake", "agent", "/intake"),
    ("expert", "expert", "/intake"),
    ("review", "reviewer", "/review"),
    ("dispatch", "dispatcher", "/dispatch?tray=tracked"),
    ("objections", "objection_reviewer", "/objections"),
    ("unit", "unit_leader", "/unit?tray=do"),
    ("county", "county_office", "/county?tray=region"),
    ("followup", "followup_caller", "/followup"),
    ("supervision", "supervisor", "/supervision?tray=yellow"),
    ("quality", "qa", "/quality"),
    ("knowledge", "kb_editor", "/knowledge"),
    ("leader", "leader", "/leader?tray=group"),
    ("duty", "duty_manager", "/duty"),
    ("analysis", "analyst", "/analysis?by=unit"),
    ("rules", "rule_admin", "/rules"),
    ("accounts", "sysadmin", "/system/accounts"),
    ("roles", "secadmin", "/security/roles"),
    ("looks", "auditadmin", "/audit/looks"),
)
"""Name of the picture, role of who sits there, page."""
PRESSED: Final = {"expert": "form[action='/intake/new'] button"}
"""Name of the picture -> what is pressed first: an expert is seen with a contact in hand."""
COLOURS: Final = 128
"""The pages have few colours; a picture of a palette is a third as large."""


class NoBrowser(Exception):
    """There is no Chromium or no driver for it on this machine."""


class NothingToDraw(Exception):
    """The site does not answer or has no orders yet."""


def browser_path() -> str:
    """Return the Chromium of this machine. Raises NoBrowser."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise NoBrowser("There is no Chromium on this machine; nothing was drawn. `apt-get install chromium` brings one.")


def draw_pictures(url: str, folder: Path) -> list[Path]:
    """Draw the book at 1920 x 1080, an eventful order at 1366 x 900, each desk and the portal at 1366 x 768.

    Raises NoBrowser and NothingToDraw.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as missing:
        raise NoBrowser(
            "The driver playwright is not installed; nothing was drawn. `make setup` brings it."
        ) from missing
    folder.mkdir(parents=True, exist_ok=True)
    book, order = folder / "book.png", folder / "order.png"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        try:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            _come_in(page, url)
            _draw(page, f"{url}/book", book)
            number = _eventful_order(page, url)
            page.set_viewport_size({"width": 1366, "height": 900})
            _draw(page, f"{url}/orders/{number}", order)
            drawn = [book, order, *_desks(browser, url, folder)]
        except Error as failure:
            first_line = str(failure).splitlines()[0]
            raise NothingToDraw(f"{url} could not be drawn: {first_line} Start a demo with `make run`.") from failure
        finally:
            browser.close()
    return drawn


def _desks(browser: "Browser", url: str, folder: Path) -> list[Path]:
    """Draw each desk as who sits there, and the citizens' front page as nobody."""
    drawn = []
    for name, role, path in (("portal", "", "/"), ("login", "", "/login"), *DESKS):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        if role:
            _come_in(page, url, role)
        _draw(page, f"{url}{path}", folder / f"{name}.png", PRESSED.get(name, ""))
        drawn.append(folder / f"{name}.png")
        page.close()
    return drawn


def _come_in(page: "Page", url: str, role: str = "duty_manager") -> None:
    """Come in by the demo's door for a role. Raises NothingToDraw for a site that is no demo."""
    page.goto(f"{url}/login")
    door = page.locator(".doors button", has_text=ROLES[role].zh)
    if not door.count():
        raise NothingToDraw(f"{url} is no demo: its pages are shown to nobody who is not logged in. Nothing was drawn.")
    door.first.click()
    page.wait_for_load_state()


def _draw(page: "Page", address: str, file: Path, pressed: str = "") -> None:
    page.goto(address, wait_until="load")
    if pressed:
        page.locator(pressed).first.click()
        page.wait_for_load_state()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(COLOURS)
    small.save(file, optimize=True)


def _eventful_order(page: "Page", url: str) -> str:
    """Return the number of an order on whose page much has happened, one with a strip of days where there is one.

    Looked at are the most urgent orders of the units with the most orders.
    """
    page.goto(f"{url}/orders/holders")
    holders = page.locator('.holders a[href*="unit"]')
    lists = [holders.nth(place).get_attribute("href") for place in range(min(holders.count(), UNITS))]
    interest: dict[str, tuple[bool, int]] = {}
    for address in lists or ["/orders"]:
        page.goto(f"{url}{address}")
        numbers = page.locator(".tray tbody td:first-child .num").all_inner_texts()[:ORDERS]
        for number in numbers:
            page.goto(f"{url}/orders/{number}")
            interest[number] = page.locator(".why-day").count() > 0, page.locator(".course > li").count()
    if not interest:
        raise NothingToDraw(f"{url} has no orders yet; nothing was drawn. Wait for the demo's first calls.")
    return max(interest, key=lambda number: interest[number])

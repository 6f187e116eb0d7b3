"""The report page as a certifier meets it: in a real browser, opened from the folder that a run left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.acceptance.commands import report, run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
CHECK = "RCV-10/same-package-twice"

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "out"
    done = run(
        "certify",
        "--driver",
        "python:conformance.mutants:registers_twice",
        "--select",
        "delivered_twice or draft",
        "--out",
        str(folder),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return folder


def test_a_reader_switches_the_language_and_opens_the_captured_exchange(out: Path) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    failed = next(check for check in report(out)["checks"] if check["id"] == CHECK)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        page = browser.new_page()
        errors: list[str] = []
        requests: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((out / "report.html").as_uri())
        card = page.locator("section, article, div").filter(has_text=CHECK).first

        page.locator("label[for=vi]").click()
        vietnamese = card.inner_text()
        assert failed["fix"]["vi"] in vietnamese
        assert failed["fix"]["en"] not in vietnamese

        page.locator("label[for=en]").click()
        english = card.inner_text()
        assert failed["fix"]["en"] in english
        assert failed["fix"]["vi"] not in english
        assert failed["expected"] in english
        assert failed["got"] in english

        captured = page.locator("details").first
        captured.locator("summary").click()
        assert (
            "sendEdoc" in captured.inner_text() or "getEdoc" in captured.inner_text() or "XroadVnpt" in page.content()
        )
        for witness in failed["witnesses"]:
            link = page.locator(f'a[href="{witness["file"]}"]').first
            assert link.count() == 1
        assert not errors
        assert all(url.startswith("file:") for url in requests), "the page asks for something outside its folder"
        browser.close()

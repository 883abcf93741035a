"""A real Chromium without a window, from the machine's own package; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP = {"width": 1280, "height": 800}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium for the tests of the web chat")
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=[*QUIET])
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, url: str, complaints: list[str], **options: Any) -> Page:
    """The chat in a new browser session. What the console complains of, and requests to other machines, go to
    `complaints`: a refused content (CSP), a script error, a font from elsewhere."""
    context = await browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | options)
    return await tab(await context.new_page(), url, complaints)


async def tab(page: Page, url: str, complaints: list[str]) -> Page:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((url, "blob:", "data:")) else complaints.append(request.url)
        ),
    )
    await page.goto(url)
    await page.get_by_test_id("text").wait_for()
    return page


# ---------------------------------------------------------------- a person in the page


async def say(page: Page, text: str, photo: Path | None = None) -> None:
    if photo is not None:
        await page.get_by_test_id("file").set_input_files(photo)
    await page.get_by_test_id("text").fill(text)
    await page.get_by_test_id("text").press("Enter")


async def edits(page: Page, count: int) -> None:
    """Wait until the conversation holds this many edited pictures, shown in full."""
    await expect(page.locator("[data-decision=edit]")).to_have_count(count)
    await expect(page.get_by_test_id("status")).to_have_count(0)


def state(page: Page, number: int) -> Locator:
    """The state of the numbered picture; 0 is the upload."""
    return page.locator("[data-testid=message]:has([data-testid=picture])").nth(number)

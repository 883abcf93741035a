"""In a real browser with the real models, nothing that the README promises ever fails to happen."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.adapters.web.browser import chromium, opened, tab
from tests.whole.photos import phone_photo
from tests.whole.process import started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PATIENCE = 120_000  # milliseconds; a busy machine takes its time


async def say(page: Page, text: str, photo: Path | None = None) -> None:
    """Write, and wait until the bot has answered and nothing is under way."""
    answers = page.locator("[data-testid=message][data-speaker=bot]")
    before = await answers.count()
    if photo is not None:
        await page.get_by_test_id("file").set_input_files(photo)
    await page.get_by_test_id("text").fill(text)
    await page.get_by_test_id("text").press("Enter")
    await expect(answers).not_to_have_count(before, timeout=PATIENCE)
    await expect(page.get_by_test_id("status")).to_have_count(0, timeout=PATIENCE)


async def decision(page: Page) -> str | None:
    return await page.locator("[data-testid=message][data-speaker=bot]").last.get_attribute("data-decision")


async def head(page: Page) -> bytes:
    """The bytes of the picture that the page marks as the current one."""
    link = page.locator("[data-state=head] [data-testid=picture-download]").last
    address = await link.get_attribute("href")
    assert address is not None
    response = await page.request.get(
        address if address.startswith("http") else page.url.split("/#")[0] + address
    )
    assert response.ok, address
    return await response.body()


def opened_picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def light(data: bytes) -> Any:
    """Mean brightness of the picture, 0 to 255."""
    return np.asarray(opened_picture(data).convert("L").resize((64, 64)), np.float32).mean()


async def test_the_first_two_stories(tmp_path: Path) -> None:
    photo = tmp_path / "phone.jpg"
    photo.write_bytes(phone_photo())
    complaints: list[str] = []
    async with started(tmp_path / "data") as bot, chromium() as browser:
        assert "Discord: no DISCORD_TOKEN" in bot.first_line
        page = await opened(browser, bot.url, complaints)

        await say(page, "can you change the background?", photo)
        assert await decision(page) == "ask"
        upload = await head(page)
        assert opened_picture(upload).size == (3024, 4032)
        assert not opened_picture(upload).getexif()

        await say(page, "make it night")
        assert await decision(page) == "edit"
        night = await head(page)
        assert opened_picture(night).size == (3024, 4032)
        assert not opened_picture(night).getexif()
        assert light(night) < 0.8 * light(upload)

        await say(page, "make it a bit brighter")
        brighter = await head(page)
        assert light(brighter) > light(night) + 2
        await say(page, "forget that")
        assert await head(page) == night

        undo = page.get_by_test_id("picture-undo").first  # under the night: an older edit by now
        await undo.click()
        await expect(undo).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
        assert await head(page) == upload
        await undo.click()
        await expect(undo).to_have_attribute("aria-pressed", "false", timeout=PATIENCE)
        assert await head(page) == night

        looks = page.locator("[data-decision=view]")
        await page.get_by_test_id("picture-compare").first.click()
        await expect(looks).to_have_count(1, timeout=PATIENCE)
        await page.get_by_test_id("history").click()
        await expect(looks).to_have_count(2, timeout=PATIENCE)
        assert await head(page) == night
        choices = page.get_by_test_id("choice")
        titles = [await choice.get_attribute("title") for choice in await choices.all()]
        assert [title and title[:2] for title in titles] == ["1.", "2.", "3."]
        await choices.nth(2).click()
        await expect(page.get_by_test_id("message-text").last).to_contain_text("picture 3", timeout=PATIENCE)
        assert await head(page) == brighter
        await page.get_by_test_id("redo").click()  # what was chosen is taken back as any move is
        await expect(page.get_by_test_id("message-text").last).to_contain_text("again", timeout=PATIENCE)
        assert await head(page) == night

        await say(page, "start over")
        assert await head(page) == upload

        said = await page.get_by_test_id("message-text").all_inner_texts()
        await page.reload()
        await expect(page.get_by_test_id("message-text")).to_have_count(len(said), timeout=PATIENCE)
        assert await page.get_by_test_id("message-text").all_inner_texts() == said
        assert complaints == []
        assert await bot.stop() == 0


async def test_two_tabs_are_two_conversations_served_side_by_side(tmp_path: Path) -> None:
    photo = tmp_path / "small.jpg"
    photo.write_bytes(phone_photo(640, 480))
    complaints: list[str] = []
    async with started(tmp_path / "data") as bot, chromium() as browser:
        ann = await opened(browser, bot.url, complaints)
        bob = await tab(await ann.context.new_page(), bot.url, complaints)
        for page in (ann, bob):
            await page.get_by_test_id("file").set_input_files(photo)
        await ann.get_by_test_id("text").fill("make it night")
        await bob.get_by_test_id("text").fill("make it winter")
        await ann.get_by_test_id("text").press("Enter")
        await bob.get_by_test_id("text").press("Enter")
        for page in (ann, bob):
            await expect(page.locator("[data-decision=edit]")).to_have_count(1, timeout=PATIENCE)
        assert light(await head(ann)) < light(await head(bob))
        assert "winter" not in await ann.get_by_test_id("messages").inner_text()
        assert "night" not in await bob.get_by_test_id("messages").inner_text()
        assert complaints == []

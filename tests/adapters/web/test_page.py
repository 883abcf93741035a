"""What a person did in the page is never lost: not by a reload, a lost connection or a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from adapters.web.adapter import WebAdapter
from bot.events import STARS, ButtonPressed, CommandInvoked, MessageIn
from tests.adapters.contract import png
from tests.adapters.web.browser import chromium, edits, opened, say, state, tab
from tests.adapters.web.conftest import MAX_UPLOAD, web_adapter
from tests.fakes.web_bot import WebBot

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]  # one browser for them all
expect.set_options(timeout=20_000)  # patience on a busy machine; nothing waits longer than it must

HTML = '<img src=x onerror="document.title=1"><b>bold</b> **stars** @everyone &amp;'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def adapter(bot: WebBot) -> AsyncIterator[WebAdapter]:
    adapter = web_adapter(bot)
    await adapter.start()
    yield adapter
    await adapter.stop()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, adapter: WebAdapter, complaints: list[str]) -> AsyncIterator[Page]:
    page = await opened(browser, adapter.url, complaints)
    yield page
    await page.context.close()


PHOTO = png("orange", (640, 480))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "dog.png"
    file.write_bytes(PHOTO)
    return file


# ---------------------------------------------------------------- the story


async def test_upload_question_answer_edit_undo_redo_reload(
    page: Page, photo: Path, complaints: list[str]
) -> None:
    await say(page, "Can you change the animal?", photo)
    await expect(page.locator("[data-decision=ask]")).to_contain_text("Which animal")
    await say(page, "make it night")
    await edits(page, 1)
    await say(page, "make it brighter")
    await edits(page, 2)
    await expect(state(page, 2)).to_have_attribute("data-state", "head")
    await expect(page.get_by_test_id("head-badge").filter(visible=True)).to_have_count(1)

    undo = page.get_by_test_id("picture-undo").nth(1)
    await expect(undo).to_have_attribute("aria-pressed", "false")
    await undo.click()
    await expect(undo).to_have_attribute("aria-pressed", "true")
    await expect(state(page, 1)).to_have_attribute("data-state", "head")
    await undo.click()
    await expect(undo).to_have_attribute("aria-pressed", "false")
    await expect(state(page, 2)).to_have_attribute("data-state", "head")

    await page.get_by_test_id("undo").click()
    await expect(state(page, 1)).to_have_attribute("data-state", "head")
    await page.get_by_test_id("redo").click()
    await expect(state(page, 2)).to_have_attribute("data-state", "head")
    await page.get_by_test_id("start-over").click()
    await expect(state(page, 0)).to_have_attribute("data-state", "head")
    await expect(page.get_by_test_id("undo")).to_be_disabled()

    before = await page.get_by_test_id("message").all_inner_texts()
    await page.reload()
    await expect(page.get_by_test_id("message")).to_have_count(len(before))
    assert await page.get_by_test_id("message").all_inner_texts() == before
    for picture in await page.get_by_test_id("picture").locator("img").all():
        await expect(picture).to_have_js_property("naturalWidth", 640)
    await expect(undo).to_have_attribute("aria-pressed", "true")
    assert complaints == []


async def test_an_edit_once_more_in_every_way_that_is_offered(page: Page, photo: Path, bot: WebBot) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    for number, name in enumerate(("again", "stronger", "subtler", "original"), 2):
        await page.get_by_test_id(f"picture-{name}").first.click()
        await edits(page, number)
        await expect(page.locator("[data-decision=edit]").last).to_contain_text(f"make it night {name}")
        await expect(state(page, number)).to_have_attribute("data-state", "head")
    pressed = [event for event in bot.events if isinstance(event, ButtonPressed)]
    assert [event.name for event in pressed] == ["again", "stronger", "subtler", "original"]
    assert len({event.target for event in pressed}) == 1


async def test_an_edit_is_repeated_only_where_that_is_offered(page: Page, photo: Path, bot: WebBot) -> None:
    bot.offers = ("undo",)
    await say(page, "make it brighter", photo)
    await edits(page, 1)
    await expect(page.get_by_test_id("picture-undo")).to_have_count(1)
    await expect(page.get_by_test_id("picture-again")).to_have_count(0)
    await expect(page.get_by_test_id("picture-stronger")).to_have_count(0)


async def test_a_command_in_the_text_field_is_no_wish(page: Page, bot: WebBot) -> None:
    await say(page, "/Share on")
    await expect(page.get_by_test_id("message")).to_contain_text(["Command share: on."])
    assert [type(event) for event in bot.events] == [CommandInvoked]
    await say(page, "/share the photo")
    await expect(page.locator("[data-decision=ask]")).to_have_count(1)
    assert isinstance(bot.events[-1], MessageIn)
    await say(page, "/rate 4")
    await expect(page.get_by_test_id("message").last).to_contain_text("Command rate: 4.")


async def test_a_star_is_thanked_for_once_and_the_row_goes_for_good(
    page: Page, photo: Path, bot: WebBot, complaints: list[str]
) -> None:
    bot.offers = ("undo", *STARS)
    await say(page, "make it night", photo)
    await edits(page, 1)
    stars = page.get_by_role("group", name="How good is this picture?")
    await expect(stars.get_by_role("button")).to_have_count(5)
    messages = await page.get_by_test_id("message").count()
    await stars.get_by_role("button", name="4 of 5 stars").click()
    await expect(page.get_by_test_id("rated")).to_have_text("Thank you for 4 stars!")
    await expect(stars).to_be_hidden()
    await expect(page.get_by_test_id("picture-undo")).to_be_visible()
    (pressed,) = [event for event in bot.events if isinstance(event, ButtonPressed)]
    assert pressed.name == "star4"
    await expect(page.get_by_test_id("message")).to_have_count(messages)
    await page.reload()
    await edits(page, 1)
    await expect(stars).to_have_count(0)
    assert complaints == []


async def test_an_older_picture_can_be_edited(page: Page, photo: Path, bot: WebBot) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    await page.get_by_test_id("picture-reply").first.click()
    await expect(page.get_by_test_id("current")).to_contain_text("Editing this")
    await say(page, "make it black and white")
    await edits(page, 2)
    await expect(page.get_by_test_id("current")).to_contain_text("Current picture")
    (chat,) = bot.chats.values()
    root, *edited = chat.tree.versions.values()
    assert [version.parent for version in edited] == [root.id, root.id]


async def test_a_status_shows_a_preview_and_can_be_cancelled(page: Page, photo: Path, bot: WebBot) -> None:
    bot.hold.clear()
    await say(page, "make it night", photo)
    await expect(page.get_by_test_id("status-text")).to_contain_text("about 3 seconds")
    await expect(page.get_by_test_id("status-preview")).not_to_have_js_property("naturalWidth", 0)
    await expect(page.get_by_test_id("status-progress")).to_have_js_property("value", 0.75)
    await page.reload()  # who comes late sees it too
    await expect(page.get_by_test_id("status-preview")).not_to_have_js_property("naturalWidth", 0)
    await page.get_by_test_id("status-cancel").click()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    await expect(page.get_by_test_id("typing")).to_be_hidden()
    await expect(page.get_by_test_id("message")).to_have_count(1)


async def test_tabs_are_conversations_and_the_way_back_is_kept(
    page: Page, photo: Path, adapter: WebAdapter, complaints: list[str]
) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    other = await tab(await page.context.new_page(), adapter.url, complaints)
    await expect(other.get_by_test_id("empty")).to_be_visible()
    await say(other, "Can you change the animal?", photo)
    await expect(other.locator("[data-decision=ask]")).to_be_visible()
    await expect(page.get_by_test_id("message")).to_have_count(2)

    await page.get_by_test_id("new-conversation").click()
    await expect(page.get_by_test_id("empty")).to_be_visible()
    await page.go_back()
    await edits(page, 1)


async def test_two_tabs_of_one_conversation_show_the_same(
    page: Page, photo: Path, complaints: list[str]
) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    twin = await tab(await page.context.new_page(), page.url, complaints)
    await edits(twin, 1)
    await page.get_by_test_id("picture-undo").click()
    await expect(twin.get_by_test_id("picture-undo")).to_have_attribute("aria-pressed", "true")


# ---------------------------------------------------------------- when something goes wrong


async def test_what_is_written_while_the_bot_is_away_arrives_once(
    page: Page, photo: Path, adapter: WebAdapter, bot: WebBot
) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    port = int(adapter.url.rpartition(":")[2])
    await adapter.stop()
    await expect(page.get_by_test_id("banner")).to_be_visible()
    await say(page, "make it brighter")
    await expect(page.get_by_test_id("pending")).to_be_visible()

    again = web_adapter(bot, port=port)
    await again.start()
    try:
        await edits(page, 2)
        await expect(page.get_by_test_id("banner")).to_be_hidden()
        await expect(page.get_by_test_id("pending")).to_have_count(0)
        await expect(page.get_by_test_id("message")).to_have_count(4)
        assert len({event.event_id for event in bot.events}) == 2
    finally:
        await again.stop()


async def test_what_was_refused_comes_back_to_be_sent_again(page: Page, photo: Path) -> None:
    await say(page, "make it night", photo)
    await edits(page, 1)
    await say(page, "boom", photo)
    await expect(page.get_by_test_id("error")).to_contain_text("try again")
    await expect(page.get_by_test_id("text")).to_have_value("boom")
    await expect(page.get_by_test_id("attached")).to_be_visible()
    await say(page, "make it brighter")
    await expect(page.get_by_test_id("error")).to_have_count(0)


async def test_a_picture_over_the_limit_is_refused_before_it_is_sent(
    page: Page, tmp_path: Path, bot: WebBot
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png().ljust(MAX_UPLOAD + 1, b"\0"))
    await page.get_by_test_id("file").set_input_files(large)
    await expect(page.get_by_test_id("error")).to_contain_text("larger than 2 MB")
    await expect(page.get_by_test_id("attached")).to_be_hidden()
    assert bot.events == []


async def test_several_pictures_go_together_and_one_button_stands_for_all(
    page: Page, tmp_path: Path, bot: WebBot
) -> None:
    files = [tmp_path / f"{colour}.png" for colour in ("red", "green", "blue")]
    for file in files:
        file.write_bytes(png(file.stem))
    await page.get_by_test_id("file").set_input_files(files)
    await expect(page.locator("#attached-words")).to_contain_text("3 pictures")
    await say(page, "/edit make it night")
    await expect(page.get_by_test_id("all")).to_have_text("All of them")
    await expect(page.get_by_test_id("pick")).to_have_text("Just the first")
    (event,) = bot.events
    assert isinstance(event, MessageIn)
    assert event.text == "make it night"
    assert [await file.open() for file in event.attachments] == [file.read_bytes() for file in files]
    await page.get_by_test_id("pick").click()
    await expect(page.get_by_test_id("error")).to_have_text("pick first: that is settled already.")


async def test_more_pictures_than_are_taken_are_refused_before_they_are_sent(
    page: Page, photo: Path, bot: WebBot
) -> None:
    await page.get_by_test_id("file").set_input_files([photo] * 11)
    await expect(page.get_by_test_id("error")).to_contain_text("at most 10 pictures")
    await expect(page.get_by_test_id("attached")).to_be_hidden()
    assert bot.events == []


async def test_a_wish_that_is_too_long_stays_to_be_shortened(page: Page, bot: WebBot) -> None:
    await say(page, "🐆" * 201)
    await expect(page.get_by_test_id("counter")).to_have_text("1 too many")
    await expect(page.get_by_test_id("send")).to_be_disabled()
    await expect(page.get_by_test_id("text")).to_have_value("🐆" * 201)
    assert bot.events == []


async def test_text_is_never_read_as_html(page: Page, photo: Path, complaints: list[str]) -> None:
    await say(page, HTML, photo)
    await edits(page, 1)
    mine, answer = page.get_by_test_id("message-text").nth(0), page.get_by_test_id("message-text").nth(1)
    await expect(mine).to_have_js_property("textContent", f"You: {HTML}")
    await expect(answer).to_have_js_property("textContent", f"DialogPaint: Done: {HTML}.")
    assert await page.get_by_test_id("message-text").locator("img, b").count() == 0
    assert await page.title() == "DialogPaint"
    assert complaints == []


# ---------------------------------------------------------------- ways to write


async def test_a_picture_can_be_pasted_and_dropped(page: Page, bot: WebBot) -> None:
    for kind in ("paste", "drop"):
        await page.evaluate(
            """async ([kind, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "secret.png", {type: "image/png"}));
                const event = kind === "paste"
                    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true})
                    : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
                document.body.dispatchEvent(event);
            }""",
            [kind, list(PHOTO)],
        )
        await expect(page.get_by_test_id("attached-picture")).to_have_js_property("naturalWidth", 640)
        await say(page, "make it night")
        await edits(page, 1 if kind == "paste" else 2)
    posted = [event.attachments for event in bot.events if isinstance(event, MessageIn)]
    assert [[await file.open() for file in files] for files in posted] == [[PHOTO]] * 2


async def test_enter_sends_and_shift_enter_breaks_the_line(page: Page, bot: WebBot) -> None:
    text = page.get_by_test_id("text")
    await text.press_sequentially("one")
    await text.press("Shift+Enter")
    await text.press_sequentially("two")
    await text.press("Enter")
    await expect(page.get_by_test_id("message").first).to_contain_text("two")
    (event,) = bot.events
    assert isinstance(event, MessageIn)
    assert event.text == "one\ntwo"


async def test_an_example_fills_the_field(page: Page) -> None:
    await page.get_by_test_id("example").nth(1).click()
    await expect(page.get_by_test_id("text")).to_have_value("Make it night")
    await expect(page.get_by_test_id("text")).to_be_focused()


# ---------------------------------------------------------------- looks


async def test_the_room_of_a_picture_is_known_before_it_comes(page: Page, photo: Path) -> None:
    await page.route("**/images/**", lambda route: route.abort())
    await say(page, "Can you change the animal?", photo)
    await expect(page.locator("[data-decision=ask]")).to_be_visible()
    box = await page.get_by_test_id("picture").bounding_box()
    assert box is not None
    assert box["width"] > 200
    assert box["width"] / box["height"] == pytest.approx(640 / 480, rel=0.02)


async def test_the_view_follows_what_is_new_but_never_tears_a_reader_away(
    page: Page, photo: Path, bot: WebBot
) -> None:
    for number in range(3):
        await say(page, f"make it night {number}", photo)
        await edits(page, number + 1)
        await expect(page.get_by_test_id("picture-undo").last).to_be_in_viewport(ratio=1)
    bot.hold.clear()
    await say(page, "make it night again")
    await expect(page.get_by_test_id("status-cancel")).to_be_in_viewport(ratio=1)
    await page.mouse.move(640, 300)
    await page.mouse.wheel(0, -900)
    await expect(page.get_by_test_id("status-cancel")).not_to_be_in_viewport()
    bot.hold.set()
    await edits(page, 4)
    await expect(page.get_by_test_id("picture-undo").last).not_to_be_in_viewport()


async def test_a_picture_opens_at_full_size_and_can_be_downloaded(
    page: Page, photo: Path, tmp_path: Path
) -> None:
    await say(page, "Can you change the animal?", photo)
    await page.get_by_test_id("picture").click()
    await expect(page.get_by_test_id("viewer")).to_be_visible()
    await expect(page.get_by_test_id("viewer-picture")).to_have_js_property("naturalWidth", 640)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("viewer")).to_be_hidden()
    await expect(page.get_by_test_id("picture")).to_be_focused()
    await expect(page.get_by_test_id("picture-download")).to_contain_text("640 × 480 px")
    async with page.expect_download() as download:
        await page.get_by_test_id("picture-download").click()
    saved = await download.value
    assert saved.suggested_filename.endswith(".png")
    await saved.save_as(tmp_path / "saved.png")
    assert await asyncio.to_thread((tmp_path / "saved.png").read_bytes) == PHOTO


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 390), ("light", 1280)])
async def test_nothing_sticks_out_and_everything_has_a_name(
    browser: Browser, adapter: WebAdapter, photo: Path, complaints: list[str], scheme: str, width: int
) -> None:
    size = {"width": width, "height": 640}
    page = await opened(browser, adapter.url, complaints, viewport=size, color_scheme=scheme)
    await say(page, "make it night " + "w" * 180, photo)
    await edits(page, 1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("document.getElementById('scroll').scrollWidth") <= width
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, textarea, progress, img, svg")]
            .filter((it) => !(it.ariaLabel || it.textContent.trim() || it.hasAttribute("alt")
                || it.ariaHidden === "true"))
            .map((it) => it.outerHTML)"""
    )
    assert nameless == []
    await page.context.close()

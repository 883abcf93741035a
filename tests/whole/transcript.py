"""A conversation as a person would see it: what a fake server holds, drawn in the look of its platform.

    python -m tests.whole.transcript discord PHOTO discord.jpg
    python -m tests.whole.transcript telegram PHOTO telegram.html

tells a short story about a photo to a whole bot with the starter weights, and draws what came of it. A name
that ends in .html keeps the page; for a picture Chromium is needed.
"""

from __future__ import annotations

import asyncio
import base64
import html
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.app import App
from bot.settings import Admin, Ratings, Settings, Telegram, Web
from tests.fakes.discord_wire import DiscordWire
from tests.fakes.discord_world import Payload
from tests.fakes.telegram_api import FakeTelegram, seen
from tests.fakes.telegram_world import Message

PATIENCE = 120.0
WIDTH = 420
PICTURE_WIDTH = 260
STYLE = Path(__file__).with_name("transcript.css")
_SMALL_PRINT = re.compile(r"^-# (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `notice`: a line between messages; `buttons` are labels in their rows."""

    who: str
    text: str
    mine: bool = False
    picture: bytes | None = None
    buttons: Sequence[Sequence[str]] = ()
    answers: str | None = None
    reactions: Sequence[str] = ()
    notice: bool = False


# ---------------------------------------------------------------- from a server's record


def from_discord(wire: DiscordWire, places: Sequence[int], reactions: dict[int, list[str]]) -> list[Line]:
    """What stands in these channels and threads, one after the other."""
    lines: list[Line] = []
    for place in places:
        channel = wire.world.channels[place]
        if channel["type"] == 11:
            lines.append(Line("", f"🧵 {channel['name']}", notice=True))
        lines += [_on_discord(wire, m, reactions.get(int(m["id"]), [])) for m in wire.world.history(place)]
    return lines


def _on_discord(wire: DiscordWire, message: Payload, reactions: list[str]) -> Line:
    answered = message.get("referenced_message")
    return Line(
        message["author"]["global_name"],
        message["content"] if not message["author"]["bot"] else _unescaped(message["content"]),
        not message["author"]["bot"],
        wire.file(message["attachments"][0]) if message["attachments"] else None,
        [[_discord_label(item) for item in row["components"]] for row in message["components"]],
        answered and answered["content"],
        reactions,
    )


def _unescaped(text: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def _discord_label(item: Payload) -> str:
    emoji = (item.get("emoji") or {}).get("name", "")
    return f"{emoji} {item.get('label') or item.get('placeholder', '')}".strip()


def from_telegram(telegram: FakeTelegram, chat: int, reactions: dict[int, list[str]]) -> list[Line]:
    """What stands in a chat."""
    there = [message for (where, _), message in sorted(telegram.messages.items()) if where == chat]
    return [_on_telegram(telegram, message, reactions.get(message.id, [])) for message in there]


def _on_telegram(telegram: FakeTelegram, message: Message, reactions: list[str]) -> Line:
    return Line(
        message.author.first_name,
        seen(message).text,
        message.author != telegram.me,
        message.file,
        [[button["text"] for button in row] for row in message.keyboard],
        message.reply_to and (message.reply_to.text or "Photo"),
        reactions,
    )


# ---------------------------------------------------------------- drawing


def page(lines: Sequence[Line], platform: str, names: dict[str, str]) -> str:
    """The conversation as one HTML page that needs nothing else. `names`: id → name, for mentions."""
    body = "\n".join(_drawn(line, names) for line in lines)
    style = STYLE.read_text(encoding="utf-8")
    return f"<!doctype html><meta charset=utf-8><style>{style}</style><body class={platform}>{body}</body>"


def _drawn(line: Line, names: dict[str, str]) -> str:
    if line.notice:
        return f"<div class=notice>{html.escape(line.text)}</div>"
    rows = "".join(
        f"<div class=row>{''.join(f'<span class=button>{html.escape(label)}</span>' for label in row)}</div>"
        for row in line.buttons
    )
    parts = [
        f"<div class=answers>{_text(line.answers.splitlines()[0], names)}</div>" if line.answers else "",
        f"<div class=who>{html.escape(line.who)}</div>",
        f"<img src='{_inline(line.picture)}'>" if line.picture else "",
        f"<div class=text>{_text(line.text, names)}</div>" if line.text else "",
        "".join(f"<span class=reaction>{html.escape(emoji)} 1</span>" for emoji in line.reactions),
    ]
    side = "mine" if line.mine else "theirs"
    face = html.escape(line.who[:1])
    return (
        f"<div class='message {side}'><div class=face>{face}</div>"
        f"<div class=column><div class=bubble>{''.join(parts)}</div>{rows}</div></div>"
    )


def _text(text: str, names: dict[str, str]) -> str:
    shown = html.escape(text)
    shown = re.sub(
        r"&lt;@(\d+)&gt;", lambda found: f"<span class=mention>@{names.get(found[1], '?')}</span>", shown
    )
    return _SMALL_PRINT.sub(r"<small>\1</small>", shown).replace("\n", "<br>")


def _inline(picture: bytes) -> str:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.thumbnail((2 * PICTURE_WIDTH, 2 * PICTURE_WIDTH))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


async def photographed(markup: str, out: Path) -> None:
    """The page as a picture, as high as it needs to be."""
    from tests.adapters.web.browser import chromium

    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": WIDTH, "height": 200}, device_scale_factor=1.5)
        await tab.set_content(markup)
        await tab.screenshot(path=out, full_page=True, type="jpeg", quality=78)


# ---------------------------------------------------------------- the story

ASKED, ANSWER = "can you change the weather?", "make it winter"


async def told_on_discord(photo: bytes) -> str:
    async with DiscordWire() as wire:
        async with _bot(DISCORD_TOKEN=wire.token):
            asked = await wire.post(ASKED, [("photo.jpg", photo)], mention=True)
            thread = int(asked["id"])

            async def answers(count: int) -> Payload:
                def done() -> list[Payload]:
                    there = wire.bot_messages(thread) if thread in wire.world.channels else []
                    return [m for m in there if not any("cancel" in one for one in wire.custom_ids(m))]

                await _until(lambda: len(done()) >= count)
                return done()[-1]

            await answers(1)
            await wire.post(ANSWER, channel=thread)
            winter = await answers(2)
            (compare,) = [one for one in wire.custom_ids(winter) if "compare" in one]
            await wire.press(int(winter["id"]), compare)
            await answers(3)
            await wire.react(int(winter["id"]), "↩️")
            await answers(4)
        lines = from_discord(wire, [wire.world.general, thread], {int(winter["id"]): ["↩️"]})
        return page(lines, "discord", {str(wire.world.bot): "DialogPaint"})


async def told_on_telegram(photo: bytes) -> str:
    async with FakeTelegram() as telegram:
        ann = telegram.person("Ann")
        chat = telegram.private(ann)
        async with _bot(telegram.url, TELEGRAM_TOKEN=telegram.token):

            async def answers(count: int) -> int:
                def done() -> list[int]:
                    there = [m for m in telegram.shown(chat) if m.text != "…"]
                    return [m.message_id for m in there if not any("cancel" in data for _, data in m.buttons)]

                await _until(lambda: len(done()) >= count)
                return done()[-1]

            telegram.post(chat, ann, ASKED, photo=photo)
            await answers(1)
            telegram.post(chat, ann, ANSWER)
            winter = await answers(2)
            (compare,) = [
                data for _, data in seen(telegram.messages[chat, winter]).buttons if "compare" in data
            ]
            telegram.press(chat, ann, winter, compare)
            await answers(3)
            telegram.react(chat, ann, winter, ["👎"])
            await answers(4)
        return page(from_telegram(telegram, chat, {winter: ["👎"]}), "telegram", {})


def _bot(api_url: str = "", **tokens: str) -> App:
    os.environ.update(tokens)
    more = {"telegram": Telegram(api_url=api_url)} if api_url else {}
    folder = Path(tempfile.mkdtemp(prefix="dialogpaint-transcript-"))
    return App(
        Settings(
            data_dir=folder,
            web=Web(enabled=False),
            admin=Admin(enabled=False),
            ratings=Ratings(ask="never"),
            **more,
        )
    )


async def _until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not there():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _draw(platform: str, photo: Path, out: Path) -> None:
    data = photo.read_bytes()  # noqa: ASYNC240
    markup = await (told_on_discord(data) if platform == "discord" else told_on_telegram(data))
    if out.suffix == ".html":
        out.write_text(markup, encoding="utf-8")  # noqa: ASYNC240
    else:
        await photographed(markup, out)


if __name__ == "__main__":
    asyncio.run(_draw(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))

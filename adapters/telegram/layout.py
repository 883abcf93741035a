"""How a reply looks on Telegram: pieces within its limits, buttons, photo or document.

Limits: https://core.telegram.org/bots/api#sendmessage, #sendphoto, #senddocument, #inlinekeyboardbutton.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto

from bot.events import STARS, Action, ButtonName, Picture, Reply

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_PHOTO_BYTES = 10 * 1000 * 1000
MAX_DOCUMENT_BYTES = 50 * 1000 * 1000
MAX_PHOTO_SIDES = 10_000
"""Pixels, width and height together."""
MAX_PHOTO_RATIO = 20
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")

LABELS: dict[ButtonName, str] = {
    "undo": "↩️ Undo",
    "redo": "↪️ Redo",
    "again": "🎲 Again",
    "stronger": "➕ Stronger",
    "subtler": "➖ Subtler",
    "compare": "🆚 Compare",
    "original": "🔁 From original",
    "cancel": "✖️ Cancel",
    "retry": "🔄 Try again",
    "all": "🖼 All of them",
    "pick": "This one",
    "set": "Change",
    "delete": "🗑 Delete it all",
    **{name: f"{stars} ⭐" for name, stars in STARS.items()},
}
# More than three words in one row would be cut off on a phone, and so would a longer label beside another.
ROWS = (
    ("undo", "redo", "cancel"),
    ("again", "stronger", "subtler"),
    ("compare", "original"),
    ("retry",),
    ("all",),
    ("delete",),
    tuple(STARS),
)
NUMBERS_IN_A_ROW = 5
MENTION = re.compile(r"@(?=\w)")
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a reply: a text, or a picture with a caption."""

    text: str
    image: Picture | None
    keyboard: InlineKeyboardMarkup | None


def pieces_of(reply: Reply) -> list[Piece]:
    """Usually one; a text too long for one message goes on in the next. The last one has the buttons."""
    texts = split(unping(reply.text), MAX_CAPTION if reply.image else MAX_TEXT)
    last = len(texts) - 1
    return [
        Piece(
            text, reply.image if index == 0 else None, keyboard_of(reply.actions) if index == last else None
        )
        for index, text in enumerate(texts)
    ]


def unping(text: str) -> str:
    """The same to the eye, but an @name in it is no mention: Telegram would notify that person."""
    return MENTION.sub("@" + WORD_JOINER, text)


def keyboard_of(actions: Sequence[Action]) -> InlineKeyboardMarkup | None:
    """The buttons in their rows, below them the pictures to choose from and the settings, one a row.

    A button's data is `name:target` (of 64 bytes at most 8 + 1 + 32).
    """
    rows = [[_button(action) for action in actions if action.name in names] for names in ROWS]
    for name in ("pick", "select"):
        choices = [_button(action) for action in actions if action.name == name]
        if name == "pick" and choices:  # "Just the first" is too long to stand beside numbers
            rows, choices = [*rows, choices[:1]], choices[1:]
        rows += [choices[at : at + NUMBERS_IN_A_ROW] for at in range(0, len(choices), NUMBERS_IN_A_ROW)]
    rows += [[_button(action)] for action in actions if action.name == "set"]
    return InlineKeyboardMarkup([row for row in rows if row]) if actions else None


def _button(action: Action) -> InlineKeyboardButton:
    """Its data is `name:target` (of 64 bytes at most 8 + 1 + 32)."""
    label = str(action.number) if action.name == "select" else action.label or LABELS[action.name]
    return InlineKeyboardButton(label, callback_data=f"{action.name}:{action.target}")


def split(text: str, first: int, then: int = MAX_TEXT) -> list[str]:
    """Cut at line ends or spaces where there are any. Lengths count UTF-16 units, as Telegram does."""
    parts: list[str] = []
    limit = first
    while units(text) > limit:
        end = len(text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore"))
        cut = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end))
        cut = cut if cut > end // 2 else end
        parts.append(text[:cut].rstrip())
        text, limit = text[cut:].lstrip(), then
    return [*parts, text]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def fits_photo(image: Picture) -> bool:
    """Whether Telegram shows it as a photo; otherwise it goes as a document, which loses nothing."""
    return (
        image.mime in PHOTO_TYPES
        and len(image.data) <= MAX_PHOTO_BYTES
        and image.width + image.height <= MAX_PHOTO_SIDES
        and max(image.width, image.height) <= MAX_PHOTO_RATIO * min(image.width, image.height)
    )


def photo(image: Picture, caption: str) -> InputMediaPhoto:
    return InputMediaPhoto(image.data, caption=caption, filename=image.name)


def document(image: Picture, caption: str) -> InputMediaDocument:
    return InputMediaDocument(
        image.data, caption=caption, filename=image.name, disable_content_type_detection=True
    )

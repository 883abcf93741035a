"""How a reply looks on Telegram: pieces within its limits, buttons, photo or document.

Limits: https://core.telegram.org/bots/api#sendmessage, #sendphoto, #senddocument, #inlinekeyboardbutton.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto

from bot import rendition
from bot.events import STARS, Action, ButtonName, Picture, Reply

log = logging.getLogger(__name__)

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTON_BYTES = 64
MAX_PHOTO_BYTES = 10 * 1000 * 1000
MAX_DOCUMENT_BYTES = 50 * 1000 * 1000
MAX_LOCAL_BYTES = 2000 * 1000 * 1000
"""What a Bot API server of one's own takes."""
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

    One whose data Telegram would not take is left out: it would take the whole message down.
    """
    actions = [action for action in actions if _fits(action)]
    rows = [[_button(action) for action in actions if action.name in names] for names in ROWS]
    for name in ("pick", "select"):
        choices = [_button(action) for action in actions if action.name == name]
        if name == "pick" and choices:  # "Just the first" is too long to stand beside numbers
            rows, choices = [*rows, choices[:1]], choices[1:]
        rows += [choices[at : at + NUMBERS_IN_A_ROW] for at in range(0, len(choices), NUMBERS_IN_A_ROW)]
    rows += [[_button(action)] for action in actions if action.name == "set"]
    return InlineKeyboardMarkup([row for row in rows if row]) if actions else None


def data_of(action: Action) -> str:
    """What comes back when the button is pressed."""
    return f"{action.name}:{action.target}"


def _fits(action: Action) -> bool:
    fits = len(data_of(action).encode()) <= MAX_BUTTON_BYTES
    if not fits:
        log.error("A button is left out, as its data is too long for Telegram: %s", data_of(action))
    return fits


def _button(action: Action) -> InlineKeyboardButton:
    label = str(action.number) if action.name == "select" else action.label or LABELS[action.name]
    return InlineKeyboardButton(label, callback_data=data_of(action))


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


def with_note(text: str, note: str) -> str:
    """A caption and a sentence after it, within the limit."""
    room = MAX_CAPTION - units(note) - 1
    return f"{split(text, room)[0]} {note}".strip()


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def fits_photo(image: Picture) -> bool:
    """Whether it goes as a photo, which Telegram makes a smaller JPEG of; a document loses nothing."""
    return (
        not image.as_file
        and image.mime in PHOTO_TYPES
        and len(image.data) <= MAX_PHOTO_BYTES
        and image.width + image.height <= MAX_PHOTO_SIDES
        and max(image.width, image.height) <= MAX_PHOTO_RATIO * min(image.width, image.height)
    )


def media_of(image: Picture, caption: str) -> InputMediaPhoto | InputMediaDocument:
    return photo(image, caption) if fits_photo(image) else document(image, caption)


def photo(image: Picture, caption: str) -> InputMediaPhoto:
    return InputMediaPhoto(image.data, caption=caption, filename=image.name, has_spoiler=image.spoiler)


def document(image: Picture, caption: str) -> InputMediaDocument:
    return InputMediaDocument(
        image.data, caption=caption, filename=image.name, disable_content_type_detection=True
    )


def smaller(image: Picture) -> Picture:
    """As a JPEG of at most half the size. Blocks: call it in a thread."""
    fitting, _ = rendition.fit(image.data, image.mime, len(image.data) // 2)
    return replace(fitting, spoiler=image.spoiler, as_file=image.as_file)

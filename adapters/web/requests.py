"""What the page may send, checked before anything is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aiohttp import BodyPartReader, MultipartReader, web
from pydantic import BaseModel, ConfigDict, Field

from adapters.web.guard import Refused
from bot.events import MOST_PICTURES, Attachment, ButtonName, CommandName

MAX_TEXT_BYTES = 64 * 1024  # far above any wish: what is merely too long, the bot answers itself
_CHUNK = 64 * 1024

EventId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""Made by the page, one for each thing that a person does: one that is sent twice is handled once."""

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: EventId


class Reaction(Body):
    message: MessageId
    emoji: str = Field(min_length=1, max_length=32)
    added: bool


class Button(Body):
    message: MessageId
    name: ButtonName
    target: str = Field(min_length=1, max_length=32)


class Command(Body):
    name: CommandName
    argument: str = Field(default="", max_length=64)


class Words(Body):
    """A message's fields but for its pictures."""

    text: str = ""
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    words: Words
    pictures: tuple[Attachment, ...]


async def read_message(request: web.Request, max_upload_bytes: int) -> Posted:
    """Read a multipart message part by part; never more than the limits is held in memory.

    Raises `Refused`: 413 as soon as a part grows over its limit, 400 for anything but a message.
    """
    if request.content_type != "multipart/form-data":
        raise Refused(400, "A message must be sent as multipart/form-data.")
    fields: dict[str, str] = {}
    pictures: list[Attachment] = []
    too_big = f"That picture is larger than {max_upload_bytes / 1e6:g} MB; please send a smaller one."
    too_long = "That message is far too long; please say it in fewer words."
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, MultipartReader) or part.name is None:
            raise Refused(400, "That message could not be read.")
        if part.name != "picture":
            if part.name in fields:
                raise Refused(400, f"The field {part.name!r} came twice.")
            text = (await _read(part, MAX_TEXT_BYTES, too_long)).decode()
            fields[part.name] = text.replace("\r\n", "\n")  # browsers send form texts with CRLF
        elif len(pictures) == MOST_PICTURES:
            raise Refused(413, f"Please send at most {MOST_PICTURES} pictures at once.")
        else:
            mime = part.headers.get("Content-Type")
            pictures.append(_attachment(await _read(part, max_upload_bytes, too_big), mime))
    return Posted(Words.model_validate(fields), tuple(pictures))


async def _read(part: BodyPartReader, limit: int, sentence: str) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise Refused(413, sentence)
    return bytes(data)


def _attachment(data: bytes, mime: str | None) -> Attachment:
    """The file's name is left behind on purpose: it may tell more than its sender knows."""

    async def open_() -> bytes:
        return data

    return Attachment("photo", open_, mime=mime, size=len(data))

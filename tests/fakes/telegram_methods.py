"""The Bot API methods of the fake Telegram, with the checks and error texts of the real server."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp.web import FileField
from PIL import Image

from tests.fakes.telegram_world import JSON, ApiError, Chat, Message, units

if TYPE_CHECKING:
    from tests.fakes.telegram_api import FakeTelegram

MAX_DOWNLOAD = 20 << 20
MAX_PHOTO = 10 * 1000 * 1000
MAX_FILE = 50 * 1000 * 1000

METHODS: dict[str, Callable[[FakeTelegram, JSON], Awaitable[Any]]] = {}


def method(function: Callable[[FakeTelegram, JSON], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    name = function.__name__
    METHODS[name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:])] = function
    return function


@method
async def get_me(telegram: FakeTelegram, _: JSON) -> JSON:
    return telegram.me.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


@method
async def get_updates(telegram: FakeTelegram, fields: JSON) -> list[JSON]:
    if "allowed_updates" in fields:
        telegram.allowed = frozenset(json.loads(fields["allowed_updates"]))
    limit = int(fields.get("limit", 100))
    return await telegram.updates(int(fields.get("offset", 0)), limit, float(fields.get("timeout", 0)))


@method
async def delete_webhook(telegram: FakeTelegram, _: JSON) -> bool:
    await telegram.webhook.delete()
    return True


@method
async def set_webhook(telegram: FakeTelegram, fields: JSON) -> bool:
    telegram.allowed = frozenset(json.loads(fields["allowed_updates"]))
    telegram.webhook.set(fields["url"], fields.get("secret_token", ""))
    return True


@method
async def get_webhook_info(telegram: FakeTelegram, _: JSON) -> JSON:
    return telegram.webhook.info()


@method
async def set_my_commands(telegram: FakeTelegram, fields: JSON) -> bool:
    commands = json.loads(fields["commands"])
    if not 1 <= len(commands) <= 100:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    menu = {command["command"]: command["description"] for command in commands}
    telegram.menus[json.loads(fields["scope"])["type"], fields.get("language_code", "")] = menu
    return True


@method
async def send_chat_action(telegram: FakeTelegram, fields: JSON) -> bool:
    chat_of(telegram, fields)
    return True


@method
async def get_chat_member(telegram: FakeTelegram, fields: JSON) -> JSON:
    chat = chat_of(telegram, fields)
    user_id = int(fields["user_id"])
    user = {"id": user_id, "is_bot": user_id == telegram.me.id, "first_name": "Somebody"}
    if user_id not in chat.admins:
        return {"status": "member", "user": user}
    rights = (
        "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
        " can_invite_users can_restrict_members can_promote_members can_change_info"
        " can_post_stories can_edit_stories can_delete_stories"
    )
    return {"status": "administrator", "user": user, **dict.fromkeys(rights.split(), True)}


@method
async def get_file(telegram: FakeTelegram, fields: JSON) -> JSON:
    file_id = fields["file_id"]
    if file_id not in telegram.files:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    size = len(telegram.files[file_id])
    if telegram.local is not None:  # it tells where the file lies on its own disk
        path = telegram.local / file_id.replace("/", "_")
        if not telegram.hidden:
            path.write_bytes(telegram.files[file_id])
        return {"file_id": file_id, "file_unique_id": "u", "file_size": size, "file_path": str(path)}
    if size > MAX_DOWNLOAD:
        raise ApiError(400, "Bad Request: file is too big")
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": file_id}


@method
async def answer_callback_query(telegram: FakeTelegram, fields: JSON) -> bool:
    telegram.answered.append(fields["callback_query_id"])
    if len(fields.get("text", "")) > 200:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    telegram.said_quietly[fields["callback_query_id"]] = fields.get("text", "")
    return True


@method
async def send_message(telegram: FakeTelegram, fields: JSON) -> JSON:
    chat = chat_of(telegram, fields)
    text = checked_text(fields.get("text", ""), 4096, "message text is empty", "message is too long")
    return telegram.new_message(chat, text=text, **placing(telegram, chat, fields)).json()


@method
async def edit_message_text(telegram: FakeTelegram, fields: JSON) -> JSON:
    message = editable(telegram, fields)
    if message.media:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    text = checked_text(fields.get("text", ""), 4096, "message text is empty", "MESSAGE_TOO_LONG")
    return changed(message, text, keyboard(fields))


@method
async def edit_message_caption(telegram: FakeTelegram, fields: JSON) -> JSON:
    message = editable(telegram, fields)
    if not message.media:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    return changed(message, caption(fields), keyboard(fields))


@method
async def edit_message_reply_markup(telegram: FakeTelegram, fields: JSON) -> JSON:
    message = editable(telegram, fields)
    return changed(message, message.text, keyboard(fields))


@method
async def edit_message_media(telegram: FakeTelegram, fields: JSON) -> JSON:
    message = editable(telegram, fields)
    wanted = json.loads(fields["media"])
    file = fields[wanted["media"].removeprefix("attach://")]
    assert isinstance(file, FileField)
    if wanted["type"] in message.chat.forbidden:
        raise ApiError(400, f"Bad Request: not enough rights to send {wanted['type']}s to the chat")
    media, data = uploaded(telegram, wanted["type"], file)
    buttons = keyboard(fields)
    text = caption(wanted)
    if wanted.get("has_spoiler"):
        media["has_media_spoiler"] = True
    message.media, message.file = media, data
    message.text, message.keyboard, message.edits = text, buttons, message.edits + 1
    return message.json()


@method
async def delete_message(telegram: FakeTelegram, fields: JSON) -> bool:
    chat = chat_of(telegram, fields)
    if telegram.messages.pop((chat.id, int(fields["message_id"])), None) is None:
        raise ApiError(400, "Bad Request: message to delete not found")
    return True


# ------------------------------------------------------------ parts


def chat_of(telegram: FakeTelegram, fields: JSON) -> Chat:
    chat = telegram.chats.get(int(fields["chat_id"]))
    if chat is None:
        raise ApiError(400, "Bad Request: chat not found")
    chat.check()
    return chat


def editable(telegram: FakeTelegram, fields: JSON) -> Message:
    chat = chat_of(telegram, fields)
    message = telegram.messages.get((chat.id, int(fields["message_id"])))
    if message is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    if message.author != telegram.me:
        raise ApiError(400, "Bad Request: message can't be edited")
    return message


def changed(message: Message, text: str, buttons: list[list[JSON]]) -> JSON:
    if (message.text, message.keyboard) == (text, buttons):
        raise ApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly"
            " the same as a current content and reply markup of the message",
        )
    message.text, message.keyboard, message.edits = text, buttons, message.edits + 1
    return message.json()


def placing(telegram: FakeTelegram, chat: Chat, fields: JSON) -> JSON:
    """Topic, reply and buttons of a new message."""
    found: JSON = {"keyboard": keyboard(fields)}
    if "message_thread_id" in fields:
        found["topic"] = int(fields["message_thread_id"])
        if found["topic"] not in chat.topics:
            raise ApiError(400, "Bad Request: message thread not found")
    if "reply_parameters" in fields:
        reply = json.loads(fields["reply_parameters"])
        found["reply_to"] = telegram.messages.get((chat.id, int(reply["message_id"])))
        if found["reply_to"] is None and not reply.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
    return found


def keyboard(fields: JSON) -> list[list[JSON]]:
    rows = json.loads(fields.get("reply_markup", "{}")).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def caption(fields: JSON) -> str:
    return checked_text(fields.get("caption", ""), 1024, None, "message caption is too long")


def checked_text(text: str, limit: int, empty: str | None, long: str) -> str:
    if empty and not text.strip():
        raise ApiError(400, f"Bad Request: {empty}")
    if units(text) > limit:
        raise ApiError(400, f"Bad Request: {long}")
    return text.strip()


def uploaded(telegram: FakeTelegram, kind: str, upload: FileField) -> tuple[JSON, bytes]:
    """The media JSON of an uploaded file; photos within Telegram's limits only."""
    data = upload.file.read()
    if len(data) > (telegram.max_file or (MAX_FILE if telegram.local is None else 40 * MAX_FILE)):
        raise ApiError(413, "Request Entity Too Large")
    if kind == "document":
        return {"document": telegram.file(data, file_name=upload.filename)}, data
    if len(data) > MAX_PHOTO:
        raise ApiError(400, "Bad Request: file is too big")
    try:
        width, height = Image.open(io.BytesIO(data)).size
    except OSError:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return {"photo": telegram.photo_sizes(data)}, data

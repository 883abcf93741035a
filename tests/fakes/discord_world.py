"""What a small Discord holds, as the payloads that discord.py's parsers want to see.

Parsers are strict: `member.roles` are ids, `guild_id` is absent (never null) in direct chats, interactions
carry `channel`, `attachment_size_limit`, `entitlements` and `version`.
"""

from __future__ import annotations

import itertools
import mimetypes
import time
from dataclasses import dataclass, field
from typing import Any

EPOCH = 1420070400000
JOINED = "2024-01-01T00:00:00+00:00"
EVERYBODY = 309237763136 | 0x400 | 0x800  # the invite's permissions; also view and send
MANAGE_MESSAGES = 1 << 13

Payload = dict[str, Any]


class ApiError(Exception):
    """An answer in Discord's own form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class World:
    """One guild, one bot, people, channels, threads and messages."""

    token: str
    upload_limit: int = 10 * 1024 * 1024
    permissions: int = EVERYBODY
    base: str = ""
    users: dict[int, Payload] = field(default_factory=dict)
    moderators: set[int] = field(default_factory=set)
    channels: dict[int, Payload] = field(default_factory=dict)
    messages: dict[int, Payload] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    nonces: dict[tuple[int, str], int] = field(default_factory=dict)
    commands: list[Payload] = field(default_factory=list)
    pressed: dict[str, int] = field(default_factory=dict)
    """Interaction token → the message with the button."""

    def __post_init__(self) -> None:
        self._counter = itertools.count()
        self.guild_id = self.snowflake()
        self.bot = self.user("DialogPaint", bot=True)
        self.ann = self.user("Ann")
        self.general = self.channel("general")

    def snowflake(self) -> int:
        """Grows with time, as Discord's do."""
        return ((int(time.time() * 1000) - EPOCH) << 22) | (next(self._counter) & 0x3FFFFF)

    # ------------------------------------------------------------ people and places

    @property
    def bot_role(self) -> int:
        """The role that Discord makes for a bot at its invitation."""
        return self.guild_id + 2

    def user(self, name: str, *, bot: bool = False, moderator: bool = False) -> int:
        user_id = self.snowflake()
        self.users[user_id] = {
            "id": str(user_id),
            "username": name.lower(),
            "global_name": name,
            "discriminator": "0",
            "avatar": None,
            "bot": bot,
        }
        if moderator:
            self.moderators.add(user_id)
        return user_id

    def channel(self, name: str) -> int:
        channel_id = self.snowflake()
        self.channels[channel_id] = {
            "id": str(channel_id),
            "type": 0,
            "guild_id": str(self.guild_id),
            "name": name,
            "position": 0,
            "permission_overwrites": [],
            "nsfw": False,
            "parent_id": None,
        }
        return channel_id

    def direct(self, user_id: int) -> int:
        """The direct chat with a person; made when it is asked for first."""
        for known in self.channels.values():
            if known["type"] == 1 and known["recipients"][0]["id"] == str(user_id):
                return int(known["id"])
        channel_id = self.snowflake()
        self.channels[channel_id] = {
            "id": str(channel_id),
            "type": 1,
            "last_message_id": None,
            "recipients": [self.users[user_id]],
        }
        return channel_id

    def thread(self, channel_id: int, thread_id: int, name: str, owner_id: int) -> Payload:
        self.channels[thread_id] = {
            "id": str(thread_id),
            "type": 11,
            "guild_id": str(self.guild_id),
            "parent_id": str(channel_id),
            "owner_id": str(owner_id),
            "name": name,
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "locked": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": JOINED,
            },
        }
        return self.channels[thread_id]

    def guild_of(self, channel_id: int) -> Payload:
        """{"guild_id": …}, or {} in a direct chat."""
        channel = self.channels[channel_id]
        return {"guild_id": channel["guild_id"]} if "guild_id" in channel else {}

    def member(self, user_id: int) -> Payload:
        roles = [str(self.guild_id + 1)] if user_id in self.moderators else []
        return {"roles": roles, "joined_at": JOINED, "deaf": False, "mute": False, "flags": 0, "nick": None}

    def guild(self) -> Payload:
        def role(role_id: int, name: str, permissions: int) -> Payload:
            shape = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False}
            return {"id": str(role_id), "name": name, "permissions": str(permissions), "flags": 0, **shape}

        places = list(self.channels.values())
        return {
            "id": str(self.guild_id),
            "name": "Painters",
            "owner_id": "1",
            "unavailable": False,
            "member_count": len(self.users),
            "roles": [
                role(self.guild_id, "@everyone", self.permissions),
                role(self.guild_id + 1, "mods", MANAGE_MESSAGES),
                {**role(self.bot_role, "DialogPaint", 0), "tags": {"bot_id": str(self.bot)}, "managed": True},
            ],
            "channels": [place for place in places if place["type"] in (0, 15)],
            "threads": [
                place for place in places if place["type"] == 11 and not place["thread_metadata"]["archived"]
            ],
            "members": [{**self.member(self.bot), "user": self.users[self.bot]}],
            "premium_tier": 0,
        }

    # ------------------------------------------------------------ messages

    def attachment(self, name: str, data: bytes, *, mime: str | None = None) -> Payload:
        file_id = self.snowflake()
        path = f"/attachments/{file_id}/{name}"
        self.files[path] = data
        return {
            "id": str(file_id),
            "filename": name,
            "size": len(data),
            "url": self.base + path,
            "proxy_url": self.base + path,
            "content_type": mime or mimetypes.guess_type(name)[0] or "application/octet-stream",
        }

    def say(self, channel_id: int, author_id: int, content: str, **more: Any) -> Payload:
        """Store a message; `more` are further fields of the payload."""
        message_id = self.snowflake()
        mentioned = [user for user_id, user in self.users.items() if f"<@{user_id}>" in content]
        message: Payload = {
            "id": str(message_id),
            "channel_id": str(channel_id),
            "author": self.users[author_id],
            "content": content,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": mentioned,
            "mention_roles": [str(self.bot_role)] if f"<@&{self.bot_role}>" in content else [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": 0,
            "flags": 0,
        }
        message.update(more)
        if reference := message.get("message_reference"):
            message["type"] = 19
            message["referenced_message"] = self.messages.get(int(reference["message_id"]))
        self.messages[message_id] = message
        return message

    def answer(self, application: int, content: str) -> Payload:
        """A message that one person alone sees; it is kept nowhere."""
        shown = self.say(self.general, application, content, flags=64)
        del self.messages[int(shown["id"])]
        return shown

    def history(self, channel_id: int) -> list[Payload]:
        """Oldest first."""
        return [m for _, m in sorted(self.messages.items()) if m["channel_id"] == str(channel_id)]

    def gateway_message(self, message: Payload, *, message_content: bool) -> Payload:
        """As it goes over the gateway: with the member, and empty where the bot may not read it."""
        channel_id, author = int(message["channel_id"]), int(message["author"]["id"])
        guild = self.guild_of(channel_id)
        shown = {**message, **guild}
        if guild:
            shown["member"] = self.member(author)
        told = [author, *(int(user["id"]) for user in message["mentions"])]
        if guild and not message_content and self.bot not in told:
            shown.update(content="", attachments=[], embeds=[], components=[])
        return shown

    def interaction(self, channel_id: int, user_id: int, kind: int, data: Payload, **more: Any) -> Payload:
        guild = self.guild_of(channel_id)
        permissions = self.permissions | (MANAGE_MESSAGES if user_id in self.moderators else 0)
        member = {**self.member(user_id), "user": self.users[user_id], "permissions": str(permissions)}
        return {
            "id": str(self.snowflake()),
            "application_id": str(self.bot),
            "type": kind,
            "token": f"interaction-{self.snowflake()}",
            "version": 1,
            "channel_id": str(channel_id),
            "channel": self.channels[channel_id],
            "app_permissions": str(self.permissions),
            "attachment_size_limit": self.upload_limit,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "locale": "en-US",
            "data": data,
            **guild,
            **({"member": member} if guild else {"user": self.users[user_id]}),
            **more,
        }

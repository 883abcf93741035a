"""Text on its way in and out: wishes without mentions, sentences that neither format nor ping."""

from __future__ import annotations

import re

import discord

MAX_TEXT = 2000
"""Characters in one message: https://discord.com/developers/docs/resources/message#create-message"""

THREAD_NAME = 100
"""Characters in a thread's name."""

# discord.utils.escape_markdown takes everything from "[" to the last ")" of a line as one link and leaves
# what stands between unescaped, so the marks are escaped one by one here. Discord shows a backslash before
# any other sign as that sign. "<" opens mentions, custom emoji and timestamps; "://" makes links.
_INLINE = re.compile(r"[\\*_~|`<\[]|@(?=everyone|here)|:(?=//)")
_LINE_START = re.compile(r"^(\s*)([>#+-])|^(\s*\d+)(\.)", re.MULTILINE)


def escape(text: str) -> str:
    """The text as Discord must get it, so that a reader sees exactly `text`."""
    text = _INLINE.sub(r"\\\g<0>", text)
    return _LINE_START.sub(lambda m: f"{m[1] or m[3] or ''}\\{m[2] or m[4]}", text)


def fit(text: str, room: int = MAX_TEXT) -> str:
    """`escape(text)`, cut at a whole sign and marked with "…" where it is longer than `room`."""
    escaped = escape(text)
    kept = len(text)
    while len(escaped) > room:
        kept -= max(1, (len(escaped) - room) // 2)
        escaped = escape(text[:kept].rstrip() + "…")
    return escaped


def wish(message: discord.Message, me: discord.abc.Snowflake) -> str:
    """What the person wrote, without the mention of the bot and with other people's names for their ids."""
    own = [f"!?{me.id}"]
    role = message.guild.self_role if message.guild else None
    if role:
        own.append(f"&{role.id}")
    text = re.sub(rf"[ \t]*<@(?:{'|'.join(own)})>(?:[ \t]*[,:](?=\s))?[ \t]*", " ", message.content)
    for person in message.mentions:
        text = re.sub(rf"<@!?{person.id}>", lambda _, name=person.display_name: f"@{name}", text)
    return text.strip()


def thread_name(text: str) -> str:
    """A title for the conversation's thread."""
    return " ".join(text.split())[:THREAD_NAME].rstrip() or "Picture edit"

"""Text on its way in and out: wishes without mentions, sentences that neither format nor ping."""

from __future__ import annotations

import re
import unicodedata

import discord

MAX_TEXT = 2000
"""Characters in one message: https://discord.com/developers/docs/resources/message#create-message"""

THREAD_NAME = 100
"""Characters in a thread's name."""

# discord.utils.escape_markdown takes everything from "[" to the last ")" of a line as one link and leaves
# what stands between unescaped, so the marks are escaped one by one here. Discord shows a backslash before
# any other sign as that sign. "<" opens mentions, custom emoji and timestamps; "://" makes links.
_INLINE = re.compile(r"[\\*_~|`<\[]|@(?=everyone|here)|:(?=//)")
_JOINER = "\u200d"
_CUSTOM_EMOJI = re.compile(r"<a?:(\w+):\d+>")
# Signs that turn the direction of all that follows, in a name as much as in a wish.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_START = re.compile(r"^(\s*)([>#+-])|^(\s*\d+)(\.)", re.MULTILINE)


def escape(text: str) -> str:
    """The text as Discord must get it, so that a reader sees exactly `text`."""
    text = _INLINE.sub(r"\\\g<0>", text)
    return _LINE_START.sub(lambda m: f"{m[1] or m[3] or ''}\\{m[2] or m[4]}", text)


def fit(text: str, room: int = MAX_TEXT) -> str:
    """`escape(text)`, cut at a whole sign and marked with "…" where it is longer than `room`."""
    escaped = escape(text)
    kept = len(text)
    while length(escaped) > room:
        kept = _whole(text, kept - max(1, (length(escaped) - room) // 4))
        escaped = escape(text[:kept].rstrip() + "…")
    return escaped


def length(text: str) -> int:
    """As Discord's apps count it: in UTF-16, where many emoji are two units long."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _whole(text: str, end: int) -> int:
    """The place at or before `end` where no emoji or letter with its marks is cut in two."""
    while 0 < end < len(text) and (_is_mark(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end


def _is_mark(sign: str) -> bool:
    """Whether a sign belongs to the one before it: accents, skin tones, variation selectors, joiners."""
    return sign == _JOINER or "\U0001f3fb" <= sign <= "\U0001f3ff" or unicodedata.category(sign)[0] == "M"


def wish(message: discord.Message, me: discord.abc.Snowflake) -> str:
    """What the person wrote: without the mention of the bot, and with names where Discord writes ids."""
    own = [f"!?{me.id}"]
    role = message.guild.self_role if message.guild else None
    if role:
        own.append(f"&{role.id}")
    text = re.sub(rf"[ \t]*<@(?:{'|'.join(own)})>(?:[ \t]*[,:](?=\s))?[ \t]*", " ", message.content)
    for person in message.mentions:
        text = re.sub(rf"<@!?{person.id}>", lambda _, name=person.display_name: f"@{name}", text)
    for other in message.role_mentions:
        text = text.replace(f"<@&{other.id}>", f"@{other.name}")
    for link in (embed.url for embed in message.embeds if embed.type == "image" and embed.url):
        text = text.replace(link, "")  # it is the picture, and no word of the wish
    text = _CUSTOM_EMOJI.sub(lambda found: f":{found[1]}:", text)
    return _DIRECTIONS.sub("", text).strip()


def thread_name(text: str) -> str:
    """A title for the conversation's thread."""
    name = " ".join(text.split())
    kept = len(name)
    while length(name[:kept]) > THREAD_NAME:
        kept = _whole(name, kept - 1)
    return name[:kept].rstrip() or "Picture edit"

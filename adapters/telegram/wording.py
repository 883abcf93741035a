"""What a message's words say: the wish without the mention of the bot, or a command.

Text and caption are treated alike. Entity offsets count UTF-16 code units
(https://core.telegram.org/bots/api#messageentity).
"""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot, Message, MessageEntity

SPACE = " ".encode("utf-16-le")
MARKS = tuple(mark.encode("utf-16-le") for mark in (", ", ": "))


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    mentioned: bool


@dataclass(frozen=True, slots=True)
class Command:
    """`explicit`: /undo@thisbot; `foreign`: meant for another bot; `argument`: what follows, lower case."""

    name: str
    explicit: bool
    foreign: bool
    argument: str = ""


def read_words(message: Message, bot: Bot) -> Words:
    """The text or caption without mentions of the bot (`@name`, the `@name` of a command, or by id)."""
    raw = (message.text or message.caption or "").encode("utf-16-le")
    mentions = [entity for entity in entities_of(message) if _names_bot(entity, raw, bot)]
    cut = raw
    for entity in sorted(mentions, key=lambda entity: entity.offset, reverse=True):
        left, right = cut[: entity.offset * 2], cut[(entity.offset + entity.length) * 2 :]
        right = right[2:] if right.startswith(MARKS) else right
        cut = left + (right[2:] if left.endswith(SPACE) and right.startswith(SPACE) else right)
    text = cut.decode("utf-16-le")
    return Words(text.strip().lstrip(",:").lstrip() if mentions else text.strip(), bool(mentions))


def read_command(message: Message, bot: Bot) -> Command | None:
    """The command that the text or caption begins with."""
    raw = (message.text or message.caption or "").encode("utf-16-le")
    for entity in entities_of(message):
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            name, _, target = _covered(entity, raw).removeprefix("/").partition("@")
            explicit = target.casefold() == bot.username.casefold()
            argument = raw[entity.length * 2 :].decode("utf-16-le").strip().casefold()
            return Command(name.casefold(), explicit, bool(target) and not explicit, argument)
    return None


def entities_of(message: Message) -> tuple[MessageEntity, ...]:
    return message.entities if message.text else message.caption_entities


def _covered(entity: MessageEntity, raw: bytes) -> str:
    return raw[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le", "replace")


def _names_bot(entity: MessageEntity, raw: bytes, bot: Bot) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    return (
        entity.type == MessageEntity.MENTION
        and _covered(entity, raw).casefold() == f"@{bot.username}".casefold()
    )

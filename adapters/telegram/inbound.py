"""Telegram's updates as the bot's events. The only calls made are cached look-ups of administrators.

In a private chat every message is meant for the bot. In a group only what mentions it, replies to it or
commands it: everything else stays unread. Each chat, or each topic of a chat, is one conversation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from telegram import (
    Bot,
    CallbackQuery,
    MaybeInaccessibleMessage,
    Message,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeEmoji,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from adapters.telegram.files import attachments_of
from adapters.telegram.layout import LABELS
from adapters.telegram.members import Members
from adapters.telegram.wording import read_command, read_words
from bot.events import (
    Attachment,
    ButtonName,
    ButtonPressed,
    CommandInvoked,
    CommandName,
    ConversationGone,
    ConversationMoved,
    ConversationRef,
    InboundEvent,
    MessageEdited,
    MessageIn,
    MessageMissed,
    MessageRef,
    ReactionChanged,
    UserRef,
)
from bot.ports import Directory

COMMANDS: dict[str, CommandName] = {
    "undo": "undo",
    "redo": "redo",
    "reset": "reset",
    "cancel": "cancel",
    "help": "help",
    "share": "share",
    "rate": "rate",
    "again": "again",
    "stronger": "stronger",
    "subtler": "subtler",
    "original": "original",
    "compare": "compare",
    "history": "history",
    "settings": "settings",
    "privacy": "privacy",
    "pause": "pause",
    "resume": "resume",
    "stats": "stats",
    "start": "help",
}
EDIT = "edit"
EDIT_COMMAND = re.compile(r"^/edit(?:@\w+)?\s*", re.IGNORECASE)
"""/edit and a wish, alone or under a picture: a message that is meant for the bot."""
OUT = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
"""The bot was put out of a group, or blocked in a private chat."""
JUST_NOW = dt.timedelta(minutes=5)
"""What is younger was not missed: the network is slow, or this machine's clock is wrong."""
BUTTONS: dict[str, ButtonName] = {"select": "select", **{name: name for name in LABELS}}


def conversation_of(chat_id: int, thread_id: int | None = None) -> ConversationRef:
    """People have positive ids; any other chat is a group, and its own moderators decide there."""
    thread, group = None if thread_id is None else str(thread_id), str(chat_id) if chat_id < 0 else None
    return ConversationRef("telegram", str(chat_id), thread, group)


def place_of(message: MaybeInaccessibleMessage) -> ConversationRef:
    """The chat or topic; outside of topics `message_thread_id` is but the id of a chain of replies."""
    if isinstance(message, Message) and message.is_topic_message:
        return conversation_of(message.chat.id, message.message_thread_id)
    return conversation_of(message.chat.id)


def moved(old: int, new: int) -> ConversationMoved:
    """Telegram tells of one move in several ways; the id is the same for all of them."""
    return ConversationMoved(f"moved:{old}:{new}", conversation_of(old), conversation_of(new))


def edited(now: MessageIn, head: int | None) -> MessageEdited:
    """A changed message; the caption of an album's piece is that of the album."""
    if head is not None:
        now = replace(now, ref=replace(now.ref, message_id=str(head)))
    return MessageEdited(now)


class Translator:
    """Needs `bot` to be initialized: its name and id tell what is meant for it."""

    def __init__(
        self,
        bot: Bot,
        directory: Directory,
        members: Members,
        undo_emoji: Sequence[str],
        answer_missed_hours: float,
    ) -> None:
        """What is older than `answer_missed_hours` when it comes is told as missed."""
        self._answer_missed = max(dt.timedelta(hours=answer_missed_hours), JUST_NOW)
        self._bot = bot
        self._directory = directory
        self._members = members
        self._undo_emoji = {bare(emoji) for emoji in undo_emoji}

    async def event(self, update: Update, head: int | None = None) -> InboundEvent | None:
        """The event of one update; None when it is not for the bot.

        `head`: the first message of the album that a changed message is a piece of.
        """
        event_id = str(update.update_id)
        if update.message:
            return await self.message([update.message], event_id)
        if update.edited_message:
            changed = await self.message([update.edited_message], event_id)
            return edited(changed, head) if isinstance(changed, MessageIn) else None  # no command twice
        if update.message_reaction:
            return await self._reaction(update.message_reaction, event_id)
        if update.callback_query:
            return await self._button(update.callback_query, event_id)
        if update.my_chat_member and update.my_chat_member.new_chat_member.status in OUT:
            return ConversationGone(event_id, conversation_of(update.my_chat_member.chat.id))
        return None

    async def message(self, messages: Sequence[Message], event_id: str) -> InboundEvent | None:
        """The event of one message, or of the messages of one album."""
        messages = sorted(messages, key=lambda message: message.message_id)
        first = messages[0]
        if first.migrate_to_chat_id:
            return moved(first.chat.id, first.migrate_to_chat_id)
        author = author_of(first)
        if author is None or not any(m.text or m.effective_attachment for m in messages):
            return None  # a bot, a channel's own post, or a service message (a new member, a new title …)
        where = place_of(first)
        ref = MessageRef(where, str(first.message_id))
        said = next((m for m in messages if m.text or m.caption), first)
        words, command = read_words(said, self._bot), read_command(said, self._bot)
        if command and command.foreign:
            return None
        name = COMMANDS.get(command.name) if command else None
        edit = command is not None and command.name == EDIT
        if not (
            first.chat.type == ChatType.PRIVATE
            or words.mentioned
            or (command and command.explicit)
            or self._answers_bot(first)
            or ((name or edit) and await self._directory.knows(where))
        ):
            return None
        if self._is_missed(first.edit_date or first.date):
            return MessageMissed(event_id, ref, author)
        author = await self._with_rights(author, first)
        if command and name:
            return CommandInvoked(event_id, ref, author, name, command.argument)
        reply_to, replied = self._reply(first, where)
        files = tuple(
            replace(file, message_id=str(message.message_id))
            for message in messages
            for file in attachments_of(message, self._bot)
        )
        text = wish_of_edit(words.text) if command and command.name == EDIT else words.text
        return MessageIn(event_id, ref, author, text, files, reply_to, replied)

    async def _reaction(self, change: MessageReactionUpdated, event_id: str) -> ReactionChanged | None:
        if change.user is None or change.user.is_bot or self._is_missed(change.date):
            return None  # an anonymous administrator: nobody to compare with the requester
        old, new = emoji_of(change.old_reaction), emoji_of(change.new_reaction)
        added = tuple(emoji for emoji in new if emoji not in old)
        removed = tuple(emoji for emoji in old if emoji not in new)
        if not added and not removed:
            return None
        chat_id = change.chat.id
        moderator = (
            change.chat.type != ChatType.PRIVATE
            and not self._undo_emoji.isdisjoint(added + removed)
            and await self._members.moderates(chat_id, change.user.id)
        )
        ref = MessageRef(conversation_of(chat_id), str(change.message_id))  # its topic is not told
        return ReactionChanged(event_id, ref, user_ref(change.user, moderator), added, removed)

    async def _button(self, query: CallbackQuery, event_id: str) -> ButtonPressed | None:
        name, _, target = (query.data or "").partition(":")
        known = BUTTONS.get(name)
        if known is None or query.message is None:
            return None
        message = query.message
        moderator = message.chat.type != ChatType.PRIVATE and await self._members.moderates(
            message.chat.id, query.from_user.id
        )
        ref = MessageRef(place_of(message), str(message.message_id))
        return ButtonPressed(event_id, ref, user_ref(query.from_user, moderator), known, target)

    def _is_missed(self, when: dt.datetime) -> bool:
        return dt.datetime.now(dt.UTC) - when > self._answer_missed

    def _answers_bot(self, message: Message) -> bool:
        replied = real_reply(message)
        return bool(replied and replied.from_user and replied.from_user.id == self._bot.id)

    def _reply(
        self, message: Message, where: ConversationRef
    ) -> tuple[MessageRef | None, tuple[Attachment, ...]]:
        """The message answered and its pictures; one from another chat has pictures but no address here."""
        if replied := real_reply(message):
            return MessageRef(where, str(replied.message_id)), attachments_of(replied, self._bot)
        if message.external_reply:
            return None, attachments_of(message.external_reply, self._bot)
        return None, ()

    async def _with_rights(self, author: UserRef, message: Message) -> UserRef:
        """The author as a moderator of the group, if they are one (unknown for who writes as a chat)."""
        if message.chat.type == ChatType.PRIVATE or message.sender_chat:
            return author
        moderator = await self._members.moderates(message.chat.id, int(author.user_id))
        return replace(author, moderator=moderator)


def wish_of_edit(text: str) -> str:
    """What follows /edit or /edit@thisbot."""
    return EDIT_COMMAND.sub("", text, count=1)


def bare(emoji: str) -> str:
    """Without variation selectors, which clients add and leave out as they like."""
    return emoji.replace("\ufe0f", "")


def emoji_of(reactions: Sequence[ReactionType]) -> tuple[str, ...]:
    return tuple(bare(reaction.emoji) for reaction in reactions if isinstance(reaction, ReactionTypeEmoji))


def user_ref(user: User, moderator: bool = False) -> UserRef:
    return UserRef("telegram", str(user.id), user.full_name, moderator)


def author_of(message: Message) -> UserRef | None:
    """Who wrote it: a person, or the group or channel in whose name they write; None for bots."""
    if message.is_automatic_forward:
        return None
    if message.sender_chat:
        anonymous_admin = message.sender_chat.id == message.chat.id
        return UserRef(
            "telegram", str(message.sender_chat.id), message.sender_chat.effective_name or "", anonymous_admin
        )
    if message.from_user is None or message.from_user.is_bot:
        return None
    return user_ref(message.from_user)


def real_reply(message: Message) -> Message | None:
    """The message answered; in a topic every message also "answers" the one that opened the topic."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created else replied

"""What people do on Discord, as the bot's events: each is translated and handed over in its turn."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import discord

from adapters.discord.attachments import attachments_of
from adapters.discord.edits import Edits
from adapters.discord.permissions import Refusals
from adapters.discord.places import channel_id_of, conversation_of, is_moderator, locate
from adapters.discord.reactions import ReactionLog
from adapters.discord.receipts import CALL_FAILED
from adapters.discord.text import wish
from adapters.discord.threads import Threads
from bot.events import (
    Acknowledged,
    Action,
    Attachment,
    ButtonPressed,
    CommandInvoked,
    CommandName,
    ConversationGone,
    ConversationRef,
    MessageIn,
    MessageRef,
    ReactionChanged,
    UserRef,
)
from bot.ports import Choices, Directory, Handler

if TYPE_CHECKING:
    from adapters.discord.client import Client

_log = logging.getLogger(__name__)

_SAID_BY_PEOPLE = (discord.MessageType.default, discord.MessageType.reply)
_VARIATION_SELECTOR = "\ufe0f"


def bare(emoji: str) -> str:
    """Without the variation selector, which clients send or leave out as they like."""
    return emoji.replace(_VARIATION_SELECTOR, "")


class Inbound:
    """Translates for one client. Events of one channel or thread reach the handler in their order."""

    def __init__(
        self,
        client: Client,
        handler: Handler,
        directory: Directory,
        choices: Choices,
        *,
        threads: Threads,
        refusals: Refusals,
        undo_emoji: Sequence[str],
        max_download: int,
    ) -> None:
        self._client = client
        self._handler = handler
        self._directory, self._choices = directory, choices
        self._threads, self._refusals = threads, refusals
        self._undo_emoji = {bare(emoji) for emoji in undo_emoji}
        self._max_download = max_download
        self._reactions = ReactionLog()
        self.edits = Edits(client, directory, threads, max_download)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.open = asyncio.Event()
        """Closed between the start of a session and the moment when the places to catch up from are noted."""

    def session_lost(self) -> None:
        self._reactions.forget()

    # ------------------------------------------------------------ messages

    async def message(self, message: discord.Message) -> None:
        """Take a message, new or read back from the history."""
        if message.type not in _SAID_BY_PEOPLE or message.author.bot or message.webhook_id:
            return
        await self.open.wait()
        # A message that starts a thread has that thread's id, so both take turns with each other.
        starts = isinstance(message.channel, discord.TextChannel) and self._mentions_me(message)
        async with self._turn(message.id if starts else message.channel.id):
            event = await self._message_in(message)
            if event:
                await self._handler(event)

    async def _message_in(self, message: discord.Message) -> MessageIn | None:
        channel = await self._known_channel(message.channel)
        replied = await self._replied(message)
        addressed = await self._addressed(message, channel, replied)
        if addressed is None:
            return None
        pictures = self.pictures_of(message)
        others = self.pictures_of(replied) if replied else ()
        text = wish(message, self._me)
        if not (text or pictures or self._mentions_me(message)):
            return None  # without the message content intent, what is not for the bot arrives empty
        place = conversation_of(channel)
        wants_thread = bool(pictures or others) and not self.is_mine(replied)
        if await self._directory.paused(place):
            wants_thread = False
        elif await self._refusals.message(
            message,
            channel,
            addressed=addressed,
            in_thread=wants_thread and self._threads.possible(channel),
        ):
            return None
        if wants_thread and isinstance(channel, discord.TextChannel):
            opened = await self._threads.open(message, text)
            if opened is None:
                return None
            place = opened
        return MessageIn(
            event_id=str(message.id),
            ref=MessageRef(place, str(message.id)),
            author=self._user(message.author, channel),
            text=text,
            attachments=pictures,
            reply_to=await self._reply_to(message, channel, replied),
            replied_attachments=others,
            addressed=addressed,
        )

    async def take(self, event: MessageIn) -> None:
        """Hand over a wish that came by command or by menu, in its turn."""
        await self.open.wait()
        async with self._turn(channel_id_of(event.ref.conversation)):
            await self._handler(event)

    async def concerns(self, message: discord.Message) -> bool:
        """Whether a message from the history was said to the bot by a person."""
        if message.type not in _SAID_BY_PEOPLE or message.author.bot or message.webhook_id:
            return False
        channel = await self._known_channel(message.channel)
        return bool(await self._addressed(message, channel, await self._replied(message)))

    async def _addressed(
        self, message: discord.Message, channel: discord.abc.Snowflake, replied: discord.Message | None
    ) -> bool | None:
        """Whether a message is said to the bot; None: and in no conversation of the bot's either."""
        addressed = self._mentions_me(message) or self.is_mine(replied) or message.guild is None
        if addressed or not isinstance(channel, discord.Thread):
            return addressed or None
        own = channel.owner_id == self._me.id
        return own if own or await self._directory.knows(conversation_of(channel)) else None

    def is_mine(self, message: discord.Message | None) -> bool:
        return message is not None and message.author.id == self._me.id

    def pictures_of(self, message: discord.Message) -> tuple[Attachment, ...]:
        return attachments_of(message, self._max_download, self._client.http.get_from_cdn)

    def _mentions_me(self, message: discord.Message) -> bool:
        if any(person.id == self._me.id for person in message.mentions):
            return True
        role = message.guild.self_role if message.guild else None  # people pick the bot's role by mistake
        return role is not None and role in message.role_mentions

    async def _replied(self, message: discord.Message) -> discord.Message | None:
        reference = message.reference
        if message.type is not discord.MessageType.reply or not reference or not reference.message_id:
            return None
        if isinstance(reference.resolved, discord.Message):
            return reference.resolved
        if reference.resolved is not None:  # deleted
            return None
        try:
            return await message.channel.fetch_message(reference.message_id)
        except CALL_FAILED:
            return None

    async def _reply_to(
        self, message: discord.Message, channel: discord.abc.Snowflake, replied: discord.Message | None
    ) -> MessageRef | None:
        reference = message.reference
        if message.type is not discord.MessageType.reply or not reference or not reference.message_id:
            return None
        if replied and replied.type is discord.MessageType.thread_starter_message:
            return MessageRef(
                conversation_of(channel), str(channel.id)
            )  # stands for the thread's first message
        return await locate(self._directory, channel, reference.message_id)

    # ------------------------------------------------------------ reactions, buttons, commands

    async def reaction(self, payload: discord.RawReactionActionEvent) -> None:
        """Take a reaction with an undo emoji, added to or taken from a message in a conversation of ours."""
        emoji = bare(str(payload.emoji))
        if payload.user_id == self._me.id or emoji not in self._undo_emoji:
            return
        if payload.member and payload.member.bot:
            return
        await self.open.wait()
        async with self._turn(payload.channel_id):
            event = await self._reaction_changed(payload, emoji)
            if event:
                await self._handler(event)

    async def _reaction_changed(
        self, payload: discord.RawReactionActionEvent, emoji: str
    ) -> ReactionChanged | None:
        channel = await self._channel(payload.channel_id, payload.guild_id)
        if channel is None:
            return None
        ref = await locate(self._directory, channel, payload.message_id)
        own = isinstance(channel, discord.Thread) and channel.owner_id == self._me.id
        if not (own or payload.guild_id is None or await self._directory.knows(ref.conversation)):
            return None
        member, added = payload.member, payload.event_type == "REACTION_ADD"
        change = self._reactions.record(
            payload.message_id,
            payload.user_id,
            emoji,
            added=added,
            moderator=is_moderator(member, channel) if member else None,
        )
        name = member.display_name if member else ""
        return ReactionChanged(
            event_id=change.event_id,
            ref=ref,
            user=UserRef("discord", str(payload.user_id), name, change.moderator),
            added=(emoji,) if added else (),
            removed=() if added else (emoji,),
        )

    async def button(self, interaction: discord.Interaction[Any], action: Action) -> Acknowledged | None:
        """Take a press on one of our buttons; the interaction was acknowledged."""
        await self.open.wait()
        channel, message = interaction.channel, interaction.message
        if channel is None or message is None:
            return None
        async with self._turn(channel.id):
            ref = await locate(self._directory, channel, message.id)
            return await self._handler(
                ButtonPressed(str(interaction.id), ref, self.invoker(interaction), action.name, action.target)
            )

    async def command(
        self, interaction: discord.Interaction[Any], name: CommandName, argument: str = ""
    ) -> None:
        """Take a slash command; it has no message, so the interaction's id stands for one."""
        await self.open.wait()
        channel = interaction.channel
        if channel is None:
            return
        ref = MessageRef(conversation_of(channel), str(interaction.id))
        async with self._turn(channel.id):
            user = self.invoker(interaction)
            await self._handler(CommandInvoked(str(interaction.id), ref, user, name, argument))

    async def pictures_here(self, interaction: discord.Interaction[Any]) -> Sequence[Action]:
        """The pictures to choose from where a command is being written."""
        channel = interaction.channel
        return await self._choices(conversation_of(channel)) if channel else ()

    async def refuses(
        self, interaction: discord.Interaction[Any], below: discord.Message | None = None
    ) -> bool:
        """Whether a command can't be answered where it was given; then the person was told why.

        `below`: the answer goes into the thread of a message, where it can have one.
        """
        in_thread = (
            below is not None and not self.is_mine(below) and self._threads.possible(interaction.channel)
        )
        return await self._refusals.interaction(interaction, in_thread=in_thread)

    async def gone(self, place: ConversationRef) -> None:
        """A thread or channel was deleted, or the bot was put out of its server: it may come back to that."""
        await self.open.wait()
        async with self._turn(channel_id_of(place)):
            await self._handler(ConversationGone(f"gone:{uuid.uuid4()}", place))

    # ------------------------------------------------------------ helpers

    @property
    def _me(self) -> discord.ClientUser:
        assert self._client.user is not None, "events come after the login"
        return self._client.user

    def _turn(self, channel_id: int) -> asyncio.Lock:
        """asyncio locks are fair: who asks first goes first. One lives as long as somebody needs it."""
        return self._turns.setdefault(channel_id, asyncio.Lock())

    def _user(self, person: discord.abc.User, channel: object) -> UserRef:
        return UserRef("discord", str(person.id), person.display_name, is_moderator(person, channel))

    def invoker(self, interaction: discord.Interaction[Any]) -> UserRef:
        person = interaction.user
        return UserRef(
            "discord", str(person.id), person.display_name, interaction.permissions.manage_messages
        )

    async def _known_channel(self, channel: discord.abc.Snowflake) -> discord.abc.Snowflake:
        """The channel itself where the payload's is only an id (a thread that was archived at the start)."""
        if isinstance(channel, discord.PartialMessageable):
            return await self._channel(channel.id, channel.guild_id) or channel
        return channel

    async def _channel(self, channel_id: int, guild_id: int | None) -> discord.abc.Snowflake | None:
        cached = self._client.get_channel(channel_id)
        if cached or guild_id is None:
            return cached or discord.Object(channel_id)
        try:
            return await self._client.fetch_channel(channel_id)
        except CALL_FAILED as error:
            _log.info("Discord: channel %s can't be seen: %s", channel_id, error)
            return None

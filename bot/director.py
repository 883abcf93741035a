"""The director: takes every event for good, and sees that it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal
from weakref import WeakValueDictionary

from sqlite_utils import Database

from bot import (
    admission,
    corrections,
    inbox,
    intake,
    missed,
    moves,
    ratings,
    repeats,
    replies,
    sharing,
    views,
)
from bot.admission import Admission
from bot.events import (
    STARS,
    Acknowledged,
    Attachment,
    ButtonPressed,
    CommandInvoked,
    ConversationGone,
    ConversationMoved,
    ConversationRef,
    InboundEvent,
    MessageEdited,
    MessageIn,
    MessageMissed,
    Platform,
    ReactionChanged,
    RepeatName,
    ViewName,
    place_of,
)
from bot.full_disk import FullDisk
from bot.inbox import Taken
from bot.intake import Intake
from bot.lanes import Lanes
from bot.logs import about
from bot.moves import Wanted
from bot.outbox import Courier
from bot.ports import Adapter
from bot.progress import Statuses
from bot.settings import Settings
from bot.store import Store, StoreError, conversations, jobs, ledger, outbox, refs
from bot.store.images import StoredImage
from bot.store.outbox import Answer
from bot.views import Drawer, View
from bot.wordlist import WordList
from bot.work import MAX_ATTEMPTS, Work
from engine.jobs import Engine

log = logging.getLogger(__name__)

ActName = Literal["undo", "redo", "reset"] | RepeatName
VARIATION_SELECTOR = "\ufe0f"


class Director:
    """Wires inbound events to transactions, and open jobs to the engine.

    `adapters` may be filled after construction; it is looked into when something is to be shown.
    """

    def __init__(
        self, store: Store, engine: Engine, settings: Settings, adapters: Mapping[Platform, Adapter]
    ) -> None:
        self._store, self._settings, self._adapters = store, settings, adapters
        self.statuses = Statuses(store, adapters)
        self.courier = Courier(store, adapters, self.statuses)
        self._words = WordList(settings.safety.words)
        self._full_disk = store.on_full = FullDisk(adapters)
        self._admission = Admission(settings.limits, self.statuses.latest)
        self._drawer = Drawer(store)
        self._work = Work(
            store,
            engine,
            settings,
            self._words,
            adapters,
            self.statuses,
            self._full_disk,
            self._drawer,
            lambda conversation: self._went_on(conversation, []),
        )
        self._lanes = Lanes("director", self._work.step)
        self._doors: WeakValueDictionary[ConversationRef, asyncio.Lock] = WeakValueDictionary()

    async def start(self) -> None:
        """Take up the jobs that were open when the bot stopped, but for those that nobody waits for now."""
        await self._store.run(self._drop_expired)
        await self._go_on()

    async def _go_on(self) -> None:
        for conversation in await self._store.run(jobs.conversations_with_open_jobs):
            with about(conversation=conversation):
                log.info("conversation %s has open jobs: going on", conversation)
            self._lanes.wake(conversation)

    def _drop_expired(self, db: Database) -> None:
        for conversation in conversations.expired(db, self._settings.limits.expire_days):
            dropped = jobs.drop(db, conversation, "the conversation is expired")
            outbox.drop(db, conversation, "the conversation is expired")
            log.info("conversation %s is expired: %d open jobs dropped", conversation, len(dropped))

    async def stop(self) -> None:
        """Let go of everything under way; it is taken up at the next start."""
        await self._lanes.stop()
        await self.courier.stop()
        await self.statuses.stop()
        try:
            await self._store.run(jobs.give_back_running, patient=False)
        except StoreError as error:
            log.error("this stop counts as an attempt of the jobs under way: %s", error)

    async def idle(self) -> None:
        """Wait until every job is done and every reply is delivered."""
        await self._lanes.idle()
        await self.courier.idle()

    async def handle(self, event: InboundEvent) -> Acknowledged | None:
        """Take an event: when this returns it is in the ledger, with all it caused. Raises `StoreError`."""
        with self._full_disk.waiting(place_of(event)):
            return await self._take(event)

    async def _take(self, event: InboundEvent) -> Acknowledged | None:
        match event:
            case MessageIn():
                door = self._doors.setdefault(event.ref.conversation, asyncio.Lock())
                async with door:  # a wish mustn't overtake the picture it came after
                    await self._message(event)
            case MessageEdited():
                door = self._doors.setdefault(event.ref.conversation, asyncio.Lock())
                async with door:
                    await self._changed(event)
            case MessageMissed():
                await self._once(event, lambda db: missed.tell(db, event))
            case ReactionChanged():
                await self._once(event, lambda db: self._reaction(db, event))
            case ButtonPressed(name="compare"):
                await self._view(event, "compare")
            case ButtonPressed():
                await self._once(event, lambda db: self._button(db, event))
                if event.name in STARS:
                    return await self._store.run(lambda db: ratings.acknowledgement(db, event))
            case CommandInvoked():
                await self._command(event)
            case ConversationMoved():
                await self._moved(event)
            case ConversationGone():
                await self._gone(event)
        return None

    # ------------------------------------------------------------ messages

    async def _message(self, event: MessageIn) -> None:
        context = await self._store.run(lambda db: inbox.look(db, event))
        if context.seen:
            return
        if not context.meant:
            await self._store.run(lambda db: inbox.ignore(db, event))
            return
        with about(event=event.event_id, conversation=context.conversation):
            try:
                taken = await self._receive(event, context.pictures)
            except BaseException:  # an attempt that the bot outlived is none of those that kill it
                with contextlib.suppress(StoreError):
                    await self._store.run(lambda db: self._forget(db, event), patient=False)
                raise
        if taken is not None:
            self._went_on(taken.conversation, taken.stopped)

    async def _changed(self, event: MessageEdited) -> None:
        if await self._store.run(lambda db: corrections.becomes_new(db, event)):
            await self._message(event.now)
            return
        brought = await intake.take(event.now.text, (), self._settings.limits, self._words)
        await self._once(event, lambda db: corrections.correct(db, event, brought, self._admission))

    async def _receive(self, event: MessageIn, attachments: tuple[Attachment, ...]) -> Taken | None:
        brought = await self._bring(event, attachments)
        if brought.upload is not None:
            await self._store.keep_image(brought.upload.data, brought.upload.mime)
        taken = await self._store.run(lambda db: inbox.receive(db, event, brought, self._admission))
        if taken is not None:
            with about(event=event.event_id, conversation=taken.conversation):
                if brought.listed is not None:
                    log.warning("message %s: refused by the word list (%s)", event.event_id, brought.listed)
                elif brought.trouble or brought.bad_wish:
                    log.info("message %s: %s", event.event_id, brought.trouble or brought.bad_wish)
                log.info("message %s of conversation %s taken", event.event_id, taken.conversation)
        return taken

    async def _bring(self, event: MessageIn, attachments: tuple[Attachment, ...]) -> Intake:
        """A picture at which the bot died twice is not read a third time."""
        limits, platform = self._settings.limits, event.ref.conversation.platform
        if attachments:
            attempts = await self._store.run(lambda db: ledger.begin_attempt(db, platform, event.event_id))
            if attempts > MAX_ATTEMPTS:
                log.error("message %s: the bot died %d times at its picture", event.event_id, attempts - 1)
                words = await intake.take(event.text, (), limits, self._words)
                return replace(words, trouble=replies.DEADLY_PICTURE)
        return await intake.take(event.text, attachments, limits, self._words)

    def _forget(self, db: Database, event: MessageIn) -> None:
        ledger.forget_attempts(db, event.ref.conversation.platform, event.event_id)

    # ------------------------------------------------------------ moves

    async def _once(
        self,
        event: MessageEdited | MessageMissed | ReactionChanged | ButtonPressed | CommandInvoked,
        act: Callable[[Database], tuple[str | None, list[str]]],
    ) -> None:
        """Do and record an event in one transaction; then stop the edits that it cancelled."""
        platform = event.ref.conversation.platform

        def transaction(db: Database) -> tuple[str | None, list[str]]:
            if ledger.seen(db, platform, event.event_id):
                return None, []
            conversation, stopped = act(db)
            outcome = "handled" if conversation else "ignored"
            ledger.record(db, platform, event.event_id, type(event).__name__, outcome, conversation)
            return conversation, stopped

        conversation, stopped = await self._store.run(transaction)
        if conversation is not None:
            self._went_on(conversation, stopped)

    def _went_on(self, conversation: str, stopped: list[str]) -> None:
        """There is something to do or to say in a conversation, or no more."""
        for job in stopped:
            with about(job=job, conversation=conversation):
                log.info("job %s of conversation %s cancelled by a person", job, conversation)
            self._work.stop(job)
        self._lanes.wake(conversation)
        self.courier.wake(conversation)

    def _reaction(self, db: Database, event: ReactionChanged) -> tuple[str | None, list[str]]:
        known = refs.find(db, event.ref)
        if known is None or known.version is None:
            return None, []
        wanted = self._wanted(event, known.conversation, quiet=True)
        if self._means_undo(event, event.added):
            return known.conversation, moves.undo(db, wanted, known.version)
        if self._means_undo(event, event.removed) and conversations.was_undone(db, known.version):
            return known.conversation, moves.redo(db, wanted, known.version)
        return None, []

    def _means_undo(self, event: ReactionChanged, emoji: tuple[str, ...]) -> bool:
        section = getattr(self._settings, event.ref.conversation.platform)
        undo = {sign.replace(VARIATION_SELECTOR, "") for sign in section.undo_emoji}
        return any(sign.replace(VARIATION_SELECTOR, "") in undo for sign in emoji)

    def _button(self, db: Database, event: ButtonPressed) -> tuple[str | None, list[str]]:
        conversation = self._of_button(db, event)
        if conversation is None:
            return None, []
        wanted = self._wanted(event, conversation)
        match event.name:
            case "cancel":
                return conversation, moves.cancel(db, wanted, event.target)
            case "select":
                return conversation, moves.select(db, wanted, event.target)
            case "retry":
                admission.retry(db, wanted, event.target, self._admission)
                return conversation, []
            case "compare":
                raise AssertionError("a view is drawn first")
            case "star1" | "star2" | "star3" | "star4" | "star5":
                ratings.rate(db, conversation, event.target, event.user, STARS[event.name])
                return conversation, []
            case "all" | "pick" | "set" | "delete":
                return None, []
            case name:
                return conversation, self._act(db, wanted, name, event.target)

    def _of_button(self, db: Database, event: ButtonPressed) -> str | None:
        """The conversation that a button acts on; None for a button of another chat, or a made-up one."""
        table = "jobs" if event.name in {"cancel", "retry"} else "versions"
        conversation = inbox.owner_of(db, table, event.target)
        if conversation is None or not inbox.same_place(db, conversation, event.ref.conversation):
            return None
        return conversation

    async def _command(self, event: CommandInvoked) -> None:
        if event.name == "help":
            adapter = self._adapters[event.ref.conversation.platform]
            text = replies.help_text(await adapter.capabilities(event.ref.conversation))
            await self._once(event, lambda db: self._tell(db, event, text))
        elif event.name == "cancel":
            await self._once(event, lambda db: self._cancel(db, event))
        elif event.name == "share":
            await self._once(event, lambda db: self._share(db, event))
        elif event.name == "rate":
            await self._once(event, lambda db: self._rate(db, event))
        elif event.name == "compare" or event.name == "history":
            await self._view(event, event.name)
        elif event.name in {"settings", "privacy", "pause", "resume", "stats"}:
            await self._once(event, lambda db: (None, []))
        else:
            name = event.name
            await self._once(event, lambda db: self._command_act(db, event, name))

    async def _view(self, event: ButtonPressed | CommandInvoked, name: ViewName) -> None:
        """What was delivered twice is looked at twice, and answered once."""
        view = await self._store.run(lambda db: self._look(db, event, name))
        if view is not None:
            image = await self._drawer.draw(view)
            await self._once(event, lambda db: self._show(db, event, view, image))

    def _look(self, db: Database, event: ButtonPressed | CommandInvoked, name: ViewName) -> View | None:
        if ledger.seen(db, event.ref.conversation.platform, event.event_id):
            return None
        if isinstance(event, ButtonPressed):
            return views.look(db, self._of_button(db, event), name, event.target)
        return views.look(db, conversations.find(db, event.ref.conversation), name)

    def _show(
        self, db: Database, event: ButtonPressed | CommandInvoked, view: View, image: StoredImage | None
    ) -> tuple[str | None, list[str]]:
        if isinstance(event, ButtonPressed):
            conversation = self._of_button(db, event)
        else:
            conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        if conversation is not None:
            views.tell(db, conversation, view, image, reply_to=event.ref.message_id)
        return conversation, []

    def _tell(self, db: Database, event: CommandInvoked, text: str) -> tuple[str | None, list[str]]:
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        outbox.say(db, conversation, Answer(text), reply_to=event.ref.message_id)
        return conversation, []

    def _cancel(self, db: Database, event: CommandInvoked) -> tuple[str | None, list[str]]:
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        stopped = moves.stop(db, self._wanted(event, conversation))
        return self._tell(db, event, replies.NOTHING_TO_STOP) if stopped is None else (conversation, stopped)

    def _share(self, db: Database, event: CommandInvoked) -> tuple[str | None, list[str]]:
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        return self._tell(db, event, sharing.share(db, conversation, event.user, event.argument))

    def _rate(self, db: Database, event: CommandInvoked) -> tuple[str | None, list[str]]:
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        return self._tell(db, event, ratings.rate_newest(db, conversation, event.user, event.argument))

    def _command_act(
        self, db: Database, event: CommandInvoked, name: ActName
    ) -> tuple[str | None, list[str]]:
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        return conversation, self._act(db, self._wanted(event, conversation), name)

    def _act(self, db: Database, wanted: Wanted, name: ActName, target: str | None = None) -> list[str]:
        """What buttons and commands have in common; `target` is a version, None the head."""
        match name:
            case "undo":
                return moves.undo(db, wanted, target)
            case "redo":
                return moves.redo(db, wanted, target)
            case "reset":
                return moves.reset(db, wanted)
            case "again" | "stronger" | "subtler" | "original":
                place = conversations.ref_of(conversations.get(db, wanted.conversation))
                crowd = self._admission.crowd(db, place, wanted.user.user_id)
                if crowd is not None:
                    answer = Answer(replies.crowded(crowd))
                    outbox.say(db, wanted.conversation, answer, reply_to=wanted.reply_to)
                    return []
                repeats.order(db, wanted, name, self._settings.strength, target)
                return []

    def _wanted(
        self, event: ReactionChanged | ButtonPressed | CommandInvoked, conversation: str, quiet: bool = False
    ) -> Wanted:
        return Wanted(
            conversation, event.user, self._settings.limits.undo_by, event.ref.message_id, quiet=quiet
        )

    # ------------------------------------------------------------ places

    async def _moved(self, event: ConversationMoved) -> None:
        def transaction(db: Database) -> list[str]:
            if ledger.seen(db, event.new.platform, event.event_id):
                return []
            ledger.record(db, event.new.platform, event.event_id, "ConversationMoved", "handled")
            return conversations.move(db, event.old, event.new)

        for conversation in await self._store.run(transaction):
            with about(event=event.event_id, conversation=conversation):
                log.info("conversation %s: %s moved to %s", conversation, event.old, event.new)
        await self._go_on()  # a conversation that was joined with another has new work
        await self.courier.resume(event.new.platform)

    async def _gone(self, event: ConversationGone) -> None:
        """Nobody can read an answer there any more: drop what is open, and send nothing."""

        def transaction(db: Database) -> list[str]:
            if ledger.seen(db, event.ref.platform, event.event_id):
                return []
            dropped: list[str] = []
            gone = conversations.at(db, event.ref)
            if not gone:
                return []  # the bot had nothing to do there
            for conversation in gone:
                dropped += jobs.drop(db, conversation, "the conversation is gone")
                outbox.drop(db, conversation, "the conversation is gone")
            ledger.record(db, event.ref.platform, event.event_id, "ConversationGone", "handled")
            return dropped

        dropped = await self._store.run(transaction)
        for job in dropped:
            self._work.stop(job)
        log.info("%s is gone: %d open jobs dropped", event.ref, len(dropped))

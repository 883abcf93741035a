"""The director: takes every event for good, and sees that it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from weakref import WeakValueDictionary

from sqlite_utils import Database

from bot import corrections, groups, inbox, intake, missed, moves, presses, ratings, replies, views
from bot.acting import Acting, Done, refused
from bot.admission import Admission
from bot.commands import Commands
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
    MessageRef,
    Platform,
    ReactionChanged,
    ViewName,
    place_of,
)
from bot.full_disk import FullDisk
from bot.inbox import Taken
from bot.intake import Intake
from bot.lanes import Lanes
from bot.logs import about
from bot.outbox import Courier
from bot.permissions import NotAllowed
from bot.ports import Adapter
from bot.preferences import Preferences
from bot.presses import Presses
from bot.progress import Statuses
from bot.settings import Settings
from bot.store import Store, StoreError, conversations, jobs, ledger, outbox, refs
from bot.store.images import NEW_SECONDS, StoredImage
from bot.views import Drawer, View
from bot.wordlist import WordList
from bot.work import MAX_ATTEMPTS, Work
from engine.jobs import Engine

log = logging.getLogger(__name__)

VARIATION_SELECTOR = "\ufe0f"
HANDLED, IGNORED = "handled", "ignored"
SILENT = (HANDLED, IGNORED, "deleted")
"""Outcomes in the ledger that are no sentences for whoever pressed a button."""
IMAGES = "images"


Once = MessageEdited | MessageMissed | ReactionChanged | ButtonPressed | CommandInvoked


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
        self._preferences = Preferences(settings)
        self._acting = Acting(settings.strength, self._preferences, self._admission)
        self._presses = Presses(self._acting, self._preferences, self._admission)
        self._commands = Commands(self._acting, self._preferences)
        self._work = Work(
            store,
            engine,
            settings,
            self._preferences,
            self._words,
            adapters,
            self.statuses,
            self._full_disk,
            self._drawer,
            lambda conversation: self._went_on(conversation, []),
        )
        self._lanes = Lanes("director", self._work.step)
        self._sweeper = Lanes("director sweeps", self._sweep)
        self._doors: WeakValueDictionary[ConversationRef, asyncio.Lock] = WeakValueDictionary()

    async def start(self) -> None:
        """Take up the jobs that were open when the bot stopped, but for those that nobody waits for now."""
        await self._store.run(self._drop_expired)
        await self._go_on()
        self._sweeper.wake(IMAGES)

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
        await self._sweeper.stop()
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

    async def swept(self) -> None:
        """Wait until the files of what was deleted are removed."""
        await self._sweeper.idle()

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
                await self._reacted(event)
            case ButtonPressed():
                return await self._pressed(event)
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
        if context.paused:
            said = await self._store.run(lambda db: inbox.hush(db, event))
            if said is not None:
                self.courier.wake(said)
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
        for picture in brought.pictures:
            await self._store.keep_image(picture.upload.data, picture.upload.mime)
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
                several = len(attachments) > 1
                return replace(words, trouble=replies.DEADLY_ALBUM if several else replies.DEADLY_PICTURE)
        return await intake.take(event.text, attachments, limits, self._words)

    def _forget(self, db: Database, event: MessageIn) -> None:
        ledger.forget_attempts(db, event.ref.conversation.platform, event.event_id)

    # ------------------------------------------------------------ reactions, buttons, commands

    async def _once(self, event: Once, act: Callable[[Database], Done]) -> str | None:
        """Do and record an event in one transaction, then stop the edits that it cancelled.

        Returns what to tell whoever pressed a button: the same when the press is delivered again.
        """
        platform = event.ref.conversation.platform

        def transaction(db: Database) -> Done:
            outcome = ledger.outcome(db, platform, event.event_id)
            if outcome is not None:
                return Done(said=None if outcome in SILENT else outcome)
            try:
                done = groups.hushed(db, event) or act(db)
            except NotAllowed as sentence:
                if isinstance(event, MessageEdited | MessageMissed):
                    raise  # those move nothing that is somebody else's
                done = refused(db, event, sentence)
            outcome = done.said or (HANDLED if done.conversation else IGNORED)
            known = None if done.erased else done.conversation
            ledger.record(db, platform, event.event_id, type(event).__name__, outcome, known)
            return done

        done = await self._store.run(transaction)
        if done.conversation is not None:
            self._went_on(done.conversation, done.stopped)
        for conversation in done.going_on:
            self._went_on(conversation, [])
        if done.erased:
            await self._erased(done)
        return done.said

    def _went_on(self, conversation: str, stopped: list[str]) -> None:
        """There is something to do or to say in a conversation, or no more."""
        for job in stopped:
            with about(job=job, conversation=conversation):
                log.info("job %s of conversation %s cancelled by a person", job, conversation)
            self._work.stop(job)
        self._lanes.wake(conversation)
        self.courier.wake(conversation)

    async def _erased(self, done: Done) -> None:
        """A conversation was deleted: its status messages go, and so do the files that nobody else uses."""
        log.info("conversation %s was deleted by a person", done.conversation)
        for job in done.stopped:
            await self.statuses.take_away(job)
        self._sweeper.wake(IMAGES)

    async def _sweep(self, _: str) -> bool:
        """Remove the files of deleted pictures; those that are brand-new have to wait."""
        left = await self._store.remove_doomed()
        if left:
            await asyncio.sleep(NEW_SECONDS)
        return left

    async def _reacted(self, event: ReactionChanged) -> None:
        """A picture is seen before the platform's answer to it is noted: a quick reaction waits for that."""
        conversation = await self._store.run(lambda db: _without_picture(db, event.ref))
        if conversation is not None:
            await self.courier.delivered(conversation)
        await self._once(event, lambda db: self._reaction(db, event))

    def _reaction(self, db: Database, event: ReactionChanged) -> Done:
        known = refs.find(db, event.ref)
        if known is None or known.version is None:
            return Done()
        wanted = self._acting.wanted(db, event, known.conversation)
        if self._means_undo(event, event.added):
            return Done(known.conversation, moves.undo(db, wanted, known.version))
        if self._means_undo(event, event.removed) and conversations.was_undone(db, known.version):
            return Done(known.conversation, moves.redo(db, wanted, known.version))
        return Done()

    def _means_undo(self, event: ReactionChanged, emoji: tuple[str, ...]) -> bool:
        section = getattr(self._settings, event.ref.conversation.platform)
        undo = {sign.replace(VARIATION_SELECTOR, "") for sign in section.undo_emoji}
        return any(sign.replace(VARIATION_SELECTOR, "") in undo for sign in emoji)

    async def _pressed(self, event: ButtonPressed) -> Acknowledged | None:
        if event.name == "compare":
            said = await self._view(event, "compare")
        else:
            said = await self._once(event, lambda db: self._presses.do(db, event))
        if said is not None:
            return Acknowledged(said)
        if event.name in STARS:
            return await self._store.run(lambda db: ratings.acknowledgement(db, event))
        return None

    async def _command(self, event: CommandInvoked) -> None:
        if event.name == "compare" or (event.name == "history" and not event.argument):
            await self._view(event, event.name)
        else:
            place = event.ref.conversation
            able = await self._adapters[place.platform].capabilities(place) if event.name == "help" else None
            await self._once(event, lambda db: self._commands.do(db, event, able))

    async def _view(self, event: ButtonPressed | CommandInvoked, name: ViewName) -> str | None:
        """What was delivered twice is looked at twice, and answered once."""
        view = await self._store.run(lambda db: self._look(db, event, name))
        image = await self._drawer.draw(view) if view is not None else None
        return await self._once(event, lambda db: self._show(db, event, view, image))

    def _look(self, db: Database, event: ButtonPressed | CommandInvoked, name: ViewName) -> View | None:
        """None where there is nothing to be drawn."""
        place = event.ref.conversation
        if ledger.seen(db, place.platform, event.event_id) or conversations.paused(db, place):
            return None
        if isinstance(event, ButtonPressed):
            return views.look(db, presses.conversation_of(db, event), name, event.target)
        return views.look(db, conversations.find(db, place), name)

    def _show(
        self,
        db: Database,
        event: ButtonPressed | CommandInvoked,
        view: View | None,
        image: StoredImage | None,
    ) -> Done:
        if isinstance(event, ButtonPressed):
            conversation = presses.conversation_of(db, event)
        else:
            conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        if conversation is not None and view is not None:
            views.tell(db, conversation, view, image, reply_to=event.ref.message_id)
        return Done(conversation)

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


def _without_picture(db: Database, ref: MessageRef) -> str | None:
    """The conversation of a message that isn't known to be a picture; None if it is, or there is none."""
    known = refs.find(db, ref)
    if known is not None:
        return known.conversation if known.version is None else None
    return conversations.find(db, ref.conversation)

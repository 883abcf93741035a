"""Servers and groups: /pause, /resume and /stats, for those who moderate them.

A paused bot is quiet: what is written to it there is not taken, and whoever writes is told so once. What
waits already goes on waiting until /resume; only what runs is finished.
"""

from __future__ import annotations

from statistics import median

from sqlite_utils import Database

from bot import replies
from bot.acting import Done
from bot.events import (
    ButtonName,
    ButtonPressed,
    CommandInvoked,
    CommandName,
    GroupCommand,
    MessageEdited,
    MessageMissed,
    ReactionChanged,
)
from bot.permissions import NotAllowed
from bot.store import conversations, outbox, preferences, stats
from bot.store.outbox import Answer

WHILE_PAUSED: tuple[CommandName, ...] = ("pause", "resume", "stats", "settings", "privacy", "help", "cancel")
"""The commands that are answered all the same."""
PRESSED_WHILE_PAUSED: tuple[ButtonName, ...] = ("cancel", "set", "delete")
"""The buttons that work all the same."""


def order(db: Database, event: CommandInvoked, name: GroupCommand) -> Done:
    """Do one of the commands for moderators, and say so. Raises `NotAllowed`."""
    conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
    row = conversations.get(db, conversation)
    platform, group = row["platform"], row["group_id"]
    going_on: list[str] = []
    if group is None:
        text = replies.NO_GROUP
    elif not event.user.moderator:
        raise NotAllowed(replies.ONLY_MODERATORS)
    elif name == "stats":
        text = _stats(db, platform, group)
    else:
        was_paused = preferences.PAUSED in preferences.of_group(db, platform, group)
        preferences.set_for_group(db, platform, group, preferences.PAUSED, "yes" if name == "pause" else None)
        preferences.forget_told(db, platform, group)
        if name == "resume":
            going_on = conversations.with_open_jobs(db, platform, group)
        text = replies.PAUSE[name, was_paused]
    outbox.say(db, conversation, Answer(text), reply_to=event.ref.message_id)
    return Done(conversation, going_on=going_on)


def hushed(
    db: Database, event: MessageEdited | MessageMissed | ReactionChanged | ButtonPressed | CommandInvoked
) -> Done | None:
    """What is done where the bot is to be quiet; None elsewhere, and for what works all the same."""
    place = event.ref.conversation
    if not conversations.paused(db, place):
        return None
    match event:
        case ReactionChanged() | MessageEdited() | MessageMissed():
            return Done()
        case ButtonPressed():
            return None if event.name in PRESSED_WHILE_PAUSED else Done(said=replies.IS_PAUSED)
        case CommandInvoked():
            if event.name in WHILE_PAUSED:
                return None
            conversation = conversations.ensure(db, place, event.user.user_id)
            tell_paused(db, conversation, event.user.user_id, event.ref.message_id)
            return Done(conversation)


def tell_paused(db: Database, conversation: str, user: str, reply_to: str) -> bool:
    """Somebody spoke to the paused bot: they are told once until it goes on. Whether they were told now."""
    row = conversations.get(db, conversation)
    if not preferences.tell_once(db, row["platform"], row["group_id"], user, preferences.PAUSED):
        return False
    outbox.say(db, conversation, Answer(replies.IS_PAUSED), reply_to=reply_to)
    return True


def _stats(db: Database, platform: str, group: str) -> str:
    found = stats.of_group(db, platform, group)
    if found.since is None:
        return replies.NO_STATS
    seconds = median(found.seconds) if found.seconds else None
    return replies.stats(found.since, found.edits, found.questions, found.undos, found.people, seconds)

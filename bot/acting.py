"""What buttons and commands have in common: who wants it, what it does, and what becomes of the event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlite_utils import Database

from bot import moves, repeats, replies
from bot.admission import Admission
from bot.events import ButtonPressed, CommandInvoked, ReactionChanged, RepeatName
from bot.moves import Wanted
from bot.permissions import NotAllowed
from bot.preferences import Preferences
from bot.settings import Strength
from bot.store import conversations, outbox, preferences, refs
from bot.store.outbox import Answer

ActName = Literal["undo", "redo", "reset"] | RepeatName


@dataclass(frozen=True, slots=True)
class Done:
    """What an event did, and where; `conversation` is None when it was none of the bot's business.

    `stopped` are the jobs that it cancelled, `going_on` other conversations that have something to do now.
    `said` is shown to whoever pressed a button, alone; `erased`: there may be files to be removed.
    """

    conversation: str | None = None
    stopped: list[str] = field(default_factory=list[str])
    said: str | None = None
    going_on: list[str] = field(default_factory=list[str])
    erased: bool = False


class Acting:
    def __init__(self, strength: Strength, preferences: Preferences, admission: Admission) -> None:
        self._strength, self._preferences, self._admission = strength, preferences, admission

    def wanted(
        self, db: Database, event: ReactionChanged | ButtonPressed | CommandInvoked, conversation: str
    ) -> Wanted:
        undo_by = self._preferences.undo_by(db, conversation)
        return Wanted(conversation, event.user, undo_by, event.ref.message_id)

    def act(self, db: Database, wanted: Wanted, name: ActName, target: str | None = None) -> list[str]:
        """Returns the jobs that were stopped; `target` is a version, None the head. Raises `NotAllowed`."""
        match name:
            case "undo":
                return moves.undo(db, wanted, target)
            case "redo":
                return moves.redo(db, wanted, target)
            case "reset":
                return moves.reset(db, wanted)
            case "again" | "stronger" | "subtler" | "original":
                place = conversations.place(db, wanted.conversation)
                crowd = self._admission.crowd(db, place, wanted.user.user_id)
                if crowd is None:
                    repeats.order(db, wanted, name, self._strength, target)
                else:
                    answer = Answer(replies.crowded(crowd))
                    outbox.say(db, wanted.conversation, answer, reply_to=wanted.reply_to)
                return []


def refused(
    db: Database, event: ReactionChanged | ButtonPressed | CommandInvoked, sentence: NotAllowed
) -> Done:
    """Somebody may not. Who pressed is told alone, who reacted once in a conversation, as it may mean
    anything; a command is always answered."""
    if isinstance(event, ButtonPressed):
        return Done(said=str(sentence))
    known = refs.find(db, event.ref) if isinstance(event, ReactionChanged) else None
    conversation = known.conversation if known else conversations.find(db, event.ref.conversation)
    assert conversation is not None, "where there is none, nobody is refused anything"
    platform, user, text = event.user.platform, event.user.user_id, str(sentence)
    if isinstance(event, ReactionChanged):
        text = replies.ONLY_REQUESTER_REACTED
        if not preferences.tell_once(db, platform, conversation, user, "may not undo"):
            return Done()
    outbox.say(db, conversation, Answer(text), reply_to=event.ref.message_id)
    return Done(conversation)

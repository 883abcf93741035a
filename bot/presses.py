"""Buttons: what a press does, in its transaction."""

from __future__ import annotations

from sqlite_utils import Database

from bot import admission, choice, inbox, moves, preferences, privacy, ratings, replies
from bot.acting import Acting, Done
from bot.admission import Admission
from bot.events import STARS, ButtonPressed
from bot.moves import Wanted
from bot.preferences import Preferences
from bot.store import conversations, outbox, refs


class Presses:
    def __init__(self, acting: Acting, preferences: Preferences, admission: Admission) -> None:
        self._acting, self._preferences, self._admission = acting, preferences, admission

    def do(self, db: Database, event: ButtonPressed) -> Done:
        """What the button stands for. Raises `NotAllowed`."""
        conversation = conversation_of(db, event)
        if conversation is None:
            return Done()
        wanted = self._acting.wanted(db, event, conversation)
        match event.name:
            case "cancel":
                return Done(conversation, moves.cancel(db, wanted, event.target))
            case "select":
                return Done(conversation, moves.select(db, wanted, event.target))
            case "retry":
                admission.retry(db, wanted, event.target, self._admission)
                return Done(conversation)
            case "compare":
                raise AssertionError("a view is drawn first")
            case "all" | "pick":
                return Done(conversation, said=self._choose(db, wanted, event.target))
            case "set":
                argument = preferences.as_argument(event.target)
                answer = self._preferences.order(db, conversation, event.user, argument)
                outbox.say(db, conversation, answer, reply_to=event.ref.message_id)
                return Done(conversation)
            case "delete":
                return privacy.pressed(db, event)
            case "star1" | "star2" | "star3" | "star4" | "star5":
                ratings.rate(db, conversation, event.target, event.user, STARS[event.name])
                return Done(conversation)
            case name:
                return Done(conversation, self._acting.act(db, wanted, name, event.target))

    def _choose(self, db: Database, wanted: Wanted, target: str) -> str | None:
        """Which of several pictures a wish is for, if there is room for it; what to say to the press."""
        place = conversations.place(db, wanted.conversation)
        crowd = self._admission.crowd(db, place, wanted.user.user_id)
        if crowd is not None:
            return replies.joined(replies.crowded(crowd), replies.PRESS_AGAIN)
        return choice.pressed(db, wanted, target)


def conversation_of(db: Database, event: ButtonPressed) -> str | None:
    """The conversation that a button acts on; None for a button of another chat, or a made-up one."""
    match event.name:
        case "set":
            known = refs.find(db, event.ref)
            conversation = known.conversation if known else conversations.find(db, event.ref.conversation)
        case "delete":
            conversation = event.target if conversations.exists(db, event.target) else None
        case "cancel" | "retry" | "all":
            conversation = inbox.owner_of(db, "jobs", event.target)
        case _:
            conversation = inbox.owner_of(db, "versions", event.target)
    if conversation is None or not inbox.same_place(db, conversation, event.ref.conversation):
        return None
    return conversation

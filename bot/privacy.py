"""/privacy: what is kept and where, and deleting it for good, which is confirmed by a button."""

from __future__ import annotations

from sqlite_utils import Database

from bot import replies
from bot.acting import Done
from bot.events import Action, ButtonPressed, CommandInvoked
from bot.permissions import NotAllowed, may_change
from bot.store import conversations, erasure, jobs, outbox
from bot.store.outbox import Answer

DELETE, SURE = "delete", "delete yes"


def order(db: Database, event: CommandInvoked) -> Done:
    """Tell what is kept; "delete" asks whether that is really meant. Raises `NotAllowed`."""
    conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
    words = " ".join(event.argument.split())
    if words == SURE:
        return _erase(db, conversation, event)
    if words == DELETE:
        _check(db, conversation, event)
        kept = erasure.kept(db, conversation)
        button = Action("delete", conversation, label=replies.DELETE_IT_ALL)
        answer = Answer(replies.sure_to_delete(kept.messages, kept.pictures), actions=(button,))
    else:
        answer = Answer(replies.PRIVACY)
    outbox.say(db, conversation, answer, reply_to=event.ref.message_id)
    return Done(conversation)


def pressed(db: Database, event: ButtonPressed) -> Done:
    """The button under the question whether it is meant. Raises `NotAllowed`."""
    conversation = event.target
    if not outbox.asks_to_delete(db, conversation):
        return Done(conversation, said=replies.DELETED_ALREADY)
    return _erase(db, conversation, event)


def _erase(db: Database, conversation: str, event: ButtonPressed | CommandInvoked) -> Done:
    _check(db, conversation, event)
    stopped = jobs.open_ids(db, conversation)
    erasure.erase(db, conversation)
    outbox.say(db, conversation, Answer(replies.DELETED))
    return Done(conversation, stopped, erased=True)


def _check(db: Database, conversation: str, event: ButtonPressed | CommandInvoked) -> None:
    owner = conversations.get(db, conversation)["owner"]
    if not may_change(event.user, owner, owner):
        raise NotAllowed(replies.ONLY_OWNER_DELETES)

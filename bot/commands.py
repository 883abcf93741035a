"""Commands: what each does, in its transaction."""

from __future__ import annotations

from sqlite_utils import Database

from bot import choice, groups, moves, privacy, ratings, replies, sharing
from bot.acting import Acting, Done
from bot.events import Capabilities, CommandInvoked
from bot.preferences import Preferences
from bot.store import conversations, outbox
from bot.store.outbox import Answer


class Commands:
    def __init__(self, acting: Acting, preferences: Preferences) -> None:
        self._acting, self._preferences = acting, preferences

    def do(self, db: Database, event: CommandInvoked, able: Capabilities | None) -> Done:
        """Do a command, or say why not; help needs to know what its place can show. Raises `NotAllowed`."""
        name, argument = event.name, event.argument
        conversation = conversations.ensure(db, event.ref.conversation, event.user.user_id)
        match name:
            case "help":
                assert able is not None
                in_group = conversations.get(db, conversation)["group_id"] is not None
                text = replies.help_text(able, moderates=in_group and event.user.moderator)
                return _tell(db, event, conversation, Answer(text))
            case "cancel":
                return self._cancel(db, event, conversation)
            case "share":
                text = sharing.share(db, conversation, event.user, argument)
                return _tell(db, event, conversation, Answer(text))
            case "rate":
                text = ratings.rate_newest(db, conversation, event.user, argument)
                return _tell(db, event, conversation, Answer(text))
            case "settings":
                answer = self._preferences.order(db, conversation, event.user, argument)
                return _tell(db, event, conversation, answer)
            case "privacy":
                return privacy.order(db, event)
            case "pause" | "resume" | "stats":
                return groups.order(db, event, name)
            case "history":
                return self._select(db, event, conversation)
            case "compare":
                raise AssertionError("a view is drawn first")
            case _:
                wanted = self._acting.wanted(db, event, conversation)
                return Done(conversation, self._acting.act(db, wanted, name))

    def _cancel(self, db: Database, event: CommandInvoked, conversation: str) -> Done:
        wanted = self._acting.wanted(db, event, conversation)
        stopped = moves.stop(db, wanted)
        if stopped is not None or choice.give_up(db, wanted):
            return Done(conversation, stopped or [])
        return _tell(db, event, conversation, Answer(replies.NOTHING_TO_STOP))

    def _select(self, db: Database, event: CommandInvoked, conversation: str) -> Done:
        """/history 3: go on from picture 3."""
        versions = list(conversations.load(db, conversation).versions)
        number = int(event.argument) if event.argument.isdecimal() else 0
        if not 1 <= number <= len(versions):
            return _tell(db, event, conversation, Answer(replies.no_such_picture(len(versions))))
        wanted = self._acting.wanted(db, event, conversation)
        return Done(conversation, moves.select(db, wanted, versions[number - 1]))


def _tell(db: Database, event: CommandInvoked, conversation: str, answer: Answer) -> Done:
    outbox.say(db, conversation, answer, reply_to=event.ref.message_id)
    return Done(conversation)

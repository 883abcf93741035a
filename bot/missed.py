"""Messages that came while the bot was away, too long ago to be answered now."""

from __future__ import annotations

from sqlite_utils import Database

from bot import replies
from bot.acting import Done
from bot.events import MessageMissed
from bot.store import conversations, outbox
from bot.store.outbox import Answer


def tell(db: Database, event: MessageMissed) -> Done:
    """One kind line for all that was missed in a conversation, under the first of it."""
    conversation = conversations.ensure(db, event.ref.conversation, event.author.user_id)
    if outbox.last_said(db, conversation) != replies.MISSED:
        outbox.say(db, conversation, Answer(replies.MISSED), reply_to=event.ref.message_id)
    return Done(conversation)

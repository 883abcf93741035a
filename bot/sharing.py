"""Whether the words of a conversation may become training data: never, until its owner says so."""

from __future__ import annotations

from sqlite_utils import Database

from bot import replies
from bot.events import UserRef
from bot.store import conversations


def share(db: Database, conversation: str, user: UserRef, argument: str) -> str:
    """Allow it ("on") or withdraw it ("off"); any other argument asks how it stands. Returns the answer."""
    row = conversations.get(db, conversation)
    before = row["shared_as"] is not None
    if user.user_id != row["owner"]:
        return replies.ONLY_OWNER_SHARES
    if argument == "on":
        conversations.share(db, conversation, user.display)
        return f"Thank you! {replies.SHARED}"
    if argument == "off":
        conversations.share(db, conversation, None)
        return replies.SHARED_NO_MORE if before else replies.NOT_SHARED
    return replies.SHARED if before else replies.NOT_SHARED

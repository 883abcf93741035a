"""Whether words and pictures of a conversation may become training data: never, until its owner says so."""

from __future__ import annotations

from sqlite_utils import Database

from bot import replies
from bot.events import UserRef
from bot.store import conversations


def share(db: Database, conversation: str, user: UserRef, argument: str) -> str:
    """Allow it for words ("on"), for pictures as well ("pictures"), or withdraw it ("off").

    Any other argument asks how it stands. Returns the answer.
    """
    row = conversations.get(db, conversation)
    before = row["shared_as"] is not None
    if user.user_id != row["owner"]:
        return replies.ONLY_OWNER_SHARES
    if argument in {"on", "pictures"}:
        pictures = argument == "pictures"
        conversations.share(db, conversation, user.display, pictures=pictures)
        return f"Thank you! {replies.SHARED_WITH_PICTURES if pictures else replies.SHARED}"
    if argument == "off":
        conversations.share(db, conversation, None)
        return replies.SHARED_NO_MORE if before else replies.NOT_SHARED
    if row["shares_pictures"]:
        return replies.SHARED_WITH_PICTURES
    return replies.SHARED if before else replies.NOT_SHARED

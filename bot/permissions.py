"""Who may change what was done for somebody."""

from __future__ import annotations

from typing import Literal

from bot.events import UserRef


class NotAllowed(Exception):
    """Somebody may not do that; the message is one kind sentence for them."""


def may_change(
    user: UserRef, requester: str, owner: str, undo_by: Literal["requester", "anyone"] = "requester"
) -> bool:
    """The requester of a version or job, the conversation's owner, a moderator; or anyone, where so set."""
    return undo_by == "anyone" or user.moderator or user.user_id in {requester, owner}

"""One to five stars for an edited picture, asked for so seldom that nobody minds.

The stars are one more row of buttons under a picture that is posted anyway, never a message of their own,
and go once somebody pressed one. `seldom` shows them to a person at most once in `DAYS` days, wherever that
person talks to the bot, and not under the first picture of a conversation, which is not enough to know the
bot by. Whether the picture before was kept or undone plays no part: asking only the contented would measure
nothing. Everybody in the conversation may rate, at any time with /rate; what a person says later replaces
what they said before. `bot.satisfaction` reads the outcome.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot import inbox, replies
from bot.conversation import Version
from bot.events import STARS, Acknowledged, Action, ButtonPressed, UserRef
from bot.settings import Ask
from bot.store import conversations, outbox
from bot.store import ratings as stored

DAYS = 7


def ask(db: Database, conversation: str, version: Version, how: Ask) -> tuple[Action, ...]:
    """The row of stars under a picture that was just made for its requester, if it is time for one."""
    user = version.requester
    platform = conversations.get(db, conversation)["platform"]
    if how == "never":
        return ()
    if how == "seldom" and (
        stored.edits_for(db, conversation, user) < 2 or stored.bothered(db, platform, user, DAYS)
    ):
        return ()
    stored.ask(db, version.id, user)
    return tuple(Action(name, version.id) for name in STARS)


def rate(db: Database, conversation: str, version: str, user: UserRef, stars: int) -> None:
    """Keep a rating; the picture's stars have done their work."""
    stored.rate(db, version, user.user_id, stars)
    outbox.take_stars(db, conversation, version)


def rate_newest(db: Database, conversation: str, user: UserRef, argument: str) -> str:
    """/rate: the newest edited picture gets that many stars. Returns the answer."""
    version = stored.newest_edit(db, conversation)
    if argument not in {str(stars) for stars in STARS.values()}:
        return replies.HOW_TO_RATE
    if version is None:
        return replies.NOTHING_TO_RATE
    rate(db, conversation, version, user, int(argument))
    return replies.rated(int(argument))


def acknowledgement(db: Database, event: ButtonPressed) -> Acknowledged | None:
    """The answer to a press on a star; the same when the press is delivered again. None: it wasn't taken."""
    stars = stored.stars_of(db, event.target, event.user.user_id)
    conversation = inbox.owner_of(db, "versions", event.target)
    if (
        stars is None
        or conversation is None
        or not inbox.same_place(db, conversation, event.ref.conversation)
    ):
        return None
    return Acknowledged(replies.rated(stars), outbox.picture_buttons(db, conversation, event.target))

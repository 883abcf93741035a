"""/settings: how the bot behaves in a conversation, and by default in the conversations of a server or group.

What a conversation doesn't say is as its server or group has it, and what that doesn't say as `config.toml`
has it. A conversation's settings are changed by who began it and by moderators, a group's by moderators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlite_utils import Database

from bot import replies
from bot.events import Action, UserRef
from bot.permissions import NotAllowed, may_change
from bot.settings import Ask, Settings
from bot.store import conversations
from bot.store import preferences as stored
from bot.store.outbox import Answer

Name = Literal["questions", "stars", "previews", "undo"]
UndoBy = Literal["requester", "anyone"]
NAMES: tuple[Name, ...] = get_args(Name)
VALUES: dict[Name, tuple[str, str]] = {
    "questions": ("on", "off"),
    "stars": ("on", "off"),
    "previews": ("on", "off"),
    "undo": ("requester", "anyone"),
}
SERVER = ("server", "group")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants set; `name` is None where they only want to see how things stand."""

    server: bool
    name: Name | None = None
    value: str | None = None


def read(words: list[str]) -> Change | None:
    """ "questions off", "server undo anyone", "questions default" …; None for anything else."""
    server = words[:1] != [] and words[0] in SERVER
    match words[1:] if server else words:
        case []:
            return Change(server)
        case [name, value]:
            for known in NAMES:
                if name == known and value in (*VALUES[known], DEFAULT):
                    return Change(server, known, value)
            return None
        case _:
            return None


class Preferences:
    """What holds in a conversation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._defaults: dict[Name, str] = {
            "questions": "on" if settings.limits.questions_per_wish else "off",
            "stars": "off" if settings.ratings.ask == "never" else "on",
            "previews": "on",
            "undo": settings.limits.undo_by,
        }

    def questions(self, db: Database, conversation: str) -> int:
        """How many may be asked about one wish."""
        on = self._value(db, conversation, "questions") == "on"
        return (self._settings.limits.questions_per_wish or 1) if on else 0

    def stars(self, db: Database, conversation: str) -> Ask:
        """When a row of stars is shown."""
        if self._value(db, conversation, "stars") == "off":
            return "never"
        ask = self._settings.ratings.ask
        return "seldom" if ask == "never" else ask

    def previews(self, db: Database, conversation: str) -> bool:
        return self._value(db, conversation, "previews") == "on"

    def undo_by(self, db: Database, conversation: str) -> UndoBy:
        return "anyone" if self._value(db, conversation, "undo") == "anyone" else "requester"

    def order(self, db: Database, conversation: str, user: UserRef, argument: str) -> Answer:
        """/settings or its button: change what is wanted, tell how things stand. Raises `NotAllowed`."""
        change = read(argument.split())
        if change is None:
            return Answer(replies.HOW_TO_SET)
        row = conversations.get(db, conversation)
        if change.server and row["group_id"] is None:
            return Answer(replies.NO_GROUP)
        if change.name is not None:
            self._change(db, row, user, change)
        return self._told(db, row, change)

    def _change(self, db: Database, row: dict[str, Any], user: UserRef, change: Change) -> None:
        assert change.name is not None
        value = None if change.value == DEFAULT else change.value
        if change.server:
            if not user.moderator:
                raise NotAllowed(replies.ONLY_MODERATORS)
            stored.set_for_group(db, row["platform"], row["group_id"], change.name, value)
        else:
            if not may_change(user, row["owner"], row["owner"]):
                raise NotAllowed(replies.ONLY_OWNER_SETS)
            stored.set_for_conversation(db, row["id"], change.name, value)

    def _told(self, db: Database, row: dict[str, Any], change: Change) -> Answer:
        values = self._of_group(db, row)
        if not change.server:
            values |= _known(stored.of_conversation(db, row["id"]))
        head = replies.SETTINGS_OF_GROUP if change.server else replies.SETTINGS_HERE
        lines = [head, *(f"• {replies.SETTINGS[name, values[name]]}" for name in NAMES)]
        lines.append(replies.HOW_TO_SET)
        if row["group_id"] is not None and not change.server:
            lines.append(replies.SETTINGS_FOR_GROUP)
        prefix = "server." if change.server else ""
        others = [(name, VALUES[name][1 - VALUES[name].index(values[name])]) for name in NAMES]
        actions = [
            Action("set", f"{prefix}{name}={value}", label=replies.SETTINGS_OFFERED[name, value])
            for name, value in others
        ]
        done = replies.SET if change.name is not None else None
        return Answer(replies.joined(done, "\n".join(lines)), actions=tuple(actions))

    def _value(self, db: Database, conversation: str, name: Name) -> str:
        own = _known(stored.of_conversation(db, conversation))
        return own[name] if name in own else self._of_group(db, conversations.get(db, conversation))[name]

    def _of_group(self, db: Database, row: dict[str, Any]) -> dict[Name, str]:
        return self._defaults | _known(stored.of_group(db, row["platform"], row["group_id"]))


def _known(rows: dict[str, str]) -> dict[Name, str]:
    return {name: rows[name] for name in NAMES if rows.get(name) in VALUES[name]}


def as_argument(target: str) -> str:
    """What a button stands for: "server.questions=off" is /settings server questions off."""
    return target.replace(".", " ").replace("=", " ")

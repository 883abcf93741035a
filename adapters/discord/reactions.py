"""Stable ids for reactions, which Discord does not number."""

from __future__ import annotations

import itertools
import secrets
from collections import OrderedDict
from dataclasses import dataclass

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Change:
    event_id: str
    moderator: bool


class ReactionLog:
    """Tells a reaction that comes twice from one that is given twice.

    A person can't add what is already there, nor take what is not: the same change of the same (message,
    person, emoji) seen again is a replay of the gateway and keeps its event id. A change to the other state
    is a new event. The ids hold a random part, for the counter starts anew with the process.
    """

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._latest: OrderedDict[tuple[int, int, str], tuple[bool, Change]] = OrderedDict()

    def record(self, message: int, user: int, emoji: str, *, added: bool, moderator: bool | None) -> Change:
        """The change's id, and whether the person is a moderator (None: as at their last change here).

        Discord tells the rights of a person only when a reaction is added.
        """
        key = (message, user, emoji)
        before = self._latest.pop(key, None)
        if before and before[0] == added:
            change = before[1]
        else:
            if moderator is None:
                moderator = before is not None and before[1].moderator
            change = Change(f"reaction-{message}-{user}-{emoji}-{self._run}-{next(self._numbers)}", moderator)
        self._latest[key] = (added, change)
        if len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)
        return change

    def forget(self) -> None:
        """A new gateway session: changes were missed, so what is there is not known any more."""
        self._latest.clear()

"""The version tree of a conversation: pure values and functions, no clock, no disk.

Every picture is a `Version`; the *head* is the current one. Undoing moves the head towards the root, choosing
a picture moves it anywhere; both are kept as a `Move`, so that they can be taken back. Nothing is ever
removed from the tree.

Several uploads are several roots, worked on side by side: undoing an edit of a picture that is not the
current one goes to that picture first. Only within one picture's tree a branch that was left can't be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Version:
    """One picture. A root (`parent` None) is an upload; any other was made by `instruction` from its parent.

    `image` is the sha256 of the bytes, `requester` the user id of the person who sent or asked for it.
    `remakes` is the version that was done once more (again, stronger, subtler, from the original), and `back`
    the head then: undo goes back there, where that is not the parent.
    `weights` names the editor's weights, None where none were needed.
    """

    id: str
    parent: str | None
    image: str
    requester: str
    instruction: str | None = None
    summary: str | None = None
    seed: int | None = None
    text_guidance: float | None = None
    image_guidance: float | None = None
    editor: str | None = None
    remakes: str | None = None
    back: str | None = None
    weights: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The head went from `start` to `end`; `target` is the version undone (for a reset or jump: the head).

    An undo and a reset go back towards the root, a jump goes anywhere.
    """

    kind: Literal["undo", "reset", "jump"]
    target: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """`moves` is the redo stack, newest last: each begins where the one before it ended."""

    versions: Mapping[str, Version] = field(default_factory=dict[str, Version])
    head: str | None = None
    moves: tuple[Move, ...] = ()


class CannotMove(Exception):
    """The head stays where it is; the message is one sentence for the person who asked."""


NO_PICTURE = "There is no picture here yet. Send me one, and tell me what to change."
FIRST_PICTURE = "This is the picture as you sent it; there is nothing before it."
UNDONE_ALREADY = "That edit is undone already."
CURRENT_ALREADY = "That is the current picture already."
OTHER_BRANCH = "That edit isn't part of the current picture. Reply to its picture to go on from there."
NOTHING_TO_REDO = "There is nothing to redo."
MOVED_ON = "The picture has changed since, so that can't be redone. Reply to its picture to go on from there."


def path(conversation: Conversation, version: str | None = None) -> tuple[Version, ...]:
    """The versions from the root to `version` (default: the head), empty when there is no picture."""
    found: list[Version] = []
    at = version or conversation.head
    while at is not None:
        found.append(conversation.versions[at])
        at = found[-1].parent
    return tuple(reversed(found))


def root(conversation: Conversation, version: str) -> str:
    """The upload that a version was made from."""
    return path(conversation, version)[0].id


def rounds(conversation: Conversation, version: str | None = None) -> tuple[Version, ...]:
    """The edits that made `version` (default: the head) out of the upload, oldest first.

    Those of the path; but a version that was made from the upload in one go stands for all that it remade.
    """
    found: list[Version] = []
    at = version or conversation.head
    while at is not None:
        made = conversation.versions[at]
        if made.parent is not None:
            found.append(made)
        while made.remakes is not None:
            made = conversation.versions[made.remakes]
        at = made.parent
    return tuple(reversed(found))


def number(conversation: Conversation, version: str) -> int:
    """Which picture of the conversation it is, from 1 in the order in which they came; it never changes."""
    return list(conversation.versions).index(version) + 1


def applied(conversation: Conversation, version: str | None = None) -> tuple[str, ...]:
    """The instructions that made `version` (default: the head), oldest first."""
    return tuple(v.instruction for v in rounds(conversation, version) if v.instruction is not None)


def way_back(conversation: Conversation) -> tuple[Version, ...]:
    """The head, what one undo leads to, and so on: newest first, without the upload at the end."""
    found: list[Version] = []
    at = conversation.head
    while at is not None and (before := _before(conversation.versions[at])) is not None:
        found.append(conversation.versions[at])
        at = before
    return tuple(found)


def _before(version: Version) -> str | None:
    """Where the undo of a version leads; None for an upload."""
    return version.back or version.parent


def received(conversation: Conversation, version: Version) -> Conversation:
    """A new picture came: a new root, which waits for its turn to become the head."""
    if version.parent is not None:
        raise ValueError("an upload has no parent")
    return replace(conversation, versions=_with(conversation, version))


def begin(conversation: Conversation, version: str) -> Conversation:
    """An upload becomes the head; the conversation goes on from there. Nothing can be redone after it."""
    if conversation.versions[version].parent is not None:
        raise ValueError("only an upload begins anew")
    return replace(conversation, head=version, moves=())


def edit(conversation: Conversation, version: Version) -> Conversation:
    """An edit is done: a child of any version, which becomes the head. Nothing can be redone after it."""
    if version.parent not in conversation.versions:
        raise ValueError("an edit needs a parent in the conversation")
    return Conversation(_with(conversation, version), version.id)


def undo(conversation: Conversation, version: str) -> Conversation:
    """Take back the edit that made `version`, and everything that came after it. Raises `CannotMove`."""
    way = path(conversation)
    if not way:
        raise CannotMove(NO_PICTURE)
    if version not in {v.id for v in (*way, *way_back(conversation))}:
        back = (move for move in conversation.moves if move.kind != "jump")
        if any(version in left_by(conversation, move) for move in back):
            raise CannotMove(UNDONE_ALREADY)
        if root(conversation, version) == way[0].id:
            raise CannotMove(OTHER_BRANCH)
        before = _before(conversation.versions[version])
        there = jump(conversation, version) if before is not None else conversation
    else:
        before, there = _before(conversation.versions[version]), conversation
    if before is None:
        raise CannotMove(FIRST_PICTURE)
    return _moved(there, "undo", version, str(there.head), before)


def undo_last(conversation: Conversation, count: int = 1) -> Conversation:
    """Take back the newest `count` edits; more than there are end at the upload. Raises `CannotMove`."""
    edits = way_back(conversation)
    if not edits:
        raise CannotMove(FIRST_PICTURE if conversation.head else NO_PICTURE)
    return undo(conversation, edits[min(count, len(edits)) - 1].id)


def reset(conversation: Conversation) -> Conversation:
    """Back to the upload at the root of the head's path. Raises `CannotMove`."""
    way = path(conversation)
    if len(way) < 2:
        raise CannotMove(FIRST_PICTURE if way else NO_PICTURE)
    return _moved(conversation, "reset", way[-1].id, way[-1].id, way[0].id)


def jump(conversation: Conversation, version: str) -> Conversation:
    """Make `version`, wherever it is in the tree, the current picture. Raises `CannotMove`."""
    head = conversation.head
    if head is None:
        raise CannotMove(NO_PICTURE)
    if version == head:
        raise CannotMove(CURRENT_ALREADY)
    return _moved(conversation, "jump", head, head, version)


def redo(conversation: Conversation, version: str | None = None) -> Conversation:
    """Take back the last move, or the undo of `version`: the head returns to where it was before.

    Later undos go with an earlier one. After a reset or jump since then, or a new picture, it is impossible
    for the upload that is worked on now; a version of another one becomes the head again all the same.
    Raises `CannotMove`.
    """
    moves = conversation.moves
    if version is None:
        if not moves:
            raise CannotMove(NOTHING_TO_REDO)
        return replace(conversation, head=moves[-1].start, moves=moves[:-1])
    for place in reversed(range(len(moves))):
        if moves[place].target == version:
            return replace(conversation, head=moves[place].start, moves=moves[:place])
        if moves[place].kind != "undo":
            break
    head = conversation.head
    if head is not None and root(conversation, version) != root(conversation, head):
        return jump(conversation, version)
    raise CannotMove(MOVED_ON)


def left_by(conversation: Conversation, move: Move) -> set[str]:
    """The versions that a move took off the head's path."""
    kept = {v.id for v in path(conversation, move.end)}
    return {v.id for v in path(conversation, move.start)} - kept


def _with(conversation: Conversation, version: Version) -> dict[str, Version]:
    if version.id in conversation.versions:
        raise ValueError("a version is added once")
    return {**conversation.versions, version.id: version}


def _moved(
    conversation: Conversation, kind: Literal["undo", "reset", "jump"], target: str, start: str, end: str
) -> Conversation:
    return replace(conversation, head=end, moves=(*conversation.moves, Move(kind, target, start, end)))

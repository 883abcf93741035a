"""Again, stronger, subtler: the wish that made a picture runs once more on the picture before it.

From the original: all the wishes that made it run once more, in series, on the upload.
"""

from __future__ import annotations

import secrets

from sqlite_utils import Database

from bot import conversation as tree
from bot import replies, strength
from bot.conversation import NO_PICTURE, Conversation, Version
from bot.events import RepeatName
from bot.moves import Wanted
from bot.settings import Strength
from bot.store import conversations, jobs, outbox, turns
from bot.store.jobs import Job
from bot.store.outbox import Answer
from bot.strength import Scales
from engine.jobs import Round

SUMMARIES: dict[RepeatName, str] = {
    "again": replies.AGAIN,
    "stronger": replies.STRONGER,
    "subtler": replies.SUBTLER,
    "original": replies.FROM_ORIGINAL,
}


class CannotRepeat(Exception):
    """There is nothing to be done; the message is one sentence for the person who asked."""


def order(
    db: Database, wanted: Wanted, name: RepeatName, limits: Strength, target: str | None = None
) -> None:
    """Order the edit of the version `target` (None: the head) once more, or say why not."""
    conversation = conversations.load(db, wanted.conversation)
    version = target or conversation.head
    try:
        _order(db, wanted, name, limits, conversation, conversation.versions[version] if version else None)
    except CannotRepeat as sentence:
        answer = Answer(str(sentence))
        outbox.say(db, wanted.conversation, answer, reply_to=wanted.reply_to, turn=wanted.turn)


def earlier(conversation: Conversation, job: Job) -> tuple[Round, ...]:
    """The rounds that lie between the picture to be edited and the job's own instruction."""
    if job.remakes is None:
        return ()
    before = len(tree.rounds(conversation, job.parent))
    return tuple(
        Round(each.instruction or "", each.seed or 0, each.text_guidance, each.image_guidance)
        for each in tree.rounds(conversation, job.remakes)[before:-1]
    )


def _order(
    db: Database,
    wanted: Wanted,
    name: RepeatName,
    limits: Strength,
    conversation: Conversation,
    version: Version | None,
) -> None:
    version = _repeatable(conversation, version, name)
    parent, seed, scales = version.parent, version.seed, strength.scales_of(version)
    if name == "original":
        parent = tree.path(conversation, version.id)[0].id
    elif name == "again":
        seed = secrets.randbits(31)
    elif scales is not None:
        made = _made(conversation, version, jobs.open_edits(db, wanted.conversation))
        scales = strength.beyond(scales, name, made, limits)
        if scales is None:
            raise CannotRepeat(replies.STRONGEST if name == "stronger" else replies.SUBTLEST)
    where = conversations.place(db, wanted.conversation)
    jobs.add(
        db,
        conversation=wanted.conversation,
        # A button is a turn without words: it gives the job its place among the wishes.
        turn=wanted.turn
        or turns.add_user_turn(db, wanted.conversation, wanted.user.user_id, wanted.reply_to, ""),
        kind="edit",
        user_id=wanted.user.user_id,
        moderator=wanted.user.moderator,
        group_id=f"{where.platform}:{where.space_id}",
        instruction=version.instruction,
        summary=SUMMARIES[name],
        parent=parent,
        remakes=version.id,
        seed=seed,
        text_guidance=scales and scales.text,
        image_guidance=scales and scales.image,
    )


def _repeatable(conversation: Conversation, version: Version | None, name: RepeatName) -> Version:
    if version is None:
        raise CannotRepeat(NO_PICTURE)
    if version.parent is None:
        raise CannotRepeat(replies.NOT_EDITED)
    if name == "original":
        if len(tree.path(conversation, version.id)) <= 2:
            raise CannotRepeat(replies.FROM_ORIGINAL_ALREADY)
        return version
    if version.editor != "diffusion":
        raise CannotRepeat(replies.EXACT_EDIT)
    if name not in strength.offered(version):
        raise CannotRepeat(replies.NO_STRENGTH)
    return version


def _made(conversation: Conversation, version: Version, ordered: list[Job]) -> set[Scales]:
    """The scales with which the same edit was made since, or will be: pressing twice goes further.

    What is older counts not: Subtler on the outcome of Stronger comes back to where that began.
    """
    versions = list(conversation.versions.values())
    since = versions[versions.index(version) + 1 :]
    edit = (version.parent, version.instruction, version.seed)
    return {
        Scales(each.text_guidance, each.image_guidance)
        for each in (*since, *ordered)
        if (each.parent, each.instruction, each.seed) == edit
        and each.text_guidance is not None
        and each.image_guidance is not None
    }

"""What a message becomes in the store: ledger, turn, picture and job in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from bot import conversation as tree
from bot import moves, replies, wishes
from bot.admission import Admission, group_of, refuse, retry, was_refused
from bot.conversation import Version
from bot.events import Attachment, ConversationRef, MessageIn
from bot.ids import new_id
from bot.intake import Intake
from bot.moves import Wanted
from bot.pictures import Upload
from bot.store import conversations, images, jobs, ledger, outbox, refs, spoilers, turns
from bot.store.images import StoredImage
from bot.store.outbox import Answer
from bot.store.refs import Known
from bot.store.sql import one


@dataclass(frozen=True, slots=True)
class Context:
    """How a message stands to what the bot knows. `pictures` are those to be taken from it."""

    seen: bool
    meant: bool
    pictures: tuple[Attachment, ...] = ()
    conversation: str | None = None


def look(db: Database, event: MessageIn) -> Context:
    """Whether a message is new and meant for the bot, and which pictures it brings."""
    ref = event.ref.conversation
    if ledger.seen(db, ref.platform, event.event_id):
        return Context(seen=True, meant=False)
    answered = _answered(db, event)
    pictures = event.attachments or (() if answered and answered.version else event.replied_attachments)
    something = bool(pictures or event.text.strip())
    meant = event.addressed or (something and conversations.takes_part(db, ref))
    return Context(False, meant, pictures, conversations.find(db, ref))


def ignore(db: Database, event: MessageIn) -> None:
    """A message that is none of the bot's business."""
    ref = event.ref.conversation
    if ledger.seen(db, ref.platform, event.event_id):
        return
    conversation = conversations.find(db, ref)
    if conversation is not None:
        conversations.touch(db, conversation, event.ref.message_id)
    ledger.record(db, ref.platform, event.event_id, "MessageIn", "ignored", conversation)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken for good, and the jobs that it stopped."""

    conversation: str
    stopped: list[str]


def receive(db: Database, event: MessageIn, brought: Intake, admission: Admission) -> Taken | None:
    """Take a message for good; None when it was handled before."""
    ref, user = event.ref.conversation, event.author.user_id
    if ledger.seen(db, ref.platform, event.event_id):
        return None
    conversation = conversations.ensure(db, ref, user)
    conversations.touch(db, conversation, event.ref.message_id)
    version = _keep_upload(db, conversation, user, brought.upload) if brought.upload else None
    if version is not None and event.attachments:
        conversations.note_own_upload(db, version.id)
    turn = turns.add_user_turn(
        db,
        conversation,
        user,
        event.ref.message_id,
        brought.wish or event.text,
        version and version.image,
        version and version.id,
    )
    refs.add(db, event.ref, conversation, turn=turn, version=version and version.id)
    if version is not None and not event.attachments and event.reply_to is not None:
        refs.add(db, event.reply_to, conversation, version=version.id)
    stopped: list[str] = []
    sentence = _sentence(brought)
    if sentence is not None:
        outbox.say(db, conversation, Answer(sentence, "error"), reply_to=event.ref.message_id, turn=turn)
        if brought.trouble and brought.wish:
            conversations.remember_wish(db, conversation, brought.wish)
    elif (done := _at_once(db, event, conversation, turn, brought, admission)) is not None:
        stopped = done
    else:
        _order(db, event, conversation, turn, brought, version, admission)
    outcome = sentence or "handled"
    ledger.record(db, ref.platform, event.event_id, "MessageIn", outcome, conversation)
    return Taken(conversation, stopped)


def owner_of(db: Database, table: Literal["jobs", "versions"], target: str) -> str | None:
    """The conversation of a job or version, None for an id that doesn't exist."""
    row = one(db, f"SELECT conversation FROM {table} WHERE id = ?", target)
    return row["conversation"] if row else None


def same_place(db: Database, conversation: str, ref: ConversationRef) -> bool:
    """Whether a conversation is in the chat of `ref`."""
    there = conversations.place(db, conversation)
    return (there.platform, there.space_id) == (ref.platform, ref.space_id)


def _answered(db: Database, event: MessageIn) -> Known | None:
    """What the message is a reply to, when that belongs to the same conversation."""
    known = refs.find(db, event.reply_to) if event.reply_to else None
    same = known is not None and known.conversation == conversations.find(db, event.ref.conversation)
    return known if same else None


def _keep_upload(db: Database, conversation: str, user: str, upload: Upload) -> Version:
    image = StoredImage(upload.sha256, upload.mime, upload.width, upload.height, len(upload.data))
    images.record(db, image)
    version = Version(id=new_id(), parent=None, image=upload.sha256, requester=user)
    before = conversations.load(db, conversation)
    conversations.save(db, conversation, before, tree.received(before, version), user)
    if upload.spoiler:
        spoilers.note(db, version.id)
    return version


def _sentence(brought: Intake) -> str | None:
    """The answer to a message that brought nothing to work on."""
    if brought.upload is not None:
        return None
    if brought.trouble or brought.bad_wish:
        return replies.joined(brought.trouble, None if brought.trouble else brought.bad_wish)
    return None if brought.wish else replies.HELLO


def _at_once(
    db: Database, event: MessageIn, conversation: str, turn: str, brought: Intake, admission: Admission
) -> list[str] | None:
    """What can't wait for its turn: "stop", and "now" after a refusal. Returns what was stopped by it."""
    if brought.upload is not None or brought.wish is None:
        return None
    wanted = Wanted(conversation, event.author, "requester", event.ref.message_id, turn)
    if wishes.means_stop(brought.wish):
        answered = _answered(db, event)
        return moves.stop(db, wanted, answered and answered.job)
    last = jobs.last_of(db, conversation, event.author.user_id) if wishes.means_now(brought.wish) else None
    if last is None or not was_refused(db, last):
        return None
    retry(db, wanted, last.id, admission)
    return []


def _order(
    db: Database,
    event: MessageIn,
    conversation: str,
    turn: str,
    brought: Intake,
    version: Version | None,
    admission: Admission,
) -> None:
    """The job that will answer the message when its turn comes, or the sentence that there is no room."""
    answered = _answered(db, event)
    older = answered and answered.version
    ref = event.ref.conversation
    crowd = admission.crowd(db, ref, event.author.user_id)
    job = jobs.add(
        db,
        conversation=conversation,
        turn=turn,
        kind="dialogue",
        user_id=event.author.user_id,
        moderator=event.author.moderator,
        group_id=group_of(ref),
        wish=brought.wish,
        note=replies.joined(brought.note, brought.bad_wish) or None,
        parent=version.id if version else older,
    )
    if crowd is not None:
        refuse(db, job, crowd)

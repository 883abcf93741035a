"""What a message becomes in the store: ledger, turn, picture and job in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlite_utils import Database

from bot import choice, groups, moves, replies, wishes
from bot import conversation as tree
from bot.admission import Admission, group_of, refuse, retry, was_refused
from bot.conversation import Version
from bot.events import Attachment, ConversationRef, MessageIn
from bot.ids import new_id
from bot.intake import Intake
from bot.moves import Wanted
from bot.permissions import NotAllowed
from bot.pictures import Upload
from bot.store import albums, conversations, images, jobs, ledger, outbox, refs, sent_as, turns
from bot.store.images import StoredImage
from bot.store.outbox import Answer
from bot.store.refs import Known
from bot.store.sql import one


@dataclass(frozen=True, slots=True)
class Context:
    """How a message stands to what the bot knows. `pictures` are those to be taken from it.

    `paused`: it would be meant for the bot, but moderators told it to be quiet there.
    """

    seen: bool
    meant: bool
    pictures: tuple[Attachment, ...] = ()
    conversation: str | None = None
    paused: bool = False


def look(db: Database, event: MessageIn) -> Context:
    """Whether a message is new and meant for the bot, and which pictures it brings."""
    ref = event.ref.conversation
    if ledger.seen(db, ref.platform, event.event_id):
        return Context(seen=True, meant=False)
    answered = _answered(db, event)
    pictures = event.attachments or (() if answered and answered.version else event.replied_attachments)
    something = bool(pictures or event.text.strip())
    meant = event.addressed or (something and conversations.takes_part(db, ref))
    paused = meant and conversations.paused(db, ref)
    return Context(False, meant and not paused, pictures, conversations.find(db, ref), paused)


def hush(db: Database, event: MessageIn) -> str | None:
    """A message to the bot where it is to be quiet; the conversation where that is said, if it has to be."""
    ref, user = event.ref.conversation, event.author.user_id
    if ledger.seen(db, ref.platform, event.event_id):
        return None
    conversation = conversations.ensure(db, ref, user)
    conversations.touch(db, conversation, event.ref.message_id)
    told = event.addressed and groups.tell_paused(db, conversation, user, event.ref.message_id)
    ledger.record(db, ref.platform, event.event_id, "MessageIn", "paused", conversation)
    return conversation if told else None


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
    versions = [_keep_upload(db, conversation, user, each.upload) for each in brought.pictures]
    turn = _keep_turn(db, event, conversation, brought, versions)
    stopped: list[str] = []
    sentence = _sentence(brought)
    if sentence is not None:
        outbox.say(db, conversation, Answer(sentence, "error"), reply_to=event.ref.message_id, turn=turn)
        if brought.trouble and brought.wish:
            conversations.remember_wish(db, conversation, brought.wish)
    elif (done := _at_once(db, event, conversation, turn, brought, admission)) is not None:
        stopped = done
    else:
        _order(db, event, conversation, turn, brought, versions, admission)
    outcome = sentence or "handled"
    ledger.record(db, ref.platform, event.event_id, "MessageIn", outcome, conversation)
    return Taken(conversation, stopped)


def _keep_turn(
    db: Database, event: MessageIn, conversation: str, brought: Intake, versions: list[Version]
) -> str:
    """What was said, with its picture; each further one is a turn without words, so that it is shown, too."""
    user, first = event.author.user_id, versions[0] if versions else None
    text = brought.wish or event.text
    turn = turns.add_user_turn(
        db, conversation, user, event.ref.message_id, text, first and first.image, first and first.id
    )
    refs.add(db, event.ref, conversation, turn=turn, version=first and first.id)
    if len(versions) > 1:
        albums.add(db, turn, [version.id for version in versions])
    for version, picture in zip(versions, brought.pictures, strict=True):
        if event.attachments:
            conversations.note_own_upload(db, version.id)
        message, its_turn = picture.attachment.message_id, turn
        if version is not first:
            its_turn = turns.add_user_turn(db, conversation, user, None, "", version.image, version.id)
            message = message or its_turn  # the web chat shows it under its turn's id
        if message is not None and message != event.ref.message_id:
            refs.add(
                db, replace(event.ref, message_id=message), conversation, turn=its_turn, version=version.id
            )
    if first is not None and not event.attachments and event.reply_to is not None:
        refs.add(db, event.reply_to, conversation, version=first.id)
    return turn


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
        sent_as.note(db, version.id, "spoiler")
    if upload.as_file:
        sent_as.note(db, version.id, "as_file")
    return version


def _sentence(brought: Intake) -> str | None:
    """The answer to a message that brought nothing to work on."""
    if brought.pictures:
        return None
    if brought.trouble or brought.bad_wish:
        return replies.joined(brought.trouble, None if brought.trouble else brought.bad_wish)
    return None if brought.wish else replies.HELLO


def _at_once(
    db: Database, event: MessageIn, conversation: str, turn: str, brought: Intake, admission: Admission
) -> list[str] | None:
    """What can't wait for its turn: "stop", and "now" after a refusal. Returns what was stopped by it."""
    if brought.pictures or brought.wish is None:
        return None
    wanted = Wanted(conversation, event.author, "requester", event.ref.message_id, turn)
    try:
        if wishes.means_stop(brought.wish):
            return _stop(db, event, wanted)
        last = (
            jobs.last_of(db, conversation, event.author.user_id) if wishes.means_now(brought.wish) else None
        )
        if last is None or not was_refused(db, last):
            return None
        retry(db, wanted, last.id, admission)
    except NotAllowed as sentence:
        moves.refuse(db, wanted, sentence)
    return []


def _stop(db: Database, event: MessageIn, wanted: Wanted) -> list[str] | None:
    answered = _answered(db, event)
    stopped = moves.stop(db, wanted, answered and answered.job)
    if stopped is None and choice.give_up(db, wanted):
        return []
    return stopped


def _order(
    db: Database,
    event: MessageIn,
    conversation: str,
    turn: str,
    brought: Intake,
    versions: list[Version],
    admission: Admission,
) -> None:
    """The job that will answer the message when its turn comes, or the sentence that there is no room."""
    answered = _answered(db, event)
    parent = answered and answered.version
    if versions:  # of several nobody knows yet which one is meant
        parent = versions[0].id if len(versions) == 1 else None
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
        parent=parent,
    )
    if crowd is not None:
        refuse(db, job, crowd)

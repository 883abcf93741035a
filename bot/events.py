"""What crosses the border between a platform adapter and the bot: small frozen values, no platform types.

Inbound values are what a person did; outbound values are what the bot wants shown. An adapter turns a
platform's payload into the former and the latter into calls, and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

Platform = Literal["discord", "telegram", "web"]


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Where a conversation lives: `space_id` is the channel or chat, `thread_id` a thread or topic in it.

    `group_id` is the server or group that it belongs to, whose moderators set what holds there (Discord: the
    server's id, Telegram: the group's); None in private. It goes with the place and tells none apart.
    """

    platform: Platform
    space_id: str
    thread_id: str | None = None
    group_id: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message on a platform; ids are kept as text because each platform has its own kind."""

    conversation: ConversationRef
    message_id: str


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person; `moderator` is true where the platform says that they may manage others' messages."""

    platform: Platform
    user_id: str
    display: str = ""
    moderator: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `open` downloads it, so a size can be refused before any download.

    `mime`, `width` and `height` are only the platform's claims; `size` is in bytes, None when not told.
    `spoiler`: it was sent hidden, to be seen by those alone who uncover it.
    `open` raises `AttachmentGone` when the file can't be had any more.
    `message_id` is the message that holds it, where the pictures of an album are messages of their own.
    """

    kind: Literal["photo", "document", "sticker"]
    open: Callable[[], Awaitable[bytes]] = field(compare=False)
    mime: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    name: str | None = None
    animated: bool = False
    message_id: str | None = None
    spoiler: bool = False


MOST_PICTURES = 10
"""Pictures that are taken from one message; the platforms let people send no more at once."""


class AttachmentGone(Exception):
    """The file can't be downloaded: deleted, link expired, or the platform did not answer in time."""


# ---------------------------------------------------------------- inbound


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A message that is meant for the bot (`addressed`), or stands in a conversation that it takes part in.

    `event_id` is the platform's own stable id: the ledger's key. `reply_to` is the message answered.
    `replied_attachments` are the pictures of that message, for "edit this one" under anybody's picture.
    `attachments` holds the pictures in order (an album is gathered by the adapter into one event).
    A platform's own /edit with a picture and a wish is such a message, too, and `addressed`.
    """

    event_id: str
    ref: MessageRef
    author: UserRef
    text: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageRef | None = None
    replied_attachments: tuple[Attachment, ...] = ()
    addressed: bool = True


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The words of an earlier message were changed by its author: `now` is what it says, as a new event.

    `now.ref` is the message that it always was, `now.event_id` the id of this change.
    """

    now: MessageIn

    @property
    def event_id(self) -> str:
        return self.now.event_id

    @property
    def ref(self) -> MessageRef:
        return self.now.ref


@dataclass(frozen=True, slots=True)
class MessageMissed:
    """A message or command for the bot that came while it was away, longer ago than it should answer."""

    event_id: str
    ref: MessageRef
    author: UserRef


@dataclass(frozen=True, slots=True)
class ReactionChanged:
    """Reactions that one person put under or took from a message; emoji without variation selectors."""

    event_id: str
    ref: MessageRef
    user: UserRef
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


RepeatName = Literal["again", "stronger", "subtler", "original"]
ViewName = Literal["compare", "history"]
StarName = Literal["star1", "star2", "star3", "star4", "star5"]
ChoiceName = Literal["all", "pick"]
"""The buttons under the question which of several pictures a wish is about: all of them, or one."""
ButtonName = (
    Literal["undo", "redo", "cancel", "retry", "compare", "select", "set", "delete"]
    | ChoiceName
    | RepeatName
    | StarName
)

STARS: dict[StarName, int] = {"star1": 1, "star2": 2, "star3": 3, "star4": 4, "star5": 5}
"""The buttons that rate a picture; they stand in a row of their own, in this order."""


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button of a reply or of a status message. `target` is what the bot put into `Action.target`."""

    event_id: str
    ref: MessageRef
    user: UserRef
    name: ButtonName
    target: str


GroupCommand = Literal["pause", "resume", "stats"]
"""For the moderators of a server or group; adapters may offer them there alone, the bot checks it anyway."""
CommandName = (
    Literal["undo", "redo", "reset", "cancel", "help", "share", "rate", "settings", "privacy"]
    | RepeatName
    | ViewName
    | GroupCommand
)


@dataclass(frozen=True, slots=True)
class CommandInvoked:
    """A command in the platform's own form (/undo …) inside a conversation.

    `argument` is what was written after it, in lower case: "on" in /share on, "4" in /rate 4, "3" in
    /history 3 (go on from picture 3), "delete" in /privacy delete, "questions off" or "server questions off"
    in /settings (see `bot.preferences`).
    """

    event_id: str
    ref: MessageRef
    user: UserRef
    name: CommandName
    argument: str = ""


@dataclass(frozen=True, slots=True)
class ConversationMoved:
    """The platform gave a chat a new id (Telegram: group becomes supergroup). Messages do not come along."""

    event_id: str
    old: ConversationRef
    new: ConversationRef


@dataclass(frozen=True, slots=True)
class ConversationGone:
    """A thread was deleted, or a chat with all its threads; or the bot was put out of it."""

    event_id: str
    ref: ConversationRef


InboundEvent = (
    MessageIn
    | MessageEdited
    | MessageMissed
    | ReactionChanged
    | ButtonPressed
    | CommandInvoked
    | ConversationMoved
    | ConversationGone
)


def place_of(event: InboundEvent) -> ConversationRef:
    """Where those are who see what becomes of an event."""
    match event:
        case ConversationMoved():
            return event.new
        case ConversationGone():
            return event.ref
        case _:
            return event.ref.conversation


# ---------------------------------------------------------------- outbound


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture to be sent. `name` is the file name that the person sees.

    `spoiler`: hidden until somebody uncovers it, where the platform has that. `as_file`: made of one that was
    sent as a document; a platform that compresses photos sends it as one, too.
    """

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    name: str
    spoiler: bool = False
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `target` is at most 32 characters: a job's id (cancel, retry, all), "questions=off" or
    "server.questions=off" (set), a conversation's id (delete), or a version's id (all others).

    Those named "select" are one list to choose a version from, of at most 25: `number` and `label` are what
    it says there, in plain text. A button with a `label` of its own (pick, set, delete) says just that; those
    named "pick" have a `number`, too, and are at most `MOST_PICTURES`.
    """

    name: ButtonName
    target: str
    number: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something the bot says for good. `key` is the same at every try: the idempotency key (≤ 25 characters).

    `text` is plain text: the adapter escapes it, so that nothing formats and nobody is pinged.
    `status` is the status message to replace, when one is shown.
    `decision` is what the text is: a question, an edit's summary, or anything else (for the look only);
    "view" is a picture about pictures, which is no version.
    """

    key: str
    conversation: ConversationRef
    text: str
    image: Picture | None = None
    reply_to: MessageRef | None = None
    actions: tuple[Action, ...] = ()
    status: MessageRef | None = None
    decision: Literal["ask", "edit", "chat", "undo", "reset", "error", "view"] = "chat"


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """How a job is getting on: the one status message of that job is made or edited (None: not made yet).

    `preview` is a small JPEG, hidden like a picture with `spoiler`. Losing one is no harm; the adapter may
    drop updates that come too fast.
    """

    job_id: str
    conversation: ConversationRef
    text: str
    message: MessageRef | None = None
    reply_to: MessageRef | None = None
    preview: bytes | None = field(default=None, repr=False)
    progress: float | None = None
    actions: tuple[Action, ...] = ()
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a press comes to when nothing is posted for it; losing it is no harm.

    `text` is shown to the person who pressed alone; `actions` are the buttons that the message keeps, None:
    those that it has.
    """

    text: str
    actions: tuple[Action, ...] | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform has it; `refs` are the messages it became."""

    refs: tuple[MessageRef, ...]


@dataclass(frozen=True, slots=True)
class NotSent:
    """Surely not delivered; try again, after `retry_after` seconds where the platform said so."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A time-out that may have been delivered. `Adapter.find` says more, where a platform can look."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take this (no permission, thread gone, blocked); don't try again."""

    reason: str


Receipt = Delivered | NotSent | Unknown | Rejected


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What holds in one conversation; help texts name only what is true here.

    `needs_place`: the platform has no idempotency key, so a reply arrives once only if it is edited into a
    message that is there already; the courier then has one made by `show_status` and remembers it.
    `age_restricted`: the platform lets only adults in there; False where it knows no such thing.
    `wishes`: sentences of the platform's own about how a wish can be given there, for the help text.
    """

    undo_emoji: tuple[str, ...]
    receives_reactions: bool = True
    buttons: bool = True
    max_upload: int = 10 * 1024 * 1024
    max_text: int = 2000
    needs_place: bool = False
    age_restricted: bool = False
    wishes: tuple[str, ...] = ()

"""What the bot says by itself (questions, small talk and summaries come from the dialogue model)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.conversation import NO_PICTURE
from bot.events import Capabilities
from engine.jobs import Crowd, Progress, Waiting

WHAT_TO_CHANGE = "Thank you! What shall I change in this picture?"
SEND_PICTURE = "I'd love to. Please send me the picture first."
HELLO = "Hello! Send me a picture and tell me what to change."
GONE = "I couldn't get that picture; please send it again."
BACK_ONE = "Back to the picture before."
BACK_TO_UPLOAD = "Back to the picture you sent."
REDONE = "Here it is again."
NOT_DRAWN = "I couldn't put those pictures together; please ask again in a moment."
STOPPED_EDIT = "I stopped the edit that was under way."
CANCELLED = "Stopped. Nothing was changed."
CANCELLED_REST = "Stopped. What is done already stays; the other pictures are as they were."
FINISHED_ALREADY = "That is finished already, so there is nothing to stop."
NOTHING_TO_STOP = "I'm not working on anything here just now, so there is nothing to stop."
KEPT = 'I kept it: press Try again then, or just say "now".'
KEPT_WITHOUT_BUTTONS = 'I kept it: just say "now" then.'
TRIED_AGAIN_ALREADY = "I took that up again already, so there is nothing to try again."
ONLY_REQUESTER = (
    "Only the person who asked for that, the one who began this conversation, or a moderator can do it."
)
ONLY_REQUESTER_REACTED = (
    f"{ONLY_REQUESTER} Reply to that picture with a wish of your own, and I'll go on from there."
)
ONLY_MODERATORS = "Only those who moderate here can do that."
ONLY_OWNER_SETS = "Only the person who began this conversation, or a moderator, can set that."
ONLY_OWNER_DELETES = "Only the person who began this conversation, or a moderator, can have it deleted."
NO_GROUP = "This is a private conversation; that is for servers and groups."
IS_PAUSED = (
    "I'm paused here by a moderator, so I don't take this. Somebody who moderates can say /resume;"
    " I'll be glad to help then."
)
PAUSE: dict[tuple[Literal["pause", "resume"], bool], str] = {
    ("pause", False): "I'm quiet here now until a moderator says /resume; what waits in line waits on.",
    ("pause", True): "I'm paused here already; /resume lets me go on.",
    ("resume", True): "I'm back: what waited in line goes on now.",
    ("resume", False): "I wasn't paused here.",
}
NO_STATS = "Nobody has asked me for anything here yet."
JUST_THE_FIRST = "Just the first"
CHOSEN_ALREADY = "That is settled already. Reply to a picture with a wish to change that one."
PRESS_AGAIN = "Press again then."
LEFT_AS_THEY_ARE = "All right, I leave the pictures as they are."
SETTINGS_HERE = "This is how I go about it in this conversation:"
SETTINGS_OF_GROUP = "This is how I go about it here, wherever a conversation doesn't say otherwise:"
SETTINGS = {
    ("questions", "on"): "I ask when a wish is vague.",
    ("questions", "off"): "I ask nothing and do what is likeliest.",
    ("stars", "on"): "Now and then I ask for stars under a picture.",
    ("stars", "off"): "I never ask for stars under a picture.",
    ("previews", "on"): "While I paint I show how it is coming along.",
    ("previews", "off"): "While I paint I say how far I am, without a preview.",
    (
        "undo",
        "requester",
    ): "An edit is undone by who asked for it, who began the conversation, or a moderator.",
    ("undo", "anyone"): "Anybody may undo any edit.",
}
SETTINGS_OFFERED = {
    ("questions", "on"): "Ask questions",
    ("questions", "off"): "Ask no questions",
    ("stars", "on"): "Ask for stars",
    ("stars", "off"): "Ask for no stars",
    ("previews", "on"): "Show previews",
    ("previews", "off"): "Show no previews",
    ("undo", "requester"): "Not everybody may undo",
    ("undo", "anyone"): "Anybody may undo",
}
SET = "Done."
HOW_TO_SET = (
    "To change it: /settings questions on or off, stars on or off, previews on or off, undo requester or"
    ' anyone; "default" takes a change back.'
)
SETTINGS_FOR_GROUP = "Those who moderate set it for all conversations here with /settings server …"
PRIVACY = (
    "I keep what this conversation needs: what you write to me and what I answer; the pictures, without what"
    " a camera writes into them (place, time, device); who asked for what, by the id you have here; the stars"
    " that were given. It lies in one folder on the machine of whoever runs me, and goes nowhere else. It"
    " trains nothing unless you say so with /share. What stands in this chat itself is kept by the chat, and"
    " is yours to delete there. /privacy delete takes away all that I keep of this conversation."
)
DELETE_IT_ALL = "Delete it all"
DELETED = (
    "It's all gone: everything I kept of this conversation is deleted; pictures that are brand-new follow"
    " within a minute. Send me a picture whenever you like to begin anew."
)
DELETED_ALREADY = "That is deleted already."
SHARED = (
    "Your words here, old and new, may be used to train the bot: without pictures and ids, and without names"
    " as far as I can spot them. Say /share off to stop."
)
SHARED_WITH_PICTURES = (
    "Your words here, old and new, may be used to train the bot, and so may the pictures that you send, with"
    " my well rated edits of them: without ids, and without names as far as I can spot them. What a picture"
    " shows stays in it. Say /share on for your words alone, /share off to stop."
)
NOT_SHARED = (
    "Nothing of this conversation is used to train the bot. Say /share on to allow it for your words, or"
    " /share pictures for your pictures, too."
)
SHARED_NO_MORE = (
    "From now on nothing of this conversation is used to train the bot. A copy made before lies with my"
    " admin, who can delete it."
)
ONLY_OWNER_SHARES = "Only the person who began this conversation can decide that; nothing was changed."
HOW_TO_RATE = "Please give me one to five stars for the newest picture, for example /rate 4."
NOTHING_TO_RATE = "There is no picture of mine here yet to be rated."
AGAIN = "Here is another try."
STRONGER = "A little stronger."
SUBTLER = "A little subtler."
FROM_ORIGINAL = "Here is all of it once more, made from your original."
STRONGEST = "That is as strong as it gets; tell me in words how you want it."
SUBTLEST = "That is as subtle as it gets; tell me in words how you want it."
NOT_EDITED = "This is the picture as you sent it; tell me first what to change."
EXACT_EDIT = "That was done exactly and would look the same again; tell me in words how you want it."
FROM_ORIGINAL_ALREADY = "That was made from your original already, so there is nothing to do over."
NO_STRENGTH = "I can't paint that one stronger or subtler; use /again, or tell me in words how you want it."
LISTED = "I'm sorry, that is a wish that I don't fulfil here. I'm glad to help with another one."
BROKEN = "Something went wrong on my side. Your picture is unchanged; please ask again."
CUT_OFF = "I was interrupted twice while working on this, so I let it be. Please ask again."
DEADLY_PICTURE = "I broke down twice over that picture, so I let it be. Please send another one."
DEADLY_ALBUM = "I broke down twice over those pictures, so I let them be. Please send them one by one."
DISK_FULL = "My disk is full, so I can't keep anything just now. I'll go on as soon as there is room again."
DONE_ALREADY = "I answered that wish already. Reply to a picture with your new words, and I go on from there."
WISH_CHANGED = "You changed your wish, so I stopped and begin anew with the new words."
MISSED = "I'm sorry, I was away when you wrote this. If you still wish for it, please ask again."
STOPPED_BY_ENGINE = "That edit was stopped. Your picture is unchanged."


def back(count: int) -> str:
    """The answer to "undo" in words; `count` is how many edits were taken back."""
    return BACK_ONE if count == 1 else f"Back by {count} pictures."


def before_and_after(instruction: str) -> str:
    """What stands with the two pictures side by side."""
    return f"Before and after “{instruction}”."


def cant_use(number: int, sentence: str) -> str:
    """What is wrong with one of several pictures, or to be known about it."""
    return f"Picture {number}: {sentence}"


def too_many(most: int) -> str:
    """Said of a message with more pictures than are taken from one."""
    return f"I take {most} pictures at once, so I took the first {most}."


def what_to_change(count: int) -> str:
    """The question to pictures without a wish."""
    if count == 1:
        return WHAT_TO_CHANGE
    return f"Thank you! What shall I change in these {count} pictures?"


def which(count: int) -> str:
    """The question which of several pictures a wish is for."""
    return f'Shall I do that with all {count} pictures, or with one? Just say "all", "the second one" …'


def only_so_many(count: int) -> str:
    """Said when somebody chooses a picture that isn't there."""
    return f"There are only {count} pictures."


def of_several(number: int, count: int) -> str:
    """Which of several pictures an answer is about."""
    return f"{number} of {count}:"


def same_for_the_rest(count: int) -> str:
    """Said once when the same wish fails again for the next picture; `count` are left, that one included."""
    if count == 1:
        return "The same goes for this picture, so I leave it as it is."
    return f"The same goes for the other {count} pictures, so I leave them as they are."


def sure_to_delete(messages: int, pictures: int) -> str:
    """The question before everything is deleted."""
    what = f"{_many(messages, 'message')} and {_many(pictures, 'picture')}"
    return (
        f"Shall I delete everything that I keep of this conversation ({what})? That can't be undone. Press"
        " the button, or say /privacy delete yes."
    )


def stats(since: datetime, edits: int, questions: int, undos: int, people: int, seconds: float | None) -> str:
    """What was done in a server or group; `seconds` from order to picture, None where none was made."""
    time = "" if seconds is None else f" Half of the pictures were ready within {about(seconds)}."
    return (
        f"Since {since.day} {since:%B %Y} I made {_many(edits, 'edit')}, asked {_many(questions, 'question')}"
        f" and took back {_many(undos, 'edit')} here, for {_many(people, 'person', 'people')}.{time}"
    )


def no_such_picture(numbers: int) -> str:
    """The answer to /history with a number that no picture has."""
    if numbers == 0:
        return NO_PICTURE
    have = "there is only picture 1" if numbers == 1 else f"they are numbered from 1 to {numbers}"
    return f"I have no picture of that number here; {have}. /history shows them."


def _many(count: int, thing: str, things: str | None = None) -> str:
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def chosen(number: int) -> str:
    """The answer to a choice from the history."""
    return f"We go on from picture {number} now."


def history(shown: int, in_all: int) -> str:
    """What stands with the sheet of a conversation's pictures."""
    which = "Your picture so far" if in_all == 1 else "All the pictures of this conversation"
    if shown < in_all:
        which = f"The newest {shown} of {in_all} pictures of this conversation"
    return f"{which}; choose one to go on from it." if in_all > 1 else f"{which}."


def joined(*sentences: str | None) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def rated(stars: int) -> str:
    """The answer to a rating."""
    return f"Thank you! I noted {stars} of 5 stars for this picture."


def done(instruction: str) -> str:
    """The summary of an edit when no model gave one."""
    return f"Done: {instruction}"


def progress(state: Progress) -> str:
    """The text of a status message."""
    if isinstance(state, Waiting):
        place = "You are next" if state.place <= 1 else f"You are number {state.place} in the queue"
        return f"{place}, done in {about(state.eta)}." if state.eta is not None else f"{place}."
    left = f", {about(state.eta)} left" if state.eta is not None else ""
    return f"Painting: step {state.step} of {state.steps}{left}."


def about(seconds: float) -> str:
    """ "about 20 seconds", rounded so that it doesn't pretend to know better."""
    if seconds < 7.5:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5) if seconds < 27.5 else 10 * round(seconds / 10)} seconds"
    if seconds < 90:
        return "about a minute"
    if seconds < 55 * 60:
        return f"about {round(seconds / 60)} minutes"
    hours = round(seconds / 3600)
    return f"about {hours} hours" if hours > 1 else "about an hour"


def crowded(crowd: Crowd) -> str:
    """Why there is no room for a wish now, at which place things stand, and when there will be room."""
    many, plural = crowd.count != 1, "wishes" if crowd.things == "wish" else f"{crowd.things}s"
    things = plural if many else crowd.things
    line = {
        "user": f"{crowd.count} of your {plural} {'are' if many else 'is'} in the queue already",
        "chat": f"{crowd.count} {things} from this chat {'are' if many else 'is'} in the queue already",
        "all": f"The queue is full: {crowd.count} {things} {'are' if many else 'is'} in it",
    }[crowd.of]
    first = "the first of them" if many else "it"
    place = "being worked on now" if crowd.place == 0 else f"number {crowd.place}"
    when = f" and done in {about(crowd.eta)}" if crowd.eta is not None else ""
    return f"{line}; {first} is {place}{when}."


def smaller(width: int, height: int) -> str:
    """Said when a picture is too large for the platform; width and height of what is sent, in pixels."""
    return f"(Sent as a {width}×{height} JPEG, as this chat takes no larger file; I go on with the original.)"


def help_text(capabilities: Capabilities, *, moderates: bool = False) -> str:
    """How to use the bot, naming only what works in this conversation, for the person who asks."""
    emoji = " or ".join(capabilities.undo_emoji) if capabilities.receives_reactions else ""
    press = capabilities.buttons
    ways = [
        'say "undo" or "go back two"',
        *([f"react with {emoji}"] if emoji else []),
        *(["press Undo"] if press else []),
        "use /undo",
    ]
    lines = [
        "Send me a picture and tell me what to change; if I'm not sure, I ask. Up to ten pictures may come at"
        " once.",
        *capabilities.wishes,
        f"To take an edit back, {', '.join(ways[:-1])} or {ways[-1]}.",
        "Taking the reaction back redoes the edit; so does /redo." if emoji else "/redo brings it back.",
        'Say "start over" or use /reset to return to your picture.',
        f'To stop me at work, {"press Cancel, " if press else ""}say "stop" or use /cancel.',
        "Reply to an older picture to go on from that one; /history shows them all, /history 3 goes on from"
        " the third.",
        f"Not quite it? {'Press Again, Stronger or Subtler, or use' if press else 'Use'}"
        " /again, /stronger or /subtler.",
        f"{'Press Compare or use' if press else 'Use'} /compare to see before and after side by side.",
        'After some edits, /original (or "redo everything from the original") makes all of them anew.',
        "/rate 1 to /rate 5 tells me how good the newest picture is.",
        "/settings says how I go about it here; /privacy what I keep, and how to delete it.",
        "Your words train me only if you say /share on, your pictures only if you say /share pictures.",
    ]
    if moderates:
        lines.append("For moderators: /settings server, /pause, /resume and /stats.")
    return "\n".join(lines)

"""What every adapter keeps: one set of checks, run against each platform through its own harness.

To plug a platform in, write a `Harness` and one test class:

    class DiscordHarness(Harness):
        ...

    class TestDiscordContract(AdapterContract):
        @pytest.fixture
        async def harness(self) -> AsyncIterator[Harness]:
            async with running_discord() as harness:
                yield harness

The harness is the platform seen from outside: it makes a person do something (`write`, `react`, …) on the
real wire or against a fake server, and says what the platform holds now (`shown`). The adapter under test
must be started, with `harness.handler` as its handler; everything between wire and handler runs for real.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace

import pytest
from PIL import Image

from bot.events import (
    MOST_PICTURES,
    STARS,
    Acknowledged,
    Action,
    ButtonName,
    ButtonPressed,
    CommandInvoked,
    CommandName,
    Delivered,
    MessageIn,
    MessageRef,
    NotSent,
    Picture,
    ReactionChanged,
    Rejected,
    Reply,
    StatusUpdate,
    Unknown,
)
from tests.adapters.harness import PATIENCE, Harness

COLOURS = ("red", "green", "blue", "white", "black", "grey", "pink", "gold", "cyan", "navy")


def png(colour: str = "red", size: tuple[int, int] = (48, 32)) -> bytes:
    """A small valid PNG file."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(colour: str = "blue") -> Picture:
    return Picture(png(colour), "image/png", 48, 32, "edited.png")


def reply(harness: Harness, key: str, text: str, **more: object) -> Reply:
    return replace(Reply(key, harness.conversation, text), **more)  # pyright: ignore[reportArgumentType]


async def sent(harness: Harness, what: Reply) -> MessageRef:
    """Send and return the message it became; with a picture and a text that may be several: the last."""
    receipt = await harness.send(what)
    assert isinstance(receipt, Delivered), receipt
    assert receipt.refs, "Delivered must name the messages"
    return receipt.refs[-1]


async def names_shown(harness: Harness) -> list[tuple[ButtonName, ...]]:
    """The buttons of each message that has any."""
    return [message.buttons for message in await harness.shown() if message.buttons]


class AdapterContract:
    """Subclass this, name the class `Test…` and override the fixture `harness`."""

    @pytest.fixture
    async def harness(self) -> Harness:
        raise NotImplementedError("override the fixture `harness`")

    # ------------------------------------------------------------ what people do

    async def test_a_text_becomes_one_message_event(self, harness: Harness) -> None:
        act = await harness.write("make the sky pink, please")
        event = await harness.next_event()
        assert event == MessageIn(act.event_id, act.ref, act.user, "make the sky pink, please")
        assert act.ref.conversation == harness.conversation
        assert event.ref.conversation.platform == event.author.platform == harness.adapter.platform
        assert harness.more_events() == []

    async def test_text_is_taken_as_it_was_written(self, harness: Harness) -> None:
        text = "**bold** _it_ <b>&amp;</b> `code` [a](https://example.org) 🐆 žluťoučký"
        await harness.write(text)
        event = await harness.next_event()
        assert isinstance(event, MessageIn)
        assert event.text == text

    async def test_pictures_come_with_the_message_in_order_and_can_be_opened(self, harness: Harness) -> None:
        files = [png("red"), png("green", (20, 30))]
        act = await harness.write("change the animal", files)
        event = await harness.next_event()
        assert isinstance(event, MessageIn)
        assert replace(event, attachments=()) == MessageIn(
            act.event_id, act.ref, act.user, "change the animal"
        )
        assert [await attachment.open() for attachment in event.attachments] == files
        for attachment, file in zip(event.attachments, files, strict=True):
            assert attachment.size in (None, len(file))
            assert not attachment.animated
        assert harness.more_events() == []

    async def test_ten_pictures_at_once_are_one_event(self, harness: Harness) -> None:
        files = [png(colour, (20, 16)) for colour in COLOURS]
        await harness.write("black and white", files)
        event = await harness.next_event()
        assert isinstance(event, MessageIn)
        assert (event.text, len(event.attachments)) == ("black and white", MOST_PICTURES)
        assert [await attachment.open() for attachment in event.attachments] == files
        assert harness.more_events() == []

    async def test_a_picture_may_come_without_words(self, harness: Harness) -> None:
        await harness.write("", [png()])
        event = await harness.next_event()
        assert isinstance(event, MessageIn)
        assert event.text == ""
        assert len(event.attachments) == 1

    async def test_a_reply_names_the_older_message(self, harness: Harness) -> None:
        older = await sent(harness, reply(harness, "older", "The first edit.", image=picture()))
        await sent(harness, reply(harness, "newer", "The second edit.", image=picture("green")))
        act = await harness.write("make this one black and white", reply_to=older)
        event = await harness.next_event()
        assert isinstance(event, MessageIn)
        assert event.reply_to == older
        assert (event.event_id, event.ref, event.text) == (
            act.event_id,
            act.ref,
            "make this one black and white",
        )

    async def test_a_reaction_comes_and_goes(self, harness: Harness) -> None:
        emoji = (await harness.adapter.capabilities(harness.conversation)).undo_emoji[0]
        bare = emoji.replace("\ufe0f", "")
        ref = await sent(harness, reply(harness, "edited", "Done.", image=picture()))
        act = await harness.react(ref, emoji, added=True)
        assert await harness.next_event() == ReactionChanged(act.event_id, ref, act.user, added=(bare,))
        back = await harness.react(ref, emoji, added=False)
        assert await harness.next_event() == ReactionChanged(back.event_id, ref, back.user, removed=(bare,))
        assert act.event_id != back.event_id
        assert harness.more_events() == []

    @pytest.mark.parametrize(
        "name",
        ["undo", "redo", "again", "stronger", "subtler", "compare", "original", "star1", "star5", "all"],
    )
    async def test_a_button_tells_its_target(self, harness: Harness, name: ButtonName) -> None:
        button = Action(name, "0123456789abcdef0123456789abcdef")
        ref = await sent(harness, reply(harness, "edited", "Done.", image=picture(), actions=(button,)))
        act = await harness.press(ref, button)
        assert await harness.next_event() == ButtonPressed(act.event_id, ref, act.user, name, button.target)
        assert harness.more_events() == []

    @pytest.mark.parametrize("name", ["set", "delete"])
    async def test_a_button_may_say_what_the_bot_wants(self, harness: Harness, name: ButtonName) -> None:
        button = Action(name, "server.questions=off", label="Ask no questions in this server")
        ref = await sent(harness, reply(harness, "settings", "This is how it stands.", actions=(button,)))
        (message,) = await harness.shown()
        assert message.labels == (button.label,)
        act = await harness.press(ref, button)
        assert await harness.next_event() == ButtonPressed(act.event_id, ref, act.user, name, button.target)

    async def test_each_of_ten_pictures_can_be_picked_and_all_of_them(self, harness: Harness) -> None:
        labels = ["Just the first", *(str(number) for number in range(2, 11))]
        picks = [
            Action("pick", f"{number:032x}", number, label) for number, label in enumerate(labels, start=1)
        ]
        actions = (Action("all", "job-1"), *picks)
        question = reply(harness, "which", "Which of them?", decision="ask", actions=actions)
        ref = await sent(harness, question)
        (message,) = await harness.shown()
        assert message.buttons == ("all", *["pick"] * 10)
        assert message.labels[1:] == tuple(labels)
        assert isinstance(await harness.adapter.find(question), Delivered | Unknown)
        for action in (actions[0], picks[0], picks[9]):
            act = await harness.press(ref, action)
            told = ButtonPressed(act.event_id, ref, act.user, action.name, action.target)
            assert await harness.next_event() == told

    async def test_what_a_press_comes_to_may_leave_the_buttons_as_they_are(self, harness: Harness) -> None:
        undo = Action("undo", "0123456789abcdef0123456789abcdef")
        ref = await sent(harness, reply(harness, "edited", "Done.", image=picture(), actions=(undo,)))
        harness.acknowledged = Acknowledged("Only Ann can do that.")
        await harness.press(ref, undo)
        async with asyncio.timeout(PATIENCE):
            while list(await harness.told()) != ["Only Ann can do that."]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await names_shown(harness) == [("undo",)]

    async def test_all_buttons_of_a_picture_are_shown_in_their_order(self, harness: Harness) -> None:
        first: tuple[ButtonName, ...] = ("undo", "redo", "again", "stronger", "subtler")
        names: tuple[ButtonName, ...] = (*first, "compare", "original", *STARS)
        actions = tuple(Action(name, "0123456789abcdef0123456789abcdef") for name in names)
        await sent(harness, reply(harness, "edited", "Done.", image=picture(), actions=actions))
        assert await names_shown(harness) == [names]

    async def test_each_of_25_versions_can_be_chosen(self, harness: Harness) -> None:
        numbers = range(1, 26)
        choices = tuple(
            Action("select", f"{number:032x}", number, "make it night " * 20) for number in numbers
        )
        sheet = reply(harness, "sheet", "Choose one.", image=picture(), decision="view", actions=choices)
        ref = await sent(harness, sheet)
        assert isinstance(await harness.adapter.find(sheet), Delivered | Unknown)
        for choice in (choices[0], choices[24], choices[0]):
            act = await harness.press(ref, choice)
            told = ButtonPressed(act.event_id, ref, act.user, "select", choice.target)
            assert await harness.next_event() == told
        assert harness.more_events() == []

    async def test_what_a_press_comes_to_is_told_to_the_person_alone(self, harness: Harness) -> None:
        target = "0123456789abcdef0123456789abcdef"
        undo, stars = Action("undo", target), tuple(Action(name, target) for name in STARS)
        edited = reply(harness, "edited", "Done.", image=picture(), actions=(undo, *stars))
        ref = await sent(harness, edited)
        said = [message.text for message in await harness.shown()]
        harness.acknowledged = Acknowledged("Thank you!", (undo,))
        await harness.press(ref, stars[3])
        shown = [("Thank you!",), (("undo",),)]
        async with asyncio.timeout(PATIENCE):
            while [tuple(await harness.told()), tuple(await names_shown(harness))] != shown:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert [message.text for message in await harness.shown()] == said
        assert isinstance(await harness.next_event(), ButtonPressed)
        assert harness.more_events() == []

    @pytest.mark.parametrize(
        "name",
        [
            *("undo", "reset", "again", "stronger", "subtler", "original", "compare", "history"),
            *("settings", "privacy", "pause", "resume", "stats"),
        ],
    )
    async def test_a_command_is_told_by_name(self, harness: Harness, name: CommandName) -> None:
        act = await harness.command(name)
        assert await harness.next_event() == CommandInvoked(act.event_id, act.ref, act.user, name)
        assert act.ref.conversation == harness.conversation
        assert harness.more_events() == []

    @pytest.mark.parametrize(
        ("name", "argument"),
        [
            *(("share", "on"), ("share", "pictures"), ("share", "off"), ("rate", "4"), ("history", "3")),
            *(("settings", "questions off"), ("settings", "server undo anyone"), ("privacy", "delete")),
        ],
    )
    async def test_a_command_is_told_with_what_follows_it(
        self, harness: Harness, name: CommandName, argument: str
    ) -> None:
        act = await harness.command(name, argument)
        told = CommandInvoked(act.event_id, act.ref, act.user, name, argument)
        assert await harness.next_event() == told
        assert harness.more_events() == []

    async def test_a_message_delivered_again_is_the_same_event(self, harness: Harness) -> None:
        await harness.write("make it night", [png()])
        first = await harness.next_event()
        await harness.redeliver()
        assert all(event == first for event in harness.more_events())

    async def test_a_reaction_delivered_again_is_the_same_event(self, harness: Harness) -> None:
        emoji = (await harness.adapter.capabilities(harness.conversation)).undo_emoji[0]
        ref = await sent(harness, reply(harness, "edited", "Done.", image=picture()))
        await harness.react(ref, emoji, added=True)
        first = await harness.next_event()
        await harness.redeliver()
        assert all(event == first for event in harness.more_events())

    async def test_two_equal_messages_are_two_events(self, harness: Harness) -> None:
        await harness.write("brighter")
        first = await harness.next_event()
        await harness.write("brighter")
        second = await harness.next_event()
        assert first.event_id != second.event_id

    # ------------------------------------------------------------ what the bot says

    async def test_a_text_is_shown(self, harness: Harness) -> None:
        ref = await sent(
            harness, reply(harness, "hello", "Which animal should the dog become?", decision="ask")
        )
        (message,) = await harness.shown()
        assert message.text == "Which animal should the dog become?"
        assert message.message_id == ref.message_id
        assert ref.conversation == harness.conversation

    async def test_a_picture_is_shown_as_it_is(self, harness: Harness) -> None:
        image = picture()
        await sent(harness, reply(harness, "edited", "Made it night.", image=image, decision="edit"))
        shown = await harness.shown()
        assert [message.image for message in shown if message.image] == [image.data]
        assert [message.text for message in shown if message.text] == ["Made it night."]

    async def test_the_same_key_is_one_message(self, harness: Harness) -> None:
        once = reply(harness, "only-once", "Made it night.", image=picture())
        first = await sent(harness, once)
        before = await harness.shown()
        assert await sent(harness, once) == first
        assert await harness.shown() == before

    async def test_a_sent_reply_is_found(self, harness: Harness) -> None:
        said = reply(harness, "said", "Hello.")
        await sent(harness, said)
        assert isinstance(await harness.adapter.find(said), Delivered | Unknown)

    async def test_a_status_is_one_message_and_the_reply_replaces_it(self, harness: Harness) -> None:
        update = StatusUpdate(
            "job-1", harness.conversation, "You are number 2.", actions=(Action("cancel", "job-1"),)
        )
        status = await harness.adapter.show_status(update)
        assert status is not None
        (waiting,) = await harness.shown()
        assert waiting.text == "You are number 2."
        assert waiting.buttons == ("cancel",)

        again = replace(update, text="Painting …", message=status, progress=0.5)
        assert await harness.adapter.show_status(again) in (status, None)
        assert len(await harness.shown()) == 1

        await sent(harness, reply(harness, "edited", "Made it night.", image=picture(), status=status))
        shown = await harness.shown()
        assert [message.text for message in shown if message.text] == ["Made it night."]
        assert all("cancel" not in message.buttons for message in shown)

    async def test_the_cancel_button_of_a_status_tells_the_job(self, harness: Harness) -> None:
        cancel = Action("cancel", "job-1")
        update = StatusUpdate("job-1", harness.conversation, "Painting …", actions=(cancel,))
        status = await harness.adapter.show_status(update)
        assert status is not None
        act = await harness.press(status, cancel)
        assert await harness.next_event() == ButtonPressed(act.event_id, status, act.user, "cancel", "job-1")

    async def test_the_button_of_a_refusal_tells_the_job(self, harness: Harness) -> None:
        retry = Action("retry", "job-1")
        ref = await sent(harness, reply(harness, "refused", "There is no room.", actions=(retry,)))
        (message,) = await harness.shown()
        assert message.buttons == ("retry",)
        act = await harness.press(ref, retry)
        assert await harness.next_event() == ButtonPressed(act.event_id, ref, act.user, "retry", "job-1")

    async def test_a_status_goes_when_cleared(self, harness: Harness) -> None:
        status = await harness.adapter.show_status(StatusUpdate("job-1", harness.conversation, "Painting …"))
        assert status is not None
        await harness.adapter.clear_status(status)
        assert await harness.shown() == []
        await harness.adapter.clear_status(status)  # a second time must not raise

    async def test_what_the_bot_says_neither_formats_nor_pings(self, harness: Harness) -> None:
        text = (
            "I kept “@everyone <@1> **bold** <b>&lt;</b> _it_ `x` [a](https://example.org) ||hid||” as it is."
        )
        await sent(harness, reply(harness, "literal", text))
        (message,) = await harness.shown()
        assert message.text == text
        assert not message.pings

    async def test_a_vanished_conversation_is_rejected(self, harness: Harness) -> None:
        gone = await harness.vanished()
        assert gone is not None
        assert isinstance(await harness.adapter.send(Reply("late", gone, "Done.")), Rejected)
        assert await harness.adapter.show_status(StatusUpdate("job-1", gone, "Painting …")) is None

    # ------------------------------------------------------------ the rest

    async def test_capabilities_are_usable(self, harness: Harness) -> None:
        able = await harness.adapter.capabilities(harness.conversation)
        assert able.undo_emoji
        assert able.max_upload >= 1024 * 1024
        assert able.max_text >= 1000

    async def test_an_age_restriction_is_told(self, harness: Harness) -> None:
        assert not (await harness.adapter.capabilities(harness.conversation)).age_restricted
        restricted = await harness.restrict()
        assert (await harness.adapter.capabilities(harness.conversation)).age_restricted is restricted

    async def test_stopping_twice_does_no_harm_and_what_is_sent_then_is_not_lost(
        self, harness: Harness
    ) -> None:
        await harness.adapter.stop()
        await harness.adapter.stop()
        receipt = await harness.adapter.send(reply(harness, "late", "Done."))
        assert isinstance(receipt, Delivered | NotSent | Unknown), receipt

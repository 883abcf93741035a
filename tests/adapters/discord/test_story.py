"""A wish never goes to another conversation, an edit is never undone twice, and nobody is ever pinged."""

from __future__ import annotations

import discord
import pytest
import simcord

from bot.events import (
    Action,
    ButtonPressed,
    CommandInvoked,
    ConversationRef,
    Delivered,
    InboundEvent,
    MessageIn,
    MessageRef,
    ReactionChanged,
    Reply,
    StatusUpdate,
)
from tests.adapters.discord.scripted import ScriptedBot, picture, png
from tests.adapters.discord.stage import World, adapter_for, running


def painter(world: World) -> None:
    """Ask once, then paint; undo on ↩️."""

    async def answer(event: InboundEvent) -> None:
        place = event.ref.conversation
        number = len(world.bot.events)
        match event:
            case MessageIn(attachments=(_, *_)):
                text = "Which animal should the dog become?"
                await world.adapter.send(Reply(f"k{number}", place, text, reply_to=event.ref, decision="ask"))
            case MessageIn():
                cancel = (Action("cancel", "job-1"),)
                update = StatusUpdate("job-1", place, "Painting …", actions=cancel, progress=0.3)
                status = await world.adapter.show_status(update)
                receipt = await world.adapter.send(
                    Reply(
                        f"k{number}",
                        place,
                        "Changed the dog into a cheetah.",
                        image=picture(),
                        reply_to=event.ref,
                        actions=(Action("undo", "version-2"),),
                        status=status,
                        decision="edit",
                    )
                )
                assert isinstance(receipt, Delivered)
            case ReactionChanged():
                await world.adapter.send(Reply(f"k{number}", place, "Back at the photo.", reply_to=event.ref))
            case _:
                raise AssertionError(event)

    world.bot.answer = answer


async def test_from_photo_to_cheetah_and_back(world: World) -> None:
    painter(world)
    photo = png()
    asked = await world.ann.send(
        world.channel, f"{world.me} can you change the animal?", attachments=[("dog.png", photo)]
    )
    assert world.thread.id == asked.id
    assert world.thread.name == "can you change the animal?"
    place = ConversationRef("discord", str(world.channel.id), str(asked.id))
    (first,) = world.messages()
    assert first.ref == MessageRef(place, str(asked.id))
    assert (first.text, first.author.display, first.addressed) == ("can you change the animal?", "Ann", True)
    assert await first.attachments[0].open() == photo
    assert [m.content for m in world.thread.history() if m.author.bot] == [
        "Which animal should the dog become?"
    ]

    await world.ann.send(world.thread, "a cheetah")
    assert world.messages()[1].ref.conversation == place
    shown = [m for m in world.thread.history() if m.author.bot]
    assert len(shown) == 2, "the status message is replaced by the result"
    edited = shown[-1]
    assert edited.content.splitlines()[0] == "Changed the dog into a cheetah."
    assert await edited.attachments[0].read() == picture().data
    assert edited.reactions == []

    await world.ann.react(edited, "↩️")
    reaction = world.bot.events[-1]
    assert isinstance(reaction, ReactionChanged)
    assert (reaction.ref, reaction.added) == (MessageRef(place, str(edited.id)), ("↩",))
    assert world.thread.last_message and world.thread.last_message.content == "Back at the photo."
    await world.ann.unreact(edited, "↩️")
    await world.ann.react(edited, "↩️")
    changes = [event for event in world.bot.events if isinstance(event, ReactionChanged)]
    assert [(c.added, c.removed) for c in changes] == [(("↩",), ()), ((), ("↩",)), (("↩",), ())]
    assert len({c.event_id for c in changes}) == 3


async def test_buttons_work_after_a_restart(world: World) -> None:
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    place = world.messages()[0].ref.conversation
    actions = (Action("undo", "version-2"), Action("redo", "version-3"))
    sent = await world.adapter.send(Reply("k", place, "Done.", image=picture(), actions=actions))
    assert isinstance(sent, Delivered)

    after = ScriptedBot()
    world.adapter = adapter_for(after)
    await world.env.restart_bot(world.adapter.client)
    message = world.thread.last_message
    assert message is not None
    result = await world.ann.click(message, label="Undo")
    assert result.acknowledged
    (pressed,) = after.events
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.ref, pressed.name, pressed.target) == (sent.refs[0], "undo", "version-2")


async def test_a_version_is_chosen_from_a_list_after_a_restart_and_can_be_chosen_again(world: World) -> None:
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    place = world.messages()[0].ref.conversation
    words = (
        "paint **it** in the colours of the evening, with a red sun over the sea and a small boat on it, far"
    )
    choices = (Action("select", "version-1", 1, "as it was sent"), Action("select", "version-2", 2, words))
    sheet = Reply("k", place, "Choose one.", image=picture(), actions=choices, decision="view")
    sent = await world.adapter.send(sheet)
    assert isinstance(sent, Delivered)

    after = ScriptedBot()
    world.adapter = adapter_for(after)
    await world.env.restart_bot(world.adapter.client)
    message = world.thread.last_message
    assert message is not None
    (row,) = message.components
    assert isinstance(row, discord.ActionRow)
    (menu,) = row.children
    assert isinstance(menu, discord.SelectMenu)
    assert [option.label for option in menu.options] == ["1. as it was sent", f"2. {words[:96]}…"]
    for _ in range(2):
        result = await world.ann.select(message, ["version-2"])
        assert result.acknowledged
    pressed = [event for event in after.events if isinstance(event, ButtonPressed)]
    assert [(event.ref, event.name, event.target) for event in pressed] == [
        (sent.refs[0], "select", "version-2")
    ] * 2
    after_all = world.thread.last_message
    assert after_all is not None
    assert [row.to_dict() for row in after_all.components] == [row.to_dict()]
    assert await world.adapter.find(sheet) == sent


async def test_commands_are_registered_and_told(world: World) -> None:
    everybody = {
        "edit",
        "undo",
        "redo",
        "reset",
        "cancel",
        "again",
        "stronger",
        "subtler",
        "compare",
        "history",
        "original",
        "help",
        "share",
        "rate",
        "settings",
        "privacy",
    }
    assert set(world.ann.available_commands(world.channel)) == everybody
    role = world.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = world.guild.add_member(world.env.create_user("mod"), roles=[role])
    assert set(mod.available_commands(world.channel)) == everybody | {"pause", "resume", "stats"}
    result = await world.ann.slash(world.channel, "reset")
    assert result.acknowledged
    (event,) = world.bot.events
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.ref.conversation, event.user.user_id) == (
        "reset",
        world.in_channel,
        str(world.ann.id),
    )


async def test_what_share_takes_is_described() -> None:
    tree = adapter_for(ScriptedBot()).client.tree
    (answer,) = tree.get_command("share").parameters  # type: ignore[union-attr]
    assert (answer.name, answer.description) == (
        "answer",
        "on: your words; pictures: your pictures, too; off: neither",
    )


async def test_commands_that_cannot_be_registered_do_not_stop_the_bot(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bot = ScriptedBot()
    adapter = adapter_for(bot)
    env = simcord.Env(adapter.client, shard_count=1)
    env.inject_error("PUT", "/applications/*/commands", status=500)
    await env.start()
    try:
        assert "could not be registered" in caplog.text
    finally:
        await env.shutdown()


async def test_a_direct_chat_needs_no_mention_and_has_no_thread(world: World) -> None:
    ann = world.ann.user
    dm = ann.dm_channel
    files = world.env.backend.store_attachments(dm.id, [("dog.png", png())])
    await ann.send_dm("make it night", attachments=files)
    (event,) = world.messages()
    assert event.ref.conversation == ConversationRef("discord", str(dm.id))
    assert await event.attachments[0].open() == png()
    receipt = await world.adapter.send(Reply("k", event.ref.conversation, "Made it night.", image=picture()))
    assert isinstance(receipt, Delivered)
    assert dm.last_message and dm.last_message.content == "Made it night."
    able = await world.adapter.capabilities(event.ref.conversation)
    assert able.max_upload == 10 * 1024 * 1024 - 512


async def test_a_mention_under_anybody_s_picture_takes_that_picture(world: World) -> None:
    bob = world.guild.add_member(world.env.create_user("bob"))
    theirs = await bob.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
    assert world.bot.events == [], "a picture that is not for the bot is left alone"
    await world.ann.send(world.channel, f"{world.me} make it black and white", reply_to=theirs)
    (event,) = world.messages()
    assert event.attachments == ()
    assert [await picture.open() for picture in event.replied_attachments] == [png("green")]
    assert event.reply_to == MessageRef(world.in_channel, str(theirs.id))
    assert event.ref.conversation.thread_id == event.event_id


async def test_a_reply_to_the_bot_in_the_channel_stays_there(world: World) -> None:
    await world.ann.send(world.channel, f"hey {world.me} what can you do?")
    assert world.messages()[0].text == "hey what can you do?"
    assert world.messages()[0].ref.conversation == world.in_channel
    sent = await world.adapter.send(Reply("k", world.in_channel, "Send me a picture."))
    assert isinstance(sent, Delivered)
    asked = world.channel.last_message
    assert asked is not None
    await world.ann.send(world.channel, "here", reply_to=asked, attachments=[("dog.png", png())])
    event = world.messages()[1]
    assert (event.ref.conversation, event.reply_to) == (world.in_channel, sent.refs[0])
    assert world.channel.threads == []


async def test_nobody_is_asked_for_what_they_say_to_each_other(world: World) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    await world.ann.send(world.channel, "hello everybody", attachments=[("dog.png", png())])
    await robot.send(world.channel, f"{world.me} hello")
    assert world.bot.events == []


async def test_without_thread_permission_the_bot_answers_in_the_channel_and_tells_the_admin_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = world.guild.create_text_channel(
        "quiet",
        overwrites={world.guild.default_role: discord.PermissionOverwrite(create_public_threads=False)},
    )
    for wish in ("brighter", "darker"):
        await world.ann.send(quiet, f"{world.me} {wish}", attachments=[("dog.png", png())])
    assert [event.ref.conversation.thread_id for event in world.messages()] == [None, None]
    lines = [record.getMessage() for record in caplog.records if "quiet" in record.getMessage()]
    assert len(lines) == 1
    assert "Create Public Threads" in lines[0]


async def test_without_message_content_the_bot_works_by_mention() -> None:
    async with running(message_content=False) as world:
        await world.ann.send(world.channel, f"{world.me} winter", attachments=[("dog.png", png())])
        place = world.messages()[0].ref.conversation
        await world.adapter.send(Reply("k1", place, "What kind of winter?", decision="ask"))
        assert world.thread.last_message and "Mention me" in world.thread.last_message.content
        await world.ann.send(world.thread, "a snowy one")
        assert len(world.messages()) == 1, "the words of a message without a mention are not told to the bot"
        await world.ann.send(world.thread, f"{world.me} a snowy one")
        assert [event.text for event in world.messages()] == ["winter", "a snowy one"]


async def test_who_may_manage_messages_is_a_moderator(world: World) -> None:
    role = world.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = world.guild.add_member(world.env.create_user("mod"), roles=[role])
    await mod.send(world.channel, f"{world.me} hello")
    await world.ann.send(world.channel, f"{world.me} hello")
    assert [event.author.moderator for event in world.messages()] == [True, False]
    sent = await world.adapter.send(Reply("k", world.in_channel, "Hello."))
    assert isinstance(sent, Delivered)
    message = world.channel.last_message
    assert message is not None
    await mod.react(message, "↩️")
    await mod.unreact(message, "↩️")
    changes = [event for event in world.bot.events if isinstance(event, ReactionChanged)]
    assert [change.user.moderator for change in changes] == [True, True]


async def test_what_is_said_pings_nobody(world: World) -> None:
    await world.adapter.send(Reply("k", world.in_channel, f"@everyone {world.ann.mention} **hi**"))
    request = [r for r in world.env.http_requests if r.path.endswith("/messages")][-1]
    assert request.json["allowed_mentions"]["parse"] == []
    assert request.json["content"] == rf"\@everyone \{world.ann.mention} \*\*hi\*\*"


async def test_a_wish_missed_while_the_bot_was_away_is_read_back(world: World) -> None:
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    place = world.messages()[0].ref.conversation
    thread = world.thread
    backend = world.env.backend
    feed = list(backend.subscribers)
    backend.subscribers.clear()
    backend.create_message(thread.id, world.ann.id, "and darker")
    backend.create_message(world.channel.id, world.ann.id, f"{world.me} how are you?")
    backend.subscribers.extend(feed)
    assert len(world.messages()) == 1
    world.adapter = adapter_for(world.bot)
    await world.env.restart_bot(world.adapter.client)
    missed = world.messages()[1:]
    assert {(m.text, m.ref.conversation) for m in missed} == {
        ("and darker", place),
        ("how are you?", world.in_channel),
    }

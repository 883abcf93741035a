"""A wish by command or by menu never ends otherwise than one by mention, and is never lost on the way."""

from __future__ import annotations

import simcord

from bot.events import ConversationRef, MessageIn, MessageRef, Reply
from tests.adapters.discord.scripted import ScriptedBot, picture, png
from tests.adapters.discord.stage import World, adapter_for, running

MENU = "Edit this image"


async def fill(world: World, message: object, wish: str, channel: simcord.ChannelHandle | None = None) -> str:
    """Ann chooses the menu under a message and writes a wish; what she alone is told then, if anything."""
    shown = await world.ann.context_menu(channel or world.channel, MENU, message)  # type: ignore[arg-type]
    return await submit(world, shown, wish)


async def submit(world: World, shown: simcord.InteractionResult, wish: str) -> str:
    assert shown.modal is not None
    field = shown.modal["components"][0]["component"]["custom_id"]
    result = await world.ann.submit_modal(shown, {field: wish})
    assert result.acknowledged and result.ephemeral
    return result.response.content if result.response else ""


async def test_a_command_with_a_picture_opens_a_thread_on_a_message_that_shows_both(world: World) -> None:
    photo = png()
    result = await world.ann.slash(world.channel, "edit", image=("dog.png", photo), wish="make it *night*")
    (event,) = world.messages()
    opener = world.channel.history()[0]
    assert opener.content == rf"{world.ann.mention}: make it \*night\*"
    assert await opener.attachments[0].read() == photo
    assert world.thread.id == opener.id
    assert world.thread.name == "make it *night*"
    place = ConversationRef("discord", str(world.channel.id), str(opener.id))
    assert (event.ref, event.text, event.addressed) == (
        MessageRef(place, str(opener.id)),
        "make it *night*",
        True,
    )
    assert (event.author.user_id, event.author.display) == (str(world.ann.id), "Ann")
    assert [await one.open() for one in event.attachments] == [photo]
    assert result.ephemeral and result.response is not None
    assert result.response.content == f"I'm at it: <#{opener.id}>"
    assert world.ann.id in world.env.backend.get_channel(world.thread.id).thread_members


async def test_a_command_without_a_wish_brings_the_picture_alone(world: World) -> None:
    await world.ann.slash(world.channel, "edit", image=("dog.png", png()))
    (event,) = world.messages()
    assert (event.text, len(event.attachments)) == ("", 1)


async def test_a_command_inside_a_thread_and_in_a_direct_chat_goes_on_there(world: World) -> None:
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    thread = world.thread
    result = await world.ann.slash(thread, "edit", image=("cat.png", png("blue")), wish="darker")
    assert result.response is None, "it goes on right here"
    await world.ann.user.slash("edit", image=("cat.png", png("blue")), wish="winter")
    _, inside, direct = world.messages()
    assert inside.ref.conversation.thread_id == str(thread.id)
    assert direct.ref.conversation == ConversationRef("discord", str(world.ann.user.dm_channel.id))
    assert thread.threads == []


async def test_the_menu_under_anybody_s_picture_asks_for_the_wish_and_opens_a_thread_on_it(
    world: World,
) -> None:
    bob = world.guild.add_member(world.env.create_user("bob"))
    theirs = await bob.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
    told = await fill(world, theirs, "make it winter")
    assert told == f"I'm at it: <#{theirs.id}>"
    (event,) = world.messages()
    place = ConversationRef("discord", str(world.channel.id), str(theirs.id))
    assert world.thread.id == theirs.id
    (opener,) = [message for message in world.thread.history() if message.author.bot]
    assert opener.content == f"{world.ann.mention}: make it winter"
    assert event.ref == MessageRef(place, str(opener.id))
    assert event.reply_to == MessageRef(place, str(theirs.id))
    assert [await one.open() for one in event.replied_attachments] == [png("green")]
    assert (event.text, event.attachments, event.author.user_id) == (
        "make it winter",
        (),
        str(world.ann.id),
    )


async def test_the_menu_under_the_bot_s_picture_stays_in_its_conversation(world: World) -> None:
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    place = world.messages()[0].ref.conversation
    await world.adapter.send(Reply("k", place, "Made it brighter.", image=picture()))
    edited = world.thread.last_message
    assert edited is not None
    assert await fill(world, edited, "and darker", world.thread) == ""
    event = world.messages()[1]
    assert event.ref.conversation == place
    assert event.reply_to == MessageRef(place, str(edited.id))


async def test_the_menu_under_a_message_without_a_picture_says_so(world: World) -> None:
    words = await world.ann.send(world.channel, "hello everybody")
    result = await world.ann.context_menu(world.channel, MENU, words)
    assert result.modal is None
    assert result.ephemeral and result.response is not None
    assert result.response.content == "I see no picture in that message."


async def test_a_form_that_is_filled_after_a_restart_counts(world: World) -> None:
    theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
    shown = await world.ann.context_menu(world.channel, MENU, theirs)
    after = ScriptedBot()
    world.adapter = adapter_for(after)
    await world.env.restart_bot(world.adapter.client)
    await submit(world, shown, "make it winter")
    (event,) = after.events
    assert isinstance(event, MessageIn)
    assert [await one.open() for one in event.replied_attachments] == [png("green")]


async def test_a_form_whose_picture_is_gone_gives_the_wish_back(world: World) -> None:
    theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
    shown = await world.ann.context_menu(world.channel, MENU, theirs)
    world.adapter = adapter_for(world.bot)
    await world.env.restart_bot(world.adapter.client)
    await world.ann.delete(theirs)
    told = await submit(world, shown, "make it **winter**")
    assert "choose it once more" in told
    assert told.endswith(r"make it \*\*winter\*\*")
    assert world.bot.events == []


async def test_both_work_without_the_message_content_intent() -> None:
    async with running(message_content=False) as world:
        theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
        assert world.bot.events == []
        await fill(world, theirs, "make it winter")
        await world.ann.slash(world.channel, "edit", image=("dog.png", png()), wish="night")
        menu, command = world.messages()
        assert [await one.open() for one in menu.replied_attachments] == [png("green")]
        assert [await one.open() for one in command.attachments] == [png()]


async def test_two_people_may_write_a_wish_for_the_same_picture_at_once() -> None:
    async with running(message_content=False) as world:
        theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
        first = await world.ann.context_menu(world.channel, MENU, theirs)
        second = await world.ann.context_menu(world.channel, MENU, theirs)
        await submit(world, first, "make it winter")
        await submit(world, second, "make it night")
        assert [event.text for event in world.messages()] == ["make it winter", "make it night"]
        assert all(event.replied_attachments for event in world.messages())


async def test_in_place_nothing_opens_a_thread() -> None:
    async with running(threads=False) as world:
        theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
        await fill(world, theirs, "make it winter")
        await world.ann.slash(world.channel, "edit", image=("dog.png", png()), wish="night")
        await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
        assert {event.ref.conversation for event in world.messages()} == {world.in_channel}
        assert world.channel.threads == []


async def test_where_a_moderator_paused_the_bot_nothing_is_shown_or_taken(world: World) -> None:
    world.bot.quiet.add(world.in_channel)
    theirs = await world.ann.send(world.channel, "my cat", attachments=[("cat.png", png("green"))])
    told = await fill(world, theirs, "make it winter")
    assert told == "I'm paused here by a moderator, so I don't take this."
    result = await world.ann.slash(world.channel, "edit", image=("dog.png", png()), wish="night")
    assert result.response is not None and result.response.content == told
    assert world.bot.events == []
    assert [message.id for message in world.channel.history()] == [theirs.id]


async def test_the_spoiler_of_a_command_stays_one(world: World) -> None:
    await world.ann.slash(world.channel, "edit", image=("SPOILER_dog.png", png()), wish="night")
    (event,) = world.messages()
    assert event.attachments[0].spoiler
    (shown,) = world.channel.history()[0].attachments
    assert shown.is_spoiler()

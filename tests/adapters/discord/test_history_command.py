"""A picture chosen by command is the one that was shown for the choice, in this conversation and no other."""

from __future__ import annotations

from bot.events import Action, CommandInvoked, ConversationRef, MessageRef
from tests.adapters.discord.scripted import png
from tests.adapters.discord.stage import World

LONG = "paint it in the colours of the evening, with a red sun over the sea, a small boat on it, and far away"


async def thread_with(world: World, count: int) -> ConversationRef:
    """A thread whose conversation holds so many pictures."""
    await world.ann.send(world.channel, f"{world.me} brighter", attachments=[("dog.png", png())])
    place = world.messages()[0].ref.conversation
    labels = ["as it was sent", "make it night", LONG]
    world.bot.versions[place] = tuple(
        Action("select", f"{number:032x}", number, labels[(number - 1) % 3]) for number in range(1, count + 1)
    )
    return place


async def typed(world: World, text: str) -> list[tuple[str, int]]:
    choices = await world.ann.autocomplete(world.thread, "history", "picture", text)
    return [(choice["name"], choice["value"]) for choice in choices]


async def test_the_newest_are_offered_and_what_is_typed_narrows_them_down(world: World) -> None:
    await thread_with(world, 40)
    offered = await typed(world, "")
    assert len(offered) == 25
    assert offered[0] == ("40. as it was sent", 40)
    assert [name for name, _ in await typed(world, "NIGHT")][:2] == ["38. make it night", "35. make it night"]
    assert await typed(world, "2. make") == [
        ("32. make it night", 32),
        ("2. make it night", 2),
    ]
    assert all(len(name) <= 100 for name, _ in offered)
    assert await typed(world, "no such wish") == []


async def test_a_choice_is_told_by_its_number(world: World) -> None:
    place = await thread_with(world, 3)
    result = await world.ann.slash(world.thread, "history", picture=2)
    assert result.acknowledged and result.response is None
    event = world.bot.events[-1]
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.argument) == ("history", "2")
    assert event.ref == MessageRef(place, event.event_id)
    assert event.user.user_id == str(world.ann.id)


async def test_another_conversation_offers_its_own(world: World) -> None:
    await thread_with(world, 3)
    assert await world.ann.autocomplete(world.channel, "history", "picture", "") == []


async def test_without_a_number_all_are_shown(world: World) -> None:
    await thread_with(world, 3)
    await world.ann.slash(world.thread, "history")
    event = world.bot.events[-1]
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.argument) == ("history", "")

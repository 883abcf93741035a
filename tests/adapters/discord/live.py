"""The adapter under test, connected to the wire fake."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from adapters.discord import DiscordAdapter
from bot.events import (
    Action,
    CommandName,
    ConversationRef,
    MessageRef,
    UserRef,
)
from tests.adapters.discord.scripted import ScriptedBot
from tests.adapters.harness import Act, Harness, Shown
from tests.fakes.discord_wire import DiscordWire


def adapter_on(wire: DiscordWire, bot: ScriptedBot, **options: Any) -> DiscordAdapter:
    adapter = DiscordAdapter(wire.token, bot.handler, bot, bot.choices, undo_emoji=("↩️",), **options)
    adapter.client._connection.guild_ready_timeout = 0.05  # not 2 s of waiting for guilds that don't come
    return adapter


@contextlib.asynccontextmanager
async def connected(
    bot: ScriptedBot | None = None, *, wire: DiscordWire | None = None, **options: Any
) -> AsyncIterator[tuple[DiscordWire, ScriptedBot, DiscordAdapter]]:
    bot = bot or ScriptedBot()
    async with wire or DiscordWire() as wire, started(wire, bot, **options) as adapter:
        yield wire, bot, adapter


@contextlib.asynccontextmanager
async def started(wire: DiscordWire, bot: ScriptedBot, **options: Any) -> AsyncIterator[DiscordAdapter]:
    """The adapter on a wire where something happened before."""
    adapter = adapter_on(wire, bot, **options)
    await adapter.start()
    try:
        yield adapter
    finally:
        await adapter.stop()


def in_channel(wire: DiscordWire) -> ConversationRef:
    """The conversation of #general as a whole."""
    return ConversationRef("discord", str(wire.world.general))


class DiscordHarness(Harness):
    """Ann in a thread that the bot has opened."""

    def __init__(self, wire: DiscordWire) -> None:
        super().__init__()
        self.wire = wire
        world = wire.world
        self.thread = world.snowflake()
        world.thread(world.general, self.thread, "change the animal", world.bot)
        self.conversation = ConversationRef("discord", str(world.general), str(self.thread))
        self.ann = UserRef("discord", str(world.ann), "Ann")
        directory = ScriptedBot()
        self.adapter = DiscordAdapter(
            wire.token, self.handler, directory, directory.choices, undo_emoji=("↩️",)
        )
        self.adapter.client._connection.guild_ready_timeout = 0.05

    async def write(
        self, text: str, pictures: Sequence[bytes] = (), reply_to: MessageRef | None = None
    ) -> Act:
        files = [(f"{number}.png", data) for number, data in enumerate(pictures)]
        to = int(reply_to.message_id) if reply_to else None
        message = await self.wire.post(text, files, channel=self.thread, reply_to=to)
        return Act(message["id"], MessageRef(self.conversation, message["id"]), self.ann)

    async def react(self, ref: MessageRef, emoji: str, *, added: bool) -> Act:
        await self.wire.react(int(ref.message_id), emoji, added=added)
        # Discord has no id for a reaction, so the adapter makes one; that of the event is as good as any.
        event = await self.next_event()
        self.events.put_nowait(event)
        user = self.ann if added else UserRef("discord", self.ann.user_id)  # a removal does not tell names
        return Act(event.event_id, ref, user)

    async def press(self, ref: MessageRef, action: Action) -> Act:
        if action.name == "select":
            payload = await self.wire.choose(int(ref.message_id), action.target)
        else:
            payload = await self.wire.press(int(ref.message_id), f"dialogpaint:{action.name}:{action.target}")
        return Act(payload["id"], ref, self.ann)

    async def command(self, name: CommandName, argument: str = "") -> Act:
        payload = await self.wire.slash(name, _options(name, argument), channel=self.thread)
        return Act(payload["id"], MessageRef(self.conversation, payload["id"]), self.ann)

    async def restrict(self) -> bool:
        await self.wire.restrict(self.wire.world.general)
        # Events come in the order of the gateway: when this one is here, the change was taken.
        await self.write("let us see")
        await self.next_event()
        return True

    async def redeliver(self) -> None:
        await self.wire.again()
        # Events of one thread come in their order: when this one is here, the double was taken.
        end = await self.wire.post("the end", channel=self.thread)
        taken = []
        while (event := await self.next_event()).event_id != end["id"]:
            taken.append(event)
        for event in taken:
            self.events.put_nowait(event)

    async def shown(self) -> list[Shown]:
        return [
            Shown(
                message["id"],
                self.wire.as_read(message["content"]),
                self.wire.file(message["attachments"][0]) if message["attachments"] else None,
                tuple(one.split(":")[1] for one in self.wire.custom_ids(message)),  # type: ignore[arg-type]
                tuple(self.wire.labels(message)),
                message["allowed_mentions"]["parse"] != [],
            )
            for message in self.wire.bot_messages(self.thread)
        ]

    async def told(self) -> list[str]:
        return [said["content"] for said in self.wire.rest.follow_ups if said["flags"] == 64]

    async def vanished(self) -> ConversationRef | None:
        return ConversationRef("discord", str(self.wire.world.general), "1")


def _options(name: CommandName, argument: str) -> dict[str, str | int | bool]:
    """What a person fills in to say the same as by `argument`."""
    words = argument.split()
    if not words:
        return {}
    if name == "settings":
        server = words[:1] == ["server"]
        given = zip(("setting", "value"), words[1:] if server else words, strict=False)
        return {**dict(given), **({"server": True} if server else {})}
    if name == "history":
        return {"picture": int(argument)}
    return {{"rate": "stars", "privacy": "what"}.get(name, "answer"): argument}

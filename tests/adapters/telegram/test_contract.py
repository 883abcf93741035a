"""The Telegram adapter never breaks what every adapter keeps (tests/adapters/contract.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from bot.events import Action, CommandName, ConversationRef, MessageRef, UserRef
from tests.adapters.contract import AdapterContract
from tests.adapters.harness import Act, Harness, Shown
from tests.adapters.telegram.support import desk
from tests.fakes.telegram_api import FakeTelegram, Posted


class TelegramHarness(Harness):
    """Ann's private chat with the bot."""

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__()
        self.telegram = telegram
        self.ann = telegram.person("Ann")
        self.chat = telegram.private(self.ann)
        self.conversation = ConversationRef("telegram", str(self.chat))
        self.user = UserRef("telegram", str(self.ann.id), "Ann")
        self.reactions: dict[str, list[str]] = {}

    def act(self, posted: Posted, event_id: str | None = None, ref: MessageRef | None = None) -> Act:
        at = ref or MessageRef(self.conversation, str(posted.message_id))
        return Act(event_id or str(posted.update_id), at, self.user)

    async def write(
        self, text: str, pictures: Sequence[bytes] = (), reply_to: MessageRef | None = None
    ) -> Act:
        if len(pictures) > 1:
            posted = self.telegram.album(self.chat, self.ann, pictures, text)[0]
            group = self.telegram.messages[self.chat, posted.message_id].extra["media_group_id"]
            return self.act(posted, f"album:{group}")
        photo = pictures[0] if pictures else None
        answered = int(reply_to.message_id) if reply_to else None
        return self.act(self.telegram.post(self.chat, self.ann, text, photo=photo, reply_to=answered))

    async def react(self, ref: MessageRef, emoji: str, *, added: bool) -> Act:
        old, new = ([], [emoji]) if added else ([emoji], [])
        return self.act(self.telegram.react(self.chat, self.ann, int(ref.message_id), new, old), ref=ref)

    async def press(self, ref: MessageRef, action: Action) -> Act:
        (data,) = [
            data
            for message in self.telegram.shown(self.chat)
            for _, data in message.buttons
            if message.message_id == int(ref.message_id) and data == f"{action.name}:{action.target}"
        ]
        return self.act(self.telegram.press(self.chat, self.ann, int(ref.message_id), data), ref=ref)

    async def command(self, name: CommandName, argument: str = "") -> Act:
        return self.act(self.telegram.post(self.chat, self.ann, f"/{name} {argument}".rstrip()))

    async def redeliver(self) -> None:
        self.telegram.redeliver()
        await self.telegram.confirmed()

    async def told(self) -> list[str]:
        return [text for text in self.telegram.said_quietly.values() if text]

    async def shown(self) -> list[Shown]:
        return [
            Shown(
                str(message.message_id),
                message.text.replace("\u2060", ""),
                message.file,
                tuple(data.partition(":")[0] for _, data in message.buttons),  # pyright: ignore
                tuple(label for label, _ in message.buttons),
                message.pings,
            )
            for message in self.telegram.shown(self.chat)
        ]

    async def vanished(self) -> ConversationRef:
        chat = self.telegram.private(self.telegram.person("Bob"))
        self.telegram.lose(chat, "blocked")
        return ConversationRef("telegram", str(chat))


class TestTelegramContract(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[TelegramHarness]:
        async with desk(start=False) as found:
            harness = TelegramHarness(found.telegram)
            found.handle = harness.handler
            found.adapter = found.new_adapter()
            harness.adapter = found.adapter
            await found.adapter.start()
            yield harness

"""The web chat never breaks a promise that every adapter makes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from adapters.web.adapter import WebAdapter
from bot.events import (
    Acknowledged,
    Action,
    ButtonName,
    CommandName,
    ConversationRef,
    InboundEvent,
    MessageRef,
    Receipt,
    Reply,
    UserRef,
)
from tests.adapters.contract import AdapterContract
from tests.adapters.harness import Act, Harness, Shown
from tests.adapters.web.person import Person, person


class WebHarness(Harness):
    """A person over real HTTP. As the store does, `send` writes a reply into the transcript first."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, Reply] = {}
        self.quiet: list[str] = []
        self.adapter = WebAdapter(
            host="127.0.0.1",
            port=0,
            undo_emoji=("↩️",),
            max_upload_bytes=2**20,
            wish_characters=1000,
            transcript=self,
            handler=self.handler,
            health=lambda: {"ok": True},
        )

    async def handler(self, event: InboundEvent) -> Acknowledged | None:
        """As the store does, the buttons that are left are written into the transcript."""
        acknowledged = await super().handler(event)
        if acknowledged is not None and acknowledged.actions is not None:
            key = event.ref.message_id  # type: ignore[union-attr]
            self.said[key] = replace(self.said[key], actions=acknowledged.actions)
        return acknowledged

    def sit_down(self, someone: Person) -> None:
        self.person = someone
        self.conversation = someone.ref

    # ------------------------------------------------------------ Transcript

    async def messages(self, conversation: ConversationRef) -> list[dict[str, Any]]:
        said = [reply for reply in self.said.values() if reply.conversation == conversation]
        return [
            {"id": r.key, "speaker": "bot", "text": r.text, "image": _image(r)}
            | {"actions": [asdict(action) for action in r.actions]}
            for r in said
        ]

    async def image(self, conversation: ConversationRef, sha256: str) -> tuple[bytes, str] | None:
        pictures = [reply.image for reply in self.said.values() if reply.image]
        found = [(p.data, p.mime) for p in pictures if hashlib.sha256(p.data).hexdigest() == sha256]
        return found[0] if found else None

    async def busy(self, conversation: ConversationRef) -> list[str]:
        return ["job-1"]

    # ------------------------------------------------------------ Harness

    async def write(
        self, text: str, pictures: Sequence[bytes] = (), reply_to: MessageRef | None = None
    ) -> Act:
        older = reply_to.message_id if reply_to else None
        event_id = str(uuid.uuid4())
        ref = MessageRef(self.conversation, event_id)
        return await self._act(event_id, ref, lambda: self.person.write(text, pictures, older, event_id))

    async def react(self, ref: MessageRef, emoji: str, *, added: bool) -> Act:
        return await self._do("/reactions", ref, message=ref.message_id, emoji=emoji, added=added)

    async def press(self, ref: MessageRef, action: Action) -> Act:
        return await self._do("/buttons", ref, message=ref.message_id, name=action.name, target=action.target)

    async def command(self, name: CommandName, argument: str = "") -> Act:
        return await self._do("/commands", None, name=name, argument=argument)

    async def redeliver(self) -> None:
        await self._again()

    async def told(self) -> list[str]:
        return self.quiet

    async def shown(self) -> list[Shown]:
        page = await self.person.show()
        said = [
            Shown(
                m["id"],
                m["text"],
                await self._fetched(m["image"]),
                _names(m["actions"]),
                tuple(action["label"] for action in m["actions"]),
            )
            for m in page["messages"]
        ]
        statuses = [Shown(s["id"], s["text"], buttons=_names(s["actions"])) for s in page["statuses"]]
        return said + statuses

    async def send(self, reply: Reply) -> Receipt:
        self.said[reply.key] = reply
        return await self.adapter.send(reply)

    async def _do(self, what: str, ref: MessageRef | None, **body: Any) -> Act:
        event_id = str(uuid.uuid4())
        at = ref or MessageRef(self.conversation, event_id)
        return await self._act(event_id, at, lambda: self.person.do(what, event_id, **body))

    async def _act(self, event_id: str, ref: MessageRef, request: Callable[[], Awaitable[Any]]) -> Act:
        async def deliver() -> None:
            response = await request()
            assert response.status == 200, await response.text()
            if said := (await response.json()).get("said"):
                self.quiet.append(said)

        self._again = deliver
        await deliver()
        space = self.conversation.space_id
        return Act(f"{space}:{event_id}", ref, UserRef("web", space))

    async def _fetched(self, image: dict[str, Any] | None) -> bytes | None:
        return await (await self.person.image(image["sha256"])).read() if image else None


def _image(reply: Reply) -> dict[str, Any] | None:
    if reply.image is None:
        return None
    sha256 = hashlib.sha256(reply.image.data).hexdigest()
    return {"sha256": sha256, "width": reply.image.width, "height": reply.image.height, "mime": "image/png"}


def _names(actions: list[dict[str, Any]]) -> tuple[ButtonName, ...]:
    return tuple(action["name"] for action in actions)


class TestWebContract(AdapterContract):
    test_a_vanished_conversation_is_rejected = None  # the web chat's conversations are the bot's own

    @pytest.fixture
    async def harness(self) -> AsyncIterator[Harness]:  # pyright: ignore[reportIncompatibleMethodOverride]
        harness = WebHarness()
        await harness.adapter.start()
        async with person(harness.adapter) as someone:
            harness.sit_down(someone)
            yield harness
        await harness.adapter.stop()

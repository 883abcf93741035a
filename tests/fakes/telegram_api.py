"""A fake Bot API server on 127.0.0.1, with the habits of the real one that bite.

    async with FakeTelegram() as telegram:
        adapter = TelegramAdapter(telegram.token, handler, journal, directory, api_url=telegram.url)
        ann = telegram.person("Ann")
        chat = telegram.private(ann)                # or telegram.group("Painters")
        posted = telegram.post(chat, ann, "make it night", photo=png)
        telegram.shown(chat)                        # the bot's messages as people see them, after all edits
        telegram.fail("sendMessage", hang("after")) # the next sendMessage is delivered but never answered

It models: getUpdates with offsets, long poll, redelivery of what was not confirmed, a second poller (409),
`allowed_updates` (reactions off by default); privacy mode and the rule that only administrators are told
reactions in groups; topics, albums, replies, deleted messages and chats, migration; edits ("message is not
modified", "message to edit not found" …); the limits of texts, captions, buttons, photos and downloads;
scripted faults per method. Photos keep the bytes that were sent, where Telegram would make a JPEG of them.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from PIL import Image

from tests.fakes.telegram_methods import METHODS
from tests.fakes.telegram_webhook import Caller
from tests.fakes.telegram_world import JSON, ApiError, Chat, Message, Person, Seen, seen

DEFAULT_UPDATES = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: an answer of `status` with `body`, silence, or a broken connection."""

    status: int = 200
    body: str = ""
    silent: Literal["before", "after"] | None = None
    resets: bool = False


def error(code: int, description: str, **parameters: Any) -> Fault:
    """An answer in the API's own form, for instance `error(401, "Unauthorized")`."""
    body: JSON = {"ok": False, "error_code": code, "description": description}
    return Fault(code, json.dumps(body | ({"parameters": parameters} if parameters else {})))


def flood(seconds: int) -> Fault:
    return error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def bad_gateway() -> Fault:
    return Fault(502, "<html><head><title>502 Bad Gateway</title></head></html>")


def garbage() -> Fault:
    return Fault(200, "this is no JSON")


def hang(when: Literal["before", "after"]) -> Fault:
    """The connection stays silent, `before` or `after` the call has taken effect."""
    return Fault(silent=when)


def reset(when: Literal["before", "after"]) -> Fault:
    """The connection breaks, `before` or `after` the call has taken effect."""
    return Fault(silent=when, resets=True)


@dataclass(frozen=True, slots=True)
class Posted:
    """`update_id` is None when the bot is not told (privacy mode, allowed_updates)."""

    update_id: int | None
    message_id: int


class FakeTelegram:
    """The server, and the people who use it. Acts of people take effect at once."""

    def __init__(self, token: str = "123456:fake-TOKEN_that-is-secret", username: str = "paint_bot") -> None:
        self.token = token
        self.me = Person(int(token.split(":")[0]), "DialogPaint", username, is_bot=True)
        self.url = ""
        self.calls: list[tuple[str, JSON]] = []
        """Every call that took effect: method and parameters, in order."""
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.files: dict[str, bytes] = {}
        self.expired: set[str] = set()
        self.answered: list[str] = []
        self.local: Path | None = None
        """A folder: then the server is one of the bot's own, run with --local."""
        self.hidden = False
        """Its folder can't be read by the bot."""
        self.max_file: int | None = None
        """Bytes; what a server before Telegram's lets through."""
        self.menus: dict[tuple[str, str], dict[str, str]] = {}
        """(scope, language or "") → command → description."""
        self.said_quietly: dict[str, str] = {}
        """Callback query → the line that only the person who pressed sees."""
        self.allowed: frozenset[str] = DEFAULT_UPDATES
        self.closing = asyncio.Event()
        self.webhook = Caller(self)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._ids = iter(range(1, 1_000_000))
        self._update_ids = iter(range(700_001, 800_000))
        self._pending: dict[int, JSON] = {}
        self._past: list[JSON] = []
        self._again: set[int] = set()
        self._confirmed = 0
        self._changed = asyncio.Condition()
        self._poll = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ server

    async def __aenter__(self) -> FakeTelegram:
        app = web.Application(client_max_size=128 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closing.set()
        await self.webhook.delete()
        await self._notify()
        await self._runner.cleanup()

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of `method` (or downloads: "file") go wrong, one fault each."""
        self._faults[method].extend(faults)

    def recover(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = dict(await request.post())
        if request.match_info["token"] != self.token:
            return answer(ApiError(401, "Unauthorized"))
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault and fault.silent != "after":
            return await self._go_wrong(request, fault)
        handler = METHODS.get(method)
        try:
            if handler is None:
                raise ApiError(404, "Not Found: method not found")
            result = await handler(self, fields)
        except ApiError as problem:
            return answer(problem)
        if method != "getUpdates":
            self.calls.append((method, fields))
        if fault:
            return await self._go_wrong(request, fault)
        return web.json_response({"ok": True, "result": result})

    async def _go_wrong(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.resets:
            assert request.transport is not None
            request.transport.abort()
        elif fault.silent:
            await self.closing.wait()
        return web.Response(status=fault.status, text=fault.body, content_type="application/json")

    async def _download(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if request.match_info["token"] != self.token or path not in self.files or path in self.expired:
            return answer(ApiError(404, "Not Found"))
        if self._faults["file"]:
            return await self._go_wrong(request, self._faults["file"].popleft())
        return web.Response(body=self.files[path])

    # ------------------------------------------------------------ getUpdates

    async def updates(self, offset: int, limit: int, seconds: float) -> list[JSON]:
        """The long poll. A newer poll ends this one with 409, as two programs with one token would see."""
        if self.webhook.url:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        for update_id in [known for known in self._pending if known < offset and known not in self._again]:
            del self._pending[update_id]
        self._confirmed = max(self._confirmed, offset - 1)
        self._poll += 1
        poll = self._poll
        await self._notify()
        async with self._changed:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(
                        lambda: self._pending or self._poll != poll or self.closing.is_set()
                    )
            except TimeoutError:
                return []
        if self._poll != poll:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        self._again.clear()
        return [self._pending[update_id] for update_id in sorted(self._pending)][:limit]

    @property
    def waiting(self) -> int:
        return len(self._pending)

    async def next_pending(self) -> tuple[int, bytes]:
        """The oldest update that the bot has not taken, for its webhook."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._pending)
        update = self._pending[min(self._pending)]
        return update["update_id"], json.dumps(update).encode()

    async def take(self, update_id: int) -> None:
        """The webhook has answered: this update is delivered."""
        self._pending.pop(update_id, None)
        self._confirmed = max(self._confirmed, update_id)
        await self._notify()

    async def confirmed(self, update_id: int | None = None) -> None:
        """Wait until the bot has confirmed this update, or the newest one."""
        wanted = (
            max((update["update_id"] for update in self._past), default=0) if update_id is None else update_id
        )
        async with self._changed:
            await self._changed.wait_for(lambda: self._confirmed >= wanted and wanted not in self._pending)

    def redeliver(self) -> None:
        """The newest update comes once more, under its old id, though it was confirmed."""
        update = self._past[-1]
        self._pending[update["update_id"]] = update
        self._again.add(update["update_id"])
        self._soon()

    def push(self, kind: str, payload: object) -> int | None:
        """An update of any content (a poison one, too); None when the bot does not want this kind."""
        if kind not in self.allowed:
            return None
        return self.deliver({"update_id": next(self._update_ids), kind: payload})

    def deliver(self, update: JSON) -> int:
        """An update as it stands, under its own id."""
        self._pending[update["update_id"]] = update
        self._past.append(update)
        self._soon()
        return update["update_id"]

    def _soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # ------------------------------------------------------------ people and chats

    def person(self, first_name: str, username: str | None = None) -> Person:
        return Person(1000 + next(self._ids), first_name, username)

    def private(self, person: Person) -> int:
        self.chats[person.id] = Chat(person.id, "private", person.first_name)
        return person.id

    def group(self, title: str = "Painters", *, privacy: bool = True, admins: Sequence[int] = ()) -> int:
        """A supergroup; name `telegram.me.id` among `admins` to make the bot one."""
        chat_id = -1_000_000_000 - next(self._ids)
        self.chats[chat_id] = Chat(chat_id, "supergroup", title, privacy, set(admins))
        return chat_id

    def topic(self, chat_id: int) -> int:
        """Opens a topic: its id is that of the service message at its head."""
        head = self._store(
            Message(
                next(self._ids),
                self.chats[chat_id],
                self.me,
                extra={"forum_topic_created": {"name": "T", "icon_color": 1}},
            )
        )
        self.chats[chat_id].topics.add(head.id)
        return head.id

    def lose(self, chat_id: int, how: Literal["blocked", "kicked", "deleted"]) -> None:
        """The bot is told of it, but for a chat that is deleted."""
        self.chats[chat_id].gone = how
        if how != "deleted":
            self.my_status(chat_id, {"status": "kicked", "until_date": 0})

    def my_status(self, chat_id: int, new: JSON) -> int | None:
        """Somebody changed what the bot is in a chat."""
        somebody, me = {"id": 1, "is_bot": False, "first_name": "Somebody"}, self.me.json()
        change = {"chat": self.chats[chat_id].json(), "from": somebody, "date": 0}
        members = {"old_chat_member": {"status": "member", "user": me}, "new_chat_member": new | {"user": me}}
        return self.push("my_chat_member", change | members)

    def migrate(self, chat_id: int, author: Person) -> tuple[int, Posted]:
        """The group becomes a supergroup with a new id; the message that says so is posted."""
        old = self.chats[chat_id]
        new = self.group(old.title, privacy=old.privacy, admins=tuple(old.admins))
        message = self._store(Message(next(self._ids), old, author, extra={"migrate_to_chat_id": new}))
        old.moved_to = new
        return new, Posted(self.push("message", message.json()), message.id)

    # ------------------------------------------------------------ what people do

    def post(
        self,
        chat_id: int,
        author: Person,
        text: str = "",
        *,
        photo: bytes | None = None,
        document: bytes | None = None,
        name: str = "picture.png",
        media: JSON | None = None,
        reply_to: int | None = None,
        topic: int | None = None,
        extra: JSON | None = None,
    ) -> Posted:
        """A message; `text` is the caption where there is a file. `media` is any other media's JSON."""
        message = Message(next(self._ids), self.chats[chat_id], author, text, topic=topic, extra=extra or {})
        if photo is not None:
            message.media, message.file = {"photo": self.photo_sizes(photo)}, photo
        elif document is not None:
            message.media, message.file = {"document": self.file(document, file_name=name)}, document
        elif media is not None:
            message.media = media
        if reply_to is not None:
            message.reply_to = self.messages[chat_id, reply_to]
        elif topic is not None:
            message.reply_to = self.messages.get((chat_id, topic))  # as Telegram does in topics
        self._store(message)
        return Posted(self.push("message", message.json()) if self._told(message) else None, message.id)

    def edit(self, chat_id: int, message_id: int, text: str) -> Posted:
        """The author changes a message's text or caption."""
        message = self.messages[chat_id, message_id]
        message.text = text
        message.extra |= {"edit_date": int(time.time())}
        return Posted(
            self.push("edited_message", message.json()) if self._told(message) else None, message_id
        )

    def album(
        self, chat_id: int, author: Person, pictures: Sequence[bytes], caption: str = "", at: int = 0
    ) -> list[Posted]:
        """Pictures sent as one, each an update of its own; the caption is on picture number `at`."""
        extra = {"media_group_id": str(next(self._ids))}
        return [
            self.post(chat_id, author, caption if index == at else "", photo=picture, extra=extra)
            for index, picture in enumerate(pictures)
        ]

    def react(
        self,
        chat_id: int,
        author: Person,
        message_id: int,
        new: Sequence[str],
        old: Sequence[str] = (),
        *,
        anonymous: bool = False,
        date: int | None = None,
    ) -> Posted:
        """The person's reactions change from `old` to `new`."""
        chat = self.chats[chat_id]
        who = {"actor_chat": chat.json()} if anonymous else {"user": author.json()}
        change = {
            "chat": chat.json(),
            "message_id": message_id,
            "date": int(time.time()) if date is None else date,
            "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in old],
            "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in new],
        }
        told = chat.type == "private" or self.me.id in chat.admins
        return Posted(self.push("message_reaction", change | who) if told else None, message_id)

    def press(self, chat_id: int, author: Person, message_id: int, data: str) -> Posted:
        """The button with this data, under a message of the bot."""
        message = self.messages[chat_id, message_id]
        assert data in [pair[1] for pair in seen(message).buttons], "no such button"
        query = {
            "id": str(next(self._ids)),
            "from": author.json(),
            "message": message.json(),
            "chat_instance": "1",
            "data": data,
        }
        return Posted(self.push("callback_query", query), message_id)

    def delete(self, chat_id: int, message_id: int) -> None:
        del self.messages[chat_id, message_id]

    def shown(self, chat_id: int) -> list[Seen]:
        """The bot's messages in this chat as they look now, oldest first."""
        return [
            seen(message)
            for (where, _), message in sorted(self.messages.items(), key=lambda item: item[0][1])
            if where == chat_id and message.author == self.me and "forum_topic_created" not in message.extra
        ]

    # ------------------------------------------------------------ parts

    def file(self, data: bytes, **more: Any) -> JSON:
        """A stored file's JSON. `file_size` may be overridden, for a file too large to make here."""
        path = f"files/{next(self._ids)}.bin"
        self.files[path] = data
        return {"file_id": path, "file_unique_id": f"u{path}", "file_size": len(data), **more}

    def photo_sizes(self, data: bytes) -> list[JSON]:
        """A thumbnail and the photo itself, smallest first."""
        try:
            width, height = Image.open(io.BytesIO(data)).size
        except OSError:
            width, height = 1, 1
        small = self.file(b"thumbnail", width=max(1, width // 4), height=max(1, height // 4))
        return [small, self.file(data, width=width, height=height)]

    def new_message(self, chat: Chat, **more: Any) -> Message:
        return self._store(Message(next(self._ids), chat, self.me, **more))

    def _store(self, message: Message) -> Message:
        self.messages[message.chat.id, message.id] = message
        return message

    def _told(self, message: Message) -> bool:
        """Privacy mode: in groups a bot hears commands, mentions and replies to it, as administrator all."""
        chat = message.chat
        if chat.type == "private" or not chat.privacy or self.me.id in chat.admins:
            return True
        to_bot = message.reply_to is not None and message.reply_to.author == self.me
        text = message.text.casefold()
        return to_bot or text.startswith("/") or f"@{self.me.username}".casefold() in text


def answer(problem: ApiError) -> web.Response:
    body: JSON = {"ok": False, "error_code": problem.code, "description": problem.description}
    if problem.parameters:
        body["parameters"] = problem.parameters
    return web.json_response(body, status=problem.code)

"""One browser can never see another's conversation, and nothing is handled twice or held beyond its limit."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiohttp import ClientSession, FormData, WSMsgType, WSServerHandshakeError

from adapters.web.adapter import WebAdapter
from adapters.web.hub import BACKLOG
from bot.events import ConversationRef, MessageIn, Reply, StatusUpdate
from bot.ports import AdapterError
from tests.adapters.contract import png
from tests.adapters.web.conftest import MAX_UPLOAD, web_adapter
from tests.adapters.web.person import Person, person, push
from tests.fakes.web_bot import WebBot


async def settled(bot: WebBot, someone: Person) -> None:
    """Wait for the edits under way in a conversation."""
    await asyncio.gather(*bot.chats[someone.ref].jobs.values())


# ---------------------------------------------------------------- who sees what


async def test_two_browsers_never_see_each_other_even_with_the_same_link(ann: Person, bob: Person) -> None:
    await ann.write("make it night", [png()])
    (turn, *_) = (await ann.show())["messages"]
    bob.conversation = ann.conversation  # Ann sent him her link
    assert (await bob.show())["messages"] == []
    assert (await bob.image(turn["image"]["sha256"])).status == 404
    assert (await ann.image(turn["image"]["sha256"])).status == 200


async def test_two_tabs_are_two_conversations(ann: Person) -> None:
    tab = ann.tab()
    await ann.write("make it night", [png("red")])
    await tab.write("make it night", [png("green")])
    (first, *_), (second, *_) = (await ann.show())["messages"], (await tab.show())["messages"]
    assert first["image"]["sha256"] != second["image"]["sha256"]
    assert (await tab.image(first["image"]["sha256"])).status == 404


async def test_pushes_reach_only_their_own_conversation(
    adapter: WebAdapter, ann: Person, bob: Person
) -> None:
    bob.conversation = ann.conversation
    async with ann.listening() as hers, ann.listening() as her_other_tab, bob.listening() as his:
        await adapter.send(Reply("r1", ann.ref, "Done."))
        await adapter.send(Reply("r2", bob.ref, "Done."))
        assert (await push(hers))["id"] == (await push(her_other_tab))["id"] == "r1"
        assert (await push(his))["id"] == "r2"


@pytest.mark.parametrize("cookie", [None, "short", "x" * 44, "../../../../etc/passwd"])
async def test_without_a_session_there_is_nothing(adapter: WebAdapter, cookie: str | None) -> None:
    async with ClientSession(cookies={"dialogpaint": cookie} if cookie else None) as http:
        stranger = Person(http, adapter.url)
        for response in [
            await http.get(stranger.path()),
            await http.get(stranger.path("/images/" + 64 * "0")),
            await http.get(stranger.path("/socket"), headers={"Upgrade": "websocket"}),
            await stranger.write("hello"),
            await stranger.do("/commands", name="undo"),
        ]:
            assert response.status == 401
            assert (await response.json())["error"]


async def test_the_cookie_is_for_this_browser_alone_and_is_kept_nowhere(bot: WebBot, ann: Person) -> None:
    async with ann.http.post(f"{ann.url}/api/session") as response:
        cookie = response.cookies["dialogpaint"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert (
        response.cookies["dialogpaint"].value
        == ann.http.cookie_jar.filter_cookies(response.url)["dialogpaint"].value
    ), "an old session is kept"
    await ann.write("make it night", [png()])
    assert cookie.value not in repr(bot.events)


@pytest.mark.parametrize("id_", ["short", "x" * 65, "a/../../b", "%2e%2e"])
async def test_a_guessable_conversation_is_no_conversation(ann: Person, id_: str) -> None:
    ann.conversation = id_
    assert (await ann.http.get(ann.path())).status == 404


# ---------------------------------------------------------------- other web sites


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
async def test_another_site_cannot_act(bot: WebBot, ann: Person, origin: str) -> None:
    headers = {"Origin": origin}
    body = {"event_id": str(uuid.uuid4()), "name": "reset"}
    assert (await ann.post("/commands", json=body, headers=headers)).status == 403
    form = FormData(body, default_to_multipart=True)
    assert (await ann.post("/messages", data=form, headers=headers)).status == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        await ann.http.ws_connect(ann.path("/socket"), headers=headers)
    assert refused.value.status == 403
    assert bot.events == []


async def test_a_browser_that_says_cross_site_is_refused(bot: WebBot, ann: Person) -> None:
    body = {"event_id": str(uuid.uuid4()), "name": "reset"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (await ann.post("/commands", json=body, headers=headers)).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1", ""])
async def test_a_foreign_name_for_this_machine_is_refused(ann: Person, host: str) -> None:
    response = await ann.http.get(ann.path(), headers={"Host": host})
    assert response.status in (400, 403)
    assert "messages" not in await response.text()


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:9000", "[::1]:9000"])
async def test_a_tunnel_to_this_machine_is_fine(ann: Person, host: str) -> None:
    assert (await ann.http.get(f"{ann.url}/", headers={"Host": host})).status == 200


async def test_behind_a_proxy_any_name_is_fine_but_no_other_site(bot: WebBot) -> None:
    adapter = web_adapter(bot, host="0.0.0.0")
    await adapter.start()
    try:
        async with ClientSession() as http:
            url = adapter.url.replace("0.0.0.0", "127.0.0.1") + "/api/session"
            named = {"Host": "paint.example", "Origin": "https://paint.example"}
            async with http.post(url, headers=named | {"Sec-Fetch-Site": "same-origin"}) as response:
                assert response.status == 200
            async with http.post(url, headers=named | {"Sec-Fetch-Site": "cross-site"}) as response:
                assert response.status == 403
    finally:
        await adapter.stop()


async def test_pages_and_pictures_are_locked_down(ann: Person) -> None:
    await ann.write("make it night", [png()])
    (turn, *_) = (await ann.show())["messages"]
    picture = await ann.image(turn["image"]["sha256"])
    assert await picture.read() == png()
    assert picture.content_type == "image/png"
    assert "immutable" in picture.headers["Cache-Control"]
    assert picture.headers["Content-Disposition"].endswith('.png"')
    page = await ann.http.get(ann.url + "/")
    for response in (picture, page):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "'unsafe" not in response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    for outside in ("static/../adapter.py", "static/%2e%2e/adapter.py", "static/..%2fadapter.py"):
        assert (await ann.http.get(f"{ann.url}/{outside}")).status in (403, 404)


# ---------------------------------------------------------------- messages


async def test_a_message_sent_again_after_a_lost_connection_is_handled_once(bot: WebBot, ann: Person) -> None:
    event_id = str(uuid.uuid4())
    answers = [await ann.write("make it night", [png()], event_id=event_id) for _ in range(3)]
    assert [response.status for response in answers] == [200, 200, 200]
    await settled(bot, ann)
    assert len({event.event_id for event in bot.events}) == 1
    assert [m["speaker"] for m in (await ann.show())["messages"]] == ["user", "bot"]


async def test_the_same_id_in_two_browsers_is_two_events(bot: WebBot, ann: Person, bob: Person) -> None:
    event_id = str(uuid.uuid4())
    await ann.write("hello", event_id=event_id)
    await bob.write("hello", event_id=event_id)
    assert len({event.event_id for event in bot.events}) == 2


async def test_a_picture_may_be_as_large_as_the_limit(bot: WebBot, ann: Person) -> None:
    data = png().ljust(MAX_UPLOAD, b"\0")
    assert (await ann.write("make it night", [data])).status == 200
    (event,) = bot.events
    assert isinstance(event, MessageIn)
    assert await event.attachments[0].open() == data
    assert event.attachments[0].name is None, "file names stay with the person"


async def test_one_byte_more_is_refused_with_a_sentence(bot: WebBot, ann: Person) -> None:
    response = await ann.write("make it night", [png().ljust(MAX_UPLOAD + 1, b"\0")])
    assert response.status == 413
    assert "larger than 2 MB" in (await response.json())["error"]
    assert bot.events == []


async def test_an_endless_upload_is_refused_while_it_runs(bot: WebBot, ann: Person) -> None:
    sent = 0

    async def endless():
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n\r\n'
        while True:
            sent += 65536
            yield bytes(65536)

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await ann.post("/messages", data=endless(), headers=headers)
    assert response.status == 413
    assert sent < 64 * MAX_UPLOAD
    assert bot.events == []


@pytest.mark.parametrize("pictures", [11, 20])
async def test_too_many_pictures_are_refused(bot: WebBot, ann: Person, pictures: int) -> None:
    response = await ann.write("make it night", [png()] * pictures)
    assert response.status == 413
    assert "at most 10" in (await response.json())["error"]
    assert bot.events == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "no id"},
        {"event_id": "short", "text": "x"},
        {"event_id": "x" * 32, "text": "x", "unknown": "y"},
        {"event_id": "x" * 32, "reply_to": "<script>"},
        {"event_id": "x" * 32, "text": b"\xff\xfe not UTF-8"},
        {"event_id": "x" * 32, "text": "x" * 70_000},
    ],
)
async def test_a_broken_message_ends_in_a_sentence(
    bot: WebBot, ann: Person, fields: dict[str, str | bytes]
) -> None:
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value, content_type="text/plain")
    response = await ann.post("/messages", data=form)
    assert response.status in (400, 413)
    assert (await response.json())["error"].endswith(".")
    assert bot.events == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b'{"event_id": 1}', b"multipart", b"--b\r\n\r\nhalf"]
)
@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=b", "text/plain"]
)
@pytest.mark.parametrize("what", ["/messages", "/reactions", "/buttons", "/commands"])
async def test_rubbish_ends_in_a_sentence(
    bot: WebBot, ann: Person, what: str, content_type: str, body: bytes
) -> None:
    response = await ann.post(what, data=body, headers={"Content-Type": content_type})
    assert response.status == 400
    assert (await response.json())["error"].endswith(".")
    assert bot.events == []


async def test_a_very_long_wish_is_the_bots_to_answer(bot: WebBot, ann: Person) -> None:
    assert (await ann.write("x" * 5000)).status == 200
    (event,) = bot.events
    assert isinstance(event, MessageIn)
    assert len(event.text) == 5000


async def test_when_the_bot_falls_over_the_person_gets_a_sentence(ann: Person) -> None:
    response = await ann.write("boom")
    assert response.status == 500
    assert "try again" in (await response.json())["error"]


# ---------------------------------------------------------------- pushes


async def test_a_status_is_there_for_those_who_come_late_and_goes_with_its_reply(
    bot: WebBot, ann: Person
) -> None:
    bot.hold.clear()
    await ann.write("make it night", [png()])
    async with ann.listening() as socket:
        while not (status := (await ann.show())["statuses"]) or status[0]["progress"] != 0.75:
            await push(socket)
        assert status[0]["preview"].startswith("data:image/jpeg;base64,")
        assert [action["name"] for action in status[0]["actions"]] == ["cancel"]
        bot.hold.set()
        await settled(bot, ann)
        while (last := await push(socket))["type"] != "reply":
            pass
        assert last["status"] == status[0]["id"]
    page = await ann.show()
    assert page["statuses"] == page["busy"] == []
    assert page["messages"][-1]["decision"] == "edit"


async def test_cancel_takes_the_status_away(bot: WebBot, ann: Person) -> None:
    bot.hold.clear()
    await ann.write("make it night", [png()])
    async with ann.listening() as socket:
        while not (statuses := (await ann.show())["statuses"]):
            await push(socket)
        cancel = statuses[0]["actions"][0]
        await ann.do("/buttons", message=statuses[0]["id"], name="cancel", target=cancel["target"])
        while (await push(socket))["type"] != "status_gone":
            pass
    assert (await ann.show())["statuses"] == []


async def test_a_preview_stays_until_the_next_one(adapter: WebAdapter, ann: Person) -> None:
    async with ann.listening() as socket:
        await adapter.show_status(StatusUpdate("job", ann.ref, "One …", preview=b"\xff\xd8", progress=0.5))
        await adapter.show_status(StatusUpdate("job", ann.ref, "Two …", progress=0.6))
        first, second = await push(socket), await push(socket)
    assert first["preview"]
    assert (second["preview"], second["text"]) == (first["preview"], "Two …")


async def test_a_reader_that_falls_far_behind_is_cut_off_and_may_come_back(
    adapter: WebAdapter, ann: Person
) -> None:
    async with ann.listening() as slow:
        for number in range(3 * BACKLOG):  # `send` never waits, so nothing is read in between
            await adapter.send(Reply(f"r{number}", ann.ref, "Done."))
        kinds = [(await slow.receive(timeout=10)).type for _ in range(BACKLOG + 1)]
        assert kinds == [WSMsgType.TEXT] * BACKLOG + [WSMsgType.CLOSE]
    async with ann.listening() as again:
        await adapter.send(Reply("new", ann.ref, "Done."))
        assert (await push(again))["id"] == "new"


async def test_nobody_needs_to_listen(adapter: WebAdapter) -> None:
    nowhere = ConversationRef("web", "nobody", "x" * 24)
    await adapter.send(Reply("r1", nowhere, "Done."))
    assert await adapter.show_status(StatusUpdate("job", nowhere, "Painting …"))


# ---------------------------------------------------------------- start, stop, health


async def test_a_port_in_use_is_one_sentence_that_names_it(adapter: WebAdapter) -> None:
    port = int(adapter.url.rpartition(":")[2])
    second = web_adapter(WebBot(), port=port)
    with pytest.raises(AdapterError, match=str(port)):
        await second.start()
    await second.stop()


async def test_an_address_that_is_not_ours_is_one_sentence() -> None:
    with pytest.raises(AdapterError, match=r"203\.0\.113\.1"):
        await web_adapter(WebBot(), host="203.0.113.1").start()


async def test_after_a_restart_the_same_browser_is_where_it_was(
    bot: WebBot, adapter: WebAdapter, ann: Person
) -> None:
    await ann.write("make it night", [png()])
    await settled(bot, ann)
    before = (await ann.show())["messages"]
    port = int(adapter.url.rpartition(":")[2])
    async with ann.listening() as socket:
        await adapter.stop()
        assert (await socket.receive(timeout=10)).type.name in ("CLOSE", "CLOSED")
    again = web_adapter(bot, port=port)
    await again.start()
    try:
        assert (await ann.show())["messages"] == before
        async with ann.listening() as socket:
            await again.send(Reply("r9", ann.ref, "Done."))
            assert (await push(socket))["id"] == "r9"
    finally:
        await again.stop()


async def test_the_same_adapter_starts_again(adapter: WebAdapter) -> None:
    await adapter.stop()
    await adapter.start()
    async with person(adapter) as someone:
        assert (await someone.show())["messages"] == []


async def test_health(bot: WebBot, adapter: WebAdapter) -> None:
    async with ClientSession() as http:
        async with http.get(f"{adapter.url}/healthz") as response:
            assert (response.status, await response.json()) == (200, {"ok": True})
        bot.healthy = False
        async with http.get(f"{adapter.url}/healthz") as response:
            assert (response.status, await response.json()) == (503, {"ok": False})

"""An endpoint's bad day never costs an answer that was paid for, and ends as one sentence at worst."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.dialogue.building.answers import Answer
from engine.dialogue.building.drafts import Rejected, Stopped
from engine.dialogue.building.endpoint import KEY, MODEL, SILENT, URL, Account, Endpoint, Manners
from engine.dialogue.building.prompt import Prompt
from tests.fakes.completions import CompletionServer, completion, failure, half_json, hang, html

PROMPT = Prompt("Write.", (("caption: a cat", "hi"),), "caption: a dog")
SECRET = "sk-very-secret"


async def with_endpoint(
    server: CompletionServer,
    folder: Path,
    work: Callable[[Endpoint], Awaitable[Any]],
    patience: tuple[float, int] = (60.0, 2),
    settings: dict[str, Any] | None = None,
) -> Any:
    """`patience` is the time-out and the number of retries."""
    account = Account(server.url, "tiny", SECRET)
    endpoint = Endpoint(account, Manners(settings or {}, (1.0, 2.0), *patience), folder)
    try:
        return await work(endpoint)
    finally:
        await endpoint.close()


def ask(endpoint: Endpoint) -> Awaitable[Answer]:
    return endpoint.ask(PROMPT)


async def test_an_answer_is_asked_and_paid_for_once(tmp_path: Path) -> None:
    async def twice(endpoint: Endpoint) -> dict[str, Any]:
        assert (await ask(endpoint)).text == "hello" == (await ask(endpoint)).text
        return endpoint.describe()

    with CompletionServer("hello", "other") as server:
        described = await with_endpoint(server, tmp_path, twice, settings={"temperature": 0.5})
        later = await with_endpoint(server, tmp_path, ask, settings={"temperature": 0.5})
        assert later == Answer("hello", False, 100, 20) and len(server.requests) == 1
        assert (await with_endpoint(server, tmp_path, ask, settings={"temperature": 0.6})).text == "other"
    assert server.requests[0] == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Write."},
            {"role": "user", "content": "caption: a cat"},
            {"role": "assistant", "content": "hi"},
            {"role": "user", "content": "caption: a dog"},
        ],
        "temperature": 0.5,
    }
    assert described["answers"] == 2 and described["tokens"] == [200, 40]
    assert described["cost"] == pytest.approx((200 * 1.0 + 40 * 2.0) / 1e6)


@pytest.mark.parametrize(
    "trouble", [partial(failure, 429, Retry_After="0.05"), partial(failure, 500), partial(failure, 503), hang]
)
async def test_passing_trouble_is_waited_out(trouble: Callable[[], Any], tmp_path: Path) -> None:
    with CompletionServer(trouble, answer=lambda _: "hello") as server:
        answer = await with_endpoint(server, tmp_path, ask, (5.0, 5))
    assert answer.text == "hello" and len(server.requests) >= 2


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (partial(failure, 429, Retry_After="0.05"), "no answer"),
        (partial(failure, 502), "no answer"),
        (html, "garbled"),
        (half_json, "garbled"),
        (lambda: failure(200), "garbled"),
        (partial(failure, 400, "blocked", "content_filter"), "refused"),
    ],
)
async def test_lasting_trouble_costs_a_draw_and_is_not_remembered(
    trouble: Callable[[], Any], reason: str, tmp_path: Path
) -> None:
    async def twice(endpoint: Endpoint) -> Answer:
        with pytest.raises(Rejected) as rejection:
            await ask(endpoint)
        assert rejection.value.reason == reason
        return await ask(endpoint)

    with CompletionServer(trouble, "hello") as server:
        assert (await with_endpoint(server, tmp_path, twice, (60.0, 0))).text == "hello"


async def test_silence_costs_a_draw(tmp_path: Path) -> None:
    with CompletionServer(hang) as server, pytest.raises(Rejected, match="no answer"):
        await with_endpoint(server, tmp_path, ask, (1.0, 0))


async def test_the_limit_of_the_model_is_noticed(tmp_path: Path) -> None:
    with CompletionServer(partial(completion, "user: ma", "length"), partial(completion, None)) as server:
        assert await with_endpoint(server, tmp_path / "a", ask) == Answer("user: ma", True, 100, 20)
        assert await with_endpoint(server, tmp_path / "b", ask) == Answer("", False, 100, 20)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (partial(failure, 401, f"wrong key {SECRET}"), KEY),
        (partial(failure, 403), KEY),
        (partial(failure, 404, "no model tiny"), "no model tiny"),
        (partial(failure, 400, f"too many tokens for {SECRET}"), "too many tokens"),
    ],
)
async def test_what_no_patience_helps_against_stops_the_run_without_telling_the_key(
    trouble: Callable[[], Any], said: str, tmp_path: Path
) -> None:
    with CompletionServer(trouble) as server, pytest.raises(Stopped, match=said) as stopped:
        await with_endpoint(server, tmp_path, ask)
    assert SECRET not in str(stopped.value) and len(str(stopped.value).splitlines()) == 1
    assert len(server.requests) == 1


async def test_a_server_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    with CompletionServer() as server:
        pass
    with pytest.raises(Stopped, match=URL):
        await with_endpoint(server, tmp_path, ask, (60.0, 1))


async def test_a_server_that_only_fails_stops_the_run(tmp_path: Path) -> None:
    async def many(endpoint: Endpoint) -> None:
        for _ in range(SILENT - 1):
            with pytest.raises(Rejected):
                await ask(endpoint)
        await ask(endpoint)

    failures = [partial(failure, 500)] * SILENT
    with CompletionServer(*failures) as server, pytest.raises(Stopped, match="times in a row"):
        await with_endpoint(server, tmp_path, many, (60.0, 0))


async def test_a_damaged_answer_on_disk_is_asked_for_again(tmp_path: Path) -> None:
    with CompletionServer("hello", "again") as server:
        await with_endpoint(server, tmp_path, ask)
        damage(tmp_path)
        for _ in range(2):  # the second time from disk
            assert (await with_endpoint(server, tmp_path, ask)).text == "again"
    assert len(server.requests) == 2


def damage(folder: Path) -> None:
    """Cut the one answer there short, as a full disk does."""
    (file,) = folder.glob("*/*.json")
    file.write_text(file.read_text()[:10])


async def test_keys_and_names_for_another_service_stay_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, SECRET)
    with CompletionServer("hello") as server:
        endpoint = Endpoint(Account(server.url, "tiny"), Manners({}), tmp_path)
        await endpoint.ask(PROMPT)
        await endpoint.close()
    assert server.headers and SECRET not in str(server.headers)


def test_the_account_comes_from_the_environment() -> None:
    account = Account.from_environment({URL: "http://x", MODEL: "tiny", KEY: SECRET})
    assert account.key == SECRET and SECRET not in repr(account)
    with pytest.raises(Stopped, match=f"{URL} and {MODEL}"):
        Account.from_environment({KEY: SECRET})

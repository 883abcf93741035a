"""A status message never overtakes the answer, and never stays behind when the answer is there."""

from __future__ import annotations

import asyncio

import pytest

from bot import replies
from bot.events import MessageRef, StatusUpdate
from engine.jobs import Crowd, Failed, Step, Waiting
from tests.bot.world import World, photo, png


class Clock:
    """Time that passes only by `tick`."""

    def __init__(self) -> None:
        self._real = asyncio.sleep
        self._now = 0.0
        self._waiting: list[tuple[float, asyncio.Event]] = []
        self._over = False

    async def sleep(self, seconds: float) -> None:
        if self._over or not seconds:
            await self._real(0)
        else:
            due = asyncio.Event()
            self._waiting.append((self._now + seconds, due))
            await due.wait()

    async def tick(self, seconds: float) -> None:
        self._now += seconds
        for when, due in self._waiting:
            if when <= self._now + 1e-9:
                due.set()
        self._waiting = [(when, due) for when, due in self._waiting if not due.is_set()]
        await self._real(0)

    def over(self) -> None:
        self._over = True
        for _, due in self._waiting:
            due.set()


class Slowly:
    """`show_status` of an adapter, answered only after `free` is set."""

    def __init__(self, world: World) -> None:
        self._real = world.adapter.show_status
        self.free = asyncio.Event()
        self.asked = asyncio.Event()

    async def __call__(self, update: StatusUpdate) -> MessageRef | None:
        self.asked.set()
        await self.free.wait()
        return await self._real(update)


async def slow_status(world: World, monkeypatch: pytest.MonkeyPatch) -> Slowly:
    """An edit under way whose status message is on the wire."""
    slowly = Slowly(world)
    monkeypatch.setattr(world.adapter, "show_status", slowly)
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await slowly.asked.wait()
    return slowly


async def test_the_answer_waits_for_a_status_message_on_its_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly = await slow_status(world, monkeypatch)
    world.engine.release()
    await asyncio.sleep(0)
    assert world.adapter.sent == []
    slowly.free.set()
    await world.settle()
    assert len(world.adapter.statuses) == 1
    assert world.last.status is not None


async def test_a_status_message_that_comes_too_late_is_taken_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.progress.PATIENCE", 0.0)
    slowly = await slow_status(world, monkeypatch)
    world.engine.release()
    async with asyncio.timeout(20):
        await world.adapter.delivered.wait()
    assert world.last.status is None
    slowly.free.set()
    async with asyncio.timeout(20):
        await world.adapter.taken_away.wait()
    assert len(world.adapter.cleared) == 1


async def test_a_status_message_is_edited_at_most_once_in_three_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty steps a second come from the engine; what is shown is the newest of them, in its turn."""
    clock = Clock()
    monkeypatch.setattr("bot.progress.PACE", {})
    monkeypatch.setattr("bot.progress.CHAT_PACE", 3.0)
    monkeypatch.setattr("bot.progress.asyncio.sleep", clock.sleep)
    world.engine.hold()
    await world.director.handle(world.message("blue", photo(png())))
    await world.until_editing()
    (job,) = world.engine.running
    reporter = world.director.statuses._reporters[job]  # pyright: ignore[reportPrivateUsage]
    for step in range(600):
        reporter(Step(step, 600))
        await clock.tick(1 / 60)
    assert len(world.adapter.statuses) <= 1 + 10 / 3
    assert len({update.message for update in world.adapter.statuses[1:]}) == 1
    world.engine.release()
    clock.over()
    await world.settle()
    assert world.last.status is not None


async def test_a_second_attempt_goes_on_with_the_same_status_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt fails after its status message was shown."""
    attempts: list[str] = []

    async def run(job: object, on_progress: object = None) -> object:
        if not hasattr(job, "image"):
            return await real(job, on_progress)  # type: ignore[arg-type]
        attempts.append(job.id)  # type: ignore[attr-defined]
        on_progress(Waiting(2, 30.0))  # type: ignore[operator]
        world.adapter.shown.clear()
        await world.adapter.shown.wait()
        return Failed("Sorry.", "worker died") if len(attempts) == 1 else Failed("Sorry again.", "died again")

    real = world.engine.run
    monkeypatch.setattr(world.engine, "run", run)
    await world.say("blue", photo(png()))
    assert attempts[0] == attempts[1]
    assert [update.message is None for update in world.adapter.statuses] == [True, False]
    assert world.last.text == "Sorry again."
    assert world.last.status == world.adapter.statuses[1].message


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Waiting(1), "You are next."),
        (Waiting(1, 3.0), "You are next, done in a few seconds."),
        (Waiting(2, 13.0), "You are number 2 in the queue, done in about 15 seconds."),
        (Waiting(3, 42.0), "You are number 3 in the queue, done in about 40 seconds."),
        (Waiting(4, 61.0), "You are number 4 in the queue, done in about a minute."),
        (Waiting(9, 200.0), "You are number 9 in the queue, done in about 3 minutes."),
        (Waiting(50, 3500.0), "You are number 50 in the queue, done in about an hour."),
        (Waiting(50, 8000.0), "You are number 50 in the queue, done in about 2 hours."),
        (Step(5, 20), "Painting: step 5 of 20."),
        (Step(5, 20, None, 31.0), "Painting: step 5 of 20, about 30 seconds left."),
    ],
)
def test_what_a_status_says(progress: Waiting | Step, text: str) -> None:
    assert replies.progress(progress) == text


@pytest.mark.parametrize(
    ("crowd", "sentence"),
    [
        (
            Crowd("user", "picture", 3, "a", 2, 41.0),
            "3 of your pictures are in the queue already; the first of them is number 2 and done in about 40"
            " seconds.",
        ),
        (
            Crowd("user", "picture", 1, "a", 0),
            "1 of your pictures is in the queue already; it is being worked on now.",
        ),
        (
            Crowd("chat", "message", 8, "a", 1),
            "8 messages from this chat are in the queue already; the first of them is number 1.",
        ),
        (
            Crowd("all", "picture", 50, "a", 0, 65.0),
            "The queue is full: 50 pictures are in it; the first of them is being worked on now and done in"
            " about a minute.",
        ),
    ],
)
def test_a_refusal_tells_place_and_time(crowd: Crowd, sentence: str) -> None:
    assert replies.crowded(crowd) == sentence

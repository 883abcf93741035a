"""Many people at once on both platforms, for minutes: nobody's answer is lost, none comes twice.

    python -m tests.whole.load --minutes 5 --users 200

Half of the people are on a fake Discord, half on a fake Telegram; they and the servers run in this process.
The bot runs in a process of its own, with its real adapters, core, store and queue, and a worker whose models
compute nothing (`tests/fakes/crowd.py`). It measures itself: how late its event loop is, how much it holds.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageEnhance

from tests.fakes.discord_wire import DiscordWire
from tests.whole.crowd import CrowdedTelegram, CrowdedWorld, OnDiscord, OnTelegram, Someone
from tests.whole.loaded import Strain, loaded
from tests.whole.photos import landscape

PAUSE = 10.0
"""Seconds between two acts of a person, on average."""
CHANNELS = 10
PICTURES = 40
PHOTO = (1280, 960)  # what Telegram makes of a photo
SETTLE = 10.0  # for answers that are on their way when all have stopped


@dataclass(slots=True)
class Side:
    """What the people of one platform met with."""

    people: int
    answers: int
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, people: Sequence[Someone]) -> Side:
        side = cls(len(people), sum(person.acts() for person in people))
        for person in people:
            side.lost += person.lost()
            side.doubled += person.doubled()
            side.waits += person.waits
        return side

    def row(self) -> list[str]:
        waits = sorted(self.waits) or [0.0]
        half, most = statistics.median(waits), waits[len(waits) * 99 // 100]
        numbers = [self.people, self.answers, self.lost.total(), self.doubled.total()]
        return [*(f"{number:,}" for number in numbers), f"{half:.1f} s", f"{most:.1f} s"]


@dataclass(frozen=True, slots=True)
class Report:
    seconds: float
    discord: Side
    telegram: Side
    strain: Strain

    @property
    def both(self) -> Side:
        one, other = self.discord, self.telegram
        return Side(
            one.people + other.people,
            one.answers + other.answers,
            one.lost + other.lost,
            one.doubled + other.doubled,
            one.waits + other.waits,
        )

    def table(self) -> str:
        sides = [self.discord.row(), self.telegram.row(), self.both.row()]
        names = ["people", "answers due", "answers lost", "answers doubled", "time to an answer, p50", "p99"]
        lines = [f"| {self.seconds:.0f} s of load | Discord | Telegram | both |", "|---|--:|--:|--:|"]
        lines += [
            f"| {name} | {' | '.join(row)} |"
            for name, row in zip(names, zip(*sides, strict=True), strict=True)
        ]
        strain, memory = self.strain, self.strain.memory
        shown = [memory[len(memory) * part // 3] for part in (0, 1, 2)] + [memory[-1]]
        left = {state: count for state, count in strain.replies.items() if state != "delivered"}
        return "\n".join(
            [
                *lines,
                "",
                "| the event loop is late by | p50 | p99 | at most |",
                "|---|--:|--:|--:|",
                f"| on this machine | {_milliseconds(strain.late)} |",
                f"| without the time when others had its core | {_milliseconds(strain.own)} |",
                "",
                "| memory at the start | after a third | after two thirds | at the end | the worker's |",
                "|--:|--:|--:|--:|--:|",
                f"| {' | '.join(f'{size / 1e6:.0f} MB' for size in (*shown, strain.worker))} |",
                "",
                f"Outbox left: {left or 'nothing'}; processor time: {strain.processor_seconds:.0f} s;"
                f" the event loop's thread waited {strain.waited:.0f} s for a core.",
            ]
        )


def _milliseconds(seconds: Sequence[float]) -> str:
    return " | ".join(f"{1000 * each:.0f} ms" for each in seconds)


def photos(chance: random.Random) -> list[bytes]:
    """Pictures as people send them, each another one."""
    original = landscape(*PHOTO)
    found: list[bytes] = []
    for _ in range(PICTURES):
        picture: Image.Image = ImageEnhance.Color(original).enhance(chance.uniform(0.3, 1.5))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=87)
        found.append(out.getvalue())
    return found


async def load(
    seconds: float,
    users: int,
    folder: Path,
    *,
    seed: int = 1,
    pause: float = PAUSE,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """`users` people for `seconds` seconds; the bot's data and log go into `folder`."""
    chance = random.Random(seed)
    pictures = photos(chance)
    async with DiscordWire(CrowdedWorld) as discord, CrowdedTelegram() as telegram:
        channels = [discord.world.general, *(discord.world.channel(f"room-{n}") for n in range(1, CHANNELS))]
        here: list[Someone] = [
            OnDiscord(discord, f"D{n}", channels[n % CHANNELS], random.Random(chance.random()), pictures)
            for n in range(users // 2)
        ]
        there: list[Someone] = [
            OnTelegram(telegram, f"T{n}", random.Random(chance.random()), pictures)
            for n in range(users - users // 2)
        ]
        addresses = ((discord.world.base, discord.token), (telegram.url, telegram.token))
        async with loaded(folder, *addresses) as bot:
            began = time.monotonic()
            await bot.measure()
            telling = asyncio.create_task(_tell(say, here + there))
            await asyncio.gather(*(person.live(seconds, pause) for person in here + there))
            telling.cancel()
            took = time.monotonic() - began
            await _settled(here + there)
            return Report(took, Side.of(here), Side.of(there), await bot.strain())


async def _tell(say: Callable[[str], None], people: Sequence[Someone]) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(10)
        answers = sum(len(person.waits) for person in people)
        say(f"{time.monotonic() - began:.0f} s: {answers} acts answered")


async def _settled(people: Sequence[Someone]) -> None:
    """Give what is on its way a while to come, and a double a while to show."""
    end = time.monotonic() + SETTLE
    while time.monotonic() < end and any(person.lost() for person in people):  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.whole.load", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two acts of a person")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dialogpaint-load-"))
    logging.getLogger("aiohttp.server").disabled = True  # who is stopped hangs up

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    report = asyncio.run(
        load(60 * args.minutes, args.users, folder, seed=args.seed, pause=args.pause, say=say)
    )
    print(report.table())
    if report.both.lost or report.both.doubled:
        print(f"lost {report.both.lost}, doubled {report.both.doubled}; see {folder}", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

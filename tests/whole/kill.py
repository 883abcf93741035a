"""Kill the bot again and again, at random lines and moments, and compare what people see with a quiet run.

    python -m tests.whole.kill --times 1000

A person on a fake Telegram tells one story (`STORY`) to a real bot: its store, its director, the Telegram
adapter and a worker process with light models. During each act the bot is killed with SIGKILL, half of the
time at a random line of its own code and half at a random moment, and often once more while it recovers. The
next life must bring the very answers that a bot would have given that nobody kills: none missing, none twice.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from bot import replies
from tests.bot.world import png
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_world import Seen
from tests.whole.lives import Life, Lives, lives

PATIENCE = 60.0
SETTLE = 2.0  # what is wrong for so long, while the bot has nothing more to do, stays wrong
AGAIN = 0.35  # of the deaths are followed by another one in the same act
ASK_AGAIN = {replies.CUT_OFF, replies.DEADLY_PICTURE}

Answer = tuple[str, str | None]
Say = Callable[[str], None]
T = TypeVar("T")


class Ann:
    """A person in her private chat with the bot."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.me = telegram.person("Ann")
        self.chat = telegram.private(self.me)
        self.acts = 0

    def say(self, text: str, **more: Any) -> None:
        self.acts += 1
        self.telegram.post(self.chat, self.me, text, **more)

    def react(self, index: int, new: list[str], old: list[str]) -> None:
        self.acts += 1
        self.telegram.react(self.chat, self.me, self.messages()[index].message_id, new, old)

    def press(self, index: int, name: str) -> None:
        self.acts += 1
        message = self.messages()[index]
        (data,) = [data for _, data in message.buttons if data.startswith(name)]
        self.telegram.press(self.chat, self.me, message.message_id, data)

    def messages(self) -> list[Seen]:
        """The bot's answers. A dot that waits for its answer is none, nor is the line of a running edit."""
        shown = self.telegram.shown(self.chat)
        lines = [message for message in shown if message.text not in {"…", *ASK_AGAIN}]
        return [m for m in lines if not any("cancel" in data for _, data in m.buttons)]

    def answers(self) -> list[Answer]:
        return [(m.text, m.file and hashlib.sha256(m.file).hexdigest()) for m in self.messages()]

    def given_up(self) -> int:
        """How often the bot said that it was cut off too often and wants to be asked again."""
        return sum(message.text in ASK_AGAIN for message in self.telegram.shown(self.chat))

    def strays(self) -> int:
        """Dots and status lines that are left, of calls whose answer the bot didn't live to see."""
        return len(self.telegram.shown(self.chat)) - self.given_up() - len(self.messages())


@dataclass(frozen=True, slots=True)
class Act:
    """What Ann does, and how many answers come of it. `repeat`: she can ask for it again."""

    do: Callable[[Ann], None]
    answers: int = 1
    repeat: bool = True


def _two_at_once(ann: Ann) -> None:
    ann.say("green")
    ann.say("sepia")


STORY = (
    Act(lambda ann: ann.say("ask which one", photo=png(size=(80, 60)))),
    Act(lambda ann: ann.say("blue")),
    Act(lambda ann: ann.say("brighter")),
    Act(lambda ann: ann.react(2, ["👎"], [])),
    Act(lambda ann: ann.react(2, [], ["👎"])),
    Act(lambda ann: ann.say("chat thanks")),
    Act(_two_at_once, answers=2, repeat=False),
    Act(lambda ann: ann.press(7, "undo")),
    Act(lambda ann: ann.say("night", reply_to=ann.messages()[1].message_id)),
    Act(lambda ann: ann.say("/undo")),
    Act(lambda ann: ann.say("winter", photo=png("green", (60, 60)))),
    Act(lambda ann: ann.say("reset")),
)


@dataclass(slots=True)
class Quiet:
    """The story as it goes when nobody kills: the answers after each act, what each takes, the end."""

    answers: list[list[Answer]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    birth: tuple[int, float] = (0, 0.0)
    end: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    killed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    asked_again: int = 0
    strays: int = 0
    wrong: list[str] = field(default_factory=list)

    def blame(self, phases: list[str], wanted: list[Answer], got: list[Answer], where: str) -> None:
        """Answers are missing or there twice."""
        last = phases[-1] if phases else PHASES[-1]
        self.lost[last] += (Counter(wanted) - Counter(got)).total()
        self.doubled[last] += (Counter(got) - Counter(wanted)).total()
        texts = [[text for text, _ in answers] for answers in (wanted, got)]
        self.wrong.append(f"{where}, killed while {phases}: wanted {texts[0]}, got {texts[1]}")

    @property
    def times(self) -> int:
        return self.killed.total()

    def table(self) -> str:
        order = [*PHASES, *sorted(set(self.killed) - set(PHASES))]
        rows = [(p, self.killed[p], self.lost[p], self.doubled[p]) for p in order if self.killed[p]]
        rows.append(("in all", self.times, self.lost.total(), self.doubled.total()))
        head = "| killed while | times | answers lost | answers doubled |\n|---|--:|--:|--:|"
        return "\n".join([head, *(f"| {p} | {n} | {lost} | {doubled} |" for p, n, lost, doubled in rows)])


# ---------------------------------------------------------------- what the database says

PHASES = (
    "the bot starts, or nothing is known yet",
    "the message is in the journal",
    "its picture is read",
    "a job waits",
    "a job runs",
    "the answer is written",
    "the answer is being sent",
    "all is done",
)


def database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'data' / 'dialogpaint.db'}?mode=ro", uri=True)


def phase(folder: Path, acts: int) -> str:
    """Where a killed bot stood, by a copy of its database; `acts` is what people have done."""
    with tempfile.TemporaryDirectory() as copy:
        (Path(copy) / "data").mkdir()
        for file in (folder / "data").glob("dialogpaint.db*"):
            shutil.copy(file, Path(copy) / "data")
        try:
            with closing(database(Path(copy))) as db:
                return _phase(db, acts)
        except sqlite3.OperationalError:  # killed before there was a table
            return PHASES[0]


def _phase(db: sqlite3.Connection, acts: int) -> str:
    def any_of(sql: str) -> bool:
        return db.execute(sql).fetchone() is not None

    known = db.execute("SELECT count(*) FROM telegram_updates").fetchone()[0]
    if any_of("SELECT 1 FROM intakes"):
        return PHASES[2]
    if any_of("SELECT 1 FROM jobs WHERE state = 'running'"):
        return PHASES[4]
    if any_of("SELECT 1 FROM jobs WHERE state = 'queued'"):
        return PHASES[3]
    if any_of("SELECT 1 FROM outbox WHERE state = 'sending'"):
        return PHASES[6]
    if any_of("SELECT 1 FROM outbox WHERE state = 'open'"):
        return PHASES[5]
    if any_of("SELECT 1 FROM telegram_updates WHERE state = 'open'"):
        return PHASES[1]
    return PHASES[7] if known >= acts else PHASES[0]


def end_of(folder: Path) -> dict[str, Any]:
    """What a conversation has come to, ids and times left out; raises where the store is not sound."""
    db = sqlite3.connect(folder / "data" / "dialogpaint.db")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    for sha256, mime in db.execute("SELECT sha256, mime FROM images"):
        suffix = {"image/png": ".png", "image/jpeg": ".jpg"}[mime]
        data = (folder / "data" / "images" / sha256[:2] / (sha256 + suffix)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
    runs = Counter((folder / "journal").read_text(encoding="utf-8").splitlines())
    assert max(runs.values()) <= 2, "a job was run a third time"
    return {
        "said": db.execute("SELECT text, image FROM turns WHERE speaker = 'user' ORDER BY n").fetchall(),
        "answered": db.execute("SELECT text, image FROM turns WHERE speaker = 'bot' ORDER BY n").fetchall(),
        "head": db.execute("SELECT image FROM conversations JOIN versions v ON v.id = head").fetchall(),
        "pictures": db.execute("SELECT instruction, image FROM versions ORDER BY rowid").fetchall(),
        "jobs": db.execute("SELECT kind, state, count(*) FROM jobs GROUP BY 1, 2").fetchall(),
        "events": db.execute("SELECT outcome, count(*) FROM ledger GROUP BY 1").fetchall(),
        "sent": db.execute("SELECT state, count(*) FROM outbox GROUP BY 1").fetchall(),
    }


# ---------------------------------------------------------------- the story


class Telling:
    """One telling of the story to one bot on one data folder."""

    def __init__(self, births: Lives, ann: Ann) -> None:
        self.births, self.ann = births, ann

    async def quietly(self) -> Quiet:
        quiet, ann = Quiet(), self.ann
        began = time.monotonic()
        life = await self.births.begin()
        async with asyncio.timeout(PATIENCE):
            while [name for name, _ in ann.telegram.calls].count("setMyCommands") < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        quiet.birth = (await life.lines(), time.monotonic() - began)
        answers = 0
        for act in STORY:
            lines, began = await life.lines(), time.monotonic()
            act.do(ann)
            answers += act.answers
            assert await self._rests(lambda: len(ann.answers()) == answers), ann.answers()  # noqa: B023
            quiet.lines.append(await life.lines() - lines)
            quiet.seconds.append(time.monotonic() - began)
            quiet.answers.append(ann.answers())
        assert await life.stop() == 0
        quiet.end = end_of(self.births.folder)
        assert ann.strays() == 0
        return quiet

    async def deadly(self, quiet: Quiet, chance: random.Random, times: int, report: Report) -> None:
        """Kill in each act, until there were `times` deaths in all. What goes wrong ends the story."""
        life = await self.births.begin()
        asked_again = 0
        for number, act in enumerate(STORY):
            wanted, phases = quiet.answers[number], list[str]()
            lines, seconds = quiet.lines[number], quiet.seconds[number]
            act.do(self.ann)
            while report.times < times:
                phases.append(await self._die(life, lines, seconds, chance))
                report.killed[phases[-1]] += 1
                life = await self.births.begin()
                if not act.repeat or len(phases) == 3 or chance.random() > AGAIN:
                    break
                lines, seconds = lines + quiet.birth[0], seconds + quiet.birth[1]
            while right := await self._rests(
                lambda: self.ann.answers() == wanted or self.ann.given_up() > asked_again  # noqa: B023
            ):
                if self.ann.given_up() == asked_again:
                    break
                asked_again += 1
                act.do(self.ann)
            if not right:
                report.blame(phases, wanted, self.ann.answers(), f"act {number}, {self.births.folder}")
                life.kill()
                await life.ended()
                return
        status = await life.stop()
        report.asked_again += asked_again
        report.strays += self.ann.strays()
        end = end_of(self.births.folder)
        parts = [part for part in end if end[part] != quiet.end[part]]
        if status != 0 or (parts if not asked_again else end["head"] != quiet.end["head"]):
            report.wrong.append(f"at the end: status {status}, {parts} differ, {self.births.folder}")

    async def _die(self, life: Life, lines: int, seconds: float, chance: random.Random) -> str:
        """Killed at a random line, or at a random moment; what it was about then."""
        ended = asyncio.ensure_future(life.ended())
        if chance.random() < 0.5:
            life.die_after(chance.randint(1, lines))
            rests = 0
            while not ended.done() and rests < 5:  # there may be fewer lines this time
                await asyncio.wait({ended}, timeout=0.05)
                rests = rests + 1 if self._at_rest() else 0
        else:
            await asyncio.wait({ended}, timeout=chance.uniform(0, seconds))
        if not ended.done():
            life.kill()
        assert await ended == signal.SIGKILL, (self.births.folder / "log").read_text(encoding="utf-8")[-4000:]
        return phase(self.births.folder, self.ann.acts)

    def _at_rest(self) -> bool:
        try:
            with closing(database(self.births.folder)) as db:
                return _phase(db, self.ann.acts) == PHASES[-1]
        except sqlite3.OperationalError:
            return False

    async def _rests(self, as_wanted: Callable[[], bool]) -> bool:
        """Wait until the bot has nothing to do and all is as wanted; False when it does not come to be so."""
        wrong_since = None
        async with asyncio.timeout(PATIENCE):
            while not (rest := self._at_rest()) or not as_wanted():
                if not rest:
                    wrong_since = None
                elif wrong_since is None:
                    wrong_since = time.monotonic()
                elif time.monotonic() - wrong_since > SETTLE:
                    return False
                await asyncio.sleep(0.02)
        return True


async def told(tell: Callable[[Telling], Coroutine[Any, Any, T]], folder: Path) -> T:
    """A telling with a fake Telegram and a process of lives of its own."""
    folder.mkdir(parents=True)  # noqa: ASYNC240
    async with FakeTelegram() as telegram, lives(folder, telegram.token, telegram.url) as births:
        return await tell(Telling(births, Ann(telegram)))


async def kill(times: int, seed: int, folder: Path, streams: int = 2, say: Say = lambda _: None) -> Report:
    """Kill `times` times in all, in `streams` stories at once."""
    quiet = await told(lambda telling: telling.quietly(), folder / "quiet")
    report = Report()

    async def stream(number: int) -> None:
        chance, stories = random.Random(f"{seed} {number}"), count(1)
        share = times * (number + 1) // streams
        while report.times < share and not report.wrong:
            where = folder / f"{number}-{next(stories)}"
            await told(lambda telling: telling.deadly(quiet, chance, share, report), where)
            say(f"{report.times} of {times}")
            if not report.wrong:
                shutil.rmtree(where)

    async with asyncio.TaskGroup() as group:
        for number in range(streams):
            group.create_task(stream(number))
    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.whole.kill", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--streams", type=int, default=2, help="stories told at the same time")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dialogpaint-kill-"))
    logging.getLogger("aiohttp.server").disabled = True  # who is killed hangs up
    began = time.monotonic()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    report = asyncio.run(kill(args.times, args.seed, folder, args.streams, say))
    print(report.table())
    print(
        f"\n{report.times} kills in {time.monotonic() - began:.0f} s (seed {args.seed});"
        f" asked to say it again {report.asked_again} times, {report.strays} stray lines left."
    )
    if report.wrong:
        print("\n".join(report.wrong), file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

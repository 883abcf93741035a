"""A job that raises, hangs or kills the worker takes no other job down; nobody is left without an answer."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from engine.config import EngineConfig
from engine.jobs import Cancelled, Decision, Edited, Failed
from engine.service import LocalEngine, back_off
from tests.fakes.local_engine import Watched, edit, eventually, journal, local_engine, question


@pytest.mark.parametrize("fault", ["raise", "garbage", "yield-garbage", "unpicklable"])
async def test_an_error_fails_that_edit_alone(tmp_path: Path, fault: str):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path) as engine:
        beside = Watched(engine, edit("beside", f"until {gate}", user="bob"))
        await beside.stepping()
        pid = engine.worker_pid
        outcome = await engine.run(edit("bad", fault))
        assert isinstance(outcome, Failed)
        assert "\n" not in outcome.error
        gate.touch()
        assert isinstance(await beside.task, Edited)
        assert engine.worker_pid == pid, "an ordinary error needs no new worker"


@pytest.mark.parametrize("fault", ["raise", "garbage", "oom"])
async def test_an_error_fails_that_question_alone(tmp_path: Path, fault: str):
    async with local_engine(tmp_path) as engine:
        jobs = [question(f"q{number}", user=f"user{number}") for number in range(3)]
        outcomes = await asyncio.gather(*map(engine.run, [*jobs, question("bad", fault)]))
        assert outcomes[:3] == [Decision("chat", "You said: hello")] * 3
        assert isinstance(outcomes[3], Failed)


async def test_out_of_memory_frees_what_is_cached_and_may_be_tried_again(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        outcome = await engine.run(edit("big", "oom"))
        assert isinstance(outcome, Failed)
        assert outcome.retry
        assert journal(tmp_path) == ["edit big", "freed"]
        assert isinstance(await engine.run(edit("next")), Edited)


async def test_a_clean_up_that_fails_takes_no_other_job_down(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, dialogue="no-free") as engine:
        beside = Watched(engine, edit("beside", f"until {gate}", user="bob"))
        await beside.stepping()
        assert isinstance(await engine.run(edit("big", "oom")), Failed)
        gate.touch()
        assert isinstance(await beside.task, Edited)
        assert journal(tmp_path) == ["edit beside", "edit big", "freed"]


async def test_a_generator_that_won_t_close_does_not_stop_the_worker(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        job = Watched(engine, edit("e", "stubborn"))
        await job.stepping()
        assert engine.cancel("e")
        assert isinstance(await engine.run(edit("next")), Edited)


async def test_the_soft_limit_stops_an_edit_between_two_steps(tmp_path: Path):
    async with local_engine(tmp_path, soft_seconds=0.05) as engine:
        pid = (await engine.settled(), engine.worker_pid)[1]
        outcome = await engine.run(edit("slow", f"until {tmp_path / 'never'}"))
        assert isinstance(outcome, Failed)
        assert "stopped after" in outcome.error
        assert engine.worker_pid == pid


@pytest.mark.parametrize("fault", ["die", "cuda"])
async def test_a_poison_edit_fails_alone_and_the_others_run_again(tmp_path: Path, fault: str):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, waiting_per_user=9) as engine:
        beside = Watched(engine, edit("beside", f"until {gate}", user="bob"))
        await beside.stepping()
        poison = Watched(engine, edit("poison", fault))
        behind = [Watched(engine, edit(f"behind{number}")) for number in range(3)]
        outcome = await poison.task
        assert isinstance(outcome, Failed)
        assert engine.status().state == "restarting"
        gate.touch()
        assert isinstance(await beside.task, Edited)
        assert [type(await job.task) for job in behind] == [Edited] * 3
        assert journal(tmp_path).count("edit poison") == 1


async def test_a_poison_question_is_found_among_several(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        await engine.settled()
        jobs = [question("first", "slow")]  # the others come together while it is answered
        jobs += [question(f"q{number}", user=f"user{number}") for number in range(3)]
        outcomes = await asyncio.gather(*map(engine.run, [*jobs, question("bad", "die")]))
        assert [type(outcome) for outcome in outcomes] == [Decision] * 4 + [Failed]
        runs = [line for line in journal(tmp_path) if "bad" in line.split()]
        assert runs[-1] == "decide bad"
        assert len(runs) <= 2, "once with the others, once alone"


async def test_an_edit_that_kills_the_worker_in_a_pass_with_others_is_found(tmp_path: Path):
    gate, end = tmp_path / "gate", tmp_path / "end"
    async with local_engine(tmp_path, edits_at_once=3) as engine:
        beside = [Watched(engine, edit(f"beside{n}", f"ask {end}", user=f"user{n}")) for n in range(2)]
        poison = Watched(engine, edit("poison", f"ask {gate} die", user="eve"))
        for job in (*beside, poison):
            await job.stepping()
        gate.touch()
        await eventually(lambda: engine.status().state == "restarting")
        end.touch()
        assert isinstance(await poison.task, Failed)
        assert [type(await job.task) for job in beside] == [Edited] * 2
        passes = [line for line in journal(tmp_path) if line.startswith("predict ")]
        assert sorted(passes[0].split()[1:]) == ["beside0", "beside1", "poison"]
        assert passes[1:] == ["predict poison"], "once with the others, once alone"


async def test_an_error_in_a_pass_with_others_fails_that_edit_alone(tmp_path: Path):
    gate, end = tmp_path / "gate", tmp_path / "end"
    async with local_engine(tmp_path) as engine:
        beside = Watched(engine, edit("beside", f"ask {end}", user="bob"))
        bad = Watched(engine, edit("bad", f"ask {gate} raise"))
        await beside.stepping()
        await bad.stepping()
        pid = engine.worker_pid
        gate.touch()
        assert isinstance(await bad.task, Failed)
        end.touch()
        assert isinstance(await beside.task, Edited)
        assert engine.worker_pid == pid


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["hang", "freeze"])
async def test_a_hung_edit_is_killed_and_the_others_run_again(tmp_path: Path, fault: str):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, hard_seconds=3.0) as engine:
        beside = Watched(engine, edit("beside", f"until {gate}", user="bob"))
        await beside.stepping()
        hung = Watched(engine, edit("hung", fault))
        behind = Watched(engine, edit("behind"))
        outcome = await hung.task
        assert isinstance(outcome, Failed)
        assert outcome.retry
        gate.touch()
        assert isinstance(await beside.task, Edited)
        assert isinstance(await behind.task, Edited)


async def test_a_hung_job_that_was_cancelled_does_not_hold_the_worker(tmp_path: Path):
    async with local_engine(tmp_path, hard_seconds=1.0) as engine:
        hung = Watched(engine, edit("hung", "hang"))
        await hung.stepping()
        assert engine.cancel("hung")
        assert isinstance(await engine.run(edit("next")), Edited)


async def test_a_cancel_while_the_worker_restarts_is_not_lost(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        beside = Watched(engine, edit("beside", f"until {tmp_path / 'never'}", user="bob"))
        await beside.stepping()
        assert isinstance(await engine.run(edit("poison", "die")), Failed)
        assert engine.cancel("beside")
        assert await beside.task == Cancelled()
        assert isinstance(await engine.run(edit("next")), Edited)
        assert journal(tmp_path) == ["edit beside", "edit poison", "edit next"]


@pytest.mark.slow
async def test_a_job_cancelled_beside_a_hung_one_does_not_run_again(tmp_path: Path):
    async with local_engine(tmp_path, hard_seconds=3.0) as engine:
        beside = Watched(engine, edit("beside", f"until {tmp_path / 'never'}", user="bob"))
        await beside.stepping()
        hung = Watched(engine, edit("hung", "hang"))
        await eventually(lambda: "hanging" in journal(tmp_path))
        assert engine.cancel("beside")
        assert isinstance(await hung.task, Failed)
        assert isinstance(await engine.run(edit("next")), Edited)
        assert journal(tmp_path) == ["edit beside", "edit hung", "hanging", "edit next"]


async def test_a_worker_killed_from_outside_comes_back(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        await engine.settled()
        assert engine.worker_pid is not None
        os.kill(engine.worker_pid, signal.SIGKILL)
        await eventually(lambda: engine.status().state == "restarting")
        assert isinstance(await engine.run(edit("next")), Edited)


async def test_missing_weights_are_said_at_once_and_for_good(tmp_path: Path):
    async with local_engine(tmp_path, dialogue="no-weights") as engine:
        waiting = Watched(engine, edit("early"))
        status = await engine.settled()
        assert status.state == "stopped"
        assert status.detail == "The weights are not complete: unet/config.json is missing."
        for outcome in (await waiting.task, await engine.run(question("late"))):
            assert isinstance(outcome, Failed)
            assert "unet/config.json" in outcome.error
            assert not outcome.retry
        assert engine.worker_pid is None


async def test_the_real_loader_says_which_weights_are_missing(tmp_path: Path):
    engine = LocalEngine(EngineConfig(dialogue=str(tmp_path)))
    await engine.start()
    try:
        status = await engine.settled()
    finally:
        await engine.stop()
    assert (status.state, status.detail) == (
        "stopped",
        f"The weights are not complete: {tmp_path / 'config.json'} is missing.",
    )


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("no-network", "The Hub can't be reached."),
        ("raise", "The models can't be started (RuntimeError: the start broke)."),
        ("die", "The worker died with exit code 3 (Pretending.)."),
        ("hang", "The worker hung (Hanging.) and was killed."),
    ],
)
async def test_a_start_that_fails_is_said_and_tried_again(tmp_path: Path, fault: str, sentence: str):
    async with local_engine(tmp_path, dialogue=fault) as engine:
        waiting = Watched(engine, edit("early"))
        status = await engine.settled()
        assert (status.state, status.detail) == ("restarting", sentence)
        for outcome in (await waiting.task, await engine.run(question("late"))):
            assert isinstance(outcome, Failed)
            assert outcome.retry
        await eventually(lambda: engine.worker_pid is not None)


async def test_a_start_that_succeeds_at_the_second_try_serves(tmp_path: Path):
    async with local_engine(tmp_path, dialogue=f"once {tmp_path / 'tried'}") as engine:
        assert (await engine.settled()).state == "restarting"
        await eventually(lambda: engine.status().state == "ready")
        assert isinstance(await engine.run(edit("e")), Edited)


def test_the_pauses_between_starts_grow_and_are_bounded():
    pauses = [back_off(failures) for failures in range(12)]
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == back_off(10_000) == 60.0


@pytest.mark.slow
async def test_eight_producers_with_fifty_jobs_each_lose_none_and_run_none_twice(tmp_path: Path):
    async with local_engine(tmp_path, waiting_per_user=2, waiting_in_all=20) as engine:

        async def produce(user: str) -> list[str]:
            done: list[str] = []
            for number in range(50):
                name = f"{user}-{number}"
                job = edit(name, user=user) if number % 2 else question(name, user=user)
                match await engine.run(job):
                    case Edited(image):
                        assert image == b"picture of " + name.encode(), "another job's picture"
                        done.append(name)
                    case Decision():
                        done.append(name)
                    case other:
                        raise AssertionError(f"{name}: {other}")
            return done

        finished = await asyncio.gather(*(produce(f"user{number}") for number in range(8)))
        names = sorted(name for done in finished for name in done)
        assert len(names) == 400
        ran = [name for line in journal(tmp_path) for name in line.split()[1:]]
        assert sorted(ran) == names

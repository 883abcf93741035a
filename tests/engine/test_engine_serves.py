"""A question never waits for a picture, no cancel hits another job, no job ends without its one outcome."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from engine.config import EngineConfig
from engine.jobs import Cancelled, Decision, Edited, Failed, QueueFull, Refused, Step, Waiting
from engine.service import LocalEngine
from tests.fakes.local_engine import Watched, edit, eventually, journal, local_engine, question

ROOT = Path(__file__).parents[2]


def alive(pid: int) -> bool:
    """Whether the process is there and not merely unreaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def worker_pid(engine: LocalEngine) -> int:
    assert engine.worker_pid is not None
    return engine.worker_pid


async def test_answers_and_edits(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        assert engine.status().state == "loading"
        assert await engine.run(question("q")) == Decision("chat", "You said: hello")
        job = Watched(engine, edit("e", "steps 3"))
        assert await job.task == Edited(b"picture of e", "image/png", 8, 8, "diffusion", 7, 0.1)
        assert [step.step for step in job.progress if isinstance(step, Step)] == [1, 2, 3]
        assert await engine.run(edit("r", "refuse")) == Refused("I can't do that.")
        assert engine.status().state == "ready"
        assert engine.status().detail == "Ready to pretend."
        assert (engine.status().waiting, engine.status().running) == (0, 0)


async def test_a_question_never_waits_for_a_picture(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path) as engine:
        pictures = [Watched(engine, edit(f"e{number}", f"until {gate}")) for number in range(3)]
        await pictures[0].stepping()
        await pictures[1].stepping()  # two take turns, step by step
        assert await engine.run(question("q")) == Decision("chat", "You said: hello")
        assert not any(picture.task.done() for picture in pictures)
        gate.touch()
        assert [type(await picture.task) for picture in pictures] == [Edited] * 3


async def test_previews_come_at_most_once_a_second(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        job = Watched(engine, edit("e", "steps 3"))
        await job.task
        previews = [step.preview for step in job.progress if isinstance(step, Step)]
        assert previews[0] is not None
        assert previews[1:] == [None, None]


async def test_a_broken_progress_display_harms_no_job(tmp_path: Path):
    def broken(progress: object) -> None:
        raise RuntimeError("no screen")

    async with local_engine(tmp_path) as engine:
        assert isinstance(await engine.run(edit("e"), broken), Edited)


async def test_places_are_told_when_they_change(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path) as engine:
        jobs = [Watched(engine, edit(f"e{n}", f"until {gate}", user=f"user{n}")) for n in range(5)]
        await jobs[1].stepping()
        places = [[each.place for each in job.progress if isinstance(each, Waiting)][-1:] for job in jobs[2:]]
        assert places == [[1], [2], [3]]
        assert engine.cancel("e2")
        assert [each.place for each in jobs[4].progress if isinstance(each, Waiting)][-1] == 2
        gate.touch()
        assert [type(await job.task) for job in jobs] == [Edited, Edited, Cancelled, Edited, Edited]


async def test_so_many_pictures_advance_together_as_the_settings_say(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, edits_at_once=3) as engine:
        jobs = [Watched(engine, edit(f"e{n}", f"until {gate}", user=f"user{n}")) for n in range(4)]
        for job in jobs[:3]:
            await job.stepping()
        assert (engine.status().running, engine.status().waiting) == (3, 1)
        gate.touch()
        assert [type(await job.task) for job in jobs] == [Edited] * 4


async def test_users_take_turns(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, waiting_per_user=9) as engine:
        await Watched(engine, edit("a0", f"until {gate}", "ann")).stepping()
        jobs = [Watched(engine, edit(f"a{number}", f"until {gate}", "ann")) for number in range(1, 4)]
        jobs += [Watched(engine, edit(f"b{number}", "steps 1", "bob")) for number in range(2)]
        await jobs[0].stepping()
        gate.touch()
        await asyncio.gather(*(job.task for job in jobs))
        assert journal(tmp_path) == ["edit a0", "edit a1", "edit b0", "edit a2", "edit b1", "edit a3"]


async def test_cancelling_a_waiting_job_leaves_the_running_ones(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path) as engine:
        jobs = [Watched(engine, edit(f"e{number}", f"until {gate}")) for number in range(3)]
        await jobs[1].stepping()
        assert engine.cancel("e2")
        assert await jobs[2].task == Cancelled()
        assert not engine.cancel("e2")
        gate.touch()
        assert isinstance(await jobs[0].task, Edited)
        assert isinstance(await jobs[1].task, Edited)
        assert journal(tmp_path) == ["edit e0", "edit e1"]


async def test_cancelling_a_running_job_frees_its_slot(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path) as engine:
        jobs = [Watched(engine, edit(f"e{number}", f"until {gate}")) for number in range(3)]
        await jobs[1].stepping()
        assert engine.cancel("e0")
        assert await jobs[0].task == Cancelled()
        await jobs[2].stepping()
        gate.touch()
        assert isinstance(await jobs[1].task, Edited)
        assert isinstance(await jobs[2].task, Edited)
        assert not engine.cancel("e1"), "done jobs can't be cancelled"


async def test_a_cancel_between_dequeue_and_start_is_not_lost(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        await engine.settled()
        job = Watched(engine, edit("e", f"until {tmp_path / 'never'}"))
        await asyncio.sleep(0)  # the task begins, and sends the job
        assert engine.status().running == 1
        assert engine.cancel("e")  # sent to the worker, which has not said a word yet
        assert await job.task == Cancelled()
        assert isinstance(await engine.run(edit("next")), Edited)
        assert engine.status().running == 0


async def test_a_cancel_while_the_models_load_is_not_lost(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        job = Watched(engine, edit("e"))
        await job.until(lambda progress: progress == Waiting(1, None))
        assert engine.cancel("e")
        assert await job.task == Cancelled()
        await engine.settled()
        assert isinstance(await engine.run(edit("next")), Edited)
        assert journal(tmp_path) == ["edit next"]


async def test_cancelling_the_task_cancels_the_job(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        job = Watched(engine, edit("e", f"until {tmp_path / 'never'}"))
        await job.stepping()
        job.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job.task
        assert not engine.cancel("e")
        assert isinstance(await engine.run(edit("e2", "steps 2")), Edited)
        assert engine.status().running == 0


async def test_a_full_line_refuses(tmp_path: Path):
    gate = tmp_path / "gate"
    async with local_engine(tmp_path, waiting_per_user=2) as engine:
        jobs = [Watched(engine, edit(f"e{number}", f"until {gate}")) for number in range(2)]
        await jobs[1].stepping()
        with pytest.raises(QueueFull):
            await engine.run(edit("e2"))
        gate.touch()
        await asyncio.gather(*(job.task for job in jobs))
        assert isinstance(await engine.run(edit("e2")), Edited)


async def test_stop_in_the_middle_of_an_edit_answers_everyone_and_leaves_no_process(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        jobs = [Watched(engine, edit(f"e{number}", f"until {tmp_path / 'never'}")) for number in range(3)]
        await jobs[1].stepping()
        pid = worker_pid(engine)
        await engine.stop()
        for job in jobs:
            outcome = await job.task
            assert isinstance(outcome, Failed)
            assert outcome.retry
        assert not alive(pid)
        assert engine.status().state == "stopped"
        assert isinstance(await engine.run(edit("late")), Failed)


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "journaled"), [("hang", "hanging"), ("freeze", "freezing")])
async def test_stop_does_not_wait_for_a_hung_edit(tmp_path: Path, fault: str, journaled: str):
    async with local_engine(tmp_path) as engine:
        job = Watched(engine, edit("e", fault))
        await job.stepping()
        await eventually(lambda: journaled in journal(tmp_path))
        pid = worker_pid(engine)
        await engine.stop()
        assert isinstance(await job.task, Failed)
        assert not alive(pid)


async def test_stop_while_the_models_load_leaves_no_process(tmp_path: Path):
    async with local_engine(tmp_path, dialogue="slow") as engine:
        await eventually(lambda: engine.status().detail == "Pretending.")
        pid = worker_pid(engine)
        await engine.stop()
        assert not alive(pid)


async def test_a_stopped_engine_can_be_started_again(tmp_path: Path):
    async with local_engine(tmp_path) as engine:
        assert isinstance(await engine.run(edit("e")), Edited)
        await engine.stop()
        await engine.start()
        assert isinstance(await engine.run(edit("e2")), Edited)


async def test_stop_without_start_does_no_harm():
    engine = LocalEngine(EngineConfig())
    await engine.stop()
    assert (engine.status().state, engine.worker_pid) == ("stopped", None)
    assert (await engine.settled()).state == "stopped"  # who waits for the start is let go


def test_the_bot_s_process_never_imports_torch():
    code = "import sys, engine.service; print(*{'torch', 'diffusers', 'transformers'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout == "\n"


PRINTING = """
import asyncio, sys
from tests.fakes.local_engine import local_engine, question
from pathlib import Path
async def main():
    async with local_engine(Path(sys.argv[1])) as engine:
        print((await engine.run(question("q", "print"))).text)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_what_a_library_prints_never_mixes_with_standard_output(tmp_path: Path):
    command = [sys.executable, "-c", PRINTING, str(tmp_path)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "You said: print\n"
    assert "noise" in done.stderr


PARENT = """
import asyncio, sys
from tests.fakes.local_engine import Watched, edit, local_engine
from pathlib import Path
async def main():
    async with local_engine(Path(sys.argv[1])) as engine:
        job = Watched(engine, edit("e", sys.argv[2]))
        await job.stepping()
        print(engine.worker_pid, flush=True)
        await asyncio.sleep(3600)
if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("instruction", ["until never", "hang"])
async def test_the_worker_ends_when_its_parent_is_killed(tmp_path: Path, instruction: str):
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), instruction, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert parent.stdout is not None
        pid = int(await parent.stdout.readline())
        assert alive(pid)
    finally:
        parent.kill()
        await parent.wait()
    await eventually(lambda: not alive(pid))

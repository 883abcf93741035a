"""Two real processes, started by `accelerate launch`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]


def launch(module: str, *words: str) -> None:
    """Run a module in two processes on the CPU; `--multi_gpu` only says that accelerate shall start both."""
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    settings = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    ports = ["--main_process_port", "0"]  # any that is free
    job = subprocess.Popen(
        [*launcher, *settings, *ports, "-m", module, *words], cwd=ROOT, start_new_session=True
    )
    try:
        assert job.wait(timeout=1800) == 0
    finally:
        with suppress(ProcessLookupError):  # the launcher does not take its processes along
            os.killpg(job.pid, signal.SIGKILL)

"""What pictures took is given back, and a process that handled many is no larger for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HANDLES_MANY = """
import io, sys
from concurrent.futures import ThreadPoolExecutor
import psutil
from PIL import Image
from bot import allocator

if sys.argv[1] == "on":
    assert allocator.give_back_what_is_freed()

def handle(number):
    image = Image.new("RGB", (1200 + number % 7, 900), (number % 256, 0, 0))
    out = io.BytesIO()
    image.convert("RGBA").convert("RGB").save(out, "JPEG")
    return [bytes(200_000 + number) for _ in range(3)], out.getvalue()

with ThreadPoolExecutor(8) as threads:
    list(threads.map(handle, range(8)))
    kept = [small for _, small in threads.map(handle, range(60))]
print(psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own")
def test_a_process_that_handled_many_pictures_holds_less() -> None:
    def left(switch: str) -> int:
        run = [sys.executable, "-c", HANDLES_MANY, switch]
        return int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)

    assert left("on") < left("off")

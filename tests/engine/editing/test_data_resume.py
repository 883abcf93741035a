"""A build that was killed ends with the very set that it would have made in one go."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import pytest

from engine.editing.data.build import build
from engine.editing.data.item import Item, png
from engine.editing.data.journal import Journal
from engine.editing.data.splits import Split
from tests.engine.editing.material import material
from tests.engine.editing.tiny import photo

BUILD = """
import sys
from pathlib import Path
from engine.editing.data.build import build
from engine.editing.data.exact_pairs import ExactPairs
material, out = map(Path, sys.argv[1:])
inputs = material / "photos", material / "cutouts", material / "labels.json"
build([ExactPairs(*inputs, train=30, val=4, test=6)], out)
"""


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.slow
def test_after_kill_9_the_rest_is_made_and_nothing_twice(tmp_path: Path) -> None:
    maker = replace(material(tmp_path / "material"), train=30, val=4, test=6)
    out, journal = tmp_path / "out", tmp_path / "out/building.jsonl"
    with subprocess.Popen([sys.executable, "-c", BUILD, tmp_path / "material", out]) as process:
        while not journal.is_file() or journal.read_bytes().count(b"\n") < 14:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    done = [json.loads(line) for line in journal.read_text().splitlines()[1:14]]
    written = [out / entry["row"]["source"] for entry in done if "row" in entry]
    before = [file.stat().st_mtime_ns for file in written]
    with journal.open("a") as lines:
        lines.write('{"id": "half a li')
    result = build([maker], out)
    assert [file.stat().st_mtime_ns for file in written] == before
    assert result == build([maker], tmp_path / "in one go")
    assert files(out) == files(tmp_path / "in one go")


def test_another_set_in_the_same_folder_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "building.jsonl"
    first = Journal(file, "one")
    first.add({"id": "a"})
    again, entry = Journal(file, "one"), {"id": "a"}
    assert again.going_on and again.next() == entry and again.next() is None
    other = Journal(file, "other")
    assert not other.going_on and other.next() is None


@dataclass(frozen=True)
class Drawn:
    """A maker whose inputs lie elsewhere, as files do; it may be stopped at an item."""

    seeds: tuple[int, ...] = field(repr=False)
    stop: int | None = field(default=None, repr=False)
    name: ClassVar[str] = "drawn"
    parallel: ClassVar[bool] = False
    about: ClassVar[str] = "Drawn."

    def keys(self, split: Split) -> list[str]:
        return [f"{split} {seed}" for seed in self.seeds]

    def make(self, split: Split, index: int) -> Iterator[Item]:
        if index == self.stop:
            raise KeyboardInterrupt
        seed = self.seeds[index] + {"train": 100, "val": 200, "test": 300}[split]
        yield Item(png(photo(seed=seed)), png(photo(seed=seed + 50)), "make it night")


def test_inputs_that_changed_meanwhile_are_told_and_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build([Drawn((1, 2, 3), stop=2)], tmp_path / "out")
    with pytest.raises(ValueError, match="inputs changed"):
        build([Drawn((1, 4, 3))], tmp_path / "out")
    assert build([Drawn((1, 2, 3))], tmp_path / "out")["train"] == 3
    assert not (tmp_path / "out/building.jsonl").exists()

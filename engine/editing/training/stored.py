"""Arrays on disk that are filled chunk by chunk, so that a killed run goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from tqdm import tqdm

CHUNK = 256


class Stored:
    """Rows of one shape as float16, memory-mapped from the files that `fill` made."""

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self.chunks = [np.load(file, mmap_mode="r") for file in _files(folder, name, count)]

    def __getitem__(self, rows: Iterable[int]) -> np.ndarray:
        """(N, ...) of these rows."""
        return np.stack([self.chunks[row // CHUNK][row % CHUNK] for row in rows])


def fill(
    folder: Path,
    name: str,
    count: int,
    make: Callable[[range], np.ndarray],
    told_to_stop: Callable[[], bool],
    share: tuple[int, int] = (0, 1),
) -> bool:
    """Write the chunks of `count` rows that are not there yet; False if it was told to stop on the way.

    `share` (number, processes): which of the chunks are this process's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number, processes = share
    files = list(enumerate(_files(folder, name, count)))[number::processes]
    for index, file in tqdm(files, desc=name, unit="chunk", mininterval=10, disable=number > 0):
        if file.is_file():
            continue
        part = file.with_suffix(".part")
        with part.open("wb") as opened:
            np.save(opened, make(range(index * CHUNK, min((index + 1) * CHUNK, count))).astype(np.float16))
        part.replace(file)
        if told_to_stop():  # after a chunk, so that the shortest piece of time comes forward
            return False
    return True


def _files(folder: Path, name: str, count: int) -> list[Path]:
    return [folder / f"{name}-{index:05d}.npy" for index in range(-(-count // CHUNK))]

"""The loss and perplexity of a run: curve.jsonl while it goes, curve.png from it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure


class Curve:
    """Rows {step, loss, rate, seconds} and {step, ppl} in `folder`/curve.jsonl, on disk once noted."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "curve.jsonl"

    def note(self, **values: float) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def forget_after(self, step: int) -> None:
        """Drop the rows of steps that were lost with the last kill, which are done again, and half a row."""
        if self.file.is_file():
            lines = [line for line in self.file.read_text("utf-8").splitlines() if line.endswith("}")]
            kept = [line for line in lines if json.loads(line)["step"] <= step]
            part = self.file.with_suffix(".part")
            part.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
            part.replace(self.file)

    def rows(self) -> list[dict[str, Any]]:
        if not self.file.is_file():
            return []
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]

    def draw(self) -> None:
        """Write curve.png."""
        rows = self.rows()
        figure = Figure((7, 4), layout="constrained")
        left = figure.subplots()
        left.set(xlabel="step", ylabel="loss", yscale="log")
        if losses := [(row["step"], row["loss"]) for row in rows if "loss" in row]:
            left.plot(*zip(*_smooth(losses), strict=True), label="training loss")
        if ppls := [(row["step"], row["ppl"]) for row in rows if "ppl" in row]:
            right = left.twinx()
            right.plot(*zip(*ppls, strict=True), color="tab:orange", label="held-out perplexity")
            right.set(ylabel="perplexity", yscale="log")
        if losses or ppls:
            figure.legend(loc="upper right")
        figure.savefig(self.file.with_suffix(".png"), dpi=100)


def _smooth(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """A running mean that begins anew from few points, so that a short run has a line as well."""
    smoothed, mean = [], 0.0
    for count, (step, value) in enumerate(points, 1):
        mean += (value - mean) / min(count, 10)
        smoothed.append((step, mean))
    return smoothed

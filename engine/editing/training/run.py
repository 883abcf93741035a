"""A run of a small network on one device: steps, checkpoints, the curve of its loss.

A step's batch is drawn from the step's own number, so that a run needs no state for that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import ConfigDict, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass
from torch import Tensor, nn, optim
from tqdm import tqdm

from engine.editing.training import checkpoint
from engine.training.curve import Curve
from engine.training.stopping import Stopped, StopSignal

_MAX_FILE = 16 * 2**20
_STATE = ("step", "exp_avg", "exp_avg_sq")
"""What Adam keeps of each tensor."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Pace:
    """`steps` of `batch`; up to `learning_rate` over `warmup` steps, then down to nothing along a cosine."""

    steps: PositiveInt
    batch: PositiveInt = 16
    learning_rate: PositiveFloat
    warmup: PositiveInt = 100
    save_minutes: float = 2.0
    log_every: PositiveInt = 10
    seed: int = 0


def learning_rate(step: int, pace: Pace) -> float:
    fall = 0.5 * (1 + math.cos(math.pi * step / pace.steps))
    return pace.learning_rate * min(1.0, (step + 1) / pace.warmup) * fall


class Run:
    """The moving parts of a run, from its last checkpoint on. `loss` is what a step goes backward from."""

    def __init__(
        self, trained: Mapping[str, nn.Parameter], loss: Callable[[int], Tensor], pace: Pace, out: Path
    ) -> None:
        """Raises ValueError when the checkpoint in `out` is of another model."""
        self.trained, self.loss, self.pace = trained, loss, pace
        self.checkpoints, self.curve = out / "checkpoints", Curve(out)
        self.optimizer = optim.Adam(trained.values())
        self.step, self.lost = 0, 0.0
        self._resume()

    def go_on(self, stop: StopSignal) -> bool:
        """Step after step until the end; False if the time was up before. Raises Stopped, and ValueError if
        the loss is no number."""
        saved = time.monotonic()
        with tqdm(total=self.pace.steps, initial=self.step, desc="train", mininterval=10) as bar:
            while self.step < self.pace.steps:
                self._step()
                bar.update()
                if self.step % self.pace.log_every == 0 or self.step == self.pace.steps:
                    bar.set_postfix(loss=f"{self._row():.5f}")
                told, late = stop.told, stop.late
                due = time.monotonic() - saved >= 60 * self.pace.save_minutes
                if told or late or due or self.step == self.pace.steps:
                    self._save()
                    saved = time.monotonic()
                if self.step < self.pace.steps and told:
                    raise Stopped(self.step)
                if self.step < self.pace.steps and late:
                    return False
        return True

    def _step(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.pace)
        loss = self.loss(self.step)
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.lost += float(loss.detach())

    def _row(self) -> float:
        """The mean loss since the last row, into the curve as well."""
        count = (self.step - 1) % self.pace.log_every + 1
        loss, self.lost = self.lost / count, 0.0
        if not math.isfinite(loss):
            raise ValueError(f"The loss at step {self.step} is no number; try a lower learning rate.")
        rate = learning_rate(self.step - 1, self.pace)
        self.curve.note(step=self.step, loss=round(loss, 8), rate=round(rate, 9))
        return loss

    def _save(self) -> None:
        facts = {"step": self.step, "lost": self.lost}
        checkpoint.save(self.checkpoints, self.step, self._tensors(), facts, _MAX_FILE)

    def _tensors(self) -> Iterator[tuple[str, Tensor]]:
        for name, parameter in self.trained.items():
            yield f"weights.{name}", parameter
            for key, value in self.optimizer.state[parameter].items():
                yield f"optimizer.{key}.{name}", value

    def _resume(self) -> None:
        found = checkpoint.load(self.checkpoints)
        if found is not None:
            facts, tensors = found
            try:
                for name, parameter in self.trained.items():
                    parameter.data.copy_(tensors[f"weights.{name}"])
                    state = {key: tensors[f"optimizer.{key}.{name}"] for key in _STATE}
                    self.optimizer.state[parameter] = {
                        key: value if key == "step" else value.to(parameter.device)
                        for key, value in state.items()
                    }
            except (KeyError, RuntimeError) as error:
                raise ValueError(f"The checkpoints in {self.checkpoints} are of another model.") from error
            self.step, self.lost = facts["step"], facts["lost"]
        self.curve.forget_after(self.step)

"""The schedulers that an admin may choose by name, made for the weights that are there."""

from __future__ import annotations

from typing import Any, cast

import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

from engine.config import Scheduler as Name


class EulerAncestral(EulerAncestralDiscreteScheduler):
    """diffusers' own, for networks that predict the clean latents, too.

    It is told the velocity that stands for them (T. Salimans and J. Ho, "Progressive Distillation for Fast
    Sampling of Diffusion Models", ICLR 2022, appendix D), which holds where all is noise as well.
    """

    @classmethod
    def of_clean(cls, config: dict[str, Any]) -> EulerAncestral:
        return cls.from_config({**config, "prediction_type": "v_prediction"})

    def step(
        self,
        model_output: Tensor,
        timestep: float | Tensor,
        sample: Tensor,
        generator: torch.Generator | None = None,
        return_dict: bool = True,
    ) -> Any:
        """As diffusers' own, but `model_output` are the clean latents."""
        if self.step_index is None:
            self._init_step_index(timestep)
        sigma = float(self.sigmas[cast(int, self.step_index)])
        power = sigma**2 + 1
        velocity = (sample.float() / power - model_output.float()) * (power**0.5 / sigma)
        done = super().step(velocity, timestep, sample, generator, True)
        done.prev_sample = done.prev_sample.to(model_output.dtype)
        done.pred_original_sample = model_output
        return done if return_dict else (done.prev_sample, done.pred_original_sample)


CLASSES: dict[Name, Any] = {
    "euler-a": EulerAncestralDiscreteScheduler,
    "dpm++": DPMSolverMultistepScheduler,
    "unipc": UniPCMultistepScheduler,
    "ddim": DDIMScheduler,
}


def choose(name: Name | None, own: Any) -> Any:
    """The scheduler of that name for the noise that the weights were trained with; None keeps their `own`."""
    if name is None:
        return own
    config = dict(own.config)
    if name == "euler-a" and config.get("prediction_type") == "sample":
        return EulerAncestral.of_clean(config)
    if name == "ddim":  # its own defaults are for pixels; what latents want need not stand in the config
        config = {"clip_sample": False, "set_alpha_to_one": False, **config}
    return CLASSES[name].from_config(config)

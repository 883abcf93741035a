"""The dialogue weights that ship, loaded once."""

from __future__ import annotations

import pytest
import torch

from engine.dialogue.commands import STARTER
from engine.dialogue.model import DialogueModel


@pytest.fixture(scope="session")
def starter() -> DialogueModel:
    torch.set_num_threads(1)
    return DialogueModel.load(STARTER, torch.device("cpu"), torch.float32)

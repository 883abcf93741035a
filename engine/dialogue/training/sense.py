"""What sentences mean, learnt from a sentence encoder while the decisions are learnt.

A small model that reads only this project's lines knows no other English. A sentence encoder (Sentence-BERT,
arXiv 1908.10084) has read far more: the BlenderBot's encoder is held to put everyday sentences where that one
does (arXiv 2004.09813 teaches other languages this way). Only the encoder's weights keep what it learns; the
head is thrown away.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from engine.dialogue.blenderbot import BlenderBot
from engine.dialogue.context import context
from engine.jobs import Turn

_LONGEST = 64


def _mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens that count: (batch, tokens, width) to (batch, width)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1)


class SentenceEncoder:
    """A BERT whose mean-pooled states are sentence vectors, such as all-MiniLM-L6-v2. Frozen."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval().to(device)
        self.width = int(self._model.config.hidden_size)

    @torch.no_grad()
    def __call__(self, sentences: Sequence[str]) -> torch.Tensor:
        """Unit vectors (sentences, width) in fp32."""
        encoded = self._tokenizer(
            list(sentences), padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt"
        ).to(self._model.device)
        states = self._model(**encoded).last_hidden_state
        return functional.normalize(_mean(states, encoded.attention_mask).float(), dim=-1)


class Sense(torch.nn.Module):
    """One minus the cosine between the encoder's view of a sentence and the sentence encoder's."""

    def __init__(
        self,
        teacher: SentenceEncoder,
        sentences: Sequence[str],
        tokenizer: PreTrainedTokenizerBase,
        width: int,
        size: int,
        seed: int,
    ) -> None:
        super().__init__()
        self._teacher, self._sentences, self._tokenizer = teacher, sentences, tokenizer
        self._size, self._seed = size, seed
        self.head = torch.nn.Linear(width, teacher.width)
        if width == teacher.width:
            torch.nn.init.eye_(self.head.weight)

    def loss(self, model: BlenderBot, step: int) -> torch.Tensor:
        """The mean over the sentences that belong to `step`, a scalar."""
        drawn = random.Random(f"{self._seed}:{step}:sense").choices(self._sentences, k=self._size)
        said = [context((Turn("user", sentence),), (), True, len, 10**6) for sentence in drawn]
        encoded = self._tokenizer(
            said,
            padding=True,
            truncation=True,
            max_length=_LONGEST,
            return_tensors="pt",
            return_token_type_ids=False,
        ).to(self.head.weight.device)
        states = model.get_encoder()(**encoded).last_hidden_state
        seen = self.head(_mean(states, encoded.attention_mask))
        return (1 - functional.cosine_similarity(seen.float(), self._teacher(drawn))).mean()

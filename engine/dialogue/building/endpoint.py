"""Any OpenAI-compatible endpoint, asked patiently: several questions in flight, none paid for twice."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import openai

from engine.dialogue.building.answers import Answer, Answers, fingerprint
from engine.dialogue.building.drafts import Rejected, Stopped
from engine.dialogue.building.prompt import Prompt

URL, MODEL, KEY = (f"DIALOGPAINT_COMPLETION_{name}" for name in ("URL", "MODEL", "KEY"))
RETRIES = 6
"""With the client's back-off of 0.5 to 8 seconds, or what the endpoint asks for in Retry-After."""
SILENT = 10
"""After so many failed questions in a row the endpoint is taken for dead."""
_ANONYMOUS: Any = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}


@dataclass(frozen=True, slots=True)
class Account:
    """Where to ask. The key stays out of every print-out."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Account:
        """Raises Stopped when something is missing."""
        missing = [name for name in (URL, MODEL) if not environ.get(name)]
        if missing:
            raise Stopped(
                f"An endpoint needs {' and '.join(missing)} in the environment, and {KEY} if it wants a key."
            )
        return cls(environ[URL], environ[MODEL], environ.get(KEY, ""))


@dataclass
class Usage:
    """What the answers took, those of earlier runs included; `asked` counts this run's own."""

    answers: int = 0
    asked: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, answer: Answer) -> None:
        self.answers += 1
        self.tokens_in += answer.tokens_in
        self.tokens_out += answer.tokens_out


@dataclass(frozen=True, slots=True)
class Manners:
    """How to ask. `settings` are sent as they are; `price` is for a million tokens in, and out."""

    settings: Mapping[str, Any]
    price: tuple[float, float] = (0.0, 0.0)
    timeout: float = 120.0
    retries: int = RETRIES


class Endpoint:
    """Asks for completions, and remembers the answers in `folder`."""

    def __init__(self, account: Account, manners: Manners, folder: Path) -> None:
        self.model = account.model
        self.usage = Usage()
        self._account = account
        self._manners = manners
        self._answers = Answers(folder)
        self._failed = 0
        # Left to itself the client would send another service's key and names, from the environment.
        self._client = openai.AsyncOpenAI(
            base_url=account.url,
            api_key=account.key or "none",
            default_headers=_ANONYMOUS,
            timeout=manners.timeout,
            max_retries=manners.retries,
        )

    def describe(self) -> dict[str, Any]:
        used = {"answers": self.usage.answers, "tokens": [self.usage.tokens_in, self.usage.tokens_out]}
        price = list(self._manners.price)
        settings = dict(self._manners.settings)
        return {"name": self.model, "settings": settings, **used, "price": price, "cost": self._cost()}

    def spent(self) -> str:
        tokens = self.usage.tokens_in + self.usage.tokens_out
        return f"{self.usage.asked} asked, {tokens:,} tokens, cost {self._cost():.2f}"

    def _cost(self) -> float:
        tokens, price = (self.usage.tokens_in, self.usage.tokens_out), self._manners.price
        return sum(count * each for count, each in zip(tokens, price, strict=True)) / 1_000_000

    async def close(self) -> None:
        await self._client.close()

    async def ask(self, prompt: Prompt) -> Answer:
        """The completion, from disk if it is there. Raises Rejected, or Stopped to end the run."""
        key = fingerprint(self.model, self._manners.settings, prompt)
        answer = self._answers.get(key)
        if answer is None:
            answer = await self._asked(prompt)
            self._answers.put(key, answer)
            self.usage.asked += 1
        self.usage.add(answer)
        return answer

    async def _asked(self, prompt: Prompt) -> Answer:
        try:
            found = await self._client.chat.completions.create(
                model=self.model,
                messages=cast(Any, prompt.messages()),
                extra_body=dict(self._manners.settings),
            )
        except (openai.APITimeoutError, openai.InternalServerError, openai.RateLimitError) as error:
            raise self._no_answer(error) from error
        except openai.APIConnectionError as error:
            raise Stopped(f"The endpoint in {URL} can't be reached; {_GO_ON}.") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise Stopped(f"The endpoint refuses the key in {KEY}.") from error
        except openai.APIStatusError as error:
            if error.code == "content_filter":
                raise Rejected("refused") from error
            raise Stopped(f"The endpoint refuses the request: {self._clean(error)}") from error
        except (openai.APIError, ValueError) as error:  # a body that is no JSON, or not this protocol's
            raise self._no_answer(error, "garbled") from error
        answer = _answer(found)
        if answer is None:
            raise self._no_answer(None, "garbled")
        self._failed = 0
        return answer

    def _no_answer(self, error: Exception | None, reason: str = "no answer") -> Rejected | Stopped:
        self._failed += 1
        if self._failed < SILENT:
            return Rejected(reason)
        last = self._clean(error) if error else "not an answer"
        return Stopped(f"The endpoint failed {SILENT} times in a row (last: {last}); {_GO_ON}.")

    def _clean(self, error: Exception) -> str:
        """Its message in one line, without the key, which some servers quote."""
        said = " ".join(str(error).split())
        return said.replace(self._account.key, "...") if self._account.key else said


_GO_ON = "what it answered is kept, so run the same command again to go on"


def _answer(found: Any) -> Answer | None:
    """The completion, if the body is what the protocol promises: the client itself lets much pass."""
    try:
        choice = found.choices[0]
        text, usage = choice.message.content or "", found.usage
        spent = (int(usage.prompt_tokens), int(usage.completion_tokens)) if usage else (0, 0)
    except (AttributeError, IndexError, TypeError, ValueError):
        return None
    return Answer(text, choice.finish_reason == "length", *spent) if isinstance(text, str) else None

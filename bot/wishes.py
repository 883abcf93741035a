"""What a person wrote becomes a wish the dialogue model can read, or one sentence saying why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.events import ViewName


class BadWish(Exception):
    """The text can't be a wish; the message is one sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Clean text: one line, no control characters. Empty when nothing was written."""

    text: str


ONLY_ENGLISH = "I'm sorry, I only understand English so far. Could you tell me in English what to change?"

# Words that stand in most sentences of a language and in hardly any English one.
FUNCTION_WORDS = {
    "de": """
        der das ist und ein eine bitte mach mache nicht mit den dem auf für kannst könntest du mir
        bild foto heller dunkler hintergrund ändern ändere entferne füge hinzu mehr weniger schwarz
        weiß wie hallo danke
    """,
    "fr": """
        le les une des est et fais rends pas avec pour dans peux pouvez tu vous mon ma plus moins
        fond noir blanc ajoute enlève supprime l'image merci bonjour arrière-plan sur s'il
    """,
    "es": """
        el los las una es y por favor haz hazlo pon no con para puedes quita añade cambia fondo más
        menos negro blanco imagen foto gracias hola la que
    """,
    "it": """
        il lo gli una è e per favore fai metti non con puoi togli aggiungi cambia sfondo più meno
        nero bianco immagine foto grazie ciao della che
    """,
    "pt": """
        o os as uma é e por favor faça faz não com para pode tire adicione mude fundo mais menos
        preto branco imagem foto obrigado olá que
    """,
    "nl": """
        het een en de maak niet met voor kun kan je mijn meer minder achtergrond zwart wit foto
        verwijder voeg toe dank hallo alsjeblieft graag lichter donkerder
    """,
}
FOREIGN = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}
ENGLISH_WORDS = """
        the a an is it and of to in on with make change turn add remove put please can could you
        this that my me more less into like look as by picture photo image background him her them
        out up do don't i want have be for not no yes
"""
ENGLISH = frozenset(ENGLISH_WORDS.split())


FROM_ORIGINAL = re.compile(
    r"""
    (?:(?:please|now|then|and|ok|okay|can\ you|could\ you|would\ you|can\ we|let's|i\ want\ you\ to)\ )*
    (?:redo|re-do|apply|re-?apply|do|repeat|run|make)\s
    (?:it\ all|everything|all(?:\ of)?(?:\ (?:it|that|this|them|those|these|the|my|your|our))*
        |(?:the|my|your|our|these|those)(?:\ whole)?(?=\ (?:edits|changes|steps|wishes|instructions|list)))
    (?:\ (?:edits|changes|steps|wishes|instructions|list))?
    (?:\ (?:again|anew|over|once\ more))*
    \ (?:from|to|on|onto|with)
    \ (?:the|my)(?:\ (?:original|uploaded|first))?
    (?:\ (?:one|picture|photo|photograph|image|pic|upload|original))?
    (?:\ (?:i|that\ i)\ (?:sent|uploaded|posted))?
    (?:\ (?:again|anew|once\ more|please|thanks))*
    """,
    re.VERBOSE,
)


POLITE = r"""
    (?:(?:please|now|ok|okay|(?:can|could|would)\ you|(?:can|could|may)\ i|let\ me|let's|i\ want\ to)\ )*
"""
COMPARE = re.compile(
    POLITE
    + r"""
    (?:
        compare
        (?:\ (?:it|them|both|(?:the|these|those)(?:\ two)?\ (?:pictures|photos|images|versions)|the\ two
            |(?:it\ )?(?:with|to)\ (?:what\ it\ was|the\ (?:one|picture|photo|image)\ before)))?
        |(?:(?:show|give)(?:\ me)?\ |see\ )?(?:(?:the|a)\ )?(?:before\ (?:and\ |vs\ |versus\ )?after
            |(?:the\ )?(?:two|both)(?:\ (?:pictures|photos|images|versions))?\ side\ by\ side)
        |(?:show(?:\ me)?|see)\ (?:the\ difference|what\ (?:you\ )?changed)
    )
    (?:\ (?:please|thanks))*
    """,
    re.VERBOSE,
)
HISTORY = re.compile(
    POLITE
    + r"""
    (?:(?:show|give|list)(?:\ me)?\ |see\ )?
    (?:(?:the|our|your|my|its)\ )?(?:(?:edit|edits|picture|version|whole|full)\ )*history
    (?:\ (?:please|thanks))*
    |
    """
    + POLITE
    + r"""
    (?:(?:show|give|list)(?:\ me)?|see)\ all(?:\ of)?(?:\ (?:the|our|your|my|its))?
    \ (?:versions|edits|pictures|photos|images)(?:\ (?:so\ far|again))?
    (?:\ (?:please|thanks))*
    """,
    re.VERBOSE,
)


def view(wish: str) -> ViewName | None:
    """The look at the pictures that a clean wish asks for, in so many words; None when it is another wish."""
    words = _words(wish)
    if COMPARE.fullmatch(words):
        return "compare"
    return "history" if HISTORY.fullmatch(words) else None


def from_original(wish: str) -> bool:
    """Whether a clean wish asks for all edits to be made once more on the upload, in so many words."""
    words = _words(wish)
    origin = re.search(r"\b(original|upload|uploaded|first|sent|posted)\b", words)
    return origin is not None and FROM_ORIGINAL.fullmatch(words) is not None


def _words(wish: str) -> str:
    """In lower case, with single spaces and no signs between."""
    return " ".join(re.sub(r"[.,!?/&|]+", " ", wish.lower().replace("’", "'")).split())


def read(text: str, limit: int) -> Wish:
    """Clean `text` and check it; `limit` is in characters. Raises `BadWish`."""
    clean = unicodedata.normalize("NFC", text)
    clean = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in clean)
    clean = re.sub(r"\s+", " ", clean).strip()
    if len(clean) > limit:
        length = f"{len(clean):,} characters"
        raise BadWish(f"That is a long wish ({length}); please tell me in at most {limit:,} what to change.")
    if not clean:
        return Wish("")
    letters = [c for c in clean if c.isalpha()]
    if not letters and not any(c.isdigit() for c in clean):
        raise BadWish("I can't read a wish from signs alone. Tell me in words what to change, please.")
    if not is_english(clean, letters):
        raise BadWish(ONLY_ENGLISH)
    return Wish(clean)


def is_english(clean: str, letters: list[str]) -> bool:
    """A cautious guess: False only for another script, or clearly more foreign words than English ones."""
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if letters and latin < 0.5 * len(letters):
        return False
    words = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", clean.lower())
    english = sum(word in ENGLISH for word in words)
    foreign = max(sum(word in known for word in words) for known in FOREIGN.values())
    return not (foreign >= 2 and foreign > english and foreign * 3 >= len(words))

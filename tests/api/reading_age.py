"""Flesch-Kincaid: the school year in which a text is read; add five for the age."""

import re

_SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^td])ed$|(?<=[^scxz])es$")
_SAMPLES = {
    "name": "Ann", "place": "Alder School", "words": "alternative provision", "day": "3 May 2026",
    "since": "3 May 2026", "until": "4 May 2026",
}  # fmt: skip


def reading_age(text: str) -> float:
    """0.39 words a sentence + 11.8 syllables a word - 15.59 is the US grade; age is grade + 5."""
    words = re.findall(r"[^\W\d_][\w’']*", text)
    sentences = max(1, len(re.findall(r"[.?!:]+(?=\s|$)", text)))
    grade = 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return grade + 5


def syllables(word: str) -> int:
    """Groups of vowels, but for an end that is not spoken."""
    return max(1, len(re.findall(r"[aeiouy]+", _SILENT.sub("", word.lower()))))


def filled(message: str) -> str:
    """As somebody might read it: a name, a place, a day."""
    return re.sub(r"%\((\w+)\)s", lambda found: _SAMPLES.get(found[1], "5"), message)

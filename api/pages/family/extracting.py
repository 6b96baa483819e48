"""What the family pages say, for translators: ``python -m api.pages.family.extracting`` brings each
catalogue up to date. An entry that is marked fuzzy loses its words: settle it before."""

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from api.pages.family.catalogue import FOLDER, MONTHS, entries


def messages() -> dict[str, str]:
    """All that the pages may say, by template; with the plural where there is one."""
    reader = Environment()
    found: dict[str, str] = dict.fromkeys(MONTHS, "")
    for path in sorted((FOLDER.parent / "templates" / "family").glob("*.html")):
        tree = reader.parse(path.read_text("utf-8"))
        for _line, _function, said in extract_from_ast(tree):
            texts = [one for one in ([said] if isinstance(said, str) else said or ()) if one]
            found[texts[0]] = texts[1] if len(texts) > 1 else ""
    return found


def updated(text: str) -> str:
    """A catalogue with every message of the pages; what is said no more goes."""
    said = dict(entries(text))
    parts = [text.partition("\n\n")[0]]
    for message, plural in messages().items():
        key = f"{message}\0{plural}" if plural else message
        values = said.get(key, "").split("\0")
        lines = [f"msgid {_quoted(message)}"]
        if plural:
            lines.append(f"msgid_plural {_quoted(plural)}")
            lines += [f"msgstr[{n}] {_quoted(value)}" for n, value in enumerate(values)]
        else:
            lines.append(f"msgstr {_quoted(values[0])}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _bring_up_to_date() -> None:
    for path in FOLDER.glob("*.po"):
        path.write_text(updated(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    _bring_up_to_date()

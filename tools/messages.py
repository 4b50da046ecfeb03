"""Writes the extension's message catalogues anew: ``python -m tools.messages``.

The template holds the words that the code has; each language's catalogue gets those
that it lacks, to be translated, and is compiled. No file holds a date or the version
of Babel, so that only other words make other files.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.messages.pofile import write_po
from upgradecheck_sphinx.exit_codes import words_of_code

SOURCE = Path(__file__).parents[1] / "ext" / "upgradecheck_sphinx"
NAME = "upgradecheck_sphinx"


class Plain(Catalog):
    """A catalogue whose header says nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        found = [
            ("Project-Id-Version", "upgradecheck"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
        if self.locale is not None:
            found.append(("Language", str(self.locale)))
        return found

    @property
    def header_comment(self) -> str:
        return f"# The words of {NAME}; python -m tools.messages writes this file."


def extracted(source: Path = SOURCE) -> Plain:
    """The words that the code has."""
    found = Plain(fuzzy=False)
    for file, _line, message, _comments, context in extract_from_dir(
        source, method_map=[("**.py", "python")], keywords={"_": None}
    ):
        found.add(message, locations=[(file, 0)], context=context)
    for message in words_of_code():
        found.add(message, locations=[("exit_codes.py", 0)])
    return found


def merged(template: Catalog, file: Path) -> Plain:
    """A language's catalogue, with what the template has and nothing else."""
    language = file.parts[-3]
    with file.open("rb") as stream:
        known = read_po(stream, locale=language)
    found = Plain(locale=language, fuzzy=False)
    for message in template:
        if message.id:
            old = known.get(message.id)
            text = old.string if old is not None else ""
            found.add(message.id, text, locations=message.locations)
    return found


def written(catalogue: Catalog) -> bytes:
    """A catalogue as text."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=79, sort_output=True, include_lineno=False)
    return stream.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def languages(folder: Path) -> list[Path]:
    """The catalogues of all languages, as text."""
    return sorted(folder.glob(f"*/LC_MESSAGES/{NAME}.po"))


def files(source: Path = SOURCE) -> dict[Path, bytes]:
    """What every file of the catalogues has to hold."""
    folder = source / "locale"
    template = extracted(source)
    found = {folder / f"{NAME}.pot": written(template)}
    for file in languages(folder):
        catalogue = merged(template, file)
        found[file] = written(catalogue)
        found[file.with_suffix(".mo")] = compiled(catalogue)
    return found


def main() -> None:
    for file, content in files().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()

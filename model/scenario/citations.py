"""Where the code carries out a step of the protocol, or a rule of persistence: whatever says so in its own words.

The sources are read as they are installed; nothing is kept beside them that could be out of date.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_RANGE = re.compile(r"\b[MP]\d+ to [MP]\d+\b")
_LETTER_WORDS = re.compile(r"\b(?:[Ss]teps?|[Rr]ule)\b")


class Citation(NamedTuple):
    """A place that cites a rule or step: file and line, which function or class if it is one, and what it says."""

    file: str
    line: int
    name: str
    says: str


def citations(rule: str) -> list[Citation]:
    """Every place that cites a rule (in `model`) or a step (in `store`): functions and classes first."""
    package = "model" if rule.startswith("P") else "store"
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    found = [each for path in sorted(root.rglob("*.py")) for each in _in_file(path, root.parent, rule)]
    return sorted(found, key=lambda each: not each.name)


def _in_file(path: Path, root: Path, rule: str) -> Iterator[Citation]:
    source = path.read_text("utf-8")
    if not re.search(rf"\b{rule}\b", source):
        return
    file = path.relative_to(root).as_posix()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            sentence = citing(ast.get_docstring(node) or "", rule)
            if sentence:
                line, name = (1, "") if isinstance(node, ast.Module) else (node.lineno, node.name)
                yield Citation(file, line, name, sentence)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (sentence := citing(token.string.lstrip("# "), rule)):
            yield Citation(file, token.start[0], "", sentence)


def citing(text: str, rule: str) -> str:
    """The sentence of a text that cites a rule or step; empty if none does."""
    for sentence in re.split(r"(?<=\.)\s+", " ".join(text.split())):
        plain = _RANGE.sub("", sentence)
        is_told = len(rule) > 1 or _LETTER_WORDS.search(plain)
        if is_told and re.search(rf"(?<![\w'\"`]){rule}(?![\w'\"`])", plain):
            return sentence
    return ""

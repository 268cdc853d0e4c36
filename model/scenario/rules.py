"""The rules of persistence and the steps of the protocol, as their own documents tell them."""

import re
from importlib.util import find_spec
from pathlib import Path

from model.target import UserMistake

RULE = re.compile(r"P(?:1[01]|[1-9])|[WDSN]|M[1-8]")
ALL_RULES = "W, D, S, N, M1 to M8, P1 to P11"
_DOCUMENTS = {"model": "PERSISTENCE.md", "store": "PROTOCOL.md"}


def is_rule(name: str) -> bool:
    """Whether this is the name of a rule or a step, and not of a file."""
    return RULE.fullmatch(name.upper()) is not None


def rule_text(name: str) -> list[str]:
    """What the document says of a rule or a step, line by line.

    Raises:
        UserMistake: The document is not there, or does not tell it.
    """
    name = name.upper()
    package = "model" if name.startswith("P") else "store"
    lines = _document(package)
    found = _section(lines, name) or _item(lines, name)
    if not found:
        raise UserMistake(name, f"{package}/{_DOCUMENTS[package]} does not tell it", "Look for it there.")
    return found


def first_sentence(name: str) -> str:
    """A rule in one sentence, after its title."""
    title, *rest = rule_text(name)
    title = title.lstrip("# ")
    text = " ".join(line.strip() for line in rest if line.strip())
    if not title.startswith(f"{name}:") and not name.startswith("P"):
        text, title = f"{title.removeprefix(name).strip()} {text}", name
    if text.startswith("1. "):
        return f"{title}."  # its steps are many, and its title says what they are for
    return f"{title}: {text.partition('. ')[0].rstrip('.')}."


def what_it_does(name: str) -> str:
    """A step as far as its document tells what is done, in one paragraph: what a cut leaves there is not part of it."""
    title, *rest = rule_text(name)
    title = title.lstrip("# ")
    if title.startswith(f"{name}:"):
        return f"{title}."
    text = " ".join(line.strip() for line in [title.removeprefix(name), *rest]).strip()
    done = re.split(r" \*(?:If|Here)", text)[0]
    return f"{name}: {done.replace('**', '')}"


def _document(package: str) -> list[str]:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / _DOCUMENTS[package]
    try:
        return path.read_text("utf-8").splitlines()
    except OSError as error:
        raise UserMistake(str(path), f"it cannot be read: {error.strerror}", "Install blackstart anew.") from error


def _section(lines: list[str], name: str) -> list[str]:
    """The section whose heading begins with the rule's name."""
    heading = re.compile(rf"(#+) {name}\b")
    for start, line in enumerate(lines):
        found = heading.match(line)
        if found:
            level = len(found[1])
            end = next((at for at in range(start + 1, len(lines)) if _level(lines[at]) in range(1, level + 1)), None)
            return _stripped(lines[start:end])
    return []


def _level(line: str) -> int:
    found = re.match(r"(#+) ", line)
    return len(found[1]) if found else 0


def _item(lines: list[str], name: str) -> list[str]:
    """The list item that begins with the rule's name in bold."""
    for start, line in enumerate(lines):
        if line.startswith(f"- **{name}**"):
            end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith("  ")), None)
            return [line.removeprefix("- ").replace("**", ""), *(each.strip() for each in lines[start + 1 : end])]
    return []


def _stripped(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines

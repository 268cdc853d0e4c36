"""House rules that no linter knows."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("store", "model", "scenarios", "tests")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
STORE = sorted(path for path in (ROOT / "store").rglob("*.py"))

LONGEST_FILE_LINES = 400
OUTSIDE_WORLD = frozenset(
    {"asyncio", "datetime", "fcntl", "glob", "io", "mmap", "os", "pathlib", "posix", "random"}
    | {"secrets", "shutil", "socket", "subprocess", "tempfile", "time", "uuid"}
)
SEAM = {
    "host.py": OUTSIDE_WORLD,
    "kernel.py": frozenset({"os"}),  # the values of flags
    "command.py": frozenset({"datetime"}),  # shows times; reads no clock
}

# Rules have their definition where a line or a heading begins with them, in bold or as the heading's first word.
DEFINITION = r"(?m)^(?:#+ |\s*[-*] |\| *)?(?:\*\*)?({rule})(?:\*\*|\b)"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def prose(path: Path) -> str:
    """Comments and docstrings: where rules are cited."""
    source = path.read_text("utf-8")
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    return "\n".join(comments + docstrings)


def cited(folder: str, rule: str) -> set[str]:
    return {match for path in (ROOT / folder).rglob("*.py") for match in re.findall(rf"\b(?:{rule})\b", prose(path))}


def defined(document: str, rule: str) -> set[str]:
    return set(re.findall(DEFINITION.format(rule=rule), (ROOT / document).read_text("utf-8")))


@pytest.mark.parametrize("path", STORE, ids=name_of)
def test_the_store_reaches_the_outside_world_only_by_its_kernel(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert set(imported(tree)) & OUTSIDE_WORLD <= SEAM.get(path.name, frozenset())
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"open", "print", "input"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_is_too_long_to_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE_LINES


def test_every_step_of_the_protocol_is_told_and_carried_out() -> None:
    steps = r"[WDSN]|M[1-8]"
    assert cited("store", steps) == defined("store/PROTOCOL.md", steps) == {*"WDSN", *(f"M{n}" for n in range(1, 9))}


def test_every_persistence_rule_is_told_and_carried_out() -> None:
    rules = r"P(?:1[01]|[1-9])"
    told = defined("model/PERSISTENCE.md", rules)
    assert told == {f"P{number}" for number in range(1, 12)}
    assert cited("model", rules) == told


def test_modules_are_named_after_what_they_hold() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "data"}
    assert not [name_of(path) for path in SOURCES if path.stem in vague]


def test_no_test_is_put_off_but_where_nothing_can_be_mounted() -> None:
    put_off = re.compile(r"pytest\.(?:mark\.)?(?:skip|skipif|xfail|importorskip)\b|\bunittest\.skip|\bTO" + r"DO\b")
    found = [name_of(path) for path in SOURCES if path != Path(__file__) and put_off.search(path.read_text("utf-8"))]
    assert found == ["tests/live_ground.py"]


def test_nothing_says_where_packages_come_from() -> None:
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
    ]
    texts = [path for suffix in ("py", "md", "toml", "lock", "txt") for path in ROOT.glob(f"*.{suffix}")]
    texts += [*SOURCES, *ROOT.glob("*/**/*.md"), ROOT / "Makefile", ROOT / ".ci/run"]
    ours = [path for path in texts if ".venv" not in path.parts]
    assert not [name_of(path) for path in ours if any(host in path.read_text("utf-8") for host in hosts)]

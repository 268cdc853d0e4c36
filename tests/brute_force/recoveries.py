"""Toy recoveries: small programs that look at some of a disk, change some of it, and say what they saw.

Each leaves most of the disk alone, each in a different way, so that a checker that decides only what is looked at
has to keep the rest open correctly.  `tree` is the look at everything afterwards that closes the account.
"""

from collections.abc import Callable

from store.kernel import O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY
from tests.brute_force.disk import UNIT_BYTES
from tests.brute_force.kernel import Calls

Seen = tuple[str, ...]
Recovery = Callable[[Calls, str], Seen]

DEEPEST = 4
"""A torn rename may leave a directory inside itself: the tree stops there."""


def tree(kernel: Calls, root: str) -> Seen:
    """Every name below A and B with what it is, what it holds, and which names are one file."""
    first: dict[int, str] = {}
    seen: list[str] = []
    for name in ("A", "B"):
        _tree(kernel, root, name, first, seen)
    return tuple(seen)


def _tree(kernel: Calls, root: str, path: str, first: dict[int, str], seen: list[str]) -> None:
    fd = kernel.open(f"{root}/{path}", O_RDONLY)
    status = kernel.fstat(fd)
    alias = first.setdefault(status.ino, path)
    if status.kind == "file":
        seen.append(f"{path} is {alias}: {short(kernel.read(fd, 1 << 16))}")
    else:
        names = sorted(kernel.listdir(fd)) if path.count("/") < DEEPEST else ["..."]
        seen.append(f"{path} is {alias}: {' '.join(names)}")
        for name in names:
            if name != "...":
                _tree(kernel, root, f"{path}/{name}", first, seen)
    kernel.close(fd)


def list_everything(kernel: Calls, root: str) -> Seen:
    """Look at everything, touch nothing."""
    return ()


def read_one_drop_another(kernel: Calls, root: str) -> Seen:
    """Read A/x if it is there and B/y otherwise; remove A/z."""
    seen = attempt(lambda: read(kernel, f"{root}/A/x"))
    if seen == "ENOENT":
        seen += " " + attempt(lambda: read(kernel, f"{root}/B/y"))
    return seen, attempt(lambda: kernel.unlink(f"{root}/A/z"))


def rename_over_then_list(kernel: Calls, root: str) -> Seen:
    """Put A/x in the place of B/y without looking at either, remove A/z, list both directories."""
    renamed = attempt(lambda: kernel.rename(f"{root}/A/x", f"{root}/B/y"))
    removed = attempt(lambda: kernel.unlink(f"{root}/A/z"))
    return renamed, removed, _names(kernel, f"{root}/A"), _names(kernel, f"{root}/B")


def overwrite_front(kernel: Calls, root: str) -> Seen:
    """Write over the first unit of A/x, made if need be, and sync it; read B/y, which may be the same file."""
    fd = kernel.open(f"{root}/A/x", O_WRONLY | O_CREAT) if _is_file(kernel, f"{root}/A/x") else None
    if fd is not None:
        kernel.write(fd, b"R" * UNIT_BYTES)
        kernel.fsync(fd)
        kernel.close(fd)
    return (attempt(lambda: read(kernel, f"{root}/B/y")),)


def empty_and_link(kernel: Calls, root: str) -> Seen:
    """Cut A/z to nothing, give A/x the name B/y too, and ask for sizes."""
    emptied = attempt(lambda: kernel.close(kernel.open(f"{root}/A/z", O_WRONLY | O_TRUNC)))
    linked = attempt(lambda: kernel.link(f"{root}/A/x", f"{root}/B/y"))
    return emptied, linked, attempt(lambda: str(_size(kernel, f"{root}/B/y")))


def clear_directory(kernel: Calls, root: str) -> Seen:
    """Sweep A/z as a staging directory, file by file, then the directory, then ask what A holds."""
    listed = attempt(lambda: _sweep(kernel, f"{root}/A/z"))
    return listed, attempt(lambda: kernel.rmdir(f"{root}/A/z")), _names(kernel, f"{root}/A")


def replace_by_rename(kernel: Calls, root: str) -> Seen:
    """Replace A/x by way of the temporary A/z, without a sync, by something that depends on B/y.

    Cut again and again, it leaves one more candidate for the same two names each time.
    """
    swept = attempt(lambda: kernel.unlink(f"{root}/A/z"))
    seen = attempt(lambda: read(kernel, f"{root}/B/y"))
    written = attempt(lambda: _write_new(kernel, f"{root}/A/z", b"R" if seen == "ENOENT" else b"S"))
    return swept, seen, written, attempt(lambda: kernel.rename(f"{root}/A/z", f"{root}/A/x"))


RECOVERIES: dict[str, Recovery] = {
    "list everything": list_everything,
    "read one, drop another": read_one_drop_another,
    "rename over, then list": rename_over_then_list,
    "overwrite the front": overwrite_front,
    "empty and link": empty_and_link,
    "clear a directory": clear_directory,
    "replace by rename": replace_by_rename,
}


def attempt(action: Callable[[], str | None]) -> str:
    """What an action says, or the name of the error that it met."""
    try:
        return action() or "done"
    except FileNotFoundError:
        return "ENOENT"
    except FileExistsError:
        return "EEXIST"
    except NotADirectoryError:
        return "ENOTDIR"
    except IsADirectoryError:
        return "EISDIR"
    except PermissionError:
        return "EPERM"
    except OSError as error:
        return f"errno {error.errno}"


def read(kernel: Calls, path: str) -> str:
    """The content of a file, abbreviated."""
    fd = kernel.open(path, O_RDONLY)
    content = kernel.read(fd, 1 << 16)
    kernel.close(fd)
    return short(content)


def short(content: bytes) -> str:
    """A content in which equal bytes follow each other, as "512a 100b"; zeros are written 0."""
    runs: list[str] = []
    at = 0
    while at < len(content):
        rest = content[at:]
        length = len(rest) - len(rest.lstrip(rest[:1]))
        runs.append(f"{length}{chr(rest[0]) if rest[0] else '0'}")
        at += length
    return " ".join(runs) or "EMPTY"


def _is_file(kernel: Calls, path: str) -> bool:
    try:
        return kernel.stat(path).kind == "file"
    except FileNotFoundError:
        return True


def _size(kernel: Calls, path: str) -> int:
    status = kernel.stat(path)
    return status.size if status.kind == "file" else 0


def _write_new(kernel: Calls, path: str, letter: bytes) -> None:
    fd = kernel.open(path, O_WRONLY | O_CREAT | O_EXCL)
    kernel.write(fd, letter * UNIT_BYTES)
    kernel.close(fd)


def _names(kernel: Calls, path: str) -> str:
    fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    names = " ".join(sorted(kernel.listdir(fd)))
    kernel.close(fd)
    return names


def _sweep(kernel: Calls, path: str) -> str:
    fd = kernel.open(path, O_RDONLY | O_DIRECTORY)
    names = sorted(kernel.listdir(fd))
    kernel.close(fd)
    for name in names:
        kernel.unlink(f"{path}/{name}")
    return " ".join(names)

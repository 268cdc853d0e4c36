"""The stated alphabet, and every trace over it.

Two directories A and B below a durable root, names x, y and z.  Files live at A/x, A/z and B/y, and at A/z/y when A/z
is a directory.  A call is a line of text:

    create A/x            mkdir A/z           rename A/x B/y       link A/x A/z         unlink A/x
    write A/x 2           append A/x 1        truncate A/x         fsync A/x            fsync A

`write` puts units at the front, `append` at the end; `tail` instead of a number is 100 bytes, which end no unit.
Each call writes bytes of its own, and each unit of it other ones.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from store.kernel import O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY
from tests.brute_force.disk import UNIT_BYTES, Disk, base_disk
from tests.brute_force.effects import Effect
from tests.brute_force.kernel import Calls, PlainKernel

FILES = ("A/x", "A/z", "B/y", "A/z/y")
DIRECTORIES = ("A", "B", "A/z")
LARGEST_FILE_BYTES = 3 * UNIT_BYTES

STARTS: dict[str, tuple[tuple[str, bytes], ...]] = {
    "empty": (),
    "full": (("A/x", b"o" * UNIT_BYTES), ("B/y", b"p" * UNIT_BYTES + b"q" * 300)),
}
"""What is durable before the first call."""

Trace = tuple[str, ...]


def start(name: str) -> Disk:
    """The disk before the first call."""
    return base_disk(STARTS[name])


def perform(kernel: Calls, root: str, call: str, number: int) -> None:
    """Make one call, the `number`-th of its trace, as a program would: open, do it, close."""
    verb, *words = call.split()
    path = f"{root}/{words[0]}"
    if verb == "mkdir":
        kernel.mkdir(path)
    elif verb == "unlink":
        kernel.unlink(path)
    elif verb == "rmdir":
        kernel.rmdir(path)
    elif verb == "rename":
        kernel.rename(path, f"{root}/{words[1]}")
    elif verb == "link":
        kernel.link(path, f"{root}/{words[1]}")
    else:
        flags = {"create": O_WRONLY | O_CREAT | O_EXCL, "append": O_WRONLY | O_APPEND, "truncate": O_WRONLY | O_TRUNC}
        fd = kernel.open(path, flags.get(verb, O_RDONLY if verb == "fsync" else O_WRONLY))
        if verb == "fsync":
            kernel.fsync(fd)
        elif verb in ("write", "append"):
            data = written(number, words[1])
            assert kernel.write(fd, data) == len(data)
        kernel.close(fd)


def written(number: int, width: str) -> bytes:
    """What the `number`-th call of a trace writes: a letter of its own, upper case in every second unit."""
    letter = b"abcdefgh"[number : number + 1]
    if width == "tail":
        return letter * 100
    pair = letter * UNIT_BYTES + letter.upper() * UNIT_BYTES
    return (pair * int(width))[: int(width) * UNIT_BYTES]


def effects_of(base: Disk, trace: Sequence[str]) -> list[Effect]:
    """What a trace does to the disk; one effect a call for every call that does something."""
    kernel = PlainKernel(base)
    for number, call in enumerate(trace):
        perform(kernel, "", call, number)
    return kernel.effects


def traces(base: Disk, length: int) -> Iterator[Trace]:
    """Every trace of exactly that many calls in which each call succeeds, does something, and repeats no fsync."""
    return _longer(base, (), length, lambda calls: calls)


def random_traces(base: Disk, length: int, count: int, seed: int) -> Iterator[Trace]:
    """Such traces, drawn at random, also with calls that the complete run leaves out: tails, other widths, rmdir."""
    source = random.Random(seed)
    for _ in range(count):
        yield next(_longer(base, (), length, lambda calls: source.sample(calls, len(calls)), wide=True))


def _longer(
    base: Disk, trace: Trace, length: int, order: Callable[[list[str]], list[str]], *, wide: bool = False
) -> Iterator[Trace]:
    if len(trace) == length:
        yield trace
        return
    for call in order(list(_calls(wide=wide))):
        if _does_something(base, trace, call):
            yield from _longer(base, (*trace, call), length, order, wide=wide)


def _does_something(base: Disk, trace: Trace, call: str) -> bool:
    if call.startswith("fsync") and trace[-1:] == (call,):
        return False
    kernel = PlainKernel(base)
    for number, earlier in enumerate(trace):
        perform(kernel, "", earlier, number)
    before = kernel.disk()
    try:
        perform(kernel, "", call, len(trace))
    except OSError:
        return False
    after = kernel.disk()
    sizes = [len(content) for _, content in after.contents if content is not None]
    return (after != before or call.startswith("fsync")) and max(sizes, default=0) <= LARGEST_FILE_BYTES


def _calls(*, wide: bool) -> Iterator[str]:
    """The alphabet, possible or not at the moment."""
    for file in FILES:
        yield f"create {file}"
        yield f"truncate {file}"
        yield f"fsync {file}"
        yield f"unlink {file}"
        for width in ("1", "2", "tail") if wide else ("1",):
            yield f"append {file} {width}"
        for width in ("1", "2", "tail") if wide else ("2",):
            yield f"write {file} {width}"
        for other in FILES:
            if other != file:
                yield f"rename {file} {other}"
                yield f"link {file} {other}"
    for directory in ("A/z", "B/y"):
        yield f"mkdir {directory}"
        if wide:
            yield f"rmdir {directory}"
    for directory in DIRECTORIES:
        yield f"fsync {directory}"

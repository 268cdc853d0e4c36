"""The file that the user gave to verify, as a scenario carries it: its bytes if they are few, else what they are.

A scenario is to be replayed with nothing else at hand, so it holds a file of up to `MOST_EMBEDDED_BYTES`, as text where
that is UTF-8 and can be read, else in base64.  Of a larger one it holds size and digest, and whoever replays it has to
give it again.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from model.target import UserMistake

MOST_EMBEDDED_BYTES = 65_536

LONGEST_WRITTEN = 2 * MOST_EMBEDDED_BYTES
"""Of a text that is mostly escapes base64 is shorter, and a scenario file has a limit."""
_ESCAPE_LENGTH = 10


@dataclass(frozen=True)
class Given:
    """A file of the user's.

    Attributes:
        size_bytes: How large it is.
        sha256: The digest of its bytes.
        content: The bytes; None where they are not at hand.
    """

    size_bytes: int
    sha256: str
    content: bytes | None = field(default=None, repr=False)

    @staticmethod
    def of(content: bytes) -> "Given":
        """The file with these bytes."""
        return Given(len(content), sha256(content).hexdigest(), content)

    @property
    def is_embedded(self) -> bool:
        """Whether a scenario holds the bytes."""
        return self.content is not None and self.size_bytes <= MOST_EMBEDDED_BYTES

    def table(self) -> dict[str, Any]:
        """The table of a scenario file."""
        found: dict[str, Any] = {"size_bytes": self.size_bytes, "sha256": self.sha256}
        if self.content is None or not self.is_embedded:
            return found
        try:
            text = self.content.decode("utf-8")
        except UnicodeDecodeError:
            text = None
        if text is not None and _length_written(text) <= LONGEST_WRITTEN:
            return found | {"text": text}
        return found | {"base64": b64encode(self.content).decode("ascii")}

    def with_content(self, content: bytes | None) -> "Given":
        """The same file, with its bytes; as it is if there are none to add.

        Raises:
            UserMistake: These are not its bytes.
        """
        if content is None:
            return self
        if len(content) != self.size_bytes or sha256(content).hexdigest() != self.sha256:
            what = f"it is not the file that the scenario is about, which has {self.size_bytes:,} bytes"
            raise UserMistake("--input", what, f"Give the one whose SHA-256 is {self.sha256}.")
        return replace(self, content=content)

    def bytes_at_hand(self) -> bytes:
        """The bytes.

        Raises:
            UserMistake: They are not at hand.
        """
        if self.content is None:
            what = f"the scenario is about a file of {self.size_bytes:,} bytes, which is too large to be in it"
            raise UserMistake("--input", what, f"Give that file, whose SHA-256 is {self.sha256}: replay --input FILE.")
        return self.content


def _length_written(text: str) -> int:
    """How long a text is at most in a file, with its escapes."""
    return sum(1 if each.isprintable() and each not in '"\\' else _ESCAPE_LENGTH for each in text)


def given_in(table: dict[str, Any]) -> Given:
    """The file that a table of a scenario file holds.

    Raises:
        ValueError: What it holds is not what it says.
    """
    if "text" in table and "base64" in table:
        raise ValueError("it is there as text and in base64")
    content: bytes | None = None
    if "text" in table:
        content = table["text"].encode("utf-8")
    elif "base64" in table:
        try:
            content = b64decode(table["base64"], validate=True)
        except binascii.Error as error:
            raise ValueError(f"it is no base64: {error}") from error
    found = Given(table["size_bytes"], table["sha256"], content)
    if content is not None and Given.of(content) != found:
        raise ValueError("its bytes have another size or digest")
    return found

"""Changing many keys: save, update_many and apply (step S)."""

from collections.abc import Iterable, Mapping

from store.differences import Change, Comparison
from store.entries import Entry, NotAnEntry, encode_file
from store.errors import InvalidKey
from store.keys import accept
from store.legacy_file import replace_legacy
from store.live import read_entry, readable_entries, set_aside, write_entries
from store.names import file_name
from store.notices import SaveReport
from store.one_key import read_for_change, vouch_for_legacy
from store.operation import Operation


def keyed(mapping: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return a mapping under normalised keys.

    Raises:
        InvalidKey: a key cannot be stored, or two are spellings of the same one.
    """
    result: dict[str, Entry] = {}
    for written, entry in mapping.items():
        key = accept(written)
        if key in result:
            raise InvalidKey(f"{written!r} is another spelling of {key!r}, which is there too")
        result[key] = entry
    return result


def differences(op: Operation, wanted: Mapping[str, Entry], base: Mapping[str, Entry]) -> Change:
    """Compare what the caller wants and had loaded with what is there, key by key."""
    comparison = Comparison(wanted, base)
    for key, entry in _present(op):
        comparison.add(key, base.get(key), entry)
    comparison.add_absent()
    return comparison.change()


def differences_within(op: Operation, wanted: Mapping[str, Entry], known: frozenset[str]) -> Change:
    """Compare what the caller wants with what is there and was loaded under the same lock: no copy is needed."""
    comparison = Comparison(wanted, {})
    for key, entry in _present(op):
        comparison.add(key, entry if key in known else None, entry)
    comparison.add_absent()
    return comparison.change()


def carry_out(op: Operation, change: Change) -> SaveReport:
    """Write and remove, durably; whoever sees one of the removals sees all of the puts."""
    if op.live is None:
        return _carry_out_legacy(op, change)
    removals: list[str] = []
    in_the_way: list[str] = []
    to_be_removed: list[str] = []
    for key in (*change.puts, *change.removals):
        name = file_name(key)
        try:
            if read_entry(op, name) is not None and key not in change.puts:
                removals.append(key)
        except NotAnEntry:
            (in_the_way if key in change.puts else to_be_removed).append(name)
    for key, entry in change.puts.items():
        encode_file(key, entry)  # an entry that cannot be stored is refused before anything is touched
    set_aside(op, in_the_way)
    write_entries(
        op,
        ((file_name(key), encode_file(key, entry)) for key, entry in change.puts.items()),
        [file_name(key) for key in removals],
    )
    set_aside(op, to_be_removed)  # after the puts, as every removal
    op.directory.settle()
    op.vouch_for_live()
    return SaveReport(tuple(change.puts), tuple(removals), change.kept)


def _carry_out_legacy(op: Operation, change: Change) -> SaveReport:
    for key, entry in change.puts.items():
        encode_file(key, entry)
    text, joined = read_for_change(op)
    removals = tuple(key for key in change.removals if key in joined.entries)
    if change.puts or removals:
        replace_legacy(op, text, dict(change.puts), frozenset(removals))
    vouch_for_legacy(op)
    return SaveReport(tuple(change.puts), removals, change.kept)


def _present(op: Operation) -> Iterable[tuple[str, Entry]]:
    if op.live is None:
        return read_for_change(op)[1].entries.items()
    return readable_entries(op, sorted(op.directory.names()))

"""What the campaigns miss of the store needs a reason, and a reason needs something that they miss."""

import json
import sys
from dataclasses import replace

import pytest

from tests.store_branches import __main__ as command
from tests.store_branches.measuring import Played
from tests.store_branches.missed import MODULE, Miss, Reached
from tests.store_branches.reasons import TABLE, Reason, compare, read_reasons
from tests.store_branches.table import page, value, verdict_of

SOURCE = '''\
"""A file of the store."""
LIMIT = 3


class Shelf:
    def put(self, book):
        if book:
            self.books.append(book)
        return book

    def burn(self):
        for book in self.books:
            del book


def never():
    pass
'''
EVERYTHING = frozenset({2, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17})
REACHED = Reached("store/shelf.py", SOURCE, EVERYTHING, frozenset(), frozenset(), branches=4)

NEVER = Reason("store/shelf.py", "never", (), "nobody calls it")
EMPTY = Reason("store/shelf.py", "Shelf.put", ("if book: -> return book",), "every shelf gets a book")


def missing(*lines: int, branches: tuple[tuple[int, int], ...] = ()) -> tuple[Reached, ...]:
    return (
        replace(REACHED, run=EVERYTHING - {*lines}, missed_lines=frozenset(lines), missed_branches=frozenset(branches)),
    )


def test_a_miss_is_named_by_function_and_text_and_found_again_by_line() -> None:
    (reached,) = missing(2, 8, 17, branches=((7, 8), (7, 9), (12, -11)))
    assert reached.misses == (
        Miss("store/shelf.py", 2, MODULE, "LIMIT = 3"),
        Miss("store/shelf.py", 8, "Shelf.put", "self.books.append(book)"),
        Miss("store/shelf.py", 17, "never", "pass"),
        Miss("store/shelf.py", 7, "Shelf.put", "if book: -> return book"),
        Miss("store/shelf.py", 12, "Shelf.burn", "for book in self.books: -> out"),
    )
    assert str(reached.misses[0]) == "store/shelf.py:2 in (module): LIMIT = 3"


def test_a_branch_to_a_line_that_was_never_run_is_not_counted_twice() -> None:
    (reached,) = missing(8, branches=((7, 8),))
    assert [miss.text for miss in reached.misses] == ["self.books.append(book)"]


def test_where_nothing_is_missed_no_reason_is_needed() -> None:
    assert compare((REACHED,), ()).is_right


def test_a_miss_without_a_reason_is_red_and_named() -> None:
    compared = compare(missing(17, branches=((7, 9),)), (EMPTY,))
    assert not compared.is_right
    assert list(map(str, compared.unreasoned)) == ["store/shelf.py:17 in never: pass"]
    assert [(miss.line, reason) for miss, reason in compared.reasoned] == [(7, EMPTY)]
    assert compared.stale == ()


def test_misses_that_all_have_their_reason_are_right() -> None:
    assert compare(missing(17, branches=((7, 9),)), (EMPTY, NEVER)).is_right


def test_the_same_text_in_another_function_or_file_is_no_excuse() -> None:
    elsewhere = replace(EMPTY, function="Shelf.burn"), replace(EMPTY, file="store/chest.py")
    compared = compare(missing(branches=((7, 9),)), elsewhere)
    assert [miss.line for miss in compared.unreasoned] == [7]
    assert len(compared.stale) == 2


@pytest.mark.parametrize(
    "reason",
    [
        EMPTY,
        NEVER,
        replace(NEVER, function="nobody"),
        replace(EMPTY, lines=("if book: -> return book", "if a_line_that_is_gone:")),
    ],
)
def test_a_reason_for_nothing_is_red_and_named(reason: Reason) -> None:
    reached = missing(branches=((7, 9),)) if len(reason.lines) == 2 else (REACHED,)
    compared = compare(reached, (reason,))
    assert not compared.is_right
    (stale,) = compared.stale
    assert str(stale).startswith(f"store/shelf.py in {reason.function}: ")
    assert stale.text == (reason.lines[-1] if reason.lines else "the whole function")


def test_a_reason_for_a_whole_function_is_none_for_a_part_of_it() -> None:
    reason = Reason("store/shelf.py", "Shelf.put", (), "nobody puts a book")
    compared = compare(missing(8), (reason,))
    assert [stale.text for stale in compared.stale] == ["the whole function"]
    assert compare(missing(7, 8, 9), (reason,)).is_right


def test_what_was_broken_off_is_judged_by_nobody() -> None:
    played = Played(units=9, was_interrupted=True)
    played.done["cases"] = 4
    reached = missing(17)
    compared = compare(reached, ())
    assert verdict_of(played, compared) == "unknown"
    told = page(played, reached, compared)
    assert any(line.startswith("unknown: broken off after 4 of 9 units") for line in told)
    assert not any(line.startswith("missed") for line in told)


def test_a_unit_that_finds_the_store_wrong_is_red_whatever_was_reached() -> None:
    played = Played(units=1, troubles=["cases: put: lost"])
    played.done["cases"] = 1
    compared = compare((REACHED,), ())
    assert verdict_of(played, compared) == "counterexample"
    assert "trouble: cases: put: lost" in page(played, (REACHED,), compared)


def test_the_table_sums_up_and_fits_into_80_columns() -> None:
    played = Played(units=1)
    played.done["cases, posix"] = 1
    reached = missing(17, branches=((7, 9),))
    told = page(played, reached, compare(reached, (NEVER, EMPTY)))
    assert "all                             11         4       2           2" in told
    assert any(line.startswith("ok: the campaigns reach all 15 lines and branches of the store but 2") for line in told)
    assert max(map(len, told)) <= 80
    red = page(played, reached, compare(reached, ()))
    assert any(line.startswith("missed without a reason: store/shelf.py:17 in never: pass") for line in red)


def test_as_json_each_miss_has_its_reason_or_none() -> None:
    reached = missing(17, branches=((7, 9),))
    told = json.loads(json.dumps(value(Played(units=1), reached, compare(reached, (NEVER,)))))
    assert told["schema"] == 1
    assert {miss["text"]: miss["because"] for miss in told["missed"]} == {
        "pass": "nobody calls it",
        "if book: -> return book": None,
    }


def test_the_checked_in_reasons_are_readable_and_their_lines_are_in_the_files() -> None:
    root = TABLE.parent.parent.parent
    for reason in read_reasons(TABLE.read_text("utf-8")):
        lines = [line.strip() for line in (root / reason.file).read_text("utf-8").splitlines()]
        for text in reason.lines:
            assert text.partition(" -> ")[0] in lines


@pytest.mark.parametrize(
    "table",
    [
        '[[reason]]\nfile = "a"\nfunction = "b"',
        '[[reason]]\nfile = "a"\nfunction = "b"\nbecause = " "',
        '[[reason]]\nfile = "a"\nfunction = "b"\nbecause = "c"\nline = 3',
        '[[reason]]\nfile = "a"\nfunction = "b"\nbecause = "c"\nlines = "d"',
    ],
)
def test_a_reason_that_is_not_whole_is_refused(table: str) -> None:
    with pytest.raises(ValueError, match=r"reasons\.toml: reason 1"):
        read_reasons(table)


def test_elsewhere_than_on_linux_the_reasons_do_not_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert command.main([]) == 2
    assert "linux" in capsys.readouterr().err

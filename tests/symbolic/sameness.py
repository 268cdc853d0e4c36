"""Laws of comparing entries: the order of members never counts, the type always."""

from typing import Any

from store import entries
from store.entries import is_same
from tests.symbolic.law import Defect, Law

Scalar = int | bool | None


def the_order_of_members_does_not_count(one: Scalar, two: Scalar, three: Scalar, four: Scalar) -> bool:
    """Two objects are the same if and only if their members of the same name are, in whatever order.

    post: _
    """
    same = entries.is_same({"a": one, "b": two}, {"b": four, "a": three})
    return same == (entries.is_same(one, three) and entries.is_same(two, four))


def the_order_of_items_counts(one: int, two: int) -> bool:
    """Two lists are the same only in the same order.

    post: _
    """
    return entries.is_same([one, two], [two, one]) == (one == two)


def sameness_is_symmetric(one: Scalar, other: Scalar) -> bool:
    """Whatever is the same as another value, that is the same as it; everything is the same as itself.

    post: _
    """
    return entries.is_same(one, other) == entries.is_same(other, one) and entries.is_same(one, one)


def a_truth_value_is_no_number(number: int, truth: bool) -> bool:
    """No truth value is the same as a number.

    post: _
    """
    return not entries.is_same({"a": number}, {"a": truth})


def _in_order(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one.values()) == list(other.values())
    return is_same(one, other)


def _as_sets(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return all(any(is_same(left, right) for right in other) for left in one)
    return is_same(one, other)


def _none_is_like_anything(one: Any, other: Any) -> bool:
    return one is None or is_same(one, other)


def _as_python_compares(one: Any, other: Any) -> bool:
    return bool(one == other)


SAME = "store.entries.is_same"

LAWS = (
    Law(
        the_order_of_members_does_not_count,
        (SAME,),
        (Defect("members are compared in the order they come", SAME, _in_order),),
    ),
    Law(
        the_order_of_items_counts,
        (SAME,),
        (Defect("lists are compared as sets", SAME, _as_sets),),
    ),
    Law(
        sameness_is_symmetric,
        (SAME,),
        (Defect("nothing is the same as anything", SAME, _none_is_like_anything),),
    ),
    Law(
        a_truth_value_is_no_number,
        (SAME,),
        (Defect("values are compared as Python does", SAME, _as_python_compares),),
    ),
)

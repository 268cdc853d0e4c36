"""The sample of a real store: the same bytes for the same seed, and shaped like what gateways keep."""

import json
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.sample import DISTINCT_SNAPSHOTS, sample, sample_entries


@pytest.fixture(scope="module")
def full() -> dict[str, dict[str, Any]]:
    return sample_entries(142, 1)


def test_a_seed_gives_the_bytes_that_it_gave_on_every_other_machine() -> None:
    assert sha256(sample(3, 7)).hexdigest() == "18a14a83a1879378b2fbfffa2d8af07ce6f202330832e030b119147a4ad41726"


@settings(deadline=None, max_examples=10)
@given(entries=st.integers(0, 40), seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_bytes(entries: int, seed: int) -> None:
    assert sample(entries, seed) == sample(entries, seed)


@settings(deadline=None, max_examples=10)
@given(entries=st.integers(0, 120), seed=st.integers(0, 2**32))
def test_every_key_is_normalised_and_no_two_are_alike(entries: int, seed: int) -> None:
    pairs = json.loads(sample(entries, seed), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == entries
    assert len(set(keys)) == entries
    assert all(key == key.strip().lower() for key in keys)


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = "from hashlib import sha256; from scenarios.sample import sample; print(sha256(sample(5, 2)).hexdigest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert digests == {sha256(sample(5, 2)).hexdigest() + "\n"}


def test_another_seed_gives_other_keys() -> None:
    assert not sample_entries(20, 1).keys() & sample_entries(20, 2).keys() - {"agent:main:main", "global"}


def test_142_entries_come_to_about_12_megabytes() -> None:
    assert 11_000_000 < len(sample(142, 1)) < 13_000_000


def test_it_is_indented_as_the_original_writes_it() -> None:
    assert sample(1, 1).startswith(b'{\n  "agent:main:')
    assert sample(0, 1) == b"{}"


def test_every_entry_is_a_session(full: dict[str, dict[str, Any]]) -> None:
    assert all(isinstance(entry["sessionId"], str) and isinstance(entry["updatedAt"], int) for entry in full.values())
    assert len({entry["sessionId"] for entry in full.values()}) == len(full)


def test_the_big_blobs_repeat(full: dict[str, dict[str, Any]]) -> None:
    snapshots = Counter(json.dumps(entry["skillsSnapshot"]) for entry in full.values() if "skillsSnapshot" in entry)
    assert len(snapshots) == DISTINCT_SNAPSHOTS
    assert 80 < snapshots.total() < 110
    assert all(90_000 < len(snapshot) < 140_000 for snapshot in snapshots)


def test_a_bare_entry_is_small(full: dict[str, dict[str, Any]]) -> None:
    bare = [entry for entry in full.values() if "skillsSnapshot" not in entry]
    assert all(150 < len(json.dumps(entry)) < 1_600 for entry in bare)


def test_all_families_of_keys_are_there(full: dict[str, dict[str, Any]]) -> None:
    marks: tuple[str, ...] = (
        ":telegram:group:",
        ":topic:",
        ":thread:",
        ":slack:direct:",
        ":discord:",
        ":matrix:",
        ":signal:group:",
    )
    marks += (":wechat:", ":webchat:", ":cron:", ":run:", ":subagent:", ":acp:", ":heartbeat", "hook:", "node-")
    assert [mark for mark in marks if not any(mark in key for key in full)] == []


def test_a_small_sample_is_the_beginning_of_a_mixed_one() -> None:
    families = {key.split(":")[2] for key in sample_entries(8, 3)}
    assert {"telegram", "slack", "cron", "direct", "subagent"} <= families

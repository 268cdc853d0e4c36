"""A scenario replays to the same bytes anywhere, survives changes that do not matter, and says when it cannot be."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.cli import run
from model.defects.defect import COST
from model.explore.campaign import run_case
from model.explore.stage import Case, Stage
from model.persistence.profiles import PROFILES
from model.report.figures import WIDTH
from model.report.replay import replay_text
from model.scenario.answers import Labelled, LastValues
from model.scenario.as_test import as_test
from model.scenario.file import Scenario, to_toml
from model.scenario.library import REGRESSIONS
from model.scenario.places import Places
from model.scenario.reading import parse_scenario, read_scenario
from model.scenario.replay import Replay, find_case, in_force, of_counterexample, replay
from model.scenario.story import CannotReplay, Choice, Cut, Kill
from model.simulation.disk import Disk, Inode, Variable
from model.target import Target, UserMistake, load_target
from scenarios.defects import DEFECTS
from tests import leaky_stores

ROOT = Path(__file__).parent.parent
KEPT = sorted((ROOT / REGRESSIONS).glob("*.toml"))
COMMAND = (sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()")
STORES = "tests.leaky_stores"


def scenario_of(target: Target, name: str = "", *, case: int = 0, profile: str = "posix") -> Scenario:
    """The scenario of the counterexample that a case has."""
    (found,) = run_case(target, target.cases()[case], PROFILES[profile]).counterexamples
    scenario = of_counterexample(found, f"{STORES}:{name or target.name}")
    assert scenario is not None
    return scenario


def changed(scenario: Scenario, target: Target) -> Replay:
    """A scenario of one version of a store on another version of it."""
    return replay(scenario, target)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_was_kept_replays_to_its_verdict(path: Path) -> None:
    replayed = replay(read_scenario(path))
    assert replayed.is_as_recorded, "\n".join(replay_text(replayed, number=1))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_was_kept_of_a_defect_is_no_fault_of_the_store_itself(path: Path) -> None:
    scenario = read_scenario(path)
    if scenario.defect:
        target = load_target(scenario.target)
        case = find_case(scenario, target)
        result = run_case(target, case, PROFILES[scenario.story.profile], nested=len(scenario.story.cuts) - 1)
        assert result.verdict == "ok"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_was_kept_tells_its_story_and_what_puts_it_right(path: Path) -> None:
    head = path.read_text().partition("\nschema = ")[0]
    told = " ".join(line.removeprefix("#").strip() for line in head.splitlines())
    assert re.search(r"What puts? it right: [^.]+\.", told)
    assert "Because " in told
    assert re.search("The power went |The process was killed ", told)


def test_there_is_a_story_for_every_mistake_that_a_cut_can_show() -> None:
    defects = {defect.name for defect in DEFECTS if defect.property != COST}
    assert defects - {path.stem for path in KEPT} == set()


def blackstart(*arguments: str, folder: Path, seed: str) -> "subprocess.CompletedProcess[bytes]":
    """The command in a fresh process, in some folder, with some hash seed."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, env=environment, check=False)


@pytest.mark.parametrize("extra", [[], ["--json"], ["--as-test"]])
def test_a_replay_is_the_same_bytes_in_another_process_folder_and_hash_seed(
    tmp_path: Path, extra: Sequence[str]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there" / "deeper"
    text = to_toml(scenario_of(leaky_stores.journalled))
    for folder in (here, there):
        folder.mkdir(parents=True)
        (folder / "kept.toml").write_text(text)
    arguments = ("replay", "kept.toml", "--allow-target", *extra)
    one = blackstart(*arguments, folder=here, seed="1")
    two = blackstart(*arguments, folder=there, seed="77")
    assert one.stdout == two.stdout
    assert (one.returncode, one.stderr) == (two.returncode, two.stderr) == (0 if "--as-test" in extra else 1, b"")
    assert [path.name for path in here.iterdir()] == ["kept.toml"], "a replay writes nothing"


def test_a_run_leaves_scenarios_that_replay(tmp_path: Path) -> None:
    verify = blackstart(
        "verify", "scenarios.naive:target", "--profile", "posix", "--jobs", "1", folder=tmp_path, seed="0"
    )
    assert verify.returncode == 1
    (folder,) = (tmp_path / ".blackstart" / "runs").iterdir()
    replayed = blackstart("replay", folder.name, folder=tmp_path, seed="0")
    assert replayed.returncode == 1
    shown = replayed.stdout.decode()
    assert shown.count("counterexample: as recorded.") == len(list(folder.glob("counterexamples/*.toml"))) == 6
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []


def test_a_replay_as_json_says_whether_it_is_as_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "kept.toml"
    path.write_text(to_toml(scenario_of(leaky_stores.late, case=1)))
    assert run(["replay", str(path), "--json", "--allow-target"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["verdict"]) == (1, "counterexample")
    assert value["rows"][0]["as_recorded"]
    assert value["rows"][0]["counterexample"]["story"]["cuts"][0]["choices"]


def test_calls_that_do_not_matter_change_nothing() -> None:
    scenario = scenario_of(leaky_stores.forgetful)
    replayed = changed(scenario, leaky_stores.forgetful_and_chatty)
    assert replayed.is_as_recorded
    assert replayed.found is not None
    assert len(replayed.found.trace) > len(replay(scenario, leaky_stores.forgetful).found.trace)  # type: ignore[union-attr]


def test_a_mended_store_can_no_longer_lose_what_was_lost() -> None:
    replayed = changed(scenario_of(leaky_stores.late, case=1), leaky_stores.sound)
    assert replayed.verdict == "unknown"
    assert "the store no longer looks at content of /srv/sessions.json" in replayed.reason


def test_a_promise_that_is_not_made_there_any_more_is_named() -> None:
    replayed = changed(scenario_of(leaky_stores.forgetful), leaky_stores.sound)
    assert replayed.verdict == "unknown"
    assert replayed.reason == (
        "at this cut it is no longer promised that \"put('a', {'version': 1}) returned before the cut\", "
        "but \"put('a', {'version': 1}) had not returned\""
    )


def test_a_call_that_is_not_made_any_more_is_named() -> None:
    scenario = scenario_of(leaky_stores.forgetful)
    cut = replace(scenario.story.cuts[0], after="rename /srv/a -> /srv/b", occurrence=2)
    replayed = replay(replace(scenario, story=replace(scenario.story, cuts=(cut,))), leaky_stores.forgetful)
    assert replayed.reason == "the store no longer makes the call 'rename /srv/a -> /srv/b' 2 times"


def test_an_answer_that_cannot_be_given_any_more_is_named_with_those_that_can() -> None:
    scenario = scenario_of(leaky_stores.late, case=1)
    cut = replace(scenario.story.cuts[0], choices=(Choice("content of /srv/sessions.json", "7 bytes: nonsense"),))
    replayed = replay(replace(scenario, story=replace(scenario.story, cuts=(cut,))), leaky_stores.late)
    assert "content of /srv/sessions.json can no longer be '7 bytes: nonsense'; it can be 'empty' or" in replayed.reason


def test_a_kill_that_nothing_follows_any_more_is_named() -> None:
    scenario = scenario_of(leaky_stores.forgetful)
    story = replace(scenario.story, kill=Kill("close /srv/sessions.json.new"))
    replayed = replay(replace(scenario, story=story), leaky_stores.forgetful)
    assert "no longer goes on after a kill" in replayed.reason


def test_less_lost_than_recorded_is_a_verdict_of_ok_and_told_so() -> None:
    scenario = scenario_of(leaky_stores.twice)
    cut = replace(scenario.story.cuts[0], choices=())
    replayed = replay(replace(scenario, story=replace(scenario.story, cuts=(cut,))), leaky_stores.twice)
    assert (replayed.verdict, replayed.is_as_recorded) == ("ok", False)
    last = " ".join("\n".join(replay_text(replayed, number=1)).split())
    assert last.endswith("ok: NOT as recorded: property 1 was violated then, and is kept now.")


def test_a_cut_of_recovery_is_replayed() -> None:
    scenario = scenario_of(leaky_stores.journalled)
    assert len(scenario.story.cuts) == 2
    replayed = replay(scenario, leaky_stores.journalled)
    assert replayed.is_as_recorded
    assert replayed.found is not None
    assert "-- power cut; recovery: --" in replayed.found.trace


def killed(target: Target) -> Case:
    """A put that is killed anywhere; then another process opens the store."""
    case = target.cases()[1]

    def then(stage: Stage) -> None:
        target.open(stage.kernel(), stage.path)

    return replace(case, name="killed, then opened", then=then)


def test_a_kill_before_the_cut_is_replayed() -> None:
    base = leaky_stores.late
    target = replace(base, cases=lambda: [killed(base)])
    found = run_case(target, killed(base), PROFILES["posix"]).counterexamples[0]
    assert found.story is not None
    story = replace(
        found.story,
        kill=Kill("fsync /srv/sessions.json"),
        cuts=(Cut("rename /srv/sessions.json.new -> /srv/sessions.json", 1, found.story.cuts[0].promised),),
    )
    story = replace(story, cuts=(replace(story.cuts[0], choices=found.story.cuts[0].choices),))
    scenario = of_counterexample(replace(found, story=story), "tests.leaky_stores:late")
    assert scenario is not None
    again = parse_scenario(to_toml(scenario).encode(), "again")
    assert again.story == story
    replayed = replay(again, target)
    assert replayed.is_as_recorded
    assert replayed.found is not None
    assert "A process was killed before fsync /srv/sessions.json (P9); another one went on." in replayed.found.because


def test_as_a_test_it_fails_until_the_store_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = scenario_of(leaky_stores.forgetful)
    source = as_test(scenario)
    module: dict[str, object] = {}
    exec(compile(source, "made.py", "exec"), module)
    (test,) = [value for name, value in module.items() if name.startswith("test_") and callable(value)]
    with pytest.raises(AssertionError):
        test()
    module["forgetful"] = leaky_stores.sound
    test()


def test_as_a_test_it_does_not_pass_because_its_story_cannot_be_told_any_more() -> None:
    scenario = scenario_of(leaky_stores.forgetful)
    cut = replace(scenario.story.cuts[0], after="rename /srv/old-name -> /srv/sessions.json")
    renamed = replace(scenario, story=replace(scenario.story, cuts=(cut,)))
    assert replay(renamed, leaky_stores.forgetful).verdict == "unknown"
    module: dict[str, object] = {}
    exec(compile(as_test(renamed), "made.py", "exec"), module)
    (test,) = [value for name, value in module.items() if name.startswith("test_") and callable(value)]
    with pytest.raises(AssertionError, match=r"The story cannot be told any more: .* counterexample\. Because put"):
        test()
    module["forgetful"] = leaky_stores.sound
    test()


def test_as_a_test_of_several_it_says_which_one_it_is_and_how_to_choose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "counterexamples").mkdir()
    for number in (1, 2):
        path = tmp_path / "counterexamples" / f"{number}.toml"
        path.write_text(to_toml(scenario_of(leaky_stores.forgetful)))
    assert run(["replay", str(tmp_path), "--as-test", "--allow-target"]) == 0
    shown = capsys.readouterr()
    assert f"the test of {tmp_path}/counterexamples/1.toml, the first of 2 scenarios." in shown.err
    assert f"blackstart replay {tmp_path}/counterexamples/2.toml --as-test" in shown.err
    assert run(["replay", str(path), "--as-test", "--allow-target"]) == 0
    alone = capsys.readouterr()
    assert (alone.out, alone.err) == (shown.out, "")


def test_as_a_test_of_a_known_bad_store_it_passes_as_long_as_that_is_convicted() -> None:
    module: dict[str, object] = {}
    exec(compile(as_test(read_scenario(ROOT / REGRESSIONS / "no-fsync-of-the-file.toml")), "made.py", "exec"), module)
    (test,) = [value for name, value in module.items() if name.startswith("test_") and callable(value)]
    test()


def test_a_counterexample_of_a_run_is_kept_once_under_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "one.toml"
    path.write_text(to_toml(scenario_of(leaky_stores.late, case=1)))
    assert run(["scenarios", "save", "one.toml", "--name", "renamed-too-early"]) == 0
    assert run(["replay", "renamed-too-early", "--allow-target"]) == 1
    assert run(["scenarios", "list"]) == 0
    assert "renamed-too-early" in capsys.readouterr().out
    assert run(["scenarios", "save", "one.toml", "--name", "renamed-too-early"]) == 2
    assert "it is there already. Choose another --name" in capsys.readouterr().err
    assert run(["scenarios", "save", "one.toml", "--name", "../up"]) == 2
    assert run(["scenarios", "save", "one.toml", "--name", "more", "--number", "2"]) == 2
    assert run(["replay", "renamed-too-erly"]) == 2
    assert "Did you mean 'renamed-too-early'?" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*.toml")) == ["one.toml", "renamed-too-early.toml"]


def variant_scenario() -> Scenario:
    """A counterexample that only a variant of a case has: a call fails, and the store keeps it to itself."""
    name = "failed-write-only-warned"
    target = load_target("scenarios.sessions:target")
    with in_force(name):
        (case,) = (each for each in target.cases() if (each.operation, each.name) == ("faults", "put('b'), live"))
        (found,) = run_case(target, case, PROFILES["posix"]).counterexamples
    assert found.case.startswith("put('b'), live: ")
    scenario = of_counterexample(found, "scenarios.sessions:target", defect=name)
    assert scenario is not None
    return scenario


def test_a_counterexample_of_a_variant_is_kept_and_replays_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(to_toml(variant_scenario()))
    kept = blackstart("scenarios", "save", "one.toml", "--name", "kept-to-itself", folder=tmp_path, seed="1")
    assert (kept.returncode, kept.stderr) == (0, b"")
    assert (tmp_path / REGRESSIONS / "kept-to-itself.toml").read_bytes() == (tmp_path / "one.toml").read_bytes()
    one, two = (blackstart("replay", "kept-to-itself", folder=tmp_path, seed=seed) for seed in ("1", "77"))
    assert (one.returncode, one.stderr) == (1, b"")
    assert one.stdout == two.stdout
    assert b"counterexample: as recorded." in one.stdout


def test_the_store_itself_does_not_fail_a_variant_and_a_misspelt_one_is_told_the_nearest() -> None:
    scenario = variant_scenario()
    target = load_target(scenario.target)
    case = find_case(scenario, target)
    assert case.name == scenario.story.case
    assert run_case(target, case, PROFILES["posix"]).verdict == "ok"
    misspelt = replace(scenario, story=replace(scenario.story, case=scenario.story.case.replace("EIO", "EI0")))
    with pytest.raises(UserMistake, match=re.escape(f"Did you mean {scenario.story.case!r}?")):
        find_case(misspelt, target)
    unlike = replace(scenario, story=replace(scenario.story, case="nothing like it"))
    with pytest.raises(UserMistake, match=r"and [0-9]+ more"):
        find_case(unlike, target)


FILE = Variable("content", 2)
NAME = Variable("name", 1, "a")


def answering(*choices: Choice) -> Labelled:
    """A source of choices about a disk with one file, /a, of 43 bytes."""
    disk = Disk({1: Inode("directory", 0o755, entries={"a": 2}), 2: Inode("file", 0o600, content=b"x" * 43)})
    return Labelled(choices, Places.of(disk), LastValues(disk))


def test_what_no_choice_speaks_of_is_as_it_was_last() -> None:
    source = answering()
    assert source(2, FILE, [b"", b"x" * 43]) == 1
    assert source(2, FILE, [43, 0]) == 0
    assert source(2, NAME, [False, True]) == 1
    assert source(2, NAME, [0, 2]) == 1
    assert source(2, NAME, [None, "file"]) == 1
    source.finish()
    assert not any(asked.is_loss for asked in source.asked)


def test_a_store_that_looks_at_the_size_first_finds_the_content_that_was_recorded() -> None:
    source = answering(Choice("content of /a", "43 bytes, all NUL"))
    assert source(2, FILE, [0, 43]) == 1
    assert source(2, FILE, [b"x" * 43, b"\0" * 43]) == 1
    source.finish()


def test_a_store_that_looks_closer_finds_the_one_thing_that_is_left_to_see() -> None:
    source = answering(Choice("name /a", "there"), Choice("content of /a", "empty"))
    assert source(2, NAME, [0, 2]) == 1
    assert source(2, FILE, [43, 0]) == 1
    source.finish()


def test_a_choice_that_nobody_asks_for_is_named_at_the_end() -> None:
    source = answering(Choice("name /b", "there"))
    with pytest.raises(CannotReplay, match="the store no longer looks at name /b, or it can no longer be 'there'"):
        source.finish()

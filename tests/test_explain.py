"""Counterexamples explain themselves: what was promised, what was lost and by which rule, which line is to blame."""

import inspect
import io
import json
import re
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import store.migration
from model.cli import run
from model.explore.campaign import run_case
from model.persistence.profiles import GATES, PROFILES
from model.properties import CONVERGENCE, INVISIBLE_MIGRATION, PROPERTIES
from model.report.counterexample import counterexample_text
from model.report.figures import WIDTH
from model.scenario.citations import citations, citing
from model.scenario.file import to_toml
from model.scenario.replay import of_counterexample
from model.scenario.rules import first_sentence, is_rule, rule_text
from model.target import Target, UserMistake
from scenarios import naive
from scenarios.defects import DEFECTS
from scenarios.lessons.shown import SHOWN_BY
from tests import leaky_stores

ROOT = Path(__file__).parent.parent
RULES = [f"P{number}" for number in range(1, 12)]
STEPS = [*"WDSN", *(f"M{number}" for number in range(1, 9))]


def because(target: Target, *, case: int = 0, profile: str = "posix") -> tuple[str, ...]:
    (found,) = run_case(target, target.cases()[case], PROFILES[profile]).counterexamples
    assert found.because
    return found.because


def line_of(function: object, text: str) -> int:
    """The line of a test store in which something stands."""
    lines, first = inspect.getsourcelines(function)  # type: ignore[arg-type]
    return first + next(number for number, line in enumerate(lines) if text in line)


def test_a_missing_fsync_of_the_folder_is_explained_with_rule_and_line() -> None:
    rename = line_of(leaky_stores.Forgetful.replace, "self.kernel.rename")
    put = line_of(leaky_stores.Files.put, "self.replace")
    call = f"rename /srv/sessions.json.new -> /srv/sessions.json (tests/leaky_stores.py:{rename} in replace, step W)"
    assert because(leaky_stores.forgetful) == (
        "Because put('a', {'version': 1}) returned before the cut, recovery must show 'a' = {'version': 1}. "
        "However it shows nothing.",
        f"The power went in the run after call 6, {call}.",
        f"The name /srv/sessions.json was absent afterwards: call 6, {call}, did not persist (P3, P4, P5). "
        "An fsync of /srv would have kept it; no call of this run makes one. "
        f"It was called from tests/leaky_stores.py:{put} in put.",
        "It can happen under sequential, posix, ext4, ext4-nodelalloc, xfs and btrfs.",
    )


def test_an_fsync_that_comes_too_early_or_late_is_named_with_its_line() -> None:
    fsync = line_of(leaky_stores.Late.replace, "self.kernel.fsync")
    (loss,) = [each for each in because(leaky_stores.late, case=1) if "afterwards" in each]
    assert "The content of /srv/sessions.json was empty afterwards: call 5, write /srv/sessions.json.new" in loss
    assert "(P1, P2, P5)" in loss
    assert loss.endswith(
        "The fsync of /srv/sessions.json that keeps it, call 9, fsync /srv/sessions.json "
        f"(tests/leaky_stores.py:{fsync} in replace), came too late."
    )


def test_a_cut_of_recovery_is_told_after_the_cut_of_the_run() -> None:
    run_cut, recovery_cut, loss, _ = because(leaky_stores.journalled)[1:]
    assert run_cut.startswith("The power went in the run after call 10, close /srv")
    assert run_cut.endswith("Nothing was lost.")
    assert recovery_cut.startswith("The power went in the recovery from that after call 7, unlink /srv/sessions.json.j")
    assert "in write), did not persist (P3, P5)" in loss


def test_where_nothing_was_lost_the_run_itself_is_to_blame() -> None:
    told = because(naive.target, case=1)
    assert told[1].endswith("Nothing was lost: it is what had been done by then that breaks the promise.")
    assert told[-1] == "It can happen under every gate."


@pytest.mark.parametrize("profile", GATES)
def test_only_rules_of_the_profile_are_cited(profile: str) -> None:
    for target in (naive.target, leaky_stores.forgetful, leaky_stores.late, leaky_stores.twice):
        for case in target.cases():
            for found in run_case(target, case, PROFILES[profile]).counterexamples:
                cited = re.findall(r"\bP\d+\b", " ".join(found.because))
                assert set(cited) <= set(PROFILES[profile].rules)


def test_a_kill_is_called_a_kill() -> None:
    told = because(naive.target, case=1, profile="process-kill")
    assert told[1].startswith("The process was killed in the run after call 4, open /srv/sessions.json")


def test_the_report_shows_the_sentences_in_the_width_of_a_page() -> None:
    (found,) = run_case(leaky_stores.twice, leaky_stores.twice.cases()[0], PROFILES["posix"]).counterexamples
    lines = counterexample_text(found, number=1)
    shown = " ".join(" ".join(lines).split())
    assert all(paragraph in shown for paragraph in found.because)
    assert [line for line in lines if len(line) > WIDTH] == []


def test_a_file_is_explained_with_the_rules_that_it_cites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run_case(leaky_stores.forgetful, leaky_stores.forgetful.cases()[0], PROFILES["posix"]).counterexamples
    scenario = of_counterexample(found, "tests.leaky_stores:forgetful")
    assert scenario is not None
    path = tmp_path / "it.toml"
    path.write_text(to_toml(scenario))
    assert run(["explain", str(path), "--allow-target"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = " ".join(" ".join(lines).split())
    assert all(paragraph in shown for paragraph in found.because)
    for rule in ("P3", "P4", "P5", "W"):
        assert first_sentence(rule) in shown
    assert [line for line in lines if len(line) > WIDTH] == []


def test_what_cannot_happen_any_more_is_explained_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = run_case(leaky_stores.late, leaky_stores.late.cases()[1], PROFILES["posix"]).counterexamples
    scenario = of_counterexample(found, "tests.leaky_stores:late")
    assert scenario is not None
    path = tmp_path / "it.toml"
    path.write_text(to_toml(replace(scenario, target="tests.leaky_stores:sound")))
    assert run(["explain", str(path), "--allow-target"]) == 3
    assert "unknown: the store no longer looks at content of /srv/sessions.json" in capsys.readouterr().out


@cache
def explained(rule: str, *options: str) -> str:
    with redirect_stdout(io.StringIO()) as output:
        assert run(["explain", rule, *options]) == 0
    shown = output.getvalue()
    assert options or [line for line in shown.splitlines() if len(line) > WIDTH] == []
    return shown


def words(text: str) -> str:
    """A text without its marks, and without the space that its pictures are drawn with."""
    return " ".join(re.sub(r"\*\*|```|(?m:^#+ )", "", text).split())


@pytest.mark.parametrize("rule", [*RULES, *STEPS])
def test_every_rule_and_step_is_told_in_the_words_of_its_document(rule: str) -> None:
    told = re.split(r"\n\nWhat (?:breaks|it costs)", explained(rule))[0]
    document = ROOT / ("model/PERSISTENCE.md" if rule.startswith("P") else "store/PROTOCOL.md")
    assert words(told) in words(document.read_text("utf-8"))
    assert re.match(rf"{rule}\b", told)
    others = [each for each in (*RULES, *STEPS) if each != rule and re.search(rf"(?m)^{each}\b[: ]", told)]
    assert others == [], "it ends where the next one begins"


@pytest.mark.parametrize("rule", [*RULES, *STEPS])
def test_every_rule_and_step_is_shown_by_a_store_without_it_or_says_why_not(rule: str) -> None:
    shown = SHOWN_BY[rule]
    text = " ".join(explained(rule).split())
    assert shown.why in text
    if shown.defect:
        assert f"{shown.defect}, a store that is known to be bad: {stories()[shown.defect]}" in text
    if shown.defect or shown.target:
        assert re.search(r"Run just now, judging [0-9,]+ crash states?: .* Because .* However .* It can happen", text)
    else:
        assert "Run just now" not in text
        assert text.count("Nothing is known to be bad by this rule alone") == 1


def stories() -> dict[str, str]:
    return {defect.name: defect.story for defect in DEFECTS}


@pytest.mark.parametrize("rule", ["P1", "P2", "P3", "P5", "P7", "P9"])
def test_what_shows_a_rule_loses_something_by_that_rule(rule: str) -> None:
    found = explained(rule).partition("Run just now")[2].partition("In the code")[0]
    assert re.search(rf"\([P0-9, ]*\b{rule}\b[P0-9, ]*\)|killed", found)


def test_a_step_names_other_mistakes_that_are_made_in_it() -> None:
    shown = " ".join(explained("M6").split())
    others = shown.partition("More mistakes in this step: ")[2].partition(" (blackstart defects")[0].split(", ")
    assert {"legacy-file-deleted", "torn-backup", "backup-over-an-older-one"} <= set(others) <= set(stories())
    assert "staging-unsynced" not in others
    assert "mark-removed-before-the-backup-is-durable, a store that is known to be bad" in shown


@pytest.mark.parametrize("rule", [*RULES, *STEPS])
def test_every_place_that_is_named_cites_the_rule(rule: str) -> None:
    places = re.findall(r"(?m)^  ([a-z_/]+\.py):(\d+)", explained(rule).partition("In the code")[2])
    assert places
    for file, line in places:
        lines = (ROOT / file).read_text("utf-8").splitlines()
        assert re.search(rf"\b{rule}\b", "\n".join(lines[int(line) - 1 :]))


def test_where_a_step_is_carried_out_is_found_in_the_code_itself() -> None:
    line = line_of(store.migration._commit, "def _commit")
    (commit,) = [each for each in citations("M4") if each.name == "_commit"]
    assert commit[:2] == ("store/migration.py", line)
    assert commit.says == first_line(store.migration._commit)


def first_line(function: object) -> str:
    return " ".join((inspect.getdoc(function) or "").split())


def test_a_range_of_rules_and_a_letter_by_itself_cite_nothing() -> None:
    assert citing("The rules P1 to P11 stand there. So does M1.", "P1") == ""
    assert citing("The rules P1 to P11 stand there. So does M1.", "M1") == "So does M1."
    assert citing("North is N.", "N") == ""
    assert citing("It vouches (rule N).", "N") == "It vouches (rule N)."


def test_a_rule_comes_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "m5", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["schema"], value["rule"], value["defect"]) == (1, "M5", "merge-that-clobbers")
    assert value["counterexample"]["property"] == INVISIBLE_MIGRATION
    assert value["code"][0]["file"] == "store/migration.py"


def test_what_is_no_rule_is_taken_for_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_rule("P12")
    assert run(["explain", "P12"]) == 2
    shown = capsys.readouterr().err
    assert "P12: there is no such file or run, and no such rule or step. There are: " in shown
    named = shown.rpartition("There are: ")[2]
    ends = [name for each in named.strip().rstrip(".").split(", ") for name in each.split(" to ")]
    assert set(ends) == {*"WDSN", "M1", "M8", "P1", "P11"}
    assert {*RULES, *STEPS} == set(filter(is_rule, [*"WDSNQ", *(f"{letter}{n}" for letter in "MP" for n in range(20))]))
    assert run(["explain", "Q9"]) == 2
    assert "M1 to M8, P1 to P11." in capsys.readouterr().err
    with pytest.raises(UserMistake, match="does not tell it"):
        rule_text("P12")


@pytest.mark.parametrize("number", PROPERTIES)
def test_every_property_is_told_by_number_and_by_title_with_stores_that_break_it(number: int) -> None:
    told = explained(str(number))
    assert told == explained(PROPERTIES[number].title.upper())
    assert PROPERTIES[number].sentence in " ".join(told.split())
    breaking = {defect.name for defect in DEFECTS if defect.property == number}
    assert {*re.findall(r"[a-z]+(?:-[a-z0-9]+)+", told)} >= breaking
    assert set(json.loads(explained(str(number), "--json"))["broken_by"]) == breaking


def test_only_the_naive_store_breaks_what_no_known_bad_store_breaks() -> None:
    unbroken = [number for number in PROPERTIES if all(defect.property != number for defect in DEFECTS)]
    assert unbroken == [CONVERGENCE]
    case = naive.target.cases()[0]
    (found,) = run_case(naive.target, case, PROFILES["process-kill"]).counterexamples
    assert found.property == CONVERGENCE

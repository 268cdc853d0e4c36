"""Counterexamples explain themselves: what was promised, what was lost and by which rule, which line is to blame."""

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest

from model.cli import run
from model.explore.campaign import run_case
from model.persistence.profiles import GATES, PROFILES
from model.report.counterexample import counterexample_text
from model.report.figures import WIDTH
from model.scenario.file import to_toml
from model.scenario.replay import of_counterexample
from model.scenario.rules import first_sentence, is_rule, rule_text
from model.target import Target, UserMistake
from scenarios import naive
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


@pytest.mark.parametrize("rule", [*RULES, *STEPS])
def test_every_rule_and_step_is_told_in_the_words_of_its_document(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", rule.lower()]) == 0
    shown = capsys.readouterr().out
    document = ROOT / ("model/PERSISTENCE.md" if rule.startswith("P") else "store/PROTOCOL.md")
    words = " ".join(document.read_text("utf-8").replace("**", "").split())
    assert " ".join(shown.replace("**", "").split()) in words
    assert re.match(rf"(#+ )?{rule}\b", shown)
    others = [each for each in (*RULES, *STEPS) if each != rule and re.search(rf"(?m)^(#+ )?{each}\b[: ]", shown)]
    assert others == [], "it ends where the next one begins"


def test_what_is_no_rule_is_taken_for_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_rule("P12")
    assert run(["explain", "P12"]) == 2
    assert "P12: there is no such file or run" in capsys.readouterr().err
    with pytest.raises(UserMistake, match="does not tell it"):
        rule_text("P12")

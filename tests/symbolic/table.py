"""The laws and what CrossHair says of them: as text, as Markdown, and as values for JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK
from model.report.figures import WIDTH, quantity, seconds, wrapped
from tests.symbolic.law import Defect, Law
from tests.symbolic.proof import Answer, Result, exit_code

_RULE = "-" * WIDTH
_NAME_WIDTH = 46


def table(results: Sequence[Result], laws: Sequence[Law], *, in_full: bool = False) -> list[str]:
    """A line for each law, under the module that it is about; then what is not as it should be, and the verdict.

    Args:
        results: What was found out.
        laws: What was to be.
        in_full: Tell of every law what is told of those that are not proved.
    """
    lines = [_line("law", "verdict", "seconds", "convicts"), _RULE]
    module = ""
    for result in results:
        if (other := _module(result.law)) != module:
            module = other
            lines.append(module)
        lines.append(
            _line(f"  {result.law.name}", result.answer.verdict, f"{result.answer.seconds:.1f}", _convicted(result))
        )
    lines += [_RULE, *wrapped(_LEGEND), ""]
    for result in results:
        if in_full or not result.is_proved:
            lines += [*story(result), ""]
    return [*lines, *wrapped(verdict(results, laws))]


_LEGEND = (
    "verdict: what CrossHair says after it has tried all paths, for all arguments that meet the law's preconditions. "
    "convicts: planted defects that the law was refuted with, each by a counterexample that was played again without "
    "CrossHair."
)


def markdown(results: Sequence[Result]) -> list[str]:
    """The same table as Markdown, with the laws in sentences and the defects in words."""
    rows = [
        f"| {result.law.statement} | `{_module(result.law)}` | {result.answer.verdict} | {result.answer.seconds:.1f} "
        f"| {'; '.join(defect.words for defect in result.law.defects)} | {_convicted(result)} |"
        for result in results
    ]
    headings = "| law | functions in | verdict | seconds | planted defects | convicted |"
    return [headings, "| --- | --- | --- | ---: | --- | ---: |", *rows]


def values(results: Sequence[Result], laws: Sequence[Law]) -> dict[str, Any]:
    """The same as JSON."""
    code = exit_code(results, laws)
    return {
        "schema": 1,
        "verdict": {EXIT_OK: "ok", EXIT_COUNTEREXAMPLE: "counterexample"}.get(code, "unknown"),
        "bounds": {"laws": len(laws), "paths": "all", "integers": "all"},
        "rows": [_row(result) for result in results],
    }


def story(result: Result) -> list[str]:
    """One law in full: its sentence, its functions, its defects and what became of them."""
    law = result.law
    lines = [law.name, *wrapped(law.statement, indent=2)]
    lines += wrapped(f"about {', '.join(law.about)}", indent=2, hanging=4)
    lines += wrapped(_fate(result.answer), indent=2, hanging=4)
    for defect, answer in zip(law.defects, result.convictions, strict=False):
        lines += wrapped(f"if {defect.words}: {_conviction(answer)}", indent=2, hanging=4)
    return lines


def verdict(results: Sequence[Result], laws: Sequence[Law]) -> str:
    """What it comes to."""
    code = exit_code(results, laws)
    proved = sum(result.is_proved for result in results)
    if code == EXIT_OK:
        defects = quantity(sum(result.convicted for result in results), "defect")
        return (
            f"ok: {quantity(proved, 'law')} confirmed over all paths, {defects} convicted, in {seconds(_time(results))}"
        )
    word = "counterexample" if code == EXIT_COUNTEREXAMPLE else "unknown"
    return f"{word}: {proved} of {quantity(len(laws), 'law')} proved, in {seconds(_time(results))}"


def told(law: Law, defect: int | None, answer: Answer) -> str:
    """An answer in a line, for the progress."""
    subject = law.name if defect is None else f"{law.name}, if {law.defects[defect].words}"
    return f"{subject}: {answer.verdict} in {seconds(answer.seconds)}"


def _line(name: str, said: str, time: str, convicted: str) -> str:
    return f"{name:<{_NAME_WIDTH}}  {said:<9}  {time:>8}  {convicted:>11}"


def _module(law: Law) -> str:
    return law.about[0].rpartition(".")[0]


def _convicted(result: Result) -> str:
    return f"{result.convicted} of {len(result.law.defects)}"


def _fate(answer: Answer) -> str:
    if answer.verdict == "refuted":
        return f"REFUTED by {_given(answer)}: {answer.reason}"
    return f"{'UNKNOWN' if answer.verdict == 'unknown' else answer.verdict} in {answer.seconds:.1f} s: {answer.reason}"


def _conviction(answer: Answer) -> str:
    if answer.verdict == "refuted":
        return f"refuted by {_given(answer)}"
    return f"NOT REFUTED, {answer.verdict}: {answer.reason}"


def _given(answer: Answer) -> str:
    return ", ".join(f"{name}={value}" for name, value in answer.arguments.items())


def _time(results: Sequence[Result]) -> float:
    return sum(answer.seconds for result in results for answer in (result.answer, *result.convictions))


def _row(result: Result) -> dict[str, Any]:
    law = result.law
    return {
        "law": law.name,
        "statement": law.statement,
        "about": list(law.about),
        **_answer(result.answer),
        "defects": [_defect(*pair) for pair in _defects(result)],
    }


def _defects(result: Result) -> Iterator[tuple[Defect, Answer]]:
    return zip(result.law.defects, result.convictions, strict=False)


def _defect(defect: Defect, answer: Answer) -> dict[str, Any]:
    return {"words": defect.words, "place": defect.place, **_answer(answer)}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "reason": answer.reason,
        "counterexample": dict(answer.arguments),
        "seconds": round(answer.seconds, 1),
    }

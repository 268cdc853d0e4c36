"""What a replay showed, as text and as JSON values."""

from collections.abc import Sequence
from typing import Any

from model.report.counterexample import counterexample_text
from model.report.encoding import SCHEMA, counterexample_value
from model.report.figures import wrapped
from model.scenario.file import to_value
from model.scenario.replay import Replay


def replay_text(replayed: Replay, *, number: int) -> list[str]:
    """The counterexample whole, or why there is none, and whether that is as it was recorded."""
    scenario = replayed.scenario
    lines: list[str] = []
    if replayed.found is not None:
        lines += [*counterexample_text(replayed.found, number=number, whole_trace=True), ""]
    else:
        story = scenario.story
        lines += [*wrapped(scenario.title or "scenario", hanging=4, breaks=True)]
        lines += wrapped(f"operation  {story.operation}: {story.case}", indent=2, hanging=13, breaks=True)
        lines += [f"  profile    {story.profile}", ""]
    return lines + wrapped(f"{replayed.verdict}: {_verdict(replayed)}", hanging=4)


def _verdict(replayed: Replay) -> str:
    recorded = replayed.scenario
    if replayed.verdict == "unknown":
        return f"it cannot be replayed: {replayed.reason}."
    if replayed.is_as_recorded:
        same = replayed.found is None or recorded.violation in ("", replayed.found.explanation)
        return "as recorded." if same else f"as recorded, where it was said: {recorded.violation}"
    if replayed.found is None:
        return f"NOT as recorded: property {recorded.property} was violated then, and is kept now."
    if recorded.verdict == "ok":
        return "NOT as recorded: nothing was violated then."
    return f"NOT as recorded: it was property {recorded.property} then."


def replays_value(results: Sequence[Replay]) -> dict[str, Any]:
    """Replays as a JSON value."""
    verdicts = [result.verdict for result in results]
    overall = next((verdict for verdict in ("counterexample", "unknown") if verdict in verdicts), "ok")
    return {"schema": SCHEMA, "verdict": overall, "rows": [_row(result) for result in results]}


def _row(replayed: Replay) -> dict[str, Any]:
    return {
        "verdict": replayed.verdict,
        "as_recorded": replayed.is_as_recorded,
        "reason": replayed.reason,
        "scenario": to_value(replayed.scenario),
        "counterexample": None if replayed.found is None else counterexample_value(replayed.found),
    }

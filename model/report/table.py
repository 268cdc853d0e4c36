"""A campaign as text: the table, then what it covers and what it does not, last the verdict."""

import re
from collections.abc import Sequence

from model.report.figures import WIDTH, count, quantity, seconds, shortened, wrapped
from model.verdict import Campaign, Row

_HEADINGS = (
    ("", "operation"),
    ("", "profile"),
    ("crash", "points"),
    ("raw", "states"),
    ("", "recoveries"),
    ("", "time"),
    ("", "verdict"),
)
_LEFT_ALIGNED = (0, 1, 6)
_OPERATION_WIDTH = 16
_LABEL = 15
_SHARES_TOLD = 4
_LEGEND = (
    "raw states: disks that a cut can leave, counted at every crash point. recoveries: runs that it took to judge them "
    "all, cuts inside recovery included. time: seconds of one worker."
)


def table(rows: Sequence[Row]) -> list[str]:
    """Operation x profile, one line each; an operation is named once.  Aligned, and readable without colour."""
    cells = [list(heading) for heading in zip(*_HEADINGS, strict=True)]
    named = ""
    for row in rows:
        cells.append(_cells(row, "" if row.operation == named else row.operation))
        named = row.operation
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    lines = [
        gap.join(
            cell.ljust(width) if place in _LEFT_ALIGNED else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    rule = "-" * max(map(len, lines))
    return [*lines[:2], rule, *lines[2:], rule, *wrapped(_LEGEND)]


def _cells(row: Row, operation: str) -> list[str]:
    return [
        shortened(operation, _OPERATION_WIDTH),
        row.profile,
        count(row.crash_points),
        count(row.raw_states),
        count(row.recoveries + row.nested_recoveries),
        f"{row.seconds:.{0 if row.seconds > 99 else 1}f}",
        row.verdict + (" *" if row.bounded else ""),
    ]


def summary(campaign: Campaign, run_folder: str | None) -> list[str]:
    """What the table is about: bounds, what was sampled or cut short, sometimes-properties, time; last, the verdict."""
    facts = [
        ("target", campaign.bounds.target),
        *_input(campaign),
        ("bounds", _bounds(campaign)),
        ("profiles", ", ".join(campaign.bounds.profiles)),
        ("sampled", _sampled(campaign)),
        ("plays", _plays(campaign)),
        *_twice(campaign),
        *_unfinished(campaign),
        ("sometimes", _sometimes(campaign)),
        *_time(campaign),
    ]
    if run_folder is not None:
        facts.append(("run folder", run_folder))
    lines: list[str] = []
    for label, text in facts:
        lines += wrapped(label.ljust(_LABEL) + text, hanging=_LABEL)
    return [*lines, "", *wrapped(verdict_sentence(campaign))]


def verdict_sentence(campaign: Campaign) -> str:
    """The verdict in one sentence, its word first."""
    rows = campaign.rows
    recoveries = quantity(sum(row.recoveries + row.nested_recoveries for row in rows), "recovery")
    covered = _covered(campaign, recoveries)
    if campaign.verdict == "ok":
        return f"ok: {covered}; nothing was lost, nothing was invented."
    if campaign.verdict == "counterexample":
        cells = sum(row.verdict == "counterexample" for row in rows)
        return f"counterexample: {cells} of {quantity(len(rows), 'row')} convicted, after {recoveries}."
    if campaign.verdict == "unreached":
        return (
            f"unreached: nothing was violated in {covered}, but "
            f"{quantity(len(campaign.unreached), 'sometimes-property')} was never reached, so the campaign did not "
            "test what it set out to test."
        )
    unknown = sum(row.verdict == "unknown" for row in rows)
    if campaign.unlike and not unknown:
        return f"unknown: {quantity(len(campaign.unlike), 'task')} not the same twice; nothing else was found wrong."
    return f"unknown: {unknown} of {quantity(len(rows), 'row')} cut short; nothing was violated in {recoveries}."


def _covered(campaign: Campaign, recoveries: str) -> str:
    """How far a verdict reaches: what is counted in full, and what was only drawn."""
    exhausted = [result for result in campaign.results if not result.bounded]
    nested = count(sum(result.nested_states for result in exhausted))
    text = f"{recoveries} standing for all {quantity(sum(result.raw_states for result in exhausted), 'crash state')}"
    text += f" of the bounds above, and for {nested} after cuts inside recovery"
    drawn = sum(result.states for result in campaign.results if result.bounded)
    return f"{text}, and {quantity(drawn, 'crash state')} drawn where there are too many" if drawn else text


def _input(campaign: Campaign) -> list[tuple[str, str]]:
    given = campaign.input
    if given is None:
        return []
    state = "untouched" if given.untouched else "CHANGED by someone else meanwhile: the verdict is on what was read"
    file = f"{given.path}: {given.size_bytes:,} bytes, sha256 {given.sha256[:16]}..., {state}"
    return [("input", file), ("outcome", given.outcome)]


def _bounds(campaign: Campaign) -> str:
    bounds = campaign.bounds
    entries = "" if bounds.entries is None else f"at most {quantity(bounds.entries, 'entry')}, "
    nested = "to a fixpoint" if bounds.nested is None else f"{bounds.nested} deep"
    cases = quantity(len({(result.operation, result.case) for result in campaign.results}), "case")
    return f"{cases}, {entries}every crash point, every crash state, kills, cuts inside recovery {nested}"


def _sampled(campaign: Campaign) -> str:
    bounded = [row for row in campaign.rows if row.bounded]
    if not bounded:
        whole = "every state of these bounds was judged"
        return "nothing" if campaign.verdict == "unknown" else f"nothing: {whole}"
    operations = ", ".join(dict.fromkeys(row.operation for row in bounded))
    shares = list(dict.fromkeys(share for row in bounded for share in row.shares))
    told = "; ".join(map(_short_counts, shares[:_SHARES_TOLD])) + ("; ..." if len(shares) > _SHARES_TOLD else "")
    what = f"rows with * ({operations}), seed {campaign.bounds.seed}"
    return f"{what}: {told or 'wide unsynced data'}; all else is exhaustive"


def _plays(campaign: Campaign) -> str:
    """How often cases were played under one profile, row by row where that is more than once for a case."""
    profile = campaign.bounds.profiles[0] if campaign.bounds.profiles else ""
    rows = [row for row in campaign.rows if row.profile == profile]
    total = quantity(sum(row.plays for row in rows), "play")
    if all(row.plays == row.cases for row in rows):
        return total
    text = f"{total} under each profile, with a kill at each call and each thing that goes wrong"
    return f"{text}: {', '.join(f'{row.operation} {count(row.plays)}' for row in rows)}"


def _time(campaign: Campaign) -> list[tuple[str, str]]:
    return [("time", f"{seconds(campaign.seconds)} on {quantity(campaign.jobs, 'job')}")] if campaign.jobs else []


def _twice(campaign: Campaign) -> list[tuple[str, str]]:
    if campaign.unlike is None:
        return []
    if campaign.unlike:
        return [("double check", f"{quantity(len(campaign.unlike), 'task')} NOT THE SAME when run again")]
    cut_short = "; what was cut short is not compared" if campaign.unfinished else ""
    text = "each task twice, with hash seeds of their own: the same system calls and results"
    return [("double check", text + cut_short)]


def _short_counts(share: str) -> str:
    return re.sub(r"[0-9]{7,4000}", lambda digits: count(int(digits[0])), share)


def _unfinished(campaign: Campaign) -> list[tuple[str, str]]:
    reasons = dict.fromkeys(missing.reason for missing in campaign.unfinished)
    facts: list[tuple[str, str]] = []
    for reason in reasons:
        tasks = [missing.task for missing in campaign.unfinished if missing.reason == reason]
        named = ", ".join(dict.fromkeys(task.operation for task in tasks))
        where = "; tracebacks in the run folder" if reason == "internal error" else ""
        facts.append((reason, f"{quantity(len(tasks), 'task')} without a result: {named}{where}"))
    return facts


def _sometimes(campaign: Campaign) -> str:
    if campaign.sometimes_required is None:
        return "not asked for, because only a part of the target was selected"
    reached = campaign.sometimes
    missing = campaign.unreached
    if not missing:
        return f"all {len(reached)} reached"
    return f"{len(reached) - len(missing)} of {len(reached)} reached; NEVER REACHED: {', '.join(missing)}"

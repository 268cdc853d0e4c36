"""A run on real file systems as text, as Markdown and as JSON: the table, what it covers, and what must not be."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from model.litmus import Program, parse_tree
from model.litmus.table import ROWS
from model.live.block_states import DRAWN, NEAR
from model.live.campaign import LiveCampaign
from model.live.failed_sync import FailedSync
from model.live.sighting import Contradiction, Harvest, number_of
from model.live.stores import Finding
from model.live.tasks import Conviction, How
from model.report.encoding import SCHEMA
from model.report.figures import count, quantity, seconds, shortened, wrapped

BEGIN, END = "<!-- live table: begin -->", "<!-- live table: end -->"
"""Between these a document quotes the Markdown."""

_LABEL = 15
_LOGGED = "programs of the litmus table, and those drawn for it; not those of up to three calls"
_SUBSETS = (
    f"every prefix; of the writes since the last flush, for each as the newest: the {NEAR} before it in every "
    f"combination, each farther one missing by itself, {DRAWN} parts drawn; the newest torn"
)
_HEADINGS = (("file system,", "options"), ("", "runs"), ("power", "cuts"), ("distinct", "states"))
_MORE_HEADINGS = (("", "admitted"), ("never", "seen"))
_FAILED_HEADINGS = ("file system, options", "fails", "fsync", "read", "fsync", "read", "fsync", "after cut")
_TOLD = 10
_LAST_CALLS = 5


def live_text(campaign: LiveCampaign, run_folder: str | None = None) -> list[str]:
    """The whole report; the verdict is its last paragraph."""
    lines = [campaign.kernel, "", *_table(campaign), ""]
    if any(store.cases for store in campaign.stores.values()):
        lines += [*_store_table(campaign), ""]
    if campaign.failed_syncs:
        lines += [*_failed_table(campaign.failed_syncs), ""]
    for label, text in [*_facts(campaign), *([("run folder", run_folder)] if run_folder else [])]:
        lines += wrapped(label.ljust(_LABEL) + text, hanging=_LABEL)
    return [*lines, "", *_evidence(campaign), *_told(campaign), *wrapped(verdict_sentence(campaign))]


def live_markdown(campaign: LiveCampaign) -> list[str]:
    """The tables as Markdown, between the marks, for a document to quote."""
    headings = ("file system, options", "profile", "runs", "power cuts", "distinct states", "admitted", "never seen")
    lines = [
        BEGIN,
        f"{campaign.kernel}, `blackstart live`, seed {campaign.scope.seed}:",
        "",
        f"| {' | '.join(headings)} |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for harvest in _sorted(campaign):
        _, *figures = _cells(harvest)
        lines.append(f"| `{harvest.setup}` | `{harvest.profile}` | {' | '.join(figures)} |")
    lines += ["", f"*{_legend(campaign)}*"]
    if campaign.failed_syncs:
        lines += ["", "What an fsync that failed left (P10):", ""]
        lines += [f"| {' | '.join(_FAILED_HEADINGS)} |", "|" + " --- |" * len(_FAILED_HEADINGS)]
        lines += [f"| {' | '.join(_failed_cells(failed))} |" for failed in campaign.failed_syncs]
        lines += ["", f"*{_FAILED_LEGEND}*"]
    return [*lines, END]


def live_value(campaign: LiveCampaign) -> dict[str, Any]:
    """The same as a JSON value."""
    scope = campaign.scope
    return {
        "schema": SCHEMA,
        "verdict": campaign.verdict,
        "kernel": campaign.kernel,
        "seed": scope.seed,
        "jobs": campaign.jobs,
        "seconds": round(campaign.seconds, 3),
        "budget_s": scope.budget_s,
        "interrupted": campaign.interrupted,
        "rows": [_harvest_value(harvest) for harvest in _sorted(campaign)],
        "programs": {str(calls): number for calls, number in sorted(campaign.listed.items())},
        "played": [
            {"how": how, "calls": calls, "programs": campaign.played[how, calls], "of": number}
            for (how, calls), number in sorted(campaign.meant.items())
        ],
        "stores": [dataclasses.asdict(store) for store in campaign.stores.values() if store.cases],
        "convictions": [dataclasses.asdict(conviction) for conviction in campaign.convictions],
        "controls": [dataclasses.asdict(control) for control in campaign.controls],
        "failed_syncs": [dataclasses.asdict(failed) for failed in campaign.failed_syncs],
        "left_out": campaign.left_out,
        "left_over": campaign.left_over,
        "errors": campaign.errors,
    }


def verdict_sentence(campaign: LiveCampaign) -> str:
    """The verdict in one sentence, its word first."""
    cuts = quantity(sum(harvest.disks for harvest in campaign.harvests.values()), "power cut")
    seen = f"{quantity(campaign.states, 'distinct state')} after {cuts} on {quantity(len(campaign.harvests), 'set-up')}"
    match campaign.verdict:
        case "ok":
            return f"ok: {seen}, every one admitted by its profile."
        case "counterexample":
            forbidden = sum(len(harvest.forbidden) for harvest in campaign.harvests.values())
            broken = sum(len(store.broken_promises) + len(store.unlike_profile) for store in campaign.stores.values())
            failed = sum(not failed.is_admitted for failed in campaign.failed_syncs)
            return (
                f"counterexample: {seen}; {count(forbidden)} of them are forbidden by their profile, "
                f"{count(broken)} findings on the store, {count(failed)} on failed fsyncs."
            )
        case "unfounded":
            return (
                f"unfounded: {seen}, and nothing forbidden; but a device that loses data, or a store that is known to "
                "be bad, was not found out, or no cut ever lost anything, or no case of the store could be played, so "
                "nothing follows from that."
            )
        case _:
            missing = quantity(len(campaign.left_out), "piece")
            return f"unknown: {missing} of what had to be done not done; {seen}, and nothing forbidden."


def _table(campaign: LiveCampaign) -> list[str]:
    cells = [list(heading) for heading in zip(*_HEADINGS, *_MORE_HEADINGS, strict=True)]
    cells += [_cells(harvest) for harvest in _sorted(campaign)]
    return [*_aligned(cells, headings=2, left=(0,)), *wrapped(_legend(campaign))]


_STORE_HEADINGS = (("store on file", "system, options"), ("", "cases"), ("power", "cuts"), ("promises", "broken"))
_MORE_STORE_HEADINGS = (("disks not", "admitted"),)


def _store_table(campaign: LiveCampaign) -> list[str]:
    cells = [list(heading) for heading in zip(*_STORE_HEADINGS, *_MORE_STORE_HEADINGS, strict=True)]
    for store in campaign.stores.values():
        figures = (store.cases, store.cuts, len(store.broken_promises), len(store.unlike_profile))
        cells.append([shortened(store.setup, 32), *map(count, figures)])
    return _aligned(cells, headings=2, left=(0,))


def _cells(harvest: Harvest) -> list[str]:
    figures = (harvest.runs, harvest.disks, len(harvest.seen), harvest.seen_and_admitted, harvest.never_seen)
    return [shortened(harvest.setup, 32), *map(count, figures)]


def _legend(campaign: LiveCampaign) -> str:
    found = sorted({harvest.listed for harvest in campaign.harvests.values()} or {0})
    listed = quantity(found[0], "program") if len(found) == 1 else f"{count(found[0])} to {count(found[-1])} programs"
    return (
        "runs: programs played. power cuts: disks mounted after one. distinct states: different sights of a program "
        "after a cut. never seen: of all that the profile admits at the end of the "
        f"{listed} of each set-up whose outcomes were listed."
    )


_FAILED_LEGEND = (
    "A file holds old bytes, durably; new ones are written over them, and the device fails. fsync, read, fsync; then "
    "the device is well again and the page cache has let go of the file: read, fsync; then the power is cut."
)


def _failed_table(rows: Sequence[FailedSync]) -> list[str]:
    # Options of ext4 that behave alike in this are told in one row.
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        setup, *cells = _failed_cells(row)
        alike.setdefault(tuple(cells), []).append(setup)
    lines = [list(_FAILED_HEADINGS)]
    for what, alike_setups in alike.items():
        first, *others = alike_setups
        lines.append([shortened(first + (f" and {len(others)} more" if others else ""), 22), *what])
    return [*_aligned(lines, headings=1, left=tuple(range(8))), *wrapped(_FAILED_LEGEND)]


def _failed_cells(row: FailedSync) -> list[str]:
    contents = {"8192a": "new", "8192o": "old"}
    cells = (row.first, row.read, row.second, row.dropped, row.third, row.cut)
    return [row.setup, row.fails, *(contents.get(cell, cell) for cell in cells)]


def _facts(campaign: LiveCampaign) -> Iterable[tuple[str, str]]:
    by_profile: dict[str, list[str]] = {}
    for each in _sorted(campaign):
        by_profile.setdefault(each.profile, []).append(each.setup)
    yield "judged by", "; ".join(f"profile {profile}: {', '.join(setups)}" for profile, setups in by_profile.items())
    yield "programs", "; ".join(_shares(campaign))
    yield "litmus table", _seen_again(campaign)
    stores = [store for store in campaign.stores.values() if store.cases]
    if stores:
        cases, cuts = sum(store.cases for store in stores), sum(store.cuts for store in stores)
        broken = sum(len(store.broken_promises) for store in stores)
        unlike = sum(len(store.unlike_profile) for store in stores)
        kept = "all promises kept" if not broken else f"{count(broken)} promises BROKEN"
        admitted = "every disk admitted by its profile" if not unlike else f"{count(unlike)} disks NOT admitted"
        which = f"of the first {campaign.scope.cases} of each operation, and whole lives"
        yield "store", f"{quantity(cases, 'case')} ({which}), {quantity(cuts, 'cut')}: {kept}, {admitted}"
        yield "block log", f"{_LOGGED}; whole lives, and the first case of each operation where there are no options"
    else:
        yield "block log", _LOGGED
    if left_out := sum(store.left_out for store in campaign.stores.values()):
        yield "not on a disk", f"{quantity(left_out, 'case')} that only a simulated machine can play"
    yield "log cut at", _SUBSETS
    for bad in dict.fromkeys(each.store for each in campaign.convictions):
        yield "known bad", f"{bad}: {'; '.join(_convicted(each) for each in campaign.convictions if each.store == bad)}"
    for control in campaign.controls:
        found = f"found out, {count(control.forbidden)} sights forbidden" if control.forbidden else "NOT FOUND OUT"
        yield "control", f"{control.setup}, {control.what}: {found}"
    if campaign.left_over:
        yield "no time for", f"{quantity(campaign.left_over, 'piece')} of what was not required"
    for missing in campaign.left_out[:_TOLD]:
        yield "not done", missing
    yield "time", f"{seconds(campaign.seconds)} on {quantity(campaign.jobs, 'job')}, seed {campaign.scope.seed}"


def _convicted(conviction: Conviction) -> str:
    setup = conviction.setup
    return f"{setup}: convicted" if conviction.evidence else f"{setup}: NOT CONVICTED in {count(conviction.cuts)} cuts"


def _shares(campaign: LiveCampaign) -> Iterable[str]:
    for calls, number in sorted(campaign.listed.items()):
        shares = [_share(campaign, how, [calls]) for how in get_args(How)]
        told = ", ".join(filter(None, shares)) or "none played"
        yield f"{quantity(number, 'program')} of {quantity(calls, 'call')}, {told}"
    drawn = sorted({calls for _, calls in campaign.meant} - campaign.listed.keys())
    told = ", ".join(filter(None, (_share(campaign, how, drawn) for how in get_args(How))))
    if told:
        yield f"longer ones, drawn: {told}"


def _share(campaign: LiveCampaign, how: How, calls: Sequence[int]) -> str:
    """What came of what was meant to be played so: "alone 63.1% of 6,792"; of each set-up so many."""
    meant = sum(campaign.meant[how, each] for each in calls)
    played = sum(campaign.played[how, each] for each in calls)
    if not meant:
        return ""
    part = "all" if played == meant else f"{100 * played / meant:.1f}%"
    return f"{how} {part} of {count(meant // len(campaign.scope.setups))}"


def _seen_again(campaign: LiveCampaign) -> str:
    known = again = 0
    for row in ROWS:
        program = Program.parse(row.program)
        for harvest in campaign.harvests.values():
            numbers = {number_of(program, parse_tree(tree)) for tree in row.seen_on(harvest.setup)}
            known += len(numbers)
            again += len(numbers & harvest.seen)
    return f"{count(again)} of its {quantity(known, 'sight')} seen again"


def _told(campaign: LiveCampaign) -> list[str]:
    """What must not be: the shortest programs first."""
    contradictions = [each for harvest in _sorted(campaign) for each in harvest.contradictions]
    lines: list[str] = []
    for number, each in enumerate(sorted(contradictions, key=_length)[:_TOLD], 1):
        lines += [f"contradiction {number}: {each.setup}, profile {each.profile}"]
        lines += wrapped(f"program  {each.program}", indent=2, hanging=11)
        calls = f"{each.after}" if each.after == each.until else f"{each.after} to {each.until}"
        lines += wrapped(f"cut      {each.how}, {calls} calls complete", indent=2, hanging=11)
        lines += [*wrapped(f"held     {each.shown}", indent=2, hanging=11), ""]
    findings = [each for store in campaign.stores.values() for each in (*store.broken_promises, *store.unlike_profile)]
    for number, finding in enumerate(findings[:_TOLD], 1):
        lines += [*_finding(f"finding {number}: {finding.setup}, {finding.case}", finding), ""]
    return lines


def _evidence(campaign: LiveCampaign) -> list[str]:
    """What convicted the stores that are known to be bad."""
    lines: list[str] = []
    for conviction in campaign.convictions:
        if conviction.evidence is not None:
            title = f"known bad: {conviction.store} on {conviction.setup}"
            lines += [*_finding(title, conviction.evidence, most_calls=_LAST_CALLS), ""]
    return lines


def _length(contradiction: Contradiction) -> tuple[int, str]:
    return contradiction.program.count(";"), contradiction.program


def _finding(title: str, finding: Finding, *, most_calls: int | None = None) -> list[str]:
    calls = finding.calls if most_calls is None else finding.calls[-most_calls:]
    before = ["    ..."] if len(calls) < len(finding.calls) else []
    lines = [title, *wrapped(finding.what, indent=2)]
    lines += [f"  cut {finding.how}, after", *before, *(f"    {shortened(call, 74)}" for call in calls)]
    return [*lines, "  the disk held", *(f"    {shortened(line, 74)}" for line in finding.held)]


def _harvest_value(harvest: Harvest) -> dict[str, Any]:
    return {
        "setup": harvest.setup,
        "profile": harvest.profile,
        "runs": harvest.runs,
        "power_cuts": harvest.disks,
        "distinct_states": len(harvest.seen),
        "lossy_states": len(harvest.lossy),
        "admitted": harvest.seen_and_admitted,
        "never_seen": harvest.never_seen,
        "listed_programs": harvest.listed,
        "listed_outcomes": len(harvest.admitted),
        "forbidden": len(harvest.forbidden),
        "contradictions": [dataclasses.asdict(each) for each in harvest.contradictions],
    }


def _sorted(campaign: LiveCampaign) -> list[Harvest]:
    """In the order of the scope."""
    return [campaign.harvests[setup.name] for setup in campaign.scope.setups]


def _aligned(cells: Sequence[Sequence[str]], *, headings: int, left: Sequence[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    rule = "-" * max(map(len, lines))
    return [*lines[:headings], rule, *lines[headings:], rule]

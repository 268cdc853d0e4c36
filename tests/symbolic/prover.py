"""Asking CrossHair about one law, in a process of its own: `python -m tests.symbolic.prover LAW DEFECT SECONDS`.

The answer is JSON on standard output.  A process of its own, because CrossHair changes the interpreter it runs in, and
because its time-out is a wish: whoever asks may have to end the process.
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from crosshair.core_and_libs import AnalysisMessage, MessageType, analyze_function, run_checkables
from crosshair.options import AnalysisKind, AnalysisOptionSet

from tests.symbolic.law import Law
from tests.symbolic.laws import LAWS

_REFUTATIONS = (MessageType.POST_FAIL, MessageType.POST_ERR, MessageType.EXEC_ERR)
_NO_VERDICTS = (MessageType.CANNOT_CONFIRM, MessageType.PRE_UNSAT)
_CALL = re.compile(r"when calling (\w+\([^()]*\))")


def ask(law: Law, defect: int | None, timeout_s: float) -> dict[str, Any]:
    """Ask about a law, with one of its defects planted if `defect` is a number.

    Returns:
        `verdict` (confirmed, refuted or unknown), `reason` (CrossHair's words) and, when refuted, `arguments`.

    Raises:
        ValueError: CrossHair found no contract, or could not read it.
    """
    with nullcontext() if defect is None else law.defects[defect].planted():
        answer = judged(law.contract, messages(law.contract, timeout_s))
        if answer["verdict"] == "refuted" and not breaks(law.contract, answer["arguments"]):
            return {"verdict": "unknown", "reason": f"does not happen without CrossHair: {answer['reason']}"}
    return answer


def messages(contract: Callable[..., bool], timeout_s: float) -> Sequence[AnalysisMessage]:
    """Let CrossHair walk all paths of a contract, at most about so long."""
    options = AnalysisOptionSet(
        analysis_kind=(AnalysisKind.PEP316,),
        per_condition_timeout=timeout_s,
        per_path_timeout=timeout_s,
        max_uninteresting_iterations=sys.maxsize,
        report_all=True,
    )
    return run_checkables(analyze_function(contract, options))


def judged(contract: Callable[..., bool], found: Sequence[AnalysisMessage]) -> dict[str, Any]:
    """Make one verdict of CrossHair's messages: confirmed only if that is all that it says."""
    for message in found:
        if message.state in _REFUTATIONS:
            return {
                "verdict": "refuted",
                "reason": message.message,
                "arguments": arguments(contract, message.message),
            }
    for message in found:
        if message.state in _NO_VERDICTS:
            return {"verdict": "unknown", "reason": f"{message.state.value}: {message.message}"}
    if not found or any(message.state != MessageType.CONFIRMED for message in found):
        raise ValueError(f"{contract.__name__}: {[message.message for message in found] or 'no contract found'}")
    return {"verdict": "confirmed", "reason": found[0].message}


def arguments(contract: Callable[..., bool], message: str) -> dict[str, Any]:
    """Read the counterexample's arguments, by name, from CrossHair's message.

    Raises:
        ValueError: there is no call in it.
    """
    match = _CALL.search(message)
    if match is None:
        raise ValueError(f"{contract.__name__}: no call in {message!r}")
    call: Any = ast.parse(match[1], mode="eval").body
    given = [ast.literal_eval(value) for value in call.args]
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return dict(inspect.signature(contract).bind(*given, **named).arguments)


def breaks(contract: Callable[..., bool], counterexample: Mapping[str, Any]) -> bool:
    """Tell whether a counterexample is one without CrossHair, too."""
    try:
        return not contract(**counterexample)
    except Exception:
        return True


def main(law_name: str, defect: str, timeout_s: str) -> None:
    """Print the answer about the law of that name; `defect` is a number, or `none`."""
    law = next(law for law in LAWS if law.name == law_name)
    answer = ask(law, None if defect == "none" else int(defect), float(timeout_s))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])

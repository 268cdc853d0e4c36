"""`python -m tests.symbolic`: have CrossHair confirm every law and convict every planted defect."""

import argparse
import sys
import traceback
from collections.abc import Sequence

from model.exit_codes import EXIT_INTERNAL_ERROR, EXIT_UNKNOWN
from model.report.encoding import to_json
from tests.symbolic.law import Law
from tests.symbolic.laws import LAWS
from tests.symbolic.proof import Answer, Ask, ProverFailed, Result, ask_crosshair, exit_code, prove
from tests.symbolic.table import markdown, table, told, values


def main(arguments: Sequence[str], ask: Ask = ask_crosshair, laws: Sequence[Law] = LAWS) -> int:
    """Prove the laws and print what came of it; the result is the exit code."""
    options, chosen = _options(arguments, laws)
    steps = sum(1 + len(law.defects) for law in chosen)
    done = 0

    def report(law: Law, defect: int | None, answer: Answer) -> None:
        nonlocal done
        done += 1
        print(f"{done} of {steps}: {told(law, defect, answer)}", file=sys.stderr, flush=True)

    results: list[Result] = []
    interrupted = False
    try:
        for result in prove(chosen, ask, report):
            results.append(result)  # noqa: PERF402 - one by one, so that an interruption leaves what there is
    except KeyboardInterrupt:
        interrupted = True
    except ProverFailed:
        traceback.print_exc()
        return EXIT_INTERNAL_ERROR
    if options.json:
        sys.stdout.write(to_json(values(results, chosen)))
    elif options.markdown:
        print("\n".join(markdown(results)))
    else:
        print("\n".join(table(results, chosen, in_full=bool(options.laws))))
    return EXIT_UNKNOWN if interrupted else exit_code(results, chosen)


def _options(arguments: Sequence[str], laws: Sequence[Law]) -> tuple[argparse.Namespace, Sequence[Law]]:
    parser = argparse.ArgumentParser(prog="python -m tests.symbolic", description=__doc__)
    parser.add_argument("laws", nargs="*", metavar="LAW", help="only these, told in full; quote the name")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args(arguments)
    for name in options.laws:
        if name not in [law.name for law in laws]:
            parser.error(f"no law is called {name!r}; there are: {'; '.join(law.name for law in laws)}")
    return options, [law for law in laws if law.name in options.laws or not options.laws]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`session-store` on the host, with the kernel that it takes when nobody hands it another one."""

import json
from pathlib import Path
from typing import Any

from scenarios.session_cases.commands import COMMANDS, PATH
from scenarios.session_cases.shell import Told, session_store
from store.host import HostKernel


def operate(folder: Path) -> str:
    """Run every command on what its case arranges; what it came to otherwise than there."""
    wrong = []
    for number, command in enumerate(COMMANDS):
        below = folder / str(number)
        below.mkdir()
        path = str(below / "sessions.json")
        command.arrangement.place(HostKernel(), path)
        told = session_store(None, *(path if each == PATH else each for each in command.arguments))
        if (came := _elsewhere(told, path)) != list(command.lines):
            wrong.append(f"{command.operation}, {command.on}: {came}, not {command.lines}")
    return "\n".join(wrong)


def _elsewhere(told: Told, path: str) -> list[Any]:
    """What was told, as it would be told of the path that the case has."""
    lines: list[Any] = json.loads(json.dumps(told.lines).replace(path, PATH))
    return lines

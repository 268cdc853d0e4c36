"""A realistic `sessions.json`, made from a number: what a busy gateway keeps after some weeks.

Three facts of real stores shape it:

- *keys* come in families (direct chats, groups, topics, threads, cron runs, sub-agents, hooks ...), each with its own
  kind of id; all are normalised, as the running program keeps them;
- a *bare entry* has some 40 small fields in 150 to 1,500 bytes; most entries also carry a `skillsSnapshot` of about
  110 KB and a `systemPromptReport` of about 6 KB, so that 142 entries come to some 12 MB;
- the big blobs *repeat*: a snapshot is taken when the set of skills changes, and some 18 of them serve every session.

The bytes depend on the arguments alone: only `Random.random()` is drawn from, the one method whose sequence Python
promises to keep, and no set or hash decides an order.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
Entry = dict[str, Any]

DISTINCT_SNAPSHOTS = 18
SKILLS_INSTALLED = 46
SHARE_WITH_BLOBS = 0.66
LAST_ACTIVITY_MS = 1_773_144_000_000  # 10 March 2026, noon UTC
ACTIVITY_SPAN_MS = 30 * 86_400_000

_VOCABULARY = """
agent answer archive branch browser build calendar call channel check client commit config context daily default
deploy device draft email entry error event export fetch file filter folder format group header image import
inbox invoice issue item label language limit link list local log mail meeting memory merge message model note
number option order output page parse path pattern plan plugin prompt provider query queue read record region
release remote reply report request result review route rule schedule schema script search section send server
session setup sheet skill source status step store stream summary table tag task template test text thread
ticket time token tool topic trace update upload user value version video voice watch window workflow write zone
"""
_WORDS = tuple(_VOCABULARY.split())
_JOINERS = ("the", "a", "each", "of", "with", "for", "when", "then", "only", "before", "after", "never", "to", "from")
_HEX = "0123456789abcdef"
_DIGITS = "0123456789"
_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789"
_PEOPLE = ("Ada", "Bjørn", "Chloé", "Dmitri", "Emre", "Femi", "Grace", "Hikari 光", "Inês", "Jürgen", "Ops 🛠", "Zoë")


class _Draw:
    """Choices from one seeded stream, in terms of `Random.random()` alone."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311 -- sample data, no secrets

    def number(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def one(self, options: Sequence[T]) -> T:
        return options[int(self._random() * len(options))]

    def happens(self, probability: float) -> bool:
        return self._random() < probability

    def characters(self, alphabet: str, count: int) -> str:
        return "".join([self.one(alphabet) for _ in range(count)])

    def uuid(self) -> str:
        digits = self.characters(_HEX, 30)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-{self.one('89ab')}{digits[15:18]}-{digits[18:]}"

    def sentence(self) -> str:
        words = [self.one(_JOINERS) if place % 3 == 1 else self.one(_WORDS) for place in range(self.number(6, 16))]
        return " ".join(words).capitalize() + "."

    def text(self, size: int) -> str:
        """Sentences in lines, at least `size` characters."""
        lines: list[str] = []
        length = 0
        while length < size:
            line = self.sentence() if self.happens(0.8) else f"- `{self.one(_WORDS)}`: {self.sentence()}"
            lines.append(line)
            length += len(line) + 1
        return "\n".join(lines)


# --------------------------------------------------------------------------------------------------------- keys

Family = tuple[str, Callable[[_Draw], str]]


def _phone(draw: _Draw) -> str:
    return "+1555" + draw.characters(_DIGITS, 7)


def _telegram_group(draw: _Draw) -> str:
    return "agent:main:telegram:group:-100" + draw.characters(_DIGITS, 10)


def _slack_channel(draw: _Draw) -> str:
    return "agent:main:slack:channel:c0" + draw.characters(_ALPHANUMERIC, 8)


def _slack_thread(draw: _Draw) -> str:
    return f"{_slack_channel(draw)}:thread:17{draw.characters(_DIGITS, 8)}.{draw.characters(_DIGITS, 6)}"


def _matrix_room(draw: _Draw) -> str:
    return f"agent:main:matrix:channel:!{draw.characters(_ALPHANUMERIC, 18)}:{draw.one(_WORDS)}.example.org"


def _cron(draw: _Draw) -> str:
    return f"agent:main:cron:{draw.uuid()}"


# The families in order of weight: the n-th entry takes the n-th, over and over, so even a small sample is mixed.
_FAMILIES: tuple[Family, ...] = (
    ("telegram", lambda draw: f"agent:main:{draw.one(('main', 'work', 'home', 'lab'))}"),
    ("telegram", lambda draw: "agent:main:telegram:direct:" + draw.characters(_DIGITS, 10)),
    ("telegram", _telegram_group),
    ("slack", _slack_thread),
    ("telegram", lambda draw: f"{_cron(draw)}:run:{draw.uuid()}"),
    ("whatsapp", lambda draw: f"agent:main:direct:{_phone(draw)}"),
    ("webchat", lambda draw: f"agent:main:subagent:{draw.uuid()}"),
    ("telegram", lambda draw: f"{_telegram_group(draw)}:topic:{draw.number(2, 999)}"),
    ("slack", lambda draw: "agent:main:slack:direct:u0" + draw.characters(_ALPHANUMERIC, 9)),
    ("discord", lambda draw: f"agent:main:discord:channel:{draw.one(_WORDS)}-{draw.one(_WORDS)}"),
    ("telegram", _cron),
    ("slack", _slack_channel),
    ("matrix", lambda draw: f"{_matrix_room(draw)}:thread:${draw.characters(_ALPHANUMERIC, 43)}"),
    ("signal", lambda draw: f"agent:main:signal:group:{draw.characters(_ALPHANUMERIC + '+/', 42)}0="),
    ("webchat", lambda draw: f"agent:main:webchat:dm:{draw.one(_WORDS)}-{draw.characters(_DIGITS, 4)}"),
    ("webchat", lambda draw: f"hook:{draw.uuid()}"),
    ("matrix", _matrix_room),
    ("telegram", lambda draw: f"agent:main:telegram:default:direct:{draw.characters(_DIGITS, 9)}"),
    ("wechat", lambda draw: f"agent:main:wechat:miniprogram:{draw.characters(_ALPHANUMERIC + '_-', 28)}"),
    ("telegram", lambda draw: f"cron:{draw.uuid()}"),
    ("webchat", lambda draw: f"agent:main:acp:{draw.uuid()}"),
    ("webchat", lambda draw: f"node-{draw.characters(_HEX, 12)}"),
    ("webchat", lambda draw: f"agent:main:explicit:model-run-{draw.uuid()}"),
    ("telegram", lambda draw: f"agent:main:telegram:direct:{draw.characters(_DIGITS, 10)}:heartbeat"),
    ("webchat", lambda draw: f"agent:main:subagent:{draw.uuid()}:subagent:{draw.uuid()}"),
    ("whatsapp", lambda draw: f"agent:main:whatsapp:group:{draw.characters(_DIGITS, 18)}@g.us"),
    ("webchat", lambda draw: f"agent:main:agent:main:{draw.one(_WORDS)}"),
    ("telegram", lambda draw: draw.one(("global", "group:" + draw.characters(_DIGITS, 9)))),
)
_GROUP_MARKS = (":group:", ":channel:")


def _keys(draw: _Draw, count: int) -> list[tuple[str, str]]:
    """`count` distinct keys, each with the channel that its family answers on."""
    found: dict[str, str] = {}
    turn = 0
    while len(found) < count:
        channel, make = _FAMILIES[turn % len(_FAMILIES)]
        found.setdefault(make(draw), channel)
        turn += 1
    return list(found.items())


# -------------------------------------------------------------------------------------------------------- blobs


def _skill(draw: _Draw, number: int) -> Entry:
    name = f"{draw.one(_WORDS)}-{draw.one(_WORDS)}-{number}"
    folder = f"/home/openclaw/.openclaw/skills/{name}"
    description = draw.sentence() + " " + draw.sentence()
    front = f"---\nname: {name}\ndescription: {description}\n---\n\n# {name}\n\n"
    return {
        "name": name,
        "description": description,
        "filePath": f"{folder}/SKILL.md",
        "baseDir": folder,
        "source": draw.one(("openclaw-bundled", "openclaw-managed", "openclaw-workspace")),
        "disableModelInvocation": False,
        "content": front + draw.text(draw.number(700, 2_900)),
    }


def _prompt(draw: _Draw, skills: Sequence[Entry]) -> str:
    blocks = [
        f"  <skill>\n    <name>{skill['name']}</name>\n    <description>{skill['description']}</description>\n"
        f"    <location>{skill['filePath']}</location>\n  </skill>"
        for skill in skills
    ]
    return f"{draw.text(1_500)}\n\n<available_skills>\n" + "\n".join(blocks) + "\n</available_skills>"


def _snapshot(draw: _Draw, installed: Sequence[Entry], version: int) -> Entry:
    """The skills that one run saw: some of those installed, with all their text."""
    skills = [skill for skill in installed if draw.happens(0.9)]
    environment = [
        {"name": skill["name"], "primaryEnv": f"{skill['name'].upper().replace('-', '_')}_TOKEN", "requiredEnv": []}
        for skill in skills
    ]
    return {"prompt": _prompt(draw, skills), "skills": environment, "resolvedSkills": skills, "version": version}


def _prompt_report(draw: _Draw, key: str, entry: Entry, snapshot: Entry) -> Entry:
    """What went into the system prompt of the last run: counts, no texts."""
    files = ("AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md", "MEMORY.md")
    skills = [{"name": skill["name"], "blockChars": draw.number(180, 420)} for skill in snapshot["skills"]]
    tools = [
        {
            "name": f"{draw.one(_WORDS)}_{draw.one(_WORDS)}",
            "summaryChars": draw.number(40, 300),
            "schemaChars": draw.number(100, 2_000),
            "propertiesCount": draw.number(1, 14),
        }
        for _ in range(draw.number(12, 22))
    ]
    return {
        "source": "run",
        "generatedAt": entry["updatedAt"] - draw.number(1_000, 60_000),
        "sessionId": entry["sessionId"],
        "sessionKey": key,
        "provider": entry["modelProvider"],
        "model": entry["model"],
        "workspaceDir": "/home/openclaw/.openclaw/workspace",
        "bootstrapMaxChars": 20_000,
        "sandbox": {"mode": "off", "sandboxed": False},
        "systemPrompt": {"chars": draw.number(20_000, 40_000), "projectContextChars": draw.number(4_000, 16_000)},
        "injectedWorkspaceFiles": [
            {"name": name, "path": f"/home/openclaw/.openclaw/workspace/{name}", "missing": False}
            | {"rawChars": size, "injectedChars": size, "truncated": False}
            for name, size in ((name, draw.number(100, 8_000)) for name in files)
        ],
        "skills": {"promptChars": len(snapshot["prompt"]), "entries": skills},
        "tools": {"listChars": draw.number(1_500, 4_000), "schemaChars": draw.number(8_000, 30_000), "entries": tools},
    }


# ------------------------------------------------------------------------------------------------------ entries

_MODELS = (
    ("anthropic", "claude-opus-4-5", 200_000),
    ("anthropic", "claude-sonnet-4-5", 200_000),
    ("openai", "gpt-5.2", 400_000),
    ("google", "gemini-3-pro-preview", 1_000_000),
    ("openrouter", "moonshotai/kimi-k2.5", 262_144),
)


def _model_fields(draw: _Draw) -> Entry:
    provider, model, context = draw.one(_MODELS)
    tokens_in, tokens_out = draw.number(200, 90_000), draw.number(20, 6_000)
    return {
        "modelProvider": provider,
        "model": model,
        "contextTokens": context,
        "inputTokens": tokens_in,
        "outputTokens": tokens_out,
        "totalTokens": tokens_in + tokens_out,
        "totalTokensFresh": draw.happens(0.8),
        "estimatedCostUsd": (2 * draw.number(0, 45_000) + 1) / 10_000,
        "cacheRead": draw.number(0, 80_000),
        "cacheWrite": draw.number(0, 9_000),
        "compactionCount": draw.number(0, 4),
    }


def _route_fields(draw: _Draw, key: str, channel: str) -> Entry:
    chat = "group" if any(mark in key for mark in _GROUP_MARKS) else "direct"
    to = f"{channel}:{key.rsplit(':', 1)[-1]}"
    route: Entry = {"channel": channel, "to": to, "accountId": "default"}
    origin = {"label": draw.one(_PEOPLE), "provider": channel, "surface": channel, "chatType": chat}
    fields: Entry = {
        "chatType": chat,
        "origin": origin | {"from": to, "to": to, "accountId": "default"},
        "deliveryContext": route,
        "lastChannel": channel,
        "lastTo": to,
        "lastAccountId": "default",
    }
    if ":topic:" in key:
        thread = int(key.rsplit(":", 1)[-1])
        fields |= {"lastThreadId": thread, "deliveryContext": route | {"threadId": thread}}
    if chat == "group":
        fields |= {"channel": channel, "groupId": to, "subject": draw.sentence()[:40], "groupActivation": "mention"}
    return fields


def _lifecycle_fields(draw: _Draw, key: str, updated_at: int) -> Entry:
    fields: Entry = {"systemSent": draw.happens(0.9), "abortedLastRun": draw.happens(0.03)}
    if ":subagent:" in key:
        fields |= {"spawnedBy": "agent:main:main", "spawnDepth": key.count(":subagent:"), "subagentRole": "leaf"}
    if ":run:" in key or ":subagent:" in key:
        run_ms = draw.number(900, 400_000)
        fields |= {"status": draw.one(("done", "done", "done", "failed", "timeout")), "startedAt": updated_at - run_ms}
        fields |= {"endedAt": updated_at, "runtimeMs": run_ms, "label": f"{draw.one(_WORDS)} {draw.one(_WORDS)}"}
    if key.endswith(":heartbeat"):
        fields |= {"lastHeartbeatText": draw.sentence(), "lastHeartbeatSentAt": updated_at}
    if draw.happens(0.25):
        fields |= {"thinkingLevel": draw.one(("low", "medium", "high")), "verboseLevel": draw.one(("off", "on"))}
    return fields


def _entry(draw: _Draw, key: str, channel: str, snapshot: Entry | None) -> Entry:
    session_id = draw.uuid()
    updated_at = LAST_ACTIVITY_MS - draw.number(0, ACTIVITY_SPAN_MS)
    entry: Entry = {
        "sessionId": session_id,
        "updatedAt": updated_at,
        "sessionFile": f"/home/openclaw/.openclaw/agents/main/sessions/{session_id}.jsonl",
    }
    entry |= _lifecycle_fields(draw, key, updated_at) | _route_fields(draw, key, channel) | _model_fields(draw)
    if snapshot is not None:
        entry["skillsSnapshot"] = snapshot
        entry["systemPromptReport"] = _prompt_report(draw, key, entry, snapshot)
    return entry


def sample_entries(entries: int, seed: int) -> dict[str, Entry]:
    """The sample as a mapping: `entries` distinct normalised keys, each with an entry of its own."""
    draw = _Draw(seed)
    keys = _keys(draw, entries)
    installed = [_skill(draw, number) for number in range(SKILLS_INSTALLED)]
    snapshots = [_snapshot(draw, installed, version) for version in range(min(DISTINCT_SNAPSHOTS, entries))]
    store: dict[str, Entry] = {}
    for key, channel in keys:
        snapshot = draw.one(snapshots) if draw.happens(SHARE_WITH_BLOBS) else None
        store[key] = _entry(draw, key, channel, snapshot)
    return store


def sample(entries: int, seed: int) -> bytes:
    """A realistic `sessions.json` of `entries` sessions, as the original program writes it (indented by two).

    Args:
        entries: how many sessions; 142 come to about 12 MB.
        seed: any integer from 0; the same seed gives the same bytes on every machine and Python version.
    """
    return json.dumps(sample_entries(entries, seed), indent=2, ensure_ascii=False).encode()

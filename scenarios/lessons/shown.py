"""What each step of the protocol and each rule of persistence is shown by: a store that does without it."""

from collections.abc import Mapping

from model.lesson.evidence import Shown

_PROGRAMS = "scenarios.lessons.targets"
_STORE = "scenarios.lessons.store:target"

SHOWN_BY: Mapping[str, Shown] = {
    "W": Shown(
        "Every line of it is needed; this leaves out the fsync of the file.",
        "no-fsync-of-the-file",
        _STORE,
        "replaces a session",
    ),
    "D": Shown(
        "An unlink is a change of the directory, and pending like any other.", "delete-acknowledged-before-sync"
    ),
    "S": Shown("What a save adds must be durable before anything that it removes is gone.", "removals-before-puts"),
    "N": Shown("Whoever finds that all is done vouches for it.", "nothing-to-do-acknowledged-unsynced"),
    "M1": Shown(
        "What is read may not be durable yet.",
        "legacy-file-read-unsynced",
        case="migrate(), beside a legacy file that an old writer left unsynced",
    ),
    "M2": Shown("Of two spellings the newer one has to win.", "older-variant-wins"),
    "M3": Shown("All of staging must be durable before it counts.", "staging-unsynced", _STORE, "of two sessions"),
    "M4": Shown(
        "The commit must be durable before anything else is built on it.",
        "backup-before-the-commit-is-durable",
        _STORE,
        "of two sessions",
    ),
    "M5": Shown(
        "A merge only adds; what is live is never replaced.", "merge-that-clobbers", _STORE, "beside a newer session"
    ),
    "M6": Shown(
        "The backup must be durable before the marker goes, or the file comes back and is merged once more.",
        "mark-removed-before-the-backup-is-durable",
    ),
    "M7": Shown(
        "Old writers know no locks: what became the backup need not be what was read.", "commit-without-looking-again"
    ),
    "M8": Shown(
        "A marker that stays is a migration that never ends.", "digest-never-removed", _STORE, "of two sessions"
    ),
    "P1": Shown(
        "Lesson 2: a session that is longer than a unit, written in place.",
        target=f"{_PROGRAMS}:in_place",
        case="replaces a long session",
    ),
    "P2": Shown(
        "Lesson 4: a file that gets its name before its bytes are synced.",
        target=f"{_PROGRAMS}:names_synced",
        case="replaces a session",
    ),
    "P3": Shown("Lesson 5: a rename that nobody syncs.", target=f"{_PROGRAMS}:bytes_synced", case="replaces a session"),
    "P4": Shown(
        "This rule is a promise. posix-minimal is posix without it: there a file that is renamed can lose both names, "
        "and not even the store of this project is right.",
        target=_STORE,
        case="of two sessions",
        profile="posix-minimal",
    ),
    "P5": Shown(
        "An fsync of another directory vouches for nothing in this one.",
        "fsync-of-the-wrong-directory",
        _STORE,
        "replaces a session",
    ),
    "P6": Shown(
        "Lesson 6: everything is durable but the name of a folder on the way.",
        target=f"{_PROGRAMS}:new_folder",
        case="saves the first one",
    ),
    "P7": Shown(
        "Lesson 3: a profile that keeps to this rule alone, and does everything in order, still loses what is pending.",
        target=f"{_PROGRAMS}:aside",
        case="replaces a session",
        profile="sequential",
    ),
    "P8": Shown("A deletion overtakes the rename that it waited for.", "mark-removed-before-the-backup-is-durable"),
    "P9": Shown(
        "Lesson 2: no power cut is needed; a kill may come inside the write.",
        target=f"{_PROGRAMS}:in_place",
        case="replaces a long session",
        profile="process-kill",
    ),
    "P10": Shown("An fsync that has failed cannot be made up for by another one.", "failed-fsync-retried"),
    "P11": Shown(
        "Nothing is known to be bad by this rule alone: this store makes every file with the mode that it keeps, and "
        "what it remembers of times does not outlive the process."
    ),
}
"""By rule and step; where nothing shows it, why."""

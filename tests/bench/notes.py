"""Why a goal is missed and what would fix it, by the beginning of a figure's name; printed only where it is missed."""

MISSED = {
    "`make up` from": "An `up` and a preview: see both below.",
    "`make up` again": "A preview: see below.",
    "preview without changes": (
        "Half of it is Python: importing `pulumi_snowflake`, whose `__init__` loads every resource type, and "
        "registering one resource after the other. An SDK that loads modules on first use would save over a second; "
        "nothing here replaces its import. At 300 ms four statements of the provider's login and three levels of "
        "comparison (database, schema, user) come in turn: 2.1 s."
    ),
    "up from nothing": (
        "The engine writes the whole state after every step, and the program needs its imports first. The engine's "
        "switch that leaves those writes out (`PULUMI_SKIP_CHECKPOINTS`) is not used: a crash would lose what was made."
    ),
    "CREATE": "One transaction on disk per statement: the disk and the load of the machine decide.",
    "GRANT": "One transaction on disk per statement: the disk and the load of the machine decide.",
    "refresh": "A resource is read by one to five statements in turn, and logging in takes four more before the first.",
    "SHOW": "Each row is made and encoded in Python; the time is per listed object.",
}

LEVERS = """\
| | effect |
|---|---|
| `PULUMI_PARALLEL_DIFF=true` | a preview compares resources side by side, not one after the other |
| `--parallel 64` | up and refresh have 64 statements on their way, not one per core |
| `PULUMI_DIY_BACKEND_ZSTD=true` | the state that is written after every step is a tenth of the size |
| `GOGC=200` | an eighth less processor time of a preview, 20 MiB more; 400 gains nothing, and an `up` takes 580 MiB |
| `gc.disable()` in `__main__.py` | a fifth less time to import the SDK, no pauses while resources are registered |
| a grant per role and object, two providers | fewer statements; a provider is a process, a login, four statements |

Not used: `PULUMI_SKIP_CHECKPOINTS` (a crash loses state), replacing the SDK's imports, a plugin that keeps running
(`PULUMI_DEBUG_PROVIDERS`: no gain measured, it is configured anew by every command).
"""

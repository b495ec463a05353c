"""The policy pack, as Pulumi starts it; `python -m policies docs [--check]` writes docs/policies.md."""

import gc
import sys
from pathlib import Path

# The engine starts this folder as a program: its modules are those of the package `policies` in the folder above.
sys.path[0] = str(Path(__file__).resolve().parents[1])

if len(sys.argv) > 1 and sys.argv[1] == "docs":
    from policies.docs import main

    sys.exit(main(sys.argv[2:]))

# A pack lives for one operation: looking for garbage among what it has imported is time that the preview waits.
gc.disable()

from policies.pack import serve  # noqa: E402

serve()

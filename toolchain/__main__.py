"""``python3 -m toolchain ensure|status [--json]``."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 an old Python gets this sentence instead of a stack trace
    sys.exit("the toolchain needs Python 3.11 or newer, this is " + sys.version.split()[0])

from toolchain.cli import main

sys.exit(main(sys.argv[1:]))

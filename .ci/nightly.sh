#!/bin/sh
# Looks at the account of STACK: drift and audit. With GITHUB_TOKEN one issue per stack says what was found.
set -u
cd "$(dirname "$0")/.."
stack=${STACK:?set STACK to dev, qa or prod}
out=build/nightly/$stack
make -s env || exit 2
mkdir -p "$out"
drift=0
audit=0
.venv/bin/ops drift --stack "$stack" --format md "$@" > "$out/drift.md" || drift=$?
.venv/bin/ops audit --stack "$stack" --format md "$@" > "$out/audit.md" || audit=$?
code=$((drift > audit ? drift : audit))
cat "$out/drift.md" "$out/audit.md" > "$out/report.md"
cat "$out/report.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
if [ -n "${GITHUB_TOKEN:-}" ]; then
    title="$stack: the account is not as it should be"
    if [ "$code" = 0 ]; then
        .venv/bin/python .ci/github.py issue --title "$title" --close || code=2
    else
        .venv/bin/python .ci/github.py issue --title "$title" --file "$out/report.md" || code=2
    fi
fi
exit "$code"

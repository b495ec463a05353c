#!/bin/sh
# Reviews STACK against BASE (against its account with --real) and tells GitHub where that is asked for.
# Variables: STACK, BASE (a commit; the merge base with main by default), PULL and OURS (set by the workflow).
set -u
cd "$(dirname "$0")/.."
stack=${STACK:?set STACK to dev, qa or prod}
out=build/review/$stack
make -s env || exit 2
code=0
.venv/bin/ops review --stack "$stack" ${BASE:+--base "$BASE"} --format github --output "$out" "$@" || code=$?
if [ ! -f "$out/comment.md" ]; then
    exit "$code"
fi
cat "$out/comment.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
if [ "${OURS:-}" = true ]; then
    .venv/bin/python .ci/github.py comment --pull "$PULL" --file "$out/comment.md" || code=2
    .venv/bin/python .ci/github.py sarif --file "$out/review.sarif" || echo "code scanning is not switched on" >&2
fi
exit "$code"

"""One import from beginning to end: read, map, write, and with `apply` into the state. The account is only read."""

from collections.abc import Sequence
from pathlib import Path

from account.picture import BlindSpot
from ops import console, deploy, engine, layout, overlay, server, target
from ops.adopt import apply, draft, files, gather, report
from ops.adopt.apply import Imported
from ops.adopt.as_is import AsIsOf
from ops.adopt.coverage import coverage
from ops.adopt.fit import fit
from ops.adopt.gather import Place, Read
from ops.adopt.model import Found
from ops.engine import Outcome
from ops.errors import OpsError
from ops.layout import Account
from ops.progress import Phases, Progress
from stacks.adoption import file_name


def find(where: Place, read: Read) -> Found:
    """What an account is, as a declaration, with remarks on what that does not say."""
    fitted = fit(where, read)
    said = coverage() if fitted.picture is None else coverage(fitted.picture)
    collected = AsIsOf(read.picture, read.details, read.estate, said, where.before.as_is)
    adoption = fitted.adoption.model_copy(update={"as_is": collected.build()})
    return Found(
        stack=where.stack,
        account=where.name,
        adoption=adoption,
        values=fitted.values,
        remarks=tuple(sorted(set(collected.remarks))),
        notes=(*fitted.notes, *(f"Not sure {_words(spot)}" for spot in read.picture.blind_spots if not spot.kinds)),
        blind=tuple(_words(spot) for spot in read.picture.blind_spots if spot.kinds),
        picture=read.picture,
        statements=read.statements,
        seconds=read.seconds,
    )


def _words(spot: BlindSpot) -> str:
    return f"{spot.what}: {spot.why}"


def texts(where: Place, found: Found, output: Path | None) -> dict[Path, str]:
    """The files of an import: in effect beside the stack file, or in a folder to be looked at first."""
    folder = output or gather.folder(where)
    made = {
        folder / file_name(found.stack): files.adoption_text(found.adoption, found.stack, found.account),
        folder / f"import.{found.stack}.md": report.markdown(found),
        folder / f"import.{found.stack}.report.json": files.json_text(report.record(found)),
    }
    if found.values and where.account is not None and output is None:
        values = files.values_text(found.values, found.stack, found.account)
        made[overlay.values_file(where.account, found.stack)] = values
    elif found.values:
        made[folder / f"Pulumi.{found.stack}.yaml"] = draft.stack_file(where, found)
    return made


def adopt(stack: str, account: Account | None, output: Path | None = None, *, force: bool = False) -> Found:
    """Reads an account and writes declaration, import file and report.

    Raises:
        BadInput: a file is there already and differs. OpsError: the account cannot be read.
    """
    where = gather.place(stack, account)
    console.say(f"reading account {where.name}")
    found = find(where, gather.read(where))
    draft.check(where, found)
    made = texts(where, found, output)
    try:
        content = files.json_text(draft.import_file(where, found))
        made[(output or gather.folder(where)) / f"import.{stack}.json"] = content
    except OpsError as error:
        console.say(f"no import file: {error.what} ({error.why})")
    for path in files.write(made, force=force):
        console.say(f"wrote {path}")
    return found


def import_into_state(stack: str, account: Account | None, found: Found) -> Imported:
    """Imports what was adopted, with the files in effect.

    Raises:
        OpsError: pulumi failed; the same command goes on where it stopped.
    """
    if account is None:
        return _real(stack, found)
    run = deploy.prepare(account, stack, server.Settings(), Phases())
    with deploy.alone(run):
        run.record.begin()
        done = apply.run(run.target, lambda operation, flags: deploy.operate(run, operation, flags), found.picture)
        if done.recorded:
            run.record.end()
    return done


def _real(stack: str, found: Found) -> Imported:
    on = target.real_target(stack)

    def operate(operation: str, flags: Sequence[str]) -> Outcome:
        console.say(f"{operation} of stack {stack} on its real account")
        with Progress(operation) as progress:
            outcome = engine.operate(on, operation, flags, progress)
        if not outcome.ok:
            raise OpsError(f"pulumi {operation} of stack {stack} failed", why="\n       ".join(outcome.errors))
        return outcome

    return apply.run(on, operate, found.picture)


def local_account(name: str, *, real: bool) -> Account | None:
    """The local account of that name, or None for the real one."""
    return None if real else layout.account(name)

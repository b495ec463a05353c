"""One import from beginning to end: read, map, write. The account is only read."""

from pathlib import Path

from ops.adopt import files, gather, report
from ops.adopt.as_is import AsIsOf
from ops.adopt.coverage import coverage
from ops.adopt.gather import Place, Read
from ops.adopt.model import Found
from ops.layout import Account
from stacks.adoption import Adoption, file_name


def find(where: Place, read: Read) -> Found:
    """What an account is, as a declaration, with remarks on what that does not say."""
    collected = AsIsOf(read.picture, read.details, read.estate, coverage(), where.before.as_is)
    adoption = Adoption(platform="none", as_is=collected.build())
    return Found(
        stack=where.stack,
        account=where.name,
        adoption=adoption,
        values={},
        remarks=tuple(sorted(collected.remarks)),
        notes=(),
        blind=tuple(f"{spot.what}: {spot.why}" for spot in read.picture.blind_spots),
        picture=read.picture,
        statements=read.statements,
        seconds=read.seconds,
    )


def texts(found: Found, folder: Path) -> dict[Path, str]:
    """The files of an import."""
    return {
        folder / file_name(found.stack): files.adoption_text(found.adoption, found.stack, found.account),
        folder / f"import.{found.stack}.md": report.markdown(found),
        folder / f"import.{found.stack}.report.json": files.json_text(report.record(found)),
    }


def adopt(stack: str, account: Account | None, output: Path | None = None, *, force: bool = False) -> Found:
    """Reads an account and writes the files."""
    where = gather.place(stack, account)
    found = find(where, gather.read(where))
    files.write(texts(found, output or gather.folder(where)), force=force)
    return found

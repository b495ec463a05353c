"""A declaration before it is in effect: checked, and previewed for the import file, in a folder of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from ops import declaration, engine, overlay, target, tools
from ops.adopt import apply, files
from ops.adopt.fit import merged
from ops.adopt.gather import Place
from ops.adopt.model import Found
from ops.engine import Target
from ops.errors import OpsError
from ops.layout import PROJECT
from stacks import adoption


@contextmanager
def drafted(where: Place, found: Found) -> Iterator[Path]:
    """The stack file as it would be, with the adopted declaration beside it, in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="ops-import-") as folder:
        path = Path(folder) / f"Pulumi.{where.stack}.yaml"
        path.write_text(stack_file(where, found), encoding="utf-8")
        beside = path.with_name(adoption.file_name(where.stack))
        beside.write_text(files.adoption_text(found.adoption, found.stack, found.account), encoding="utf-8")
        yield path


def stack_file(where: Place, found: Found) -> str:
    """The stack file with the values of the account; everything else in it stays, but for comments."""
    document = yaml.safe_load(where.path.read_text(encoding="utf-8")) if where.path.exists() else {}
    content = document if isinstance(document, dict) else {}
    values = {f"{PROJECT}:{key}": value for key, value in merged(where.values, found.values).items()}
    others = {key: value for key, value in overlay.load(where.path).items() if not key.startswith(f"{PROJECT}:")}
    return files.dump({**content, "config": {**others, **values}})


def check(where: Place, found: Found) -> None:
    """Raises Mistakes where the result of an import would not be accepted: a mistake of the import, told early."""
    with drafted(where, found) as path:
        declaration.load(where.stack, path)


def import_file(where: Place, found: Found) -> dict[str, object]:
    """The content of the import file: what a preview of the drafted declaration plans on a stack with nothing in it.

    That stack is in a backend of its own, which goes afterwards, so that the file is the same before and after an
    import. Encrypted values cannot be read there and are left out.

    Raises:
        OpsError: pulumi cannot preview it: no toolchain, no login, a value is missing.
    """
    on = _target(where)
    with drafted(where, found) as path:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = {key: value for key, value in document["config"].items() if not overlay.is_secret(value)}
        path.write_text(files.dump({"config": config}), encoding="utf-8")
        outcome = engine.operate(_empty_stack(on, path), "preview")
    if not outcome.ok:
        raise OpsError(f"the preview of stack {where.stack} failed", why="\n       ".join(outcome.errors))
    return apply.import_file(apply.planned(outcome), found.picture)


def _empty_stack(on: Target, path: Path) -> Target:
    """The stack in a backend beside this stack file."""
    backend, project = path.with_name("state"), path.with_name("project")
    for folder in (backend, project):
        folder.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: yaml\n", encoding="utf-8")
    environment = {name: value for name, value in on.environment.items() if name != "PULUMI_CONFIG_PASSPHRASE_FILE"}
    environment |= {
        adoption.CONFIG_VARIABLE: str(path),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }
    made = Target(on.stack, environment, path)
    engine.ask(made, "-C", str(project), "stack", "init", on.stack, "--no-select")
    return made


def _target(where: Place) -> Target:
    if where.account is None:
        return target.real_target(where.stack)
    return target.local_target(where.account, where.stack, tools.ensure())

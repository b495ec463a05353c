"""The declaration as the command line sees it: loaded without the engine, its mistakes as messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ops import overlay
from ops.errors import BAD_INPUT, OpsError
from ops.layout import PROJECT

if TYPE_CHECKING:
    from stacks.errors import Problem
    from stacks.platform import Platform


class Mistakes(OpsError):
    """The declaration or a config is not acceptable: one message per mistake, with file, field, value and remedy."""

    exit_code = BAD_INPUT

    def __init__(self, stack: str, problems: "tuple[Problem, ...]") -> None:
        self.problems = problems
        number = "one mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__(f"stack {stack} is not acceptable: {number}")

    def lines(self) -> list[str]:
        """All mistakes, each with where, why and what to do."""
        return [self.what, *(str(problem) for problem in self.problems)]


def records(problems: "Sequence[Problem]") -> list[dict[str, str]]:
    """Mistakes for programs."""
    names = ("what", "file", "field", "value", "why", "todo")
    return [{name: str(getattr(problem, name)) for name in names} for problem in problems]


def service_users(stack: str) -> list[str]:
    """Names (without prefix) of the service users that a stack has, as far as its stack file tells."""
    from stacks import users

    config = overlay.load(overlay.stack_file(stack))
    switched_on = config.get(f"{PROJECT}:bi_user") is True
    return [str(user.name) for user in users.declared() if switched_on or not user.optional]


def load(stack: str, path: Path) -> "Platform":
    """The platform of a stack with the config of this stack file; raises Mistakes with everything that is wrong."""
    import stacks

    try:
        return stacks.load_file(stack, path)
    except stacks.PlatformError as error:
        raise Mistakes(stack, error.problems) from error


def outline(stack: str) -> "Platform":
    """The platform of the real stack file, keys and addresses left unchecked; raises Mistakes if it is unreadable."""
    from stacks.load import glance

    path = overlay.stack_file(stack)
    return glance(stack, path) or load(stack, path)


def check(chosen: Sequence[str]) -> "list[Problem]":
    """What is wrong with these stacks on their real accounts, each and together; encrypted values pass unread."""
    import stacks

    found: list[Problem] = []
    sound = []
    for stack in chosen:
        try:
            sound.append(stacks.load_file(stack, overlay.stack_file(stack)))
        except stacks.PlatformError as error:
            found.extend(error.problems)
    try:
        stacks.together(sound)
    except stacks.PlatformError as error:
        found.extend(error.problems)
    return found

"""What a command does is loaded when it runs, so that `--help` is quick."""

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hocba.commands.terminal import Terminal


def command(name: str) -> Any:  # noqa: ANN401  # a module, loaded when its command runs
    """Return the module of `hocba.commands` that does the work."""
    return importlib.import_module(f"hocba.commands.{name}")


def terminal() -> "Terminal":
    """Return the terminal, in the language of HOCBA_LANGUAGE."""
    found: Terminal = command("terminal").Terminal(os.environ.get("HOCBA_LANGUAGE", "vi"))
    return found

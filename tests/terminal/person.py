"""A person at a terminal: reads what is asked, and types."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import pexpect
from erpgate.v1 import form_pb2

ENTER, DOWN, LEAVE, DELETE = "\r", "\x1b[B", "\x03", "\x7f"
_PATIENCE = 30


class Person:
    """Sits at `erpgate channels connect`.

    Args:
        port: Of the server.
        arguments: Of the command.
    """

    def __init__(self, port: int, *arguments: str) -> None:
        command = ["-m", "erpgate.cli", "channels", *arguments, "--server", f"127.0.0.1:{port}"]
        environ = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm", "NO_COLOR": "1"}
        self.seen = ""
        self._child = pexpect.spawn(
            sys.executable, command, env=environ, encoding="utf-8", timeout=_PATIENCE, dimensions=(60, 200)
        )

    def answer(self, question: str, keys: str) -> None:
        """Waits for a question and types."""
        self.reads(question)
        self._child.send(keys)

    def reads(self, text: str) -> None:
        """Waits until a text is on the screen."""
        self._child.expect_exact(text)
        self.seen += f"{self._child.before}{self._child.after}"

    def fills_in(self, step: form_pb2.FormStep, keys: Mapping[str, str]) -> None:
        """Answers every field that is shown by default: as `keys` say by path, else with what is offered."""
        for field in step.fields:
            if not field.visible_if:
                self.answer(field.label, keys.get(field.path, ENTER))

    def ends(self) -> int:
        """The exit code of the command."""
        self._child.expect(pexpect.EOF)
        self.seen += str(self._child.before)
        self._child.close()
        code: Any = self._child.exitstatus
        return int(code)

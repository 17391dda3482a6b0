"""What a program prints, as a statement: the program is run in a process of its own and its output compared.

Only programs that a theory page holds are run, never anything that comes from a file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache

from sympy import Integer
from sympy.core.symbol import Str

from .language import LanguageError, Statement

__all__ = ["Prints", "ProgramError", "output_of"]

SECONDS = 60
WHOLE = -1  # the number that stands for all lines


class ProgramError(RuntimeError):
    """A program that failed or did not end."""


@cache
def output_of(program: str) -> str:
    """Run a Python program by itself, in an empty folder, and return what it prints.

    Raises
    ------
    ProgramError
        If it fails, or does not end within a minute.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-X", "utf8", "-c", program],
                cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ProgramError(f"the program did not end within {SECONDS} s") from None
    if done.returncode:
        raise ProgramError("the program failed: " + done.stderr.strip().rpartition("\n")[2])
    return done.stdout


class Prints(Statement):
    """The `number`-th line that `program` prints, counted from 0, is `line`; for number -1, all that it prints is.

    Lines are not counted from the end: no other number is negative.  White space at either end does not matter.

    Raises
    ------
    LanguageError
        If the program or the line is no text, or the number is neither that of a line nor -1.
    """

    def __new__(cls, program: str, number: int, line: str) -> Prints:
        for name, written in (("the program", program), ("what it prints", line)):
            if not isinstance(written, str):
                raise LanguageError(f"Prints: {name} is a text, not {written!r}")
        if not isinstance(number, int) or isinstance(number, bool) or number < WHOLE:
            raise LanguageError(
                f"Prints: {number!r} is no number of a line, which is counted from 0, nor {WHOLE} for the whole output"
            )
        prints: Prints = Statement.__new__(cls, Str(program), Integer(number), Str(line))
        return prints

    @property
    def program(self) -> str:
        return str(self.args[0].name)

    @property
    def number(self) -> int:
        return int(self.args[1])

    @property
    def line(self) -> str:
        return str(self.args[2].name)

    def real_output(self) -> str:
        """Return what the program really prints there."""
        output = output_of(self.program)
        if self.number == WHOLE:
            return output
        lines = output.splitlines()
        if self.number >= len(lines):
            raise ProgramError(f"the program prints {len(lines)} lines, and none of number {self.number}")
        return lines[self.number]

    def agrees(self, output: str) -> bool:
        """Is the output what the statement says?"""
        return output.strip() == self.line.strip()

"""The command line: verify, report, conform, reference, solve.

Exit codes: 0 all is well; 1 a claim, a check or a row failed; 2 the command or its input was not understood; 128 and
the number of the signal that stopped it: 130 interrupted, 143 terminated. The parts that need SymPy are imported by the
commands that use them, because SymPy costs a second.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import entnorm
from entnorm.cli.conforming import add_conform
from entnorm.cli.references import add_reference
from entnorm.cli.shared import BROKEN, INTERRUPTED, USAGE, BrokenError, UsageError, in_options
from entnorm.cli.solving import add_solve, joined
from entnorm.cli.verifying import add_report, add_verify
from entnorm.solution import EntnormError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without it, those of the process.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> from entnorm.cli import main
    >>> main(["solve", "--p", "0.7,0.2,0.1", "--perplexity", "2", "--json"])  # doctest: +ELLIPSIS
    [{"condition": ..., "entropy": 0.69314718..., "gamma": 1.2172992..., "status": "converged", ...}]
    0
    """
    options = _parser().parse_args(joined(sys.argv[1:] if arguments is None else arguments))
    if "" not in sys.path:
        sys.path.insert(0, "")  # theories and solvers of the current folder, as with python -m
    try:
        with _stopped_in_order():
            code: int = options.run(options)
    except _Stopped as stopped:
        print(f"entnorm: stopped by {stopped.by.name}; no file was left half-written", file=sys.stderr)
        return 128 + stopped.by
    except KeyboardInterrupt:
        print("entnorm: interrupted; no file was left half-written", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has stopped: say no more
        return BROKEN
    except (BrokenError, UsageError, EntnormError, OSError) as error:
        print(f"entnorm: {_said(error)}", file=sys.stderr)
        return BROKEN if isinstance(error, BrokenError) else USAGE
    return code


class _Stopped(KeyboardInterrupt):
    """The command was told to end; it does what an interrupt makes it do."""

    def __init__(self, by: signal.Signals) -> None:
        super().__init__(by)
        self.by = by


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """A signal that ends a process, as a CI sends it, ends the processes too that the command has started."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # one is enough: the group may get it again
        raise _Stopped(signal.Signals(number))

    before = {}
    if threading.current_thread() is threading.main_thread():
        ends = (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
        before = {end: signal.signal(end, stop) for end in ends if signal.getsignal(end) is signal.SIG_DFL}
    try:
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)


def _said(error: Exception) -> str:
    """An error in the words of the command line: options for keywords, and the file that was meant."""
    if isinstance(error, OSError) and error.filename is not None:
        path = Path(os.fsdecode(error.filename))
        named = path.with_name(re.sub(r"^\.(.+)\.\d+\.(new|old)$", r"\1", path.name))  # not the temporary one
        return f"{named}: {error.strerror}"
    return in_options(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entnorm", description=__doc__.partition("\n")[0])
    parser.add_argument("--version", action="version", version=f"%(prog)s {entnorm.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (add_verify, add_report, add_conform, add_reference, add_solve):
        add(commands)
    return parser

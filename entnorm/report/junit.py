"""A verdict as JUnit's XML, which continuous integration services read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

__all__ = ["junit"]

_NO_CHARACTERS: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0; a carriage return would be read back as the end of a line."""


def junit(model: Mapping[str, Any]) -> str:
    """Return the XML: a test case for each check, a failure with its reproducer, what says nothing as skipped."""
    checks = model["checks"]
    solver = model["solver"] or "solver"
    kinds = [_kind(check) for check in checks]
    counts = {"failures": kinds.count("failure"), "errors": kinds.count("error"), "skipped": kinds.count("skipped")}
    suites = ET.Element("testsuites")
    attributes = {"name": f"entnorm conform {solver}", "tests": str(len(checks))}
    suite = ET.SubElement(suites, "testsuite", attributes | {name: str(count) for name, count in counts.items()})
    for check, kind in zip(checks, kinds, strict=True):
        case = ET.SubElement(suite, "testcase", {"classname": f"{solver}.{check['level']}", "name": check["name"]})
        if kind is None:
            continue
        said = check["got"] if kind != "skipped" else f"{check['outcome']}: {check['reason']}"
        ET.SubElement(case, kind, {"message": _clean(said)}).text = _clean(_body(check)) if kind != "skipped" else None
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _kind(check: Mapping[str, Any]) -> str | None:
    if check["outcome"] == "passed":
        return None
    if check["outcome"] in ("failed", "unexpected pass"):
        return "error" if check["lost"] else "failure"
    return "skipped"


def _body(check: Mapping[str, Any]) -> str:
    parts = ["promise", "reason", "case", "expected", "got", "answer"]
    lines = [f"{part}: {check[part]}" for part in parts if check[part]]
    return "\n".join([*lines, "", check["reproducer"]])


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)

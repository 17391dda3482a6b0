"""From a model to the contents of files: JSON, Markdown, HTML, and the summary at the end of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from entnorm.conformance.budget import times
from entnorm.report.breaking import breakable
from entnorm.report.charts import chart
from entnorm.report.experiments import addresses, view
from entnorm.report.graph import Drawing, draw
from entnorm.report.junit import junit
from entnorm.report.models import THEORY
from entnorm.report.plane import draw_plane

__all__ = ["STATUSES", "render", "summary"]

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "proved": (
        "✓",
        "every step follows by a rule, every obligation is discharged; "
        "what it cites is proved, or an axiom that the theory accepts",
    ),
    "computed": ("▷", "a program was run, or balls were evaluated, and the outcome decides the statement"),
    "assumed": ("◇", "an axiom: a textbook fact that proofs may cite and that is not proved here"),
    "conditional": ("◐", "proved from an axiom that the theory does not accept; which one, it says"),
    "evidence": ("≈", "seen at points, not proved"),
    "refuted": ("✗", "false as stated, with a counterexample that was checked"),
    "needs": ("+", "true once a condition is added that the document leaves out; false without it"),
    "imprecise": ("~", "not sharp enough to be true or false; every sharp version that it may mean is settled"),
    "unverifiable": ("–", "nothing in it can be formalised"),
    "open": ("○", "not settled yet"),
    "broken": ("‼", "the proof does not check: something is wrong"),
    "passed": ("✓", "the promise was kept on every row"),
    "failed": ("✗", "the promise was broken on some row"),
    "unexpected pass": ("⊠", "the promise was kept, though it was announced that it would be broken"),
    "expected failure": ("⊘", "the promise was broken, as announced"),
    "not applicable": ("–", "the check says nothing about this solver"),
    "not run": ("·", "the solver did not get so far"),
    "converged": ("✓", "the row has the entropy asked for"),
    "infeasible": ("⊥", "no power of the row has the entropy asked for"),
    "gamma overflow": ("∞", "the distribution is right, but float64 cannot hold its exponent"),
}
"""Every status and outcome, in the order in which they are counted: its glyph and its meaning."""


@lru_cache
def _environment(*, escape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("entnorm.report"),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        glyph=lambda status: STATUSES[status][0],
        calc=_calc_as_text,
        citations=_citations_as_text,
        cell=_table_cell,
        corrected=_corrected,
        sample=_sample,
        addresses=addresses,
        breakable=breakable,
        times=times,
    )
    environment.globals.update(STATUSES=STATUSES)
    return environment


def render(*models: Mapping[str, Any]) -> dict[str, str]:
    """Return the reports of each model: contents by file name.

    There are three of most; a verdict is written in JUnit's XML too, and a run of ``entnorm solve`` has one page.

    Parameters
    ----------
    *models : mapping
        What `proofs_model`, `conformance_model` or `entnorm.conformance.Report.as_dict` returned.

    Raises
    ------
    ValueError
        If one is neither.
    """
    return {name: content for model in models for name, content in _rendered(model).items()}


def _rendered(model: Mapping[str, Any]) -> dict[str, str]:
    name = str(model.get("format", "")).removeprefix("entnorm-").partition("/")[0]
    if name not in _VIEWS:
        raise ValueError(f"no report shows a model of format {model.get('format')!r}")
    view = {"model": model, **_VIEWS[name](model)}
    page = {f"{name}.html": _environment(escape=True).get_template(f"{name}.html").render(view)}
    if name == "solve":
        return page
    files = page | {
        f"{name}.md": _environment(escape=False).get_template(f"{name}.md").render(view),
        f"{name}.json": json.dumps(model, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    }
    return files | ({f"{name}.xml": junit(model)} if name == "verdict" else {})


def summary(**found: Any) -> str:
    """Return the lines with which a run ends; `found` are the names that the template ``summary.txt`` uses."""
    return _environment(escape=False).get_template("summary.txt").render(found)


def _view_of_proofs(model: Mapping[str, Any]) -> dict[str, Any]:
    claims = {claim["id"]: claim for claim in model["claims"]}
    statements = [said for section in model["ledger"] for said in section["statements"]]
    return {
        "claims": claims,
        "named": "" if model["theory"] == THEORY else f"{model['theory']} ",
        "claim_counts": _counted(model["counts"]["claims"]),
        "ledger_counts": _counted(model["counts"]["ledger"]),
        "statements": statements,
        "corrections": _corrections(statements),
        "axioms": [claim for claim in model["claims"] if claim["proof"]["kind"] == "axiom"],
        "settles": {id: [said["id"] for said in statements if id in said["claims"]] for id in claims},
        "claim_status": {id: claim["status"] for id, claim in claims.items()},
        "page_status": {page["name"]: _weakest(page["claims"], claims) for page in model["pages"]},
        "atlas": _atlas(model["pages"], claims),
        "graphs": {page["name"]: _graph(page["claims"], claims) for page in model["pages"]},
        "charts": {figure["id"]: chart(figure) for figure in model["figures"]},
        **_view_of_iteration(model["iteration"]),
    }


def _view_of_iteration(survey: Mapping[str, Any] | None) -> dict[str, Any]:
    if survey is None:
        return {}
    glyphs = {name: found["glyph"] for name, found in survey["outcomes"].items()}
    met = {cell["outcome"] for row in survey["rows"] for cell in row["cells"]}
    met |= {outcome for row in survey["plane"]["cells"] for outcome in row} | {o["outcome"] for o in survey["orbits"]}
    return {
        "plane": draw_plane(survey["plane"], glyphs),
        "orbit_chart": chart(survey["figure"]),
        "met": [name for name in glyphs if name in met],
    }


def _corrections(statements: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The statements that are wrong or lack a condition; neighbours that are settled alike stand together."""
    wrong = [said for said in statements if said["outcome"] in ("refuted", "needs")]
    alike = ("outcome", "counterexample", "assumption", "correction", "failure")
    return [list(group) for _, group in groupby(wrong, lambda said: [said.get(key) for key in alike])]


def _corrected(said: dict[str, Any]) -> list[str]:
    """The claims that are true instead of a statement, or under its condition."""
    if said["outcome"] == "needs":
        return [id for id in said["claims"] if id not in said["failure"]["counterexamples"]]
    return [said.get("correction", said["claims"][-1])]


def _view_of_conformance(model: Mapping[str, Any]) -> dict[str, Any]:
    return {"check_counts": _counted(model["checks"]["counts"])}


def _view_of_verdict(model: Mapping[str, Any]) -> dict[str, Any]:
    chosen = ("failed", "unexpected pass")
    return {
        "check_counts": _counted(model["counts"]),
        "failures": [check for check in model["checks"] if check["outcome"] in chosen],
        "command": model.get("command") or _plain_command(model),
        "levels": list(dict.fromkeys(check["level"] for check in model["checks"])),
    }


def _plain_command(model: Mapping[str, Any]) -> str:
    return f"entnorm conform {model['solver'] or 'pkg.mod:function'} --level {model['level']}"


def _view_of_peers(model: Mapping[str, Any]) -> dict[str, Any]:
    present = [peer for peer in model["peers"] if peer["installed"]]
    outcomes = [check["outcome"] for peer in present for check in peer["results"].values()]
    return {
        "present": present,
        "absent": [peer for peer in model["peers"] if not peer["installed"]],
        "outcomes": [status for status in STATUSES if status in outcomes],
        "passed": {peer["name"]: _outcomes(peer).count("passed") for peer in present},
        "failed": {peer["name"]: _outcomes(peer).count("failed") for peer in present},
        "grades": list(model["accuracy"][0]["counts"]),
    }


def _view_of_solve(model: Mapping[str, Any]) -> dict[str, Any]:
    spreads = {"γ": model["gamma"], "differences": model["errors"]}
    return {
        "failed": model["rows"] - model["counts"]["converged"],
        "status_counts": _counted({status.replace("_", " "): count for status, count in model["counts"].items()}),
        "tallest": {
            what: max([*(bar["count"] for bar in s["bars"]), s["zero"], s["infinite"], 1])
            for what, s in spreads.items()
        },
    }


def _outcomes(peer: Mapping[str, Any]) -> list[str]:
    return [check["outcome"] for check in peer["results"].values()]


_VIEWS: Final = {
    "proofs": _view_of_proofs,
    "conformance": _view_of_conformance,
    "verdict": _view_of_verdict,
    "peers": _view_of_peers,
    "solve": _view_of_solve,
    "experiments": view,
}


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {status: counts[status] for status in STATUSES if counts.get(status)}


def _weakest(ids: list[str], claims: Mapping[str, Any]) -> str:
    """The status that a page is shown with: proved, unless a claim of it is not settled."""
    weak = {claims[id]["status"] for id in ids} - {"proved", "computed", "assumed", "refuted"}
    return max(weak, key=list(STATUSES).index, default="proved")


def _atlas(pages: list[dict[str, Any]], claims: Mapping[str, Any]) -> Drawing:
    """The pages, and which rest on which, without the uses that others imply."""
    home = {id: page["name"] for page in pages for id in page["claims"]}
    uses: dict[str, set[str]] = {page["name"]: set() for page in pages if page["claims"]}
    for id, name in home.items():
        uses[name] |= {home[used] for used in claims[id]["uses"] if home[used] != name}
    behind: dict[str, set[str]] = {}
    for name in uses:  # in reading order, so that what a page uses comes before it
        behind[name] = uses[name].union(*(behind[used] for used in uses[name]))
    shown = {name: sorted(uses[name] - set().union(*(behind[used] for used in uses[name]))) for name in uses}
    labels = {page["name"]: f"{page['name']}: {len(page['claims'])}" for page in pages}
    return draw(list(shown), shown, labels)


def _graph(ids: list[str], claims: Mapping[str, Any]) -> Drawing:
    """The claims of a page that use another one of it, or are used."""
    uses = {id: [used for used in claims[id]["uses"] if used in ids] for id in ids}
    joined = [id for id in ids if uses[id] or any(id in used for used in uses.values())]
    return draw(joined, {id: uses[id] for id in joined}, {id: id for id in joined})


def _calc_as_text(chain: Mapping[str, Any]) -> str:
    """A chain of steps in two columns, for Markdown that is read raw."""
    lines = [("  ", chain["start"]["text"], "")]
    lines += [(f"{step['relation']} ", step["line"]["text"], _reason_as_text(step)) for step in chain["steps"]]
    width = max(min(len(sign + line), 72) for sign, line, _ in lines)
    return "\n".join(f"{sign + line:<{width}}   {reason}".rstrip() for sign, line, reason in lines)


def _reason_as_text(step: Mapping[str, Any]) -> str:
    cited = _citations_as_text(step["cites"])
    certificate = f"; certificate {step['certificate']['text']}" if step["certificate"] else ""
    return f"{step['rule']}{': ' if cited else ''}{cited}{certificate}"


def _citations_as_text(citations: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(map(_citation_as_text, citations))


def _citation_as_text(citation: Mapping[str, str]) -> str:
    name = citation["name"]
    if citation["kind"] == "claim":
        return f"[{name}]" + (f" with {citation['values']}" if citation.get("values") else "")
    return f"definition of {name}" if citation["kind"] == "definition" else name


def _table_cell(text: str) -> str:
    """Text that a Markdown table shows as it is."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("\n", " ")


def _sample(series: Mapping[str, Any], ticks: list[float]) -> list[float]:
    """The values of a curve at its points nearest to some ticks, for a table that says what the picture shows."""
    return [min(series["points"], key=lambda point: abs(point[0] / tick - 1))[1] for tick in ticks]

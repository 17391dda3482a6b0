"""An integral that is said to diverge, and its proof, as statements about the line: the integrand there, its growth.

This module is trusted.
"""

from __future__ import annotations

from sympy import Expr

from .convergence import unfolded_fully
from .language import Divergent, Entry, Function, Image, Plus, Times, bound_in, free, open_binder, substitute
from .normal import Refusal
from .proofs import Claim, Unbounded

__all__ = ["growth_of", "image_of", "on_the_line"]


def image_of(claim: Claim) -> Image:
    """Return the hypothesis of a claim that says what the image of the measure is."""
    images = [h for h in claim.hypotheses if isinstance(h, Image) and isinstance(h.args[0], Function)]
    if not isinstance(claim.statement, Divergent) or len(images) != 1:
        raise Refusal("an integral diverges on the line where one hypothesis gives the image of the measure")
    return images[0]


def on_the_line(claim: Claim, proof: Unbounded) -> Expr:
    """Return the integrand as a function on the line, times the density that the image of the measure has there."""
    function, place, density, _ = image_of(claim).args
    opened = unfolded_fully(claim.statement)
    # Apart from what is bound inside: there a value at a point of that name is a value at every point.
    point, body = open_binder(opened, claim.variables | bound_in(opened.args[0]))
    found = body.xreplace({Entry(function, point): proof.variable})
    if proof.variable in free(body) | bound_in(body) or {function, point} & free(found):
        raise Refusal(f"{body} does not depend on the value of {function} alone")
    weight: Expr = substitute(density, {place: proof.variable})
    return found if weight == 1 else Times(found, weight)


def growth_of(proof: Unbounded) -> Expr:
    """Return by how much the function of a proof of divergence grows from end to end."""
    first, last = (substitute(proof.function, {proof.variable: end}) for end in (proof.low, proof.high))
    return Plus(last, Times(-1, first))

"""Newton's method: section 4 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Unverifiable, Wrong

from .. import cycles, escort, expansions, iteration, lopsided, newton, tails
from . import instances

SECTIONS = (
    Section(
        "4",
        "4. Newton's method",
        (
            Said(
                "4.1.1",
                "给定目标熵H*∈(0,log n)，求γ*使得 H(γ)-H*=0",
                Needs(
                    "one entry alone is the largest, and n counts the positive entries",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE_UNIQUE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="Given a target entropy H* in (0, log n), find γ* with H(γ) − H* = 0.",
            ),
            Said(
                "4.1.2",
                "一般没有解析解",
                Unverifiable(
                    "Closed form is not defined, and that no formula of exp, log and roots serves would be a theorem about fields of functions, beyond this kernel. The fragment: for entries of two values, so for n = 2, the exponent is a quotient of logarithms once the distribution of the target entropy is known, which is one equation in one unknown.",
                    cycles.EXPONENT,
                ),
                english="In general there is no closed-form solution.",
            ),
            Said(
                "4.2.1",
                "γ=1时变换是恒等变换",
                Proved(escort.IDENTITY_AT_ONE, escort.ENTROPY_AT_ONE),
                english="At γ = 1 the transform is the identity.",
            ),
            Said("4.2.2", "p^γ ≈ p+(γ-1)p log p+O((γ-1)²)", Proved(expansions.POWER_JET)),
            Said("4.2.3", "Z ≈ 1+(γ-1)E[log p]", Proved(expansions.PARTITION_JET)),
            Said("4.3.1", "log Z ≈ (γ-1)E[log p]", Proved(expansions.LOG_PARTITION_JET)),
            Said(
                "4.3.2",
                "H(γ) ≈ log Z(γ)-γE[log p]  (E under p)",
                Wrong(expansions.FROZEN_MEAN, escort.ENTROPY_IN_MOMENTS),
            ),
            Said("4.3.3", "≈ … = -E[log p] = H(1)", Wrong(expansions.NO_FIRST_ORDER_TERM, expansions.FIRST_ORDER)),
            Said(
                "4.3.4",
                "这个一阶近似不够精确（导数项消失了）。我们需要二阶近似",
                Wrong(expansions.NO_FIRST_ORDER_TERM, expansions.FIRST_ORDER),
                english="This first-order approximation is not accurate enough (the derivative term has vanished); we need a second-order one.",
            ),
            Said(
                "4.4.1",
                "二阶展开得 H ≈ H_1+[H_1²-E(log p)²](γ-1)",
                Wrong(expansions.SECOND_ORDER_TERM_ZERO, expansions.SECOND_ORDER),
                english="The second-order expansion gives H ≈ H_1 + [H_1² − E(log p)²](γ − 1).",
            ),
            Said(
                "4.4.2",
                "完整推导见原文",
                Unverifiable(
                    "A reference: the post prints its equation 5, which is of first order, and a hint at how to come to it. What counts as a full derivation is not mathematics; the fragment is that equation.",
                    expansions.FIRST_ORDER,
                ),
                english="For the full derivation see the original post.",
            ),
            Said("4.4.3", "dH/dγ|_{γ=1}=-Var[log p]", Proved(expansions.SLOPE_AT_ONE_VARIANCE)),
            Said(
                "4.4.4", "-Var[log p]=E[(log p)²]-(E[log p])²", Wrong(expansions.SLOPE_SIGN, expansions.VARIANCE_AT_ONE)
            ),
            Said("4.4.5", "=E[(log p)²]-H(1)²", Wrong(expansions.SLOPE_SIGN_ENTROPY, expansions.DENOMINATOR)),
            Said(
                "4.5.1",
                "γ ≈ 1+(H*-H(1))/(H(1)²-E[(log p)²])",
                Needs("p is not uniform on its support", expansions.INVERSE_WITHOUT_SPREAD, expansions.INVERSE_JET),
            ),
            Said("4.5.2", "H^(k)=-Σp^(k)log p^(k)", Proved(iteration.ENTROPY_WRITTEN_OUT)),
            Said(
                "4.5.3",
                "Δγ=(H*-H^(k))/((H^(k))²-Σp^(k)(log p^(k))²)",
                Needs("p^(k) is not uniform on its support", newton.STEP_OF_UNIFORM, newton.STEP_AT_ONE),
            ),
            Said(
                "4.5.4",
                "更新γ: γ^(k+1)=1+Δγ",
                Imprecise(
                    (iteration.IS_CUMULATIVE, iteration.PRODUCT, iteration.STEP_VANISHES),
                    "Read as the exponent of one step, from p^(k) to p^(k+1), it is right. Read as an approximation of the root, which the name and the heading suggest, it is wrong: it tends to 1, and the product of all of them to the root.",
                ),
                english="Update γ: γ^(k+1) = 1 + Δγ.",
            ),
            Said("4.5.5", "p^(k+1)=(p^(k))^{γ}/Σ", Proved(escort.WRITTEN_OUT, iteration.UPDATE)),
            Said(
                "4.5.6",
                "直到收敛（|H^(k)-H*|<ε）",
                Needs(
                    "it suffices that no entry is less than 1/e times exp(-H(p)), and the target is neither below the entropy H(p) nor log n",
                    cycles.TWO_ENTRIES,
                    lopsided.ENTROPY_CONVERGES,
                    instances.TO_AND_FRO,
                ),
                english="Until convergence (|H^(k) − H*| < ε).",
            ),
        ),
    ),
)

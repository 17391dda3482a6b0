"""Summary: section 11 of the annotated derivation."""

from entnorm.claims.ledger import Needs, Proved, Said, Section, Unverifiable, Wrong

from .. import (
    cycles,
    escort,
    implicit,
    lopsided,
    newton,
    supports,
    tails,
    vanishing,
)
from . import instances

SECTIONS = (
    Section(
        "11",
        "11. Summary",
        (
            Said("11.1", "p^γ/‖p^γ‖_1", Proved(escort.WRITTEN_OUT, supports.POWER_NONNEGATIVE, supports.SUMS_TO_ONE)),
            Said(
                "11.2",
                "牛顿法求γ → H(p~)=H*",
                Needs(
                    "it suffices that no entry is less than 1/e times exp(-H(p)), and the target is neither below the entropy H(p) nor log n",
                    cycles.TWO_ENTRIES,
                    lopsided.ENTROPY_CONVERGES,
                    instances.TO_AND_FRO,
                ),
                english="Newton's method finds γ → H(p̃) = H*.",
            ),
            Said("11.3", "✅ 保持单调性", Proved(escort.ORDER, supports.ORDER), english="✅ Keeps monotonicity."),
            Said(
                "11.4",
                "✅ 熵可控（从0到log n）",
                Needs(
                    "one entry alone is the largest, n counts the positive entries, and the ends 0 and log n are left out",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE_UNIQUE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="✅ Controllable entropy (from 0 to log n).",
            ),
            Said(
                "11.5",
                "✅ 快速收敛（3-4次迭代）",
                Wrong(newton.CLOSE_AFTER_FOUR, newton.ERROR_CONSTANT),
                english="✅ Fast convergence (3–4 iterations).",
            ),
            Said(
                "11.6",
                "✅ 可微分（可用于梯度优化）",
                Needs(
                    "p is not uniform on its support, its zeros stay zero, and log m < H* < log n, where m entries share the maximum",
                    (vanishing.CONTINUOUS_AT_UNIFORM, escort.CONSTANT_OUT_OF_REACH),
                    (implicit.DIFFERENTIABLE, implicit.DIFFERENTIABLE_IN_PROBABILITIES, tails.EXISTENCE),
                    instances.BESIDE_HALVES,
                ),
                english="✅ Differentiable (usable in gradient optimisation).",
            ),
            Said(
                "11.7", "提供了一种原理性的方法", Unverifiable("A judgement."), english="It offers a principled method."
            ),
            Said("11.8", "应用潜力 …", Unverifiable("A list of hopes."), english="Potential applications …"),
        ),
    ),
)

"""Convergence: section 5 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Proved, Said, Section, Wrong

from .. import (
    cycles,
    decreasing,
    escort,
    expansions,
    gaps,
    iteration,
    limits,
    listings,
)

SECTIONS = (
    Section(
        "5",
        "5. Convergence",
        (
            Said(
                "5.1.1",
                "牛顿法是二阶收敛的 |e_{k+1}|≤C|e_k|²",
                Imprecise(
                    (cycles.NO_COMMON_CONSTANT, cycles.TWO_ENTRIES, iteration.QUADRATIC_BOTH_SIDES),
                    "It is not said for which p, nor whether C depends on it. As one C for all p and targets it fails on every cycle of two exponents with 2 C Var < 1; that there is such a cycle for every C is easily seen, but no claim. With a C of its own for every orbit it holds of an error that never changes, and then it says nothing of convergence: that the errors tend to 0 is false too. It is right, with one over the variance of log of what is sought for C, and the errors tend to 0, if no entry is more than e times another and the target is neither below the entropy of p nor log n.",
                ),
                english="Newton's method converges quadratically: |e_{k+1}| ≤ C |e_k|².",
            ),
            Said("5.1.2", "e_k=|H^(k)-H*|", Proved(iteration.SQUARED_ERROR)),
            Said(
                "5.1.3",
                "第1次迭代：误差减少到约10%",
                Imprecise(
                    (listings.TENTH_AFTER_ONE, listings.ERROR_AFTER),
                    "The experiment is not named. On the one example that the document gives, read as the rounded share of the first error, it is not so.",
                ),
                english="First iteration: the error shrinks to about 10 %.",
            ),
            Said(
                "5.1.4",
                "第2次迭代：误差减少到约1%",
                Imprecise(
                    (
                        listings.HUNDREDTH_AFTER_TWO,
                        listings.HUNDREDTH_OF_PREVIOUS,
                        listings.ERROR_AFTER,
                        listings.SHARE_AFTER,
                    ),
                    "The experiment is not named. On the one example that the document gives 3.1% of the first error are left, and 11% of the error before: it is not so in either reading.",
                ),
                english="Second iteration: the error shrinks to about 1 %.",
            ),
            Said(
                "5.1.5",
                "10%→1% as '二阶'",
                Imprecise(
                    (
                        listings.TENFOLD_TWICE,
                        listings.TENTH_WITHIN,
                        listings.HUNDREDTH_WITHIN,
                        listings.TENFOLD,
                    ),
                    "It is not said what the shares are of, nor whether quadratic is the printed inequality. As shares of the first error they satisfy that inequality, with C one over the first error, but an error that is C times the square of the one before does not take these values. As shares of the error before it takes just these.",
                ),
                english="10 % → 1 % as 'quadratic'.",
            ),
            Said(
                "5.1.6",
                "第3-4次迭代：达到机器精度",
                Imprecise(
                    (listings.MACHINE_PRECISION, listings.ERROR_AFTER),
                    "The experiment is not named. On the one example that the document gives 7e-8 of the first error are left after four iterations; the fifth comes to machine precision.",
                ),
                english="Third or fourth iteration: machine precision.",
            ),
            Said(
                "5.2.1",
                "当p_i很小时，log p_i可能导致数值下溢",
                Wrong(listings.NO_LOG_UNDERFLOW, listings.LOG_OF_ZERO),
                english="When p_i is very small, log p_i can underflow.",
            ),
            Said(
                "5.2.2",
                "当γ很大时，p_i^γ可能下溢",
                Proved(listings.POWERS_UNDERFLOW),
                english="When γ is large, p_i^γ can underflow …",
            ),
            Said("5.2.3", "…或上溢", Wrong(escort.POWER_BOUNDED), english="… or overflow."),
            Said(
                "5.2.4",
                "分母可能接近零（当分布接近均匀时）",
                Proved(expansions.DENOMINATOR, expansions.DENOMINATOR_OF_UNIFORM, limits.VARIANCE_BOUND),
                english="The denominator can come close to zero (when the distribution is close to uniform).",
            ),
            Said("5.2.5", "log p~=γ log p-log Z(γ)", Proved(escort.LOG_ESCORT)),
            Said(
                "5.2.6",
                "使用log-sum-exp技巧避免溢出",
                Proved(escort.FROM_TOP, gaps.NO_OVERFLOW, gaps.NO_TERM_VANISHES),
                english="Use the log-sum-exp trick to avoid overflow.",
            ),
            Said(
                "5.2.7",
                "设置γ的合理范围（如[0.01,100]）",
                Imprecise(
                    (decreasing.ROOT_BELOW_HUNDRED, listings.CLIPPED_ARRIVES, escort.COMPOSITION),
                    "If γ is the exponent that is sought, it is wrong: that can lie outside. If it is the exponent of one step, as in the document's loop, it keeps no root out, since the factors multiply: two of 100 make 10,000. At the same target the clipped loop arrives.",
                ),
                english="Confine γ to a reasonable range (such as [0.01, 100]).",
            ),
        ),
    ),
)

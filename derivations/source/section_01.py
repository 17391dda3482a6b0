"""Shannon entropy: definition and properties: section 1 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Proved, Said, Section

from .. import competitors, concentration, entropy, tails, zeros

SECTIONS = (
    Section(
        "1",
        "1. Shannon entropy: definition and properties",
        (
            Said("1.1", "H(p) = -Σ p_i log p_i = E_{i∼p}[-log p_i]", Proved(entropy.AS_EXPECTATION)),
            Said(
                "1.2",
                "p_i log p_i = 0（基于极限 lim x log x = 0）",
                Proved(zeros.X_LOG_X),
                english="p_i log p_i is defined as 0 at p_i = 0, based on lim x log x = 0.",
            ),
            Said(
                "1.3",
                "熵越大，分布越均匀、不确定性越高",
                Imprecise(
                    (competitors.CLOSER_WITH_ZEROS, concentration.BY_LARGEST_ENTRY, concentration.BY_SQUARES),
                    "More uniform is not defined. In the divergence from the uniform distribution it is true of any two distributions on as many positions; by the largest entry, or by the sum of squares, it is false. Uncertainty is only another word for the entropy here.",
                ),
                english="The larger the entropy, the more uniform and uncertain the distribution.",
            ),
            Said(
                "1.1.1",
                "H(p)≥0 (命题与证明)",
                Proved(entropy.SUMMAND_NONNEGATIVE, entropy.NONNEGATIVE, zeros.NONNEGATIVE_WITH_ZEROS),
                english="H(p) ≥ 0 (proposition and proof).",
            ),
            Said(
                "1.1.2",
                "等号成立当且仅当 … one-hot",
                Proved(entropy.NONNEGATIVE, zeros.NONNEGATIVE_WITH_ZEROS, zeros.ONE_MARK, zeros.SPREAD_POSITIVE),
                english="Equality holds if and only if p is one-hot.",
            ),
            Said(
                "1.2.1",
                "均匀分布的熵最大，且 H_max=log n",
                Proved(entropy.MAXIMUM, entropy.MAXIMUM_AMONG, entropy.UNIFORM),
                english="The uniform distribution has the largest entropy, H_max = log n.",
            ),
            Said(
                "1.2.2",
                "证明（使用拉格朗日乘数法）",
                Imprecise(
                    (entropy.LAGRANGE, entropy.STATIONARY_IS_LARGEST, entropy.MAXIMUM),
                    "The multiplier argument finds the one stationary point inside the simplex. That such a point is the maximum does not follow: for the sum of squares, by the same argument, it is the minimum. For the entropy it needs another argument, which holds over the boundary too: here the divergence from uniform.",
                ),
                english="Proof (by Lagrange multipliers).",
            ),
            Said("1.2.3", "∂L/∂p_i = -log p_i-1-λ=0 ⇒ p_i=e^{-1-λ}", Proved(entropy.LAGRANGE, entropy.STATIONARY)),
            Said("1.2.4", "-Σ(1/n)log(1/n) = log n", Proved(entropy.UNIFORM)),
            Said(
                "1.2.5",
                "熵的取值范围为 [0,log n]",
                Proved(
                    zeros.NONNEGATIVE_WITH_ZEROS,
                    zeros.ONE_HOT,
                    zeros.AT_MOST_LOG_N,
                    entropy.UNIFORM,
                    tails.EXISTENCE_UNIQUE,
                ),
                english="The range of the entropy is [0, log n].",
            ),
        ),
    ),
)

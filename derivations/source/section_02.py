"""The power transform: section 2 of the annotated derivation."""

from entnorm.claims.ledger import Proved, Said, Section

from .. import concentration, decreasing, ends, entropy, escort, limits, supports, tails, zeros

SECTIONS = (
    Section(
        "2",
        "2. The power transform",
        (
            Said(
                "2.1.1",
                "T_γ: p→p~, γ>0",
                Proved(escort.WRITTEN_OUT, supports.SUMS_TO_ONE, supports.ZEROS_STAY, supports.SUPPORT_STAYS),
            ),
            Said(
                "2.1.2",
                "Z(γ)=Σp_j^γ 确保 Σp~_i=1",
                Proved(escort.SUMS_TO_ONE, supports.SUMS_TO_ONE),
                english="Z(γ) = Σ p_j^γ makes Σ p̃_i = 1.",
            ),
            Said(
                "2.2.1",
                "幂次变换保持分布的单调序关系",
                Proved(escort.ORDER, concentration.TIES_KEPT, supports.ORDER),
                english="The power transform keeps the order of the distribution.",
            ),
            Said("2.2.2", "p~_i/p~_j=(p_i/p_j)^γ", Proved(escort.RATIO)),
            Said(
                "2.2.3",
                "不会改变原始分布中各项的相对大小关系",
                Proved(escort.ORDER, concentration.TIES_KEPT, supports.ORDER),
                english="Which of two entries is larger does not change.",
            ),
            Said(
                "2.3.1",
                "当γ→0时，p_i^γ→1对所有i … p~_i=1/n, H=log n",
                Proved(
                    ends.POWER_LIMIT,
                    ends.ENTRY_AT_ZERO,
                    limits.ZERO_LIMIT,
                    escort.UNIFORM_AT_ZERO,
                    escort.ENTROPY_AT_ZERO,
                ),
                english="As γ → 0, p_i^γ → 1 for all i, hence p̃_i = 1/n and H = log n.",
            ),
            Said(
                "2.3.2",
                "这是最大熵状态（均匀分布）",
                Proved(escort.UNIFORM_AT_ZERO, entropy.MAXIMUM),
                english="This is the state of maximal entropy (the uniform distribution).",
            ),
            Said(
                "2.3.3",
                "p~_1 = lim 1/(1+Σ(p_i/p_1)^γ)",
                Proved(ends.LARGEST_WRITTEN_OUT, ends.LARGEST_AT_INFINITY),
            ),
            Said("2.3.4", "p~_1=1, p~_i=0 (i≥2)", Proved(ends.LARGEST_AT_INFINITY, ends.VANISHING)),
            Said(
                "2.3.5",
                "one-hot 分布，H=0（最小熵）",
                Proved(zeros.ONE_HOT, zeros.NONNEGATIVE_WITH_ZEROS, tails.ONE_HOT_ENTROPY),
                english="A one-hot distribution, H = 0 (the minimal entropy).",
            ),
            Said(
                "2.3.6",
                "从log n单调递减到0",
                Proved(
                    decreasing.ENTROPY_DECREASING,
                    escort.ENTROPY_AT_ZERO,
                    limits.ZERO_LIMIT,
                    tails.ONE_HOT_ENTROPY,
                ),
                english="It decreases monotonically from log n to 0.",
            ),
        ),
    ),
)

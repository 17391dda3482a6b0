"""Comparison with other methods: section 7 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Unverifiable

from .. import (
    escort,
    peaked,
    regularisers,
    relations,
    supports,
    tails,
    truncation,
)
from . import instances

SECTIONS = (
    Section(
        "7",
        "7. Comparison with other methods",
        (
            Said("7.1.1", "p~=exp(x_i/T)/Σ", Proved(relations.SOFTMAX_TEMPERATURE)),
            Said(
                "7.1.2",
                "当logits是x_i=log p_i时 p~=p^{1/T}/Σ",
                Proved(escort.TEMPERATURE),
                english="When the logits are x_i = log p_i, p̃ = p^{1/T}/Σ.",
            ),
            Said("7.1.3", "γ=1/T", Proved(escort.TEMPERATURE)),
            Said(
                "7.1.4",
                "调整T通常没有明确的熵目标",
                Unverifiable("A remark on how people use temperature."),
                english="T is usually adjusted without a definite target for the entropy.",
            ),
            Said(
                "7.1.5",
                "显式地将熵调整到目标值",
                Needs(
                    "log m < H* < log n, where m of n positive entries share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="The entropy is adjusted explicitly to its target value.",
            ),
            Said(
                "7.2.1",
                "argmax_q q^T x+Ω(q), Ω是熵正则化项",
                Imprecise(
                    (
                        regularisers.SPARSEMAX_IS_BEST,
                        regularisers.CLOSEST_POINT,
                        regularisers.SOFTMAX_IS_BEST,
                        regularisers.SHANNON_SPARSEMAX,
                    ),
                    "It is not said which entropy. The formula gives sparsemax, the closest point of the simplex, for that of Gini, (1 - sum q^2)/2, and softmax for Shannon's.",
                ),
                english="argmax_q q·x + Ω(q), where Ω is an entropy regulariser.",
            ),
            Said(
                "7.2.2",
                "Sparsemax通过求解带熵惩罚的优化问题",
                Imprecise(
                    (
                        regularisers.SPARSEMAX_IS_BEST,
                        regularisers.SHANNON_SPARSEMAX,
                        regularisers.PENALTY_SPARSEMAX,
                        regularisers.PENALTY_IS_ONE_HOT,
                    ),
                    "True of Gini's entropy, of which the document says nothing, if it is added. Shannon's, which it defines, gives something else whether it is added or, as a penalty, subtracted.",
                ),
                english="Sparsemax solves an optimisation problem with an entropy penalty.",
            ),
            Said(
                "7.2.3",
                "间接地通过正则化影响稀疏性",
                Imprecise(
                    (regularisers.SPARSEMAX_IS_BEST, regularisers.SPARSEMAX_ENTROPY),
                    "Indirectly is not defined. What is removed lies below a threshold that depends on all logits, as it maximises a regularised objective. An entropy is not prescribed by it: that of the result varies with the logits.",
                ),
                english="It influences sparsity indirectly, through regularisation.",
            ),
            Said(
                "7.2.4",
                "熵归一化：直接控制熵到精确值",
                Needs(
                    "log m < H* < log n, where m of n positive entries share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="Entropy normalization controls the entropy directly, to an exact value.",
            ),
            Said(
                "7.3.1",
                "Top-k：保留概率最大的k个，其余置零",
                Imprecise(
                    (truncation.ZEROED_ONLY, truncation.RENORMALISED, truncation.TIES_DECIDE_NOTHING),
                    "Setting the others to zero, and no more, leaves less than a distribution; what samplers use is divided by its sum. With a tie at the border the k largest are not determined.",
                ),
                english="Top-k: keep the k largest probabilities, set the rest to zero.",
            ),
            Said(
                "7.3.2",
                "Top-p：保留累积概率达到p的最小集合",
                Imprecise(
                    (truncation.CARRY_MOST, truncation.SMALLEST_SET),
                    "A smallest set that reaches the mass need not be that of the most probable entries; that one is always among the smallest, and is what is meant.",
                ),
                english="Top-p: keep the smallest set whose cumulative probability reaches p.",
            ),
            Said(
                "7.3.3",
                "熵归一化：保持所有项",
                Proved(escort.ENTRIES_POSITIVE, supports.SUPPORT_STAYS, supports.ZEROS_STAY),
                english="Entropy normalization keeps all entries.",
            ),
            Said(
                "7.3.4",
                "更平滑，不会硬截断",
                Imprecise(
                    (escort.ENTRIES_POSITIVE, peaked.SCALE_FREE),
                    "No finite exponent removes an entry, and the transform is smooth in it. As a function of p at a fixed entropy it is not even continuous: next to the uniform distribution of two entries a normalised p jumps when the entries change places, as top-1 does.",
                ),
                english="Smoother; it does not cut hard.",
            ),
        ),
    ),
)

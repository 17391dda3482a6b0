"""Comparison with other methods: section 7 of the annotated derivation."""

from entnorm.claims.ledger import Needs, Proved, Said, Section, Unverifiable

from .. import escort, relations, tails

SECTIONS = (
    Section(
        "7",
        "7. Comparison with other methods",
        (
            Said("7.1.1", "p~=exp(x_i/T)/Σ", Proved(relations.SOFTMAX_TEMPERATURE)),
            Said("7.1.2", "当logits是x_i=log p_i时 p~=p^{1/T}/Σ", Proved(escort.TEMPERATURE)),
            Said("7.1.3", "γ=1/T", Proved(escort.TEMPERATURE)),
            Said("7.1.4", "调整T通常没有明确的熵目标", Unverifiable("A remark on how people use temperature.")),
            Said(
                "7.1.5",
                "显式地将熵调整到目标值",
                Needs("log m < H* < log n, where m entries share the maximum", tails.OUT_OF_REACH, tails.EXISTENCE),
            ),
            Said("7.2.1", "argmax_q q^T x+Ω(q), Ω是熵正则化项"),
            Said("7.2.2", "Sparsemax通过求解带熵惩罚的优化问题"),
            Said("7.2.3", "间接地通过正则化影响稀疏性"),
            Said("7.2.4", "熵归一化：直接控制熵到精确值"),
            Said("7.3.1", "Top-k：保留概率最大的k个，其余置零"),
            Said("7.3.2", "Top-p：保留累积概率达到p的最小集合"),
            Said("7.3.3", "熵归一化：保持所有项", Proved(escort.ENTRIES_POSITIVE)),
            Said("7.3.4", "更平滑，不会硬截断"),
        ),
    ),
)

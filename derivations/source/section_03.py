"""Monotonicity of the entropy in γ: section 3 of the annotated derivation."""

from entnorm.claims.ledger import Said, Section

SECTIONS = (
    Section(
        "3",
        "3. Monotonicity of the entropy in γ",
        (
            Said("3.1.1", "H=-Σ(p^γ/Z)log(p^γ/Z)"),
            Said("3.1.2", "=-Σ(p^γ/Z)(γ log p_i-log Z)"),
            Said("3.1.3", "=-γ Σp^γ log p/Z+log Z"),
            Said("3.1.4", "= log Z-γE_p~[log p]"),
            Said("3.2.1", "dH/dγ=(log Z)'-E-γE'"),
            Said("3.2.2", "d log Z/dγ=E_p~[log p]"),
            Said("3.2.3", "第一项和第二项相消: dH/dγ=-γ dE/dγ"),
            Said("3.2.4", "（详细计算略）dE/dγ"),
            Said("3.2.5", "dH/dγ=-γ·Var_p~[log p]"),
            Said("3.2.6", "Var=E[(log p)²]-(E[log p])²"),
            Said("3.3.1", "方差总是非负的"),
            Said("3.3.2", "当分布非退化时严格大于零"),
            Said("3.3.3", "dH/dγ≤0"),
            Said("3.3.4", "熵关于γ单调递减（非严格递增）"),
            Said("3.3.5", "证明了幂次变换确实能够通过调整γ来控制熵的值"),
        ),
    ),
)

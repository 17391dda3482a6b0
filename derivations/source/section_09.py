"""Extensions: section 9 of the annotated derivation."""

from entnorm.claims.ledger import Said, Section, Unverifiable

SECTIONS = (
    Section(
        "9",
        "9. Extensions",
        (
            Said("9.1.1", "h(p)=-∫p log p"),
            Said("9.1.2", "p~=p^γ/∫p^γ"),
            Said("9.1.3", "迭代求解过程类似"),
            Said("9.1.4", "但需要数值积分"),
            Said("9.2.1", "归一化边际熵 H(X),H(Y)"),
            Said("9.2.2", "归一化联合熵 H(X,Y)"),
            Said("9.2.3", "归一化条件熵 H(Y|X)"),
            Said("9.2.4", "每种选择对应不同的应用需求", Unverifiable("A remark on applications.")),
        ),
    ),
)

"""Open questions: section 10 of the annotated derivation."""

from entnorm.claims.ledger import Said, Section, Unverifiable

SECTIONS = (
    Section(
        "10",
        "10. Open questions",
        (
            Said(
                "10.1",
                "如何根据任务自动确定H*？",
                Unverifiable("An open question."),
                english="How to determine H* automatically from the task?",
            ),
            Said(
                "10.2",
                "当n很大时（50k+），如何高效计算？",
                Unverifiable("A question. What a solver costs at that size is measured, not proved."),
                english="How to compute it efficiently when n is large (50k and more)?",
            ),
            Said(
                "10.3",
                "能否与LayerNorm、BatchNorm等结合？",
                Unverifiable("An open question."),
                english="Can it be combined with LayerNorm, BatchNorm and the like?",
            ),
            Said(
                "10.4",
                "在哪些条件下可证明改进泛化或收敛？",
                Unverifiable("An open question."),
                english="Under which conditions does it provably improve generalization or convergence?",
            ),
        ),
    ),
)

"""Applications: section 8 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Unverifiable, Wrong

from .. import (
    escort,
    limits,
    losses,
    peaked,
    relations,
    tails,
)
from . import instances

SECTIONS = (
    Section(
        "8",
        "8. Applications",
        (
            Said(
                "8.1.1",
                "概率分布过于集中（熵太小）时，梯度会很小",
                Imprecise(
                    (losses.CONCENTRATED, losses.SMALL_SCORE, peaked.CROSS_ENTROPY_SMALL, losses.CROSS_ENTROPY),
                    "It does not say of what. The gradient of the softmax itself is small there, and that of the "
                    "cross-entropy of the position which has the weight; that of any other position is large.",
                ),
                english="When the distribution is too concentrated (its entropy too small), gradients are small.",
            ),
            Said("8.1.2", "∂L/∂θ=Σ p_i ∇_θ log p_i", Wrong(relations.LOSS_GRADIENT, losses.EXPECTED_LOSS)),
            Said(
                "8.1.3",
                "梯度主要来自单个样本，容易消失",
                Imprecise(
                    (losses.SHARES, losses.SMALL_SCORE),
                    "Without a reward the mean score is zero, and the position that has the weight contributes no more "
                    "to it than the others together; its own score does vanish. What rewards do is not said.",
                ),
                english="The gradient comes mainly from a single sample and vanishes easily.",
            ),
            Said(
                "8.1.4",
                "保持H≥H_min，确保分布不会过度集中",
                Imprecise(
                    (losses.NOT_CONCENTRATED,),
                    "How much is too much is not said; this is how much weight stays outside every position.",
                ),
                english="Keep H ≥ H_min, so that the distribution is not concentrated too much.",
            ),
            Said("8.2.1", "α_i=exp(s_i)/Σ", Proved(relations.SOFTMAX)),
            Said(
                "8.2.2",
                "Attention可能过于集中或过于分散",
                Unverifiable(
                    "What is too concentrated, and how attention of trained models behaves, is a matter of experience. What can be proved is that bounded logits are close to uniform: the entropy is within gamma R of log n, which grows with n.",
                    limits.SHORTFALL_LINEAR,
                ),
                english="Attention may be too concentrated or too dispersed.",
            ),
            Said(
                "8.2.3",
                "确保每个head的Attention熵在合理范围内",
                Needs(
                    "the entropy H* that is asked of a head has log m < H* < log n, where m of its n positive weights share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    tails.EXISTENCE,
                    instances.HALVES,
                ),
                english="Keep the attention entropy of every head within a reasonable range.",
            ),
            Said(
                "8.2.4",
                "提高模型的稳定性和外推能力",
                Unverifiable("An empirical statement about trained models."),
                english="Improve the stability and the extrapolation of the model.",
            ),
            Said(
                "8.3.1",
                "低熵（H≈1）：确定性、重复性高",
                Unverifiable("An empirical statement about generated text."),
                english="Low entropy (H ≈ 1): deterministic and repetitive.",
            ),
            Said(
                "8.3.2",
                "中等熵（H≈log(100)）",
                Unverifiable("An empirical statement about generated text."),
                english="Medium entropy (H ≈ log(100)).",
            ),
            Said(
                "8.3.3",
                "高熵（H≈log(|V|/10)）",
                Unverifiable("An empirical statement about generated text."),
                english="High entropy (H ≈ log(|V|/10)).",
            ),
            Said(
                "8.3.4",
                "动态调整每步生成的熵，可以实现更细粒度的生成控制",
                Unverifiable(
                    "An empirical statement about generated text. What can be proved is that every entropy between log m and log n is attained, where top-k offers at most n of them.",
                    tails.EXISTENCE,
                ),
                english="Adjusting the entropy of each generated step dynamically gives finer control of generation.",
            ),
        ),
    ),
)

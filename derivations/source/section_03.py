"""Monotonicity of the entropy in γ: section 3 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Wrong

from .. import decreasing, escort, slopes, tails
from . import instances

SECTIONS = (
    Section(
        "3",
        "3. Monotonicity of the entropy in γ",
        (
            Said("3.1.1", "H=-Σ(p^γ/Z)log(p^γ/Z)", Proved(escort.ENTROPY_WRITTEN_OUT)),
            Said("3.1.2", "=-Σ(p^γ/Z)(γ log p_i-log Z)", Proved(escort.ENTROPY_SPLIT)),
            Said("3.1.3", "=-γ Σp^γ log p/Z+log Z", Proved(escort.ENTROPY_EXPLICIT)),
            Said("3.1.4", "= log Z-γE_p~[log p]", Proved(escort.ENTROPY_IN_MOMENTS)),
            Said("3.2.1", "dH/dγ=(log Z)'-E-γE'", Proved(slopes.ENTROPY_SLOPE_SPLIT)),
            Said("3.2.2", "d log Z/dγ=E_p~[log p]", Proved(slopes.LOG_PARTITION_SLOPE)),
            Said(
                "3.2.3",
                "第一项和第二项相消: dH/dγ=-γ dE/dγ",
                Proved(slopes.ENTROPY_SLOPE_REDUCED),
                english="The first and second terms cancel: dH/dγ = −γ dE/dγ.",
            ),
            Said("3.2.4", "（详细计算略）dE/dγ", Proved(slopes.MEAN_SLOPE), english="(Details omitted) dE/dγ."),
            Said("3.2.5", "dH/dγ=-γ·Var_p~[log p]", Proved(slopes.ENTROPY_SLOPE)),
            Said("3.2.6", "Var=E[(log p)²]-(E[log p])²", Proved(slopes.VARIANCE_IN_MOMENTS)),
            Said(
                "3.3.1", "方差总是非负的", Proved(slopes.VARIANCE_NONNEGATIVE), english="A variance is never negative."
            ),
            Said(
                "3.3.2",
                "当分布非退化时严格大于零",
                Imprecise(
                    (slopes.VARIANCE_POSITIVE_UNLESS_ONE_HOT, slopes.VARIANCE_POSITIVE),
                    "Degenerate usually means one-hot; then the statement fails for every uniform distribution. It holds where p is not constant on its support.",
                ),
                english="It is strictly positive when the distribution is not degenerate.",
            ),
            Said("3.3.3", "dH/dγ≤0", Proved(slopes.ENTROPY_SLOPE_NONPOSITIVE)),
            Said(
                "3.3.4",
                "熵关于γ单调递减（非严格递增）",
                Wrong(decreasing.ENTROPY_NONDECREASING, decreasing.ENTROPY_NONINCREASING),
                english="The entropy decreases monotonically in γ (non-strictly increasing).",
            ),
            Said(
                "3.3.5",
                "证明了幂次变换确实能够通过调整γ来控制熵的值",
                Needs(
                    "the value lies strictly between log m and log n, where m of n positive entries share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="This proves that the power transform can control the value of the entropy through γ.",
            ),
        ),
    ),
)

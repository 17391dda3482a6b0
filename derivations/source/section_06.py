"""Numerical examples: section 6 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Proved, Said, Section, Unverifiable, Wrong

from .. import entropy, listings

SECTIONS = (
    Section(
        "6",
        "6. Numerical examples",
        (
            Said("6.1", "示例1：从随机分布到均匀分布", Wrong(listings.DIRECTION, listings.WHOLE_OUTPUT)),
            Said(
                "6.2",
                "目标：达到接近最大熵 H_target=log(30)",
                Imprecise(
                    (listings.LOG_30_SHARE,),
                    "Near is not said how near. The target is less than three quarters of the largest entropy, and below the entropy that the example starts from.",
                ),
            ),
            Said("6.3", "≈ 3.401", Proved(listings.LOG_30)),
            Said("6.4", "listing 2 (code)", Proved(listings.WHOLE_OUTPUT)),
            Said("6.5", "初始熵: 3.9124", Wrong(listings.INITIAL_ENTROPY, listings.WHOLE_OUTPUT)),
            Said("6.6", "最大可能熵: 4.6052", Proved(listings.LARGEST_ENTROPY)),
            Said("6.7", "迭代1: γ=0.7653, H=3.4025", Wrong(listings.FIRST_LINE, listings.WHOLE_OUTPUT)),
            Said("6.8", "迭代2: γ=0.9985, H=3.4010", Wrong(listings.SECOND_LINE, listings.WHOLE_OUTPUT)),
            Said("6.9", "迭代3: γ=1.0000, H=3.4010", Wrong(listings.THIRD_LINE, listings.WHOLE_OUTPUT)),
            Said("6.10", "three '迭代' lines printed", Wrong(listings.THREE_LINES, listings.WHOLE_OUTPUT)),
            Said("6.11", "有效支撑数"),
            Said(
                "6.12",
                "log n → n, 完全稠密",
                Imprecise(
                    (listings.PERPLEXITY_OF_LOG, entropy.UNIFORM),
                    "The document does not define its effective support. Read as the perplexity exp H it is what is printed, exactly; the number of entries that are not negligible is another matter.",
                ),
            ),
            Said(
                "6.13",
                "log(n/2) → ≈n/2",
                Imprecise(
                    (listings.PERPLEXITY_OF_LOG,),
                    "The document does not define its effective support. Read as the perplexity exp H it is what is printed, exactly; the number of entries that are not negligible is another matter.",
                ),
            ),
            Said(
                "6.14",
                "log(10) → ≈10, 高度稀疏",
                Imprecise(
                    (listings.PERPLEXITY_OF_LOG,),
                    "The document does not define its effective support. Read as the perplexity exp H it is what is printed, exactly; the number of entries that are not negligible is another matter.",
                ),
            ),
            Said("6.15", "0 → 1, argmax（硬决策）"),
            Said(
                "6.16",
                "稀疏程度 / 应用场景 columns",
                Unverifiable("Words for degrees of sparsity and for applications; nothing follows from them."),
            ),
            Said("6.17", "通过设置不同的目标熵，控制分布的稀疏程度"),
        ),
    ),
)

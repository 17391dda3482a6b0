"""Numerical examples: section 6 of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Proved, Said, Section, Unverifiable, Wrong

from .. import concentration, ends, entropy, escort, listings, majorisation, tails, zeros

SECTIONS = (
    Section(
        "6",
        "6. Numerical examples",
        (
            Said(
                "6.1",
                "示例1：从随机分布到均匀分布",
                Wrong(listings.DIRECTION, listings.WHOLE_OUTPUT),
                english="Example 1: from a random distribution to the uniform one.",
            ),
            Said(
                "6.2",
                "目标：达到接近最大熵 H_target=log(30)",
                Wrong(listings.DIRECTION, listings.LOG_30_SHARE),
                english="Target: close to the maximal entropy, H_target = log(30).",
            ),
            Said("6.3", "≈ 3.401", Proved(listings.LOG_30)),
            Said("6.4", "listing 2 (code)", Proved(listings.WHOLE_OUTPUT)),
            Said(
                "6.5",
                "初始熵: 3.9124",
                Wrong(listings.INITIAL_ENTROPY, listings.WHOLE_OUTPUT),
                english="Initial entropy: 3.9124.",
            ),
            Said(
                "6.6",
                "最大可能熵: 4.6052",
                Proved(listings.LARGEST_ENTROPY),
                english="Largest possible entropy: 4.6052.",
            ),
            Said(
                "6.7",
                "迭代1: γ=0.7653, H=3.4025",
                Wrong(listings.FIRST_LINE, listings.WHOLE_OUTPUT),
                english="Iteration 1: γ = 0.7653, H = 3.4025.",
            ),
            Said(
                "6.8",
                "迭代2: γ=0.9985, H=3.4010",
                Wrong(listings.SECOND_LINE, listings.WHOLE_OUTPUT),
                english="Iteration 2: γ = 0.9985, H = 3.4010.",
            ),
            Said(
                "6.9",
                "迭代3: γ=1.0000, H=3.4010",
                Wrong(listings.THIRD_LINE, listings.WHOLE_OUTPUT),
                english="Iteration 3: γ = 1.0000, H = 3.4010.",
            ),
            Said(
                "6.10",
                "three '迭代' lines printed",
                Wrong(listings.THREE_LINES, listings.WHOLE_OUTPUT),
                english="Three lines of iterations are printed.",
            ),
            Said(
                "6.11",
                "有效支撑数",
                Imprecise(
                    (
                        concentration.PERPLEXITY_OF_LOG,
                        concentration.PERPLEXITY_AT_LEAST,
                        concentration.PERPLEXITY_AT_MOST,
                        escort.ENTRIES_POSITIVE,
                        concentration.BY_SUPPORT,
                    ),
                    "The document does not define it. Read as the perplexity exp H, it lies between 1 and the number of positive entries, and is what the table says. Read as that number itself it is n, whatever the exponent, and no target entropy changes it.",
                ),
                english="Effective support.",
            ),
            Said(
                "6.12",
                "log n → n, 完全稠密",
                Proved(
                    entropy.MAXIMUM,
                    zeros.ZERO_IS_SHORT,
                    entropy.UNIFORM,
                    concentration.PERPLEXITY_OF_LOG,
                    concentration.SIMPSON_OF_UNIFORM,
                ),
                english="log n → n, fully dense.",
            ),
            Said(
                "6.13",
                "log(n/2) → ≈n/2",
                Imprecise(
                    (concentration.PERPLEXITY_OF_LOG, concentration.HALF_OF_SUPPORT, escort.ENTRIES_POSITIVE),
                    "The document does not define its effective support. Read as the perplexity exp H it is what is printed, exactly. Read as the number of positive entries it is false, and the transform does not change that number.",
                ),
            ),
            Said(
                "6.14",
                "log(10) → ≈10, 高度稀疏",
                Imprecise(
                    (concentration.PERPLEXITY_OF_LOG, concentration.TEN_OF_SUPPORT, escort.ENTRIES_POSITIVE),
                    "The document does not define its effective support. Read as the perplexity exp H it is 10, exactly. Read as the number of positive entries it is false, and the transform does not change that number. It takes more than 10 entries to have the entropy log 10 and not be uniform; of 11 it is hardly sparse at all.",
                ),
                english="log(10) → about 10, highly sparse.",
            ),
            Said(
                "6.15",
                "0 → 1, argmax（硬决策）",
                Imprecise(
                    (zeros.ONE_HOT, tails.INSIDE, tails.ONE_HOT_ENTROPY, ends.LARGEST_AT_INFINITY, tails.OUT_OF_REACH),
                    "No finite exponent attains the entropy 0. As a limit it is right if one entry is the largest: the transform then tends to one-hot at that entry, whose entropy is 0 and whose perplexity is 1. If m entries share the maximum, the entropy stays above log m.",
                ),
                english="0 → 1, argmax (a hard decision).",
            ),
            Said(
                "6.16",
                "稀疏程度 / 应用场景 columns",
                Unverifiable("Words for degrees of sparsity and for applications; nothing follows from them."),
                english="The columns 'sparsity' and 'application'.",
            ),
            Said(
                "6.17",
                "通过设置不同的目标熵，控制分布的稀疏程度",
                Imprecise(
                    (
                        concentration.SOME_ENTRY_VANISHES,
                        escort.ENTRIES_POSITIVE,
                        majorisation.MAJORISED,
                        tails.OUT_OF_REACH,
                        tails.EXISTENCE,
                    ),
                    "If sparse means zeros, it is false: no finite exponent makes an entry zero. If it means concentrated, entropy controls it between log m and log n.",
                ),
                english="Different target entropies control how sparse the distribution is.",
            ),
        ),
    ),
)

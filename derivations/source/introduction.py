"""The introduction of the annotated derivation."""

from entnorm.claims.ledger import Imprecise, Said, Section, Unverifiable, Wrong

from .. import competitors, concentration, escort, tails

SECTIONS = (
    Section(
        "D0",
        "Introduction of the annotated derivation",
        (
            Said(
                "D0.1",
                "本文提出了一种新颖的概率分布变换方法",
                Unverifiable("A judgement of novelty."),
                english="This article proposes a novel transform of probability distributions.",
            ),
            Said(
                "D0.2",
                "可以将任意概率分布变换到指定的熵值",
                Wrong(escort.CONSTANT_OUT_OF_REACH, tails.EXISTENCE),
                english="It can transform any distribution to a prescribed entropy.",
            ),
            Said(
                "D0.3",
                "同时保持分布的主要特性",
                Imprecise(
                    (
                        escort.ORDER,
                        concentration.TIES_KEPT,
                        escort.ENTRIES_POSITIVE,
                        competitors.CLOSEST_WITH_ZEROS,
                        concentration.RATIOS_KEPT,
                    ),
                    "What the main features are is not said. Order, ties and support are kept, and of all distributions of its entropy, those with zeros included, this one is the closest to p; ratios are not kept.",
                ),
                english="At the same time it keeps the main characteristics of the distribution.",
            ),
        ),
    ),
)

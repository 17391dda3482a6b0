"""The blog post, by its five headed sections."""

from entnorm.claims.ledger import Imprecise, Needs, Proved, Said, Section, Unverifiable

from .. import (
    arrival,
    competitors,
    concentration,
    cycles,
    decreasing,
    ends,
    entropy,
    escort,
    expansions,
    iteration,
    limits,
    listings,
    lopsided,
    majorisation,
    newton,
    peaked,
    regularisers,
    supports,
    tails,
    truncation,
    zeros,
)
from . import instances

SECTIONS = (
    Section(
        "B0",
        "Preface 前言",
        (
            Said(
                "B0.1",
                "搜索了一番，发现没有类似的研究",
                Unverifiable("A remark on what the author found in the literature at the time."),
                english="A search found no similar research.",
            ),
            Said(
                "B0.2",
                "使得保持原始分布主要特性的同时，让它的熵为指定值",
                Imprecise(
                    (
                        escort.ORDER,
                        concentration.TIES_KEPT,
                        escort.ENTRIES_POSITIVE,
                        competitors.CLOSEST_WITH_ZEROS,
                        concentration.RATIOS_KEPT,
                        tails.OUT_OF_REACH,
                        tails.EXISTENCE,
                    ),
                    "What the main features are is not said. Order, ties and support are kept, and of all distributions of its entropy, those with zeros included, this one is the closest to p; ratios are not kept. A positive exponent reaches the values between log m and log n.",
                ),
                english="Keep the main characteristics of the original distribution while its entropy becomes a prescribed value.",
            ),
            Said(
                "B0.3",
                "有没有类似L2 Normalization之类的操作",
                Unverifiable("A question."),
                english="Is there an operation like L2 normalization?",
            ),
            Said(
                "B0.4",
                "具有熵不变性的新Scale确实能使得Attention的外推性能更好",
                Unverifiable("A report of experiments with another method, in another post."),
                english="A new scale that leaves the entropy invariant really lets attention extrapolate better.",
            ),
        ),
    ),
    Section(
        "B1",
        "The power transform 幂次变换",
        (
            Said("B1.1", "H = -Σ p_i log p_i = E[-log p_i]  (eq. 1)", Proved(entropy.AS_EXPECTATION)),
            Said(
                "B1.2",
                "由于p_i∈[0,1]，所以-p_i log p_i≥0，因此H≥0",
                Proved(entropy.SUMMAND_NONNEGATIVE, entropy.NONNEGATIVE, zeros.NONNEGATIVE_WITH_ZEROS),
                english="As p_i is in [0, 1], −p_i log p_i ≥ 0, hence H ≥ 0.",
            ),
            Said(
                "B1.3",
                "one hot … 取得最小值0",
                Proved(zeros.ONE_MARK, zeros.ONE_HOT, zeros.NONNEGATIVE_WITH_ZEROS),
                english="One-hot distributions attain the minimum 0.",
            ),
            Said(
                "B1.4",
                "当所有p_i等于1/n时，H取得最大值log n",
                Proved(entropy.MAXIMUM, entropy.MAXIMUM_AMONG),
                english="When all p_i equal 1/n, H attains its maximum log n.",
            ),
            Said(
                "B1.5",
                "H的取值范围是[0,log n]",
                Proved(
                    zeros.NONNEGATIVE_WITH_ZEROS,
                    zeros.ONE_HOT,
                    zeros.AT_MOST_LOG_N,
                    entropy.UNIFORM,
                    tails.EXISTENCE_UNIQUE,
                ),
                english="H ranges over [0, log n].",
            ),
            Said("B1.6", "p~_i = p_i^γ/Σ_i p_i^γ  (eq. 2)", Proved(escort.WRITTEN_OUT, supports.SUMS_TO_ONE)),
            Said(
                "B1.7",
                "如果p_i>p_j，那么也有p~_i>p~_j",
                Needs(
                    "gamma > 0",
                    escort.ORDER_ANY_EXPONENT,
                    (escort.ORDER, supports.ORDER),
                    instances.EXPONENT_ZERO,
                ),
                english="If p_i > p_j, then p̃_i > p̃_j as well.",
            ),
            Said(
                "B1.8",
                "当各个p_i都非零并且两两不相等时，幂次变化确实有能力将熵从0∼log n进行变化",
                Imprecise(
                    (tails.EXISTENCE_UNIQUE, escort.ENTROPY_AT_ZERO, tails.INSIDE, tails.ONE_HOT_ENTROPY),
                    "Whether the ends belong to it is not said. Every value strictly between 0 and log n is attained; log n is, at gamma = 0 alone; 0 is not, by any finite exponent, and is the limit as gamma grows.",
                ),
                english="When all p_i are nonzero and pairwise different, the power transform can move the entropy from 0 to log n.",
            ),
            Said(
                "B1.9",
                "当γ=0时，p~_i=1/n，此时熵为最大值log n",
                Proved(escort.UNIFORM_AT_ZERO, escort.ENTROPY_AT_ZERO),
                english="At γ = 0, p̃_i = 1/n, and the entropy is at its maximum log n.",
            ),
            Said(
                "B1.10",
                "p~_1 = lim 1/(1+Σ(p_i/p_1)^γ) = 1  (eq. 3)",
                Proved(ends.LARGEST_WRITTEN_OUT, ends.LARGEST_AT_INFINITY),
            ),
            Said(
                "B1.11",
                "one hot分布(1,0,…,0)，对应的熵为最小值0",
                Proved(
                    ends.LARGEST_AT_INFINITY,
                    ends.VANISHING,
                    zeros.ONE_HOT,
                    zeros.NONNEGATIVE_WITH_ZEROS,
                    tails.ONE_HOT_ENTROPY,
                ),
                english="The one-hot distribution (1, 0, …, 0), whose entropy is the minimum 0.",
            ),
            Said(
                "B1.12",
                "可以进一步求导证明熵关于γ是单调递减的",
                Needs("gamma >= 0", decreasing.DECREASING_ANY_EXPONENT, decreasing.ENTROPY_DECREASING),
                english="One can further prove, by differentiating, that the entropy decreases monotonically in γ.",
            ),
            Said(
                "B1.13",
                "当γ从0到∞递增时，熵从log n到0递减变化",
                Proved(
                    decreasing.ENTROPY_DECREASING,
                    escort.ENTROPY_AT_ZERO,
                    limits.ZERO_LIMIT,
                    tails.ONE_HOT_ENTROPY,
                ),
                english="As γ increases from 0 to ∞, the entropy decreases from log n to 0.",
            ),
        ),
    ),
    Section(
        "B2",
        "Solving by iteration 迭代求解",
        (
            Said(
                "B2.1",
                "对于任意给定的H*∈(0,log n)，我们需要找到正确的γ",
                Needs(
                    "one entry alone is the largest, and n counts the positive entries",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE_UNIQUE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="For any given H* in (0, log n), the right γ is to be found.",
            ),
            Said(
                "B2.2",
                "H_γ = log Σp^γ - γ Σp^γ log p/Σp^γ  (eq. 4)",
                Proved(escort.ENTROPY_WRITTEN_OUT, escort.ENTROPY_EXPLICIT),
            ),
            Said(
                "B2.3",
                "应该不存在解析解",
                Unverifiable(
                    "Closed form is not defined, and that no formula of exp, log and roots serves would be a theorem about fields of functions, beyond this kernel. The fragment: for entries of two values, so for n = 2, the exponent is a quotient of logarithms once the distribution of the target entropy is known, which is one equation in one unknown.",
                    cycles.EXPONENT,
                ),
                english="There should be no closed-form solution.",
            ),
            Said("B2.4", "p_i^γ ≈ p_i+(γ-1)p_i log p_i", Proved(expansions.POWER_JET)),
            Said("B2.5", "H_γ ≈ H_1+(H_1^2-E[(log p)^2])(γ-1)  (eq. 5)", Proved(expansions.FIRST_ORDER)),
            Said(
                "B2.6",
                "γ ≈ 1+(H_γ-H_1)/(H_1^2-E[(log p)^2])  (eq. 6)",
                Needs("p is not uniform on its support", expansions.INVERSE_WITHOUT_SPREAD, expansions.INVERSE_JET),
            ),
            Said(
                "B2.7",
                "从γ=1出发，反复利用上式进行迭代，就可以求出最终的分布  (eq. 7)",
                Needs(
                    "it suffices that no entry is less than 1/e times exp(-H(p)), and the target is neither below the entropy H(p) nor log n",
                    cycles.TWO_ENTRIES,
                    (lopsided.ENTROPY_CONVERGES, arrival.ARRIVES),
                    instances.TO_AND_FRO,
                ),
                english="Starting from γ = 1 and applying the formula again and again, one obtains the final distribution.",
            ),
            Said(
                "B2.8",
                "这其实就是求解非线性方程的牛顿法了",
                Needs(
                    "p is not uniform on its support, and no partial product of the exponents is zero",
                    (newton.LOOP_OF_UNIFORM, newton.LOOP_THROUGH_ZERO),
                    newton.DOCUMENT_LOOP,
                ),
                english="This is just Newton's method for solving a nonlinear equation.",
            ),
            Said(
                "B2.9",
                "迭代3～4次，就可以取得不错的收敛效果",
                Imprecise(
                    (listings.ERROR_AFTER, newton.CLOSE_AFTER_THREE, newton.CLOSE_AFTER_FOUR),
                    "On the example of the document four iterations leave 7e-8 of the error. For a steep distribution of two entries three end far from the target, and so do four.",
                ),
                english="Three or four iterations already converge well.",
            ),
            Said(
                "B2.10",
                "只是为了大致地控制一下熵的范围，那么迭代1～2次即可",
                Imprecise(
                    (listings.ERROR_AFTER, newton.CLOSE_AFTER_TWO),
                    "Roughly is not said how roughly. On the example of the document one iteration leaves 28% of the error, two leave 3.1%. Read as within 0.1 of the target, two iterations do not suffice for every distribution.",
                ),
                english="If only the range of the entropy is to be controlled roughly, one or two iterations suffice.",
            ),
            Said(
                "B2.11",
                "Numpy的参考代码 (listing 1)",
                Imprecise(
                    (listings.FIRST_LISTING, listings.ZERO_DRAW),
                    "The listing lacks `import numpy as np`, which is added here, draws an unseeded distribution and prints nothing. From the seeds 0 to 99 it reaches its target. From a state of the generator whose first draw is 0 it computes nothing but NaN.",
                ),
                english="Reference code in NumPy (listing 1).",
            ),
            Said(
                "B2.12",
                "gamma = 1 … gamma = 1 + …  (listing 1's variable)",
                Imprecise(
                    (listings.LAST_GAMMA, listings.EXPONENTS, iteration.STEP_VANISHES),
                    "Read as the exponent of one step it is right, and its first value is never used. Read as the exponent that reaches the target it is wrong: it tends to 1.",
                ),
            ),
            Said(
                "B2.13",
                "p = np.random.random(100) # 模拟分布",
                Needs(
                    "not every draw is 0",
                    listings.ZEROS_ONLY,
                    (listings.DRAWN, listings.DRAWN_SHARE),
                    instances.NO_MASS,
                ),
                english="A simulated distribution.",
            ),
        ),
    ),
    Section(
        "B3",
        "Applications 应用设想",
        (
            Said(
                "B3.1",
                "熵越小，意味着概率越集中在几个位置上",
                Imprecise(
                    (concentration.BY_LARGEST_ENTRY, concentration.LARGEST_ENTRY, majorisation.MAJORISED),
                    "Between any two distributions it is false: that of smaller entropy may hold less at its top. A small entropy does bound the largest entry from below, and along the power transform of one p the top gains as the entropy falls, whichever number of entries is meant.",
                ),
                english="The smaller the entropy, the more the probability is concentrated on a few positions.",
            ),
            Said(
                "B3.2",
                "熵是概率分布的稀疏程度的一种度量",
                Imprecise(
                    (
                        concentration.BY_SUPPORT,
                        concentration.BY_SQUARES,
                        zeros.ONE_HOT,
                        concentration.PERPLEXITY_AT_MOST,
                        competitors.CLOSER_WITH_ZEROS,
                    ),
                    "Sparsity is not defined. Entropy does not count zeros, nor does it order distributions as their sums of squares do. It is 0 for one-hot distributions, its exponential is at most the number of positive entries, and it measures the divergence from the uniform distribution.",
                ),
                english="Entropy is a measure of how sparse a distribution is.",
            ),
            Said(
                "B3.3",
                "如果我们希望得到比较稀疏的预测结果，那么就可以通过熵归一化进行控制",
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
                english="If sparse predictions are wanted, entropy normalization can control them.",
            ),
            Said(
                "B3.4",
                "分布越稀疏，也意味着模型越有可能梯度消失",
                Imprecise(
                    (peaked.THROUGH_SOFTMAX, peaked.CROSS_ENTROPY_SMALL),
                    "What passes through a softmax is bounded by its entropy. The slope of a cross-entropy in the logits is not: it is large where the model is confident and wrong. How likely a model comes to either is not a statement of mathematics.",
                ),
                english="The sparser the distribution, the more likely gradients vanish.",
            ),
            Said(
                "B3.5",
                "通过熵归一化来控制熵不要那么小，从而缓解梯度消失问题",
                Imprecise(
                    (peaked.NOT_CONCENTRATED, peaked.SCALE_SLOPE),
                    "An entropy that is kept above a bound keeps every entry away from 1. But the normalised distribution does not see the scale of its logits, so along these no gradient flows at all; for two entries that is every direction.",
                ),
                english="Entropy normalization can keep the entropy from becoming that small, which relieves vanishing gradients.",
            ),
            Said(
                "B3.6",
                "Sparsemax是将熵视为惩罚项来得到的稀疏性",
                Imprecise(
                    (
                        regularisers.SPARSEMAX_IS_BEST,
                        regularisers.SOFTMAX_IS_BEST,
                        regularisers.SHANNON_SPARSEMAX,
                        regularisers.PENALTY_SPARSEMAX,
                        regularisers.PENALTY_IS_ONE_HOT,
                    ),
                    "True of the entropy of Gini, (1 - sum q^2)/2, of which the document says nothing, if it is added. With the entropy that it defines the result is softmax, without a single zero, and with that entropy as a penalty it is one-hot.",
                ),
                english="Sparsemax obtains its sparsity from entropy as a penalty.",
            ),
            Said(
                "B3.7",
                "Sparse Softmax则是通过直接截断而引入的稀疏性",
                Proved(truncation.SPARSE_SOFTMAX),
                english="Sparse softmax gets its sparsity by direct truncation.",
            ),
            Said(
                "B3.8",
                "两者皆在某些场景下有更好的解释性或者更好的效果",
                Unverifiable("An empirical judgement of other methods, without data."),
                english="In some settings both explain better or work better.",
            ),
            Said(
                "B3.9",
                "top-k、top-p截断 … 本质上也是在降低分布的熵",
                Proved(truncation.NEVER_RAISES, truncation.STRICTLY_LOWERS),
                english="Top-k and top-p truncation in essence lower the entropy, too.",
            ),
            Said(
                "B3.10",
                "使得每步采样的分布熵一致，用以取代top-k、top-p采样",
                Needs(
                    "at every step log m < H* < log n, where m of n positive entries share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    tails.EXISTENCE,
                    instances.HALVES,
                ),
                english="Give the distribution of every sampling step the same entropy, in place of top-k and top-p sampling.",
            ),
            Said(
                "B3.11",
                "“究竟归一化到哪个值”没有明确的标准",
                Unverifiable("A remark that something is not known."),
                english="There is no clear standard for which value to normalize to.",
            ),
        ),
    ),
    Section(
        "B4",
        "Summary 文末小结",
        (
            Said(
                "B4.1",
                "通过直接的变换使得分布的熵可以为指定值",
                Needs(
                    "log m < H* < log n, where m of n positive entries share the maximum",
                    escort.CONSTANT_OUT_OF_REACH,
                    (tails.EXISTENCE, tails.ATTAINED_ONCE),
                    instances.HALVES,
                ),
                english="A direct transform can give a distribution a prescribed entropy.",
            ),
        ),
    ),
)

"""What each workload may cost, in softmax passes, and what its time is spent on where it costs more."""

SET = """The goals were set before the solver was written, from trials of its parts: for many rows with NumPy alone, a
fifth to a tenth of what people use today (the tables further down have that in softmax passes, too); compiled, about
as much as plain softmax, or less. They were set on a processor with vectors of 256 bits; with 512, NumPy's exponentials
in float64 take a fifth of the time, for which a softmax pass takes half."""
NARROW = """On the same processor, where neither NumPy nor compiled code may use more than 256 bits of its vectors:"""

_MEMORY = """About half is arithmetic, at the rate at which the processor multiplies and adds: an exponential in float64
for every entry, and two in float32, the first while the row comes from memory. The rest is memory itself: rows come in
and distributions go out once, and where the pages of the result are fresh, the system takes as long to clear them."""
_SWEEPS = """Every elementary operation is a sweep of its own over the entries: forty to fifty in all, half of them in
float32, where a softmax pass has five; longer blocks than fit the cache are read four times."""
_STEPS = """Of the time for a row of 90, two fifths go to sums, a fifth to the steps between them, and two fifths to
standing rows up and laying the distributions down again."""
_LANES = """A row of 90 takes some 300 nanoseconds, in which it is looked through once and summed three times; the
steps of sixteen rows are taken together, so that what is done once for each row weighs less than the sums."""
_CALLS = """Solving the row takes 1.8 microseconds; the rest is Python, which checks the arguments and hands them on."""
_OPERATIONS = """The row takes about fifty calls of NumPy, each of a third of a microsecond to one, whatever the
arithmetic; the other half is Python, which checks the arguments and takes the steps between the sums. How much more
slowly a processor runs that than a pass of softmax differs."""

GOALS = {  # by workload: with NumPy, compiled
    "vocabulary": (2.5, 0.6),
    "attention": (2.5, 0.6),
    "t-SNE": (3.0, 0.9),
    "one row of 100": (5.0, 1.0),
    "hard deficits": (6.0, 0.8),
    "hard one-hot": (8.0, 1.5),
}
REASONS = {
    "vocabulary": (_SWEEPS, _MEMORY),
    "attention": (_SWEEPS, _MEMORY),
    "t-SNE": (_STEPS, _LANES),
    "one row of 100": (_OPERATIONS, _CALLS),
    "hard deficits": (_SWEEPS, _MEMORY),
    "hard one-hot": (_SWEEPS, _MEMORY),
}

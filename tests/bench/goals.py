"""What each workload may cost, in softmax passes, and what its time is spent on where it costs more."""

SET = """The goals were set before the solver was written, from trials of its parts: for many rows with NumPy alone, a
fifth to a tenth of what the methods below cost that people use today; compiled, about as much as plain softmax, or
less."""

_MEMORY = """Most of what is left is memory: rows come in and distributions go out once, and the fresh pages of the
result alone take a tenth of a softmax pass."""
_SWEEPS = """Every elementary operation is a sweep of its own over the entries: forty to fifty in all, half of them in
float32, where a softmax pass has five; longer blocks than fit the cache are read four times."""
_STEPS = """The rows are short, so that the steps of the iteration, three for each row with some ten divisions and
logarithms that wait for one another, take about as long as the sums over its entries."""
_LANES = """A row of 90 takes some 400 nanoseconds, in which it is looked through once and summed three times; the
steps of sixteen rows are taken together, so that what is done once for each row weighs less than the sums."""
_CALLS = """Solving the row takes 1.5 microseconds; the rest is Python, which checks the arguments and hands them on."""
_OPERATIONS = """The row takes about 60 calls of NumPy, a quarter of a microsecond each, whatever the arithmetic; the
other half is Python, which checks the arguments and takes the steps between the sums."""

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

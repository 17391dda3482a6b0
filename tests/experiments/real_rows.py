"""Collect the real rows of the corpus: ``python tests/experiments/real_rows.py`` writes entnorm/reference/real.json.

scikit-learn's bundled data and what its classifiers say about them. The outputs of a classifier vary with versions and
machines, so they are collected once and stored: as integers where they are integers, else as hexadecimal floats. Run
this again only to have other rows; the corpus is then to be made anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

STORED = Path(__file__).parents[2] / "entnorm" / "reference" / "real.json"


def usable(p):
    """Has the row entries of different size in its support, and a sum of one?"""
    return len(set(p[p > 0].tolist())) > 1 and abs(p.sum() - 1) < 1e-6


def spread_out(rows, count):
    """`count` of the usable rows, from the least decided to the most."""
    rows = sorted((row for row in rows if usable(row)), key=lambda row: row.max())
    return [rows[i] for i in np.linspace(0, len(rows) - 1, count).astype(int)]


def probabilities(classifier, data, count):
    """What a classifier that was trained on one half says about the other."""
    x, y = data.data, data.target
    return spread_out(classifier.fit(x[::2], y[::2]).predict_proba(x[1::2]), count)


def distances(images, k, neighbours):
    """Minus the squared distances of image `k` to its nearest: integers, since pixels are."""
    squared = ((images - images[k]) ** 2).sum(axis=1).astype(int)
    return -np.sort(np.delete(squared, k))[:neighbours]


def network_logits(data):
    """The last layer of a small network before its softmax, in single precision."""
    scaler = StandardScaler().fit(data.data[::2])
    network = MLPClassifier((32,), max_iter=300, random_state=0).fit(scaler.transform(data.data[::2]), data.target[::2])
    hidden = np.maximum(scaler.transform(data.data[1::2]) @ network.coefs_[0] + network.intercepts_[0], 0)
    return (hidden @ network.coefs_[1] + network.intercepts_[1]).astype(np.float32).astype(np.float64)


def families():
    digits, images = load_digits(), load_digits().data
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    logits = network_logits(digits)
    near = [(k, 90) for k in (7, 411, 902, 1500)] + [(3, 30), (12, 300), (100, 1796)]
    attention = [(images[:300] @ images[k]) / 8 for k in (5, 250)]
    return [
        ("digits-distances", "logits", [distances(images, k, neighbours) for k, neighbours in near]),
        ("digits-attention", "logits", attention),
        ("digits-network", "logits", [logits[i] for i in np.argsort(logits.max(axis=1))[[0, 100, 400, -1]]]),
        ("digits-logistic", "p", probabilities(linear, digits, 6)),
        ("digits-bayes", "p", probabilities(GaussianNB(), digits, 6)),
        ("digits-forest", "p", probabilities(RandomForestClassifier(100, random_state=0), digits, 5)),
        ("digits-neighbours", "p", probabilities(KNeighborsClassifier(15), digits, 3)),
        ("wine-discriminant", "p", probabilities(LinearDiscriminantAnalysis(), load_wine(), 3)),
        ("iris-bayes", "p", probabilities(GaussianNB(), load_iris(), 3)),
        ("tumours-logistic", "p", probabilities(linear, load_breast_cancer(), 3)),
    ]


def main():
    found = [
        {
            "name": name,
            "kind": kind,
            "rows": [[int(x) if float(x).is_integer() else float(x).hex() for x in row] for row in rows],
        }
        for name, kind, rows in families()
    ]
    made = {"versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}, "families": found}
    STORED.write_text(json.dumps(made, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="ascii")


if __name__ == "__main__":
    main()

"""Accuracy, the two kinds of error that matter, and calibration."""

import numpy as np

SMOOTHNESS = np.array([0, 1, 2])  # B is roughest, D smoothest


def softmax(logits):
    z = np.exp(logits - logits.max(1, keepdims=True))
    return z / z.sum(1, keepdims=True)


def confusion(predicted, truth):
    """Rows are truth, columns are answers, in the order B, C, D."""
    out = np.zeros((3, 3), int)
    np.add.at(out, (truth, predicted), 1)
    return out


def calibration(probabilities, truth, bins=10):
    """Expected calibration error, and per bin (confidence, accuracy, count)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    table, ece = [], 0.0
    for b in range(bins):
        at = which == b
        if at.any():
            c, a, n = float(confidence[at].mean()), float(right[at].mean()), int(at.sum())
            table.append((c, a, n))
            ece += n / len(truth) * abs(c - a)
    return ece, table


def summary(probabilities, truth):
    """The figures reported everywhere."""
    answer = probabilities.argmax(1)
    table = confusion(answer, truth)
    recall = {}
    for k, name in enumerate("BCD"):
        if table[k].sum():
            recall[name] = round(float(table[k, k] / table[k].sum()), 4)
    return {
        "tiles": int(len(truth)),
        "accuracy": float((answer == truth).mean()),
        "balanced_accuracy": float(np.mean(list(recall.values()))),
        "recall": recall,
        "unsafe": float(((answer == 0) & (truth > 0)).mean()),
        "costly": float(((answer > 0) & (truth == 0)).mean()),
        "ece": calibration(probabilities, truth)[0],
        "confusion": table.tolist(),
    }


def fit_temperature(logits, truth):
    """The temperature with the least negative log-likelihood, by golden section."""

    def loss(t):
        p = softmax(logits / t)[np.arange(len(truth)), truth]
        return -np.log(np.maximum(p, 1e-9)).mean()

    low, high = np.log(0.2), np.log(5.0)
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if loss(np.exp(a)) < loss(np.exp(b)):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def fit_bias(logits, truth, reach=1.5, step=0.05):
    """Shifts of the C and D logits that even out the recall of the three classes.

    The largest mean of balanced accuracy and worst recall on held-out tiles, over a grid;
    ties go to the smaller shift. B stays where it is.
    """
    best, found = -1.0, (0.0, 0.0)
    grid = sorted(np.arange(-reach, reach + step / 2, step), key=abs)
    for c in grid:
        for d in grid:
            answer = (logits + np.array([0.0, c, d])).argmax(1)
            recall = [float((answer[truth == k] == k).mean()) for k in range(3)]
            score = np.mean(recall) + min(recall) - 0.004 * (abs(c) + abs(d))
            if score > best:
                best, found = score, (float(c), float(d))
    return np.array([0.0, *found], np.float32)


def choose_floor(probabilities, truth, target=0.75):
    """The confidence below which a tile is called unsure.

    The lowest floor at which the tiles just above it (a band of .1) are right
    at least ``target`` of the time; never below .4 nor above .7.
    """
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    for floor in np.arange(0.4, 0.7, 0.01):
        band = (confidence >= floor) & (confidence < floor + 0.1)
        if band.sum() >= 10 and right[band].mean() >= target:
            return float(floor)
    return 0.55

"""What training pictures look like, so that one unlike them is marked (`src/vit/likeness.ts`).

Two distances, since neither sees what the other does: the model's own features tell ground of
another kind, colour and texture tell a drawn map, a blank or a notice from a photograph.
"""

import numpy as np

SCALES = 4


def statistics(pixels):
    """Colour and texture of pictures ``[n, side, side, 3]`` of bytes: ``[n, 16]``."""
    return np.array([_statistics(p.astype(np.float64) / 255) for p in pixels])


def _statistics(p):
    grey = p.mean(2)
    odd = np.stack([p[..., 0] - p[..., 1], p[..., 2] - (p[..., 0] + p[..., 1]) / 2], 2)
    out = [*p.mean((0, 1)), *np.log(p.std((0, 1)) + 0.01), *np.log(odd.std((0, 1)) + 0.003)]
    for _ in range(SCALES):
        dx, dy = np.diff(grey, axis=1), np.diff(grey, axis=0)
        root = np.sqrt((dx**2).mean() + (dy**2).mean())
        out += [np.log(root + 0.003), (np.abs(dx).mean() + np.abs(dy).mean()) / (2 * root + 0.003)]
        h, w = grey.shape[0] // 2 * 2, grey.shape[1] // 2 * 2
        grey = (grey[:h:2, :w:2] + grey[1:h:2, :w:2] + grey[:h:2, 1:w:2] + grey[1:h:2, 1:w:2]) / 4
    return out


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def directions(features, count, seed=0, rounds=60):
    """Spherical k-means: ``count`` directions of features, whole numbers of at most two digits."""
    rng, points = np.random.default_rng(seed), unit(features)
    found = points[rng.choice(len(points), 1)]
    while len(found) < count:  # the next start where the others are far (k-means++)
        far = np.maximum(1 - (points @ found.T).max(1), 0)
        found = np.vstack([found, points[rng.choice(len(points), p=far / far.sum())]])
    for _ in range(rounds):
        own = (points @ found.T).argmax(1)
        found = unit(np.stack([points[own == k].sum(0) if (own == k).any() else found[k] for k in range(count)]))
    return np.rint(found * (99 / np.abs(found).max(1, keepdims=True))).astype(int)


def nearest(features, prototypes):
    """Cosine distance to the nearest direction."""
    return 1 - (unit(features) @ unit(prototypes.astype(float)).T).max(1)


def mahalanobis(values, mean, precision):
    off = values - mean
    return np.sqrt(np.maximum(0, np.einsum("ni,ij,nj->n", off, precision, off)))


def fit(features, looks, half, count=64, share=98.0, ridge=0.02):
    """The ``likeness`` of ``upwind.json`` from features and statistics of known pictures.

    Directions and means come from the rows where ``half`` is true, thresholds (``share`` percent
    lie below) from the others.
    """
    sig = lambda a, digits: np.vectorize(lambda v: float(f"{v:.{digits}g}"))(a)  # noqa: E731
    prototypes = directions(features[half], count)
    mean, std = looks[half].mean(0), looks[half].std(0)
    correlation = np.cov(((looks[half] - mean) / std).T) + ridge * np.eye(looks.shape[1])
    precision = sig(np.linalg.inv(correlation) / np.outer(std, std), 5)
    mean = sig(mean, 5)
    limit = lambda d: float(sig(np.percentile(d[~half], share), 4))  # noqa: E731
    return {
        "features": {"prototypes": prototypes.tolist(), "threshold": limit(nearest(features, prototypes))},
        "picture": {
            "mean": mean.tolist(),
            "precision": precision.tolist(),
            "threshold": limit(mahalanobis(looks, mean, precision)),
        },
    }


def unlike(features, looks, likeness):
    """Which rows exceed the thresholds: by feature, by picture."""
    f, p = likeness["features"], likeness["picture"]
    far = nearest(features, np.array(f["prototypes"])) > f["threshold"]
    return far, mahalanobis(looks, np.array(p["mean"]), np.array(p["precision"])) > p["threshold"]

"""Margins: B and D are answered only where they lead by enough; chosen on held-out pictures."""

import numpy as np
import torch

from .aerial import TRUST, whole
from .compose import Composer, painted_open
from .photometry import degrade
from .training import predict

ALLOWED = np.array([0.01, 0.0, 0.002])  # accuracy a margin may cost, by class


@torch.no_grad()
def open_and_rough(model, sources, count, seed):
    """Logits and labels (0 B, 1 C) of ``count`` degraded tiles, a fifth of them painted."""
    rng, composer = np.random.default_rng(seed), Composer(sources, painted=0.0)
    logits, labels = [], []
    for _ in range(count // 32):
        tiles, own = [], []
        for _ in range(32):
            draw = rng.random()
            if draw < 0.8:
                label = int(draw >= 0.5)
                metres = float(np.exp(rng.normal(np.log(250), 0.3)).clip(150, 500))
                tiles.append(composer.layer(rng, label, metres if rng.random() < 0.75 else None)[0])
            else:
                label = 1
                tiles.append(painted_open(rng)[0])
            own.append(label)
        pixels = torch.from_numpy(np.stack(tiles)).permute(0, 3, 1, 2).contiguous()
        pixels = degrade(pixels, rng, clean=0.2, kinds=np.array(own))
        logits.append(model((pixels - 0.5) / 0.5)[0].numpy())
        labels += own
    return np.concatenate(logits), np.array(labels)


def choose_margin(pairs, label, most, step=0.25):
    """The largest margin of a class that costs every ``(logits, truth)`` at most ``ALLOWED``."""
    right = lambda z, t, s: float(((z - s * np.eye(3)[label]).argmax(1) == t).mean())  # noqa: E731
    chosen = 0.0
    for margin in np.arange(step, most + 1e-9, step):
        if all(right(z, t, margin) >= right(z, t, 0) - ALLOWED[label] for z, t in pairs):
            chosen = float(margin)
    return chosen


def fit_margins(model, held_out, tiles=640, most=2.0, seed=7):
    """Margins of the three classes, and the logits and truths that they were chosen on.

    ``held_out`` are sources that the model was not trained on, ``model`` on the processor.
    """
    sure = [s for s in held_out if s.label < 2 and TRUST.get(s.scene, 0.97) >= 0.8]
    images = predict(model, np.stack([whole(s) for s in held_out]))[0], np.array([s.label for s in held_out])
    pairs, margins = [images, open_and_rough(model, sure, tiles, seed)], np.zeros(3)
    for label in (0, 2):
        now = [(z - margins, t) for z, t in pairs]
        margins[label] = choose_margin(now, label, most)
    logits, truth = (np.concatenate(pair) for pair in zip(*pairs))
    return margins, logits, truth

"""The labelled aerial images: reading them, and correcting their coarse labels.

The manifest labels whole images. Rivers, ponds, ports and beaches hold shores,
so each image also carries a small class map (``7 x 7 x 3``): a linear head over
the teacher's patch tokens is fitted to the image labels, its answers are mixed
with a prior that trusts some scenes less than others, and the head is fitted
again to the corrected maps. A few rounds separate water from its banks.
"""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

CLASSES = "BCD"
CELLS = 7

# How far an image's own label is trusted, cell by cell.
TRUST = {
    "dRiverLake": 0.5, "Pond": 0.5, "river": 0.5, "Port": 0.6, "Beach": 0.85, "beach": 0.9,
    "golfcourse": 0.8, "aGrass": 0.85, "Meadow": 0.85, "SparseResidential": 0.85,
    "sparseresidential": 0.9, "Airport": 0.85, "BaseballField": 0.7, "baseballdiamond": 0.85,
}  # fmt: skip

# Ground width of one image in metres, roughly: none of the sets states it per image.
UCM_METRES = 77.0
RSSCN7_METRES = (110.0, 200.0, 400.0, 800.0)
AID_METRES = 600.0


class Source:
    """One labelled image, decoded."""

    __slots__ = ("path", "dataset", "scene", "label", "split", "metres", "pixels", "map")

    def __init__(self, row, root):
        self.path, self.dataset, self.scene = row["path"], row["dataset"], row["scene"]
        self.label, self.split = CLASSES.index(row["roughness"]), row["split"]
        self.pixels = Image.open(Path(root) / self.path).convert("RGB")
        self.pixels.load()
        self.map = np.tile(np.eye(3, dtype=np.float32)[self.label], (CELLS, CELLS, 1))
        self.metres = {"ucm": UCM_METRES, "aid": AID_METRES}.get(self.dataset, 0.0)
        if self.dataset == "rsscn7":
            number = int(re.search(r"(\d+)\.\w+$", self.path).group(1))
            self.metres = RSSCN7_METRES[min(3, (number - 1) // 100)]


def load_sources(root, datasets=None):
    """All images of the manifest under ``root``, of the named datasets only if given."""
    with open(Path(root) / "manifest.csv", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if not datasets or r["dataset"] in datasets]
    with ThreadPoolExecutor() as pool:  # Pillow decodes outside Python's lock
        return list(pool.map(lambda row: Source(row, root), rows))


def whole(source, size=224):
    """The whole image at the model's size, as uint8."""
    return np.asarray(source.pixels.resize((size, size), Image.BILINEAR))


# Scenes whose banks are textured and whose water is not.
BANKS = {"dRiverLake", "Pond", "river"}


def texture(image, cells=CELLS):
    """Median absolute gradient of the luminance, cell by cell (0 is flat)."""
    g = np.asarray(image.convert("L").resize((cells * 16,) * 2, Image.BILINEAR)).astype(np.float32)
    dx = np.abs(np.diff(g, axis=1, append=g[:, -1:]))
    dy = np.abs(np.diff(g, axis=0, append=g[-1:]))
    parts = (dx + dy).reshape(cells, 16, cells, 16).transpose(0, 2, 1, 3)
    return np.median(parts.reshape(cells, cells, -1), axis=-1)


def fit_head(x, y, weight_decay=1e-4, steps=150, seed=0):
    """Softmax regression on standardised features, full batch L-BFGS.

    ``y`` holds class probabilities. Returns ``(weight, bias, mean, std)``.
    """
    x, y = torch.as_tensor(x).float(), torch.as_tensor(y).float()
    mean, std = x.mean(0), x.std(0) + 1e-6
    z = (x - mean) / std
    torch.manual_seed(seed)
    w = torch.zeros(x.shape[1], y.shape[1], requires_grad=True)
    b = torch.zeros(y.shape[1], requires_grad=True)
    balance = y.sum(0).sum() / (y.sum(0) * y.shape[1])
    opt = torch.optim.LBFGS([w, b], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        loss = -(y * balance * (z @ w + b).log_softmax(1)).sum(1).mean()
        loss = loss + weight_decay * w.square().sum()
        loss.backward()
        return loss

    opt.step(closure)
    return w.detach(), b.detach(), mean, std


def apply_head(head, x):
    """Probabilities of a head from :func:`fit_head`."""
    w, b, mean, std = head
    return (((torch.as_tensor(x).float() - mean) / std) @ w + b).softmax(-1).numpy()


def correct_labels(sources, patches, rounds=3, per_round=60000, seed=0):
    """Fill ``source.map`` from the teacher's patch tokens ``(n, 7, 7, d)``."""
    rng = np.random.default_rng(seed)
    flat = patches.reshape(-1, patches.shape[-1])
    own = np.repeat([s.label for s in sources], CELLS * CELLS)
    trust = np.repeat([TRUST.get(s.scene, 0.97) for s in sources], CELLS * CELLS)
    train = np.repeat([s.split == "train" for s in sources], CELLS * CELLS)
    prior = ((1 - trust) / 2)[:, None].repeat(3, 1).astype(np.float32)
    prior[np.arange(len(own)), own] = trust
    for i, s in enumerate(sources):
        if s.scene in BANKS:  # woods and buildings on the bank are not water
            rough = 1 / (1 + np.exp((texture(s.pixels).ravel() - 9) / 1.2))
            prior[i * CELLS**2 : (i + 1) * CELLS**2, 2] *= np.maximum(rough, 0.03)
    soft = np.eye(3, dtype=np.float32)[own]
    for _ in range(rounds):
        pick = rng.choice(np.flatnonzero(train), min(per_round, int(train.sum())), replace=False)
        head = fit_head(flat[pick], soft[pick], steps=60)
        soft = apply_head(head, flat) * prior
        soft /= soft.sum(1, keepdims=True)
    maps = soft.reshape(-1, CELLS, CELLS, 3)
    for source, m in zip(sources, maps):
        source.map = m.astype(np.float32)
    return head

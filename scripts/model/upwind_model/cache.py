"""A disk cache of composed tiles and the teacher's features for them.

Tiles come in shards; a shard is complete when its ``ready`` file exists, so a
trainer may start on the first shards while more are being made.
"""

import json
import time
from pathlib import Path

import numpy as np
import torch

from .aerial import CELLS, correct_labels, load_sources, whole
from .compose import MAP, Composer, tile_label
from .teacher import Teacher

WIDTH = 192  # of the teacher's features
DATASETS = ("aid", "rsscn7", "ucm", "demo")


def pooled(chart, cells=14):
    """Class map averaged to ``cells`` to the side."""
    f = MAP // cells
    return chart.reshape(cells, f, cells, f, 3).mean((1, 3))


def corrected_sources(data, cache, teacher, log=print):
    """Sources with corrected class maps; the teacher's answers are kept on disk."""
    sources = load_sources(data)
    file = Path(cache) / "source-features.npz"
    if file.exists():
        patches = np.load(file)["patch"]
    else:
        start, cls, patches = time.time(), [], []
        for i in range(0, len(sources), 32):
            c, p = teacher.features(np.stack([whole(s) for s in sources[i : i + 32]]), CELLS)
            cls.append(c)
            patches.append(p)
        patches = np.concatenate(patches)
        np.savez(file, cls=np.concatenate(cls), patch=patches)
        log(f"teacher features of {len(sources)} images in {time.time() - start:.0f} s")
    for name in DATASETS:  # one set at a time, so that none teaches another
        own = [i for i, s in enumerate(sources) if s.dataset == name]
        if own:
            correct_labels([sources[i] for i in own], patches[own])
    return sources


def save_shard(folder, teacher, tiles, charts, used, batch=32):
    """Write one shard: pixels, maps, labels, teacher features, origin bits.

    Without a teacher the features are zero, which the trainer takes as absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cls, patch = [], []
    for i in range(0, len(tiles), batch):
        if teacher is None:
            n = len(tiles[i : i + batch])
            cls.append(np.zeros((n, WIDTH), np.float16))
            patch.append(np.zeros((n, CELLS, CELLS, WIDTH), np.float16))
            continue
        c, p = teacher.features(np.stack(tiles[i : i + batch]), CELLS)
        cls.append(c)
        patch.append(p)
    np.save(folder / "tiles.npy", np.stack(tiles))
    np.save(folder / "maps.npy", np.stack([pooled(m) for m in charts]).astype(np.float16))
    np.save(folder / "labels.npy", np.stack([tile_label(m) for m in charts]))
    np.save(folder / "cls.npy", np.concatenate(cls))
    np.save(folder / "patch.npy", np.concatenate(patch))
    bits = [sum(1 << DATASETS.index(n) for n in u if n in DATASETS) for u in used]
    np.save(folder / "origin.npy", np.array(bits, np.uint8))
    (folder / "ready").write_text(json.dumps({"tiles": len(tiles)}))


def build(data, cache, teacher_folder, shards, per_shard, seed, split="train", taught=None, log=print):
    """Compose the missing shards of a split; the first ``taught`` (default all) get the
    teacher's features, which cost several times what composing costs."""
    if all((Path(cache) / f"{split}-{n:03d}" / "ready").exists() for n in range(shards)):
        return
    teacher = Teacher(teacher_folder)
    Path(cache).mkdir(parents=True, exist_ok=True)
    sources = corrected_sources(data, cache, teacher, log)
    composer = Composer([s for s in sources if s.split == split])
    for n in range(shards):
        folder = Path(cache) / f"{split}-{n:03d}"
        if (folder / "ready").exists():
            continue
        start = time.time()
        rng = np.random.default_rng([seed, n, len(split)])
        made = [composer.tile(rng) for _ in range(per_shard)]
        save_shard(folder, teacher if taught is None or n < taught else None, *map(list, zip(*made)))
        log(f"{folder.name}: {per_shard} tiles in {time.time() - start:.0f} s", flush=True)


class Shards:
    """All complete shards of a split, memory mapped, as one indexable collection."""

    def __init__(self, cache, splits=("train",), without=None):
        found = [p.parent for s in splits for p in sorted(Path(cache).glob(f"{s}-*/ready"))]
        self.parts = [{k: np.load(f / f"{k}.npy", mmap_mode="r") for k in ("tiles", "patch")} for f in found]
        small = {k: [np.load(f / f"{k}.npy") for f in found] for k in ("maps", "labels", "cls", "origin")}
        self.maps, self.labels, self.cls, self.origin = (
            np.concatenate(small[k]) for k in ("maps", "labels", "cls", "origin")
        )
        self.where = np.array([(i, j) for i, p in enumerate(self.parts) for j in range(len(p["tiles"]))])
        allowed = np.ones(len(self.where), bool)
        for name in without or ():
            allowed &= (self.origin >> DATASETS.index(name)) & 1 == 0
        self.index = np.flatnonzero(allowed)
        self.names = [f.name for f in found]

    def __len__(self):
        return len(self.index)

    def batch(self, picks):
        """Tensors for positions ``picks`` of :attr:`index`."""
        ids = self.index[picks]
        at = self.where[ids]
        tiles = np.stack([self.parts[i]["tiles"][j] for i, j in at])
        patch = np.stack([self.parts[i]["patch"][j] for i, j in at])
        return (
            torch.from_numpy(tiles),
            torch.from_numpy(self.labels[ids]),
            torch.from_numpy(self.maps[ids]).float(),
            torch.from_numpy(self.cls[ids]).float(),
            torch.from_numpy(patch).float(),
        )

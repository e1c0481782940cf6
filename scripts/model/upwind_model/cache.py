"""A disk cache of composed tiles.

Tiles come in shards, made by several processes; a shard is complete when its
``ready`` file exists, so that a build that was stopped goes on where it was.
"""

import json
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from .aerial import CELLS, correct_labels, load_sources, whole
from .compose import MAP, Composer
from .photometry import degrade
from .teacher import Teacher

DATASETS = ("aid", "rsscn7", "ucm", "demo")


def pooled(chart, cells=CELLS * 2):
    """Class map averaged to ``cells`` to the side."""
    f = MAP // cells
    return chart.reshape(cells, f, cells, f, 3).mean((1, 3))


def corrected_sources(data, cache, teacher_folder, device, log=print):
    """Sources with corrected class maps; the maps are kept on disk."""
    sources = load_sources(data)
    file = Path(cache) / "source-maps.npy"
    if not file.exists():
        start = time.time()
        teacher = Teacher(teacher_folder, device)
        _, patches = teacher.features(np.stack([whole(s) for s in sources]), CELLS)
        patches = patches.float().cpu().numpy()
        for name in DATASETS:  # one set at a time, so that none teaches another
            own = [i for i, s in enumerate(sources) if s.dataset == name]
            if own:
                correct_labels([sources[i] for i in own], patches[own])
        np.save(file, np.stack([s.map for s in sources]).astype(np.float16))
        log(f"labels of {len(sources)} images corrected in {time.time() - start:.0f} s", flush=True)
    for source, chart in zip(sources, np.load(file).astype(np.float32)):
        source.map = chart
    return sources


def save_shard(folder, tiles, charts, used):
    """Write one shard: pixels, class maps, origin bits."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "tiles.npy", np.stack(tiles))
    np.save(folder / "maps.npy", np.stack([pooled(m) for m in charts]).astype(np.float16))
    bits = [sum(1 << DATASETS.index(n) for n in u if n in DATASETS) for u in used]
    np.save(folder / "origin.npy", np.array(bits, np.uint8))
    (folder / "ready").write_text(json.dumps({"tiles": len(tiles)}))


_composer = None


def _make(task):
    folder, per_shard, seed = task
    rng = np.random.default_rng(seed)
    save_shard(folder, *map(list, zip(*[_composer.tile(rng) for _ in range(per_shard)])))
    return folder.name


def build(data, cache, teacher, wanted, seed, device="cpu", workers=1, painted=0.06, log=print):
    """Compose the missing shards of ``wanted``, ``{split: (shards, tiles a shard)}``; ``painted`` as in :class:`Composer`."""
    global _composer
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    missing = {}
    for split, (shards, per_shard) in wanted.items():
        folders = [cache / f"{split}-{n:03d}" for n in range(shards)]
        tasks = [(f, per_shard, [seed, n, len(split)]) for n, f in enumerate(folders) if not (f / "ready").exists()]
        if tasks:
            missing[split] = tasks
    if not missing:
        return
    sources = corrected_sources(data, cache, teacher, device, log)
    for split, tasks in missing.items():
        start = time.time()
        _composer = Composer([s for s in sources if s.split == split], painted)
        with get_context("fork").Pool(workers) as pool:
            for i, name in enumerate(pool.imap_unordered(_make, tasks)):
                if i % 10 == 9 or i + 1 == len(tasks):
                    log(f"{split}: {i + 1} of {len(tasks)} shards, {time.time() - start:.0f} s", flush=True)


class Tiles:
    """All complete shards of some splits, on one device, with the teacher's features.

    ``teacher`` may be None (for held-out tiles, or where no feature is taught): features are
    then void, one wide and zero.
    """

    def __init__(self, cache, splits=("train",), teacher=None, device="cpu"):
        found = [p.parent for s in splits for p in sorted(Path(cache).glob(f"{s}-*/ready"))]
        read = lambda name: [np.load(f / f"{name}.npy") for f in found]  # noqa: E731
        self.pixels = torch.cat([torch.from_numpy(t).to(device) for t in read("tiles")])
        maps = np.concatenate(read("maps")).astype(np.float32)
        n, side = len(maps), maps.shape[1]
        area = maps.reshape(n, side * side, 3).mean(1) ** 2
        self.labels = area / area.sum(1, keepdims=True)
        cells = maps.reshape(n, CELLS, side // CELLS, CELLS, side // CELLS, 3).mean((2, 4))
        self.maps = torch.from_numpy(cells).to(device)
        self.origin = np.concatenate(read("origin"))
        void = torch.zeros(n, 1, device=device), torch.zeros(n, CELLS, CELLS, 1, device=device)
        self.cls, self.patch = teacher.features(self.pixels, CELLS) if teacher else void

    def __len__(self):
        return len(self.pixels)

    def without(self, names):
        """Numbers of the tiles that show no pixel of the named data sets."""
        bits = sum(1 << DATASETS.index(n) for n in names)
        return np.flatnonzero(self.origin & bits == 0)


def held_out(folder, seed, limit=None):
    """Held-out composed tiles, clean and degraded, and their labels."""
    tiles = Tiles(folder, ("validation",))
    pixels, labels = tiles.pixels[:limit], tiles.labels[:limit]
    planes = pixels.permute(0, 3, 1, 2).contiguous()
    kinds = labels.argmax(1)
    worse = (degrade(planes, np.random.default_rng(seed), clean=0.0, kinds=kinds) * 255).byte().permute(0, 2, 3, 1)
    return pixels.numpy(), worse.numpy(), labels

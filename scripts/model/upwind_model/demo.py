"""Tiles of the built-in synthetic scene, as an extra training domain.

The folder holds an XYZ pyramid (``{z}/{x}/{y}.png``) and the scene's truth as a
grid of bytes (``truth.bin``, ``truth.json``; see ``demo-truth.ts``).
"""

import json
import math
import time
from pathlib import Path

import numpy as np

from .cache import MAP, save_shard
from .scenes import best_zoom, cut

EARTH = 6378137.0


class DemoScene:
    """The pyramid and its truth, read at any place and size."""

    def __init__(self, folder):
        self.folder = Path(folder)
        head = json.loads((self.folder / "truth.json").read_text())
        self.side, self.cell, self.half = head["side"], head["cell_m"], head["half_m"]
        self.centre = head["centre"]
        grid = np.frombuffer((self.folder / "truth.bin").read_bytes(), np.uint8).reshape(self.side, self.side)
        self.truth = np.eye(3, dtype=np.float32)[grid]
        self.zooms = sorted(int(p.name) for p in self.folder.iterdir() if p.name.isdigit())

    def place(self, x, y):
        """Latitude and longitude of scene metres east and north."""
        scale = math.cos(math.radians(self.centre["lat"]))
        mx = x / scale + EARTH * math.radians(self.centre["lng"])
        my = y / scale + EARTH * math.asinh(math.tan(math.radians(self.centre["lat"])))
        return math.degrees(math.atan(math.sinh(my / EARTH))), math.degrees(mx / EARTH)

    def shares(self, x, y, metres, cells):
        """Truth of a square, averaged to ``cells x cells``."""
        at = (np.arange(cells * 2) + 0.5) / (cells * 2) - 0.5
        cols = ((x + at * metres + self.half) / self.cell).astype(int).clip(0, self.side - 1)
        rows = ((self.half - y + at * metres) / self.cell).astype(int).clip(0, self.side - 1)
        fine = self.truth[np.ix_(rows, cols)]
        return fine.reshape(cells, 2, cells, 2, 3).mean((1, 3))

    def tile(self, x, y, metres, zoom=None):
        """Pixels and class map of the square centred on scene metres ``x, y``."""
        lat, lng = self.place(x, y)
        zoom = zoom or best_zoom(self.folder, lat, metres)
        pixels = np.asarray(cut(self.folder, zoom, lat, lng, metres).convert("RGB"))
        return pixels, self.shares(x, y, metres, MAP)

    def random_tile(self, rng):
        """A tile somewhere in the scene, thinning out the open sea."""
        while True:
            metres = float(np.exp(rng.normal(np.log(250), 0.25)).clip(150, 500))
            reach = self.half - metres / 2 - 5
            x, y = rng.uniform(-reach, reach, 2)
            chart = self.shares(x, y, metres, MAP)
            if chart[..., 2].min() > 0.99 and rng.random() < 0.75:
                continue
            pixels, chart = self.tile(x, y, metres, int(rng.choice(self.zooms)))
            return pixels, chart, {"demo"}


def build_demo(folder, cache, shards, per_shard, seed, log=print):
    """Shards of random tiles of the scene; their labels are exact."""
    scene = None
    for n in range(shards):
        target = Path(cache) / f"demo-{n:03d}"
        if (target / "ready").exists():
            continue
        scene = scene or DemoScene(folder)
        start = time.time()
        rng = np.random.default_rng([seed, n, 99])
        made = [scene.random_tile(rng) for _ in range(per_shard)]
        save_shard(target, *map(list, zip(*made)))
        log(f"{target.name}: {per_shard} tiles in {time.time() - start:.0f} s", flush=True)

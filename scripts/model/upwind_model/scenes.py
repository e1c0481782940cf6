"""Tiles cut from folders of XYZ tiles, at the model's ground size, for testing."""

import csv
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

EQUATOR = 156543.03392804  # metres per pixel of a 256 px tile at zoom 0
CLASSES = "BCD"


@lru_cache(maxsize=3000)
def read_tile(file):
    """A source tile as RGBA, or None where there is none."""
    if not Path(file).exists():
        return None
    with Image.open(file) as tile:
        return tile.convert("RGBA")


def cut(root, zoom, lat, lng, metres=250.0, size=224):
    """A square of ``metres`` centred on a point: RGBA image of ``size`` pixels.

    Source tiles are assembled first, then resampled once with Pillow's
    antialiased bilinear filter.
    """
    side = 2**zoom * 256
    s = math.sin(math.radians(lat))
    x, y = (lng + 180) / 360 * side, (0.5 - math.log((1 + s) / (1 - s)) / (4 * math.pi)) * side
    half = metres / (EQUATOR * math.cos(math.radians(lat)) / 2**zoom) / 2
    c0, c1, r0, r1 = (int(math.floor(v / 256)) for v in (x - half, x + half, y - half, y + half))
    canvas = Image.new("RGBA", ((c1 - c0 + 1) * 256, (r1 - r0 + 1) * 256))
    for c in range(c0, c1 + 1):
        for r in range(r0, r1 + 1):
            tile = read_tile(f"{root}/{zoom}/{c}/{r}.png")
            if tile:
                canvas.paste(tile, ((c - c0) * 256, (r - r0) * 256))
    box = (x - half - c0 * 256, y - half - r0 * 256, x + half - c0 * 256, y + half - r0 * 256)
    return canvas.resize((size, size), Image.BILINEAR, box=box)


def best_zoom(root, lat, metres, size=224):
    """The lowest zoom at least as fine as the target, else the finest present."""
    have = sorted(int(p.name) for p in Path(root).iterdir() if p.name.isdigit())
    for zoom in have:
        if EQUATOR * math.cos(math.radians(lat)) / 2**zoom <= metres / size * 1.0001:
            return zoom
    return have[-1]


def load_scene_tiles(table, imagery):
    """Tiles of a ``lat,lng,label,scene,tile_m`` table: images, labels and rows."""
    with open(table, newline="") as handle:
        rows = list(csv.DictReader(handle))
    images = []
    for row in rows:
        root = Path(imagery) / row["scene"]
        lat, lng, metres = float(row["lat"]), float(row["lng"]), float(row["tile_m"])
        images.append(np.asarray(cut(root, best_zoom(root, lat, metres), lat, lng, metres).convert("RGB")))
    return np.stack(images), np.array([CLASSES.index(r["label"]) for r in rows]), rows

"""Composing training tiles at the model's ground scale from small labelled images.

The images cover 77 m to a few kilometres and one class each; a tile covers
250 m (150 to 500 m here) and often holds several classes. A tile is composed
from one or more *layers*; a layer is a crop of one image, a mirrored tiling of
it, or a mosaic of several images of the same scene. Layers meet along wobbly
lines, strips, blobs or parcels. The class map follows the pixels, so every tile
has soft labels as a whole and cell by cell.
"""

import numpy as np
from PIL import Image

SIZE = 224
MAP = 56  # resolution at which class maps are composed
LO, HI = 150.0, 500.0  # metres per tile


def turn(rng, pixels, cells):
    """One of the eight symmetries of the square, on image and class map alike."""
    k, flip = int(rng.integers(4)), rng.random() < 0.5
    if flip:
        pixels, cells = pixels[:, ::-1], cells[:, ::-1]
    return np.rot90(pixels, k), np.rot90(cells, k)


def resized(image, size, box=None):
    """Antialiased resize of a PIL image to a square array."""
    return np.asarray(image.resize((size, size), Image.BILINEAR, box=box))


def resized_map(cells, size, box=None):
    """Class map resized by nearest cell; ``box`` in fractions of the map."""
    x0, y0, x1, y1 = box or (0, 0, 1, 1)
    n = cells.shape[0]
    xs = np.clip(((x0 + (np.arange(size) + 0.5) / size * (x1 - x0)) * n).astype(int), 0, n - 1)
    ys = np.clip(((y0 + (np.arange(size) + 0.5) / size * (y1 - y0)) * n).astype(int), 0, n - 1)
    return cells[np.ix_(ys, xs)]


def crop_layer(rng, source, fraction):
    """A square crop covering ``fraction`` of the image's side."""
    w, h = source.pixels.size
    side = min(w, h) * min(1.0, fraction)
    x, y = rng.random() * (w - side), rng.random() * (h - side)
    box = (x, y, x + side, y + side)
    pixels = resized(source.pixels, SIZE, box)
    cells = resized_map(source.map, MAP, (x / w, y / h, (x + side) / w, (y + side) / h))
    return turn(rng, pixels, cells)


def mosaic_layer(rng, sources, k):
    """``k`` images to the side (``k`` >= 1, need not be whole), mirrored or mixed."""
    cell = max(4 * 12, int(round(SIZE / k / 4)) * 4)
    n = -(-SIZE // cell) + 1
    canvas = np.zeros((n * cell, n * cell, 3), np.float32)
    chart = np.zeros((n * cell // 4, n * cell // 4, 3), np.float32)
    mirrored = len(sources) == 1
    tone = None
    tie = rng.random() * 0.8 + 0.2
    base = None
    for r in range(n):
        for c in range(n):
            if mirrored:
                if base is None:
                    base = turn(rng, resized(sources[0].pixels, cell), resized_map(sources[0].map, cell // 4))
                p, m = base
                if r % 2:
                    p, m = p[::-1], m[::-1]
                if c % 2:
                    p, m = p[:, ::-1], m[:, ::-1]
                p = p.astype(np.float32)
            else:
                s = sources[int(rng.integers(len(sources)))]
                p, m = turn(rng, resized(s.pixels, cell), resized_map(s.map, cell // 4))
                p = p.astype(np.float32)
                mean, std = p.mean((0, 1)), p.std() + 1.0
                if tone is None:
                    tone = (mean, std)
                else:  # draw neighbours towards one tone, so that seams are faint
                    gain = (tone[1] / std) ** (tie * 0.5)
                    p = (p - mean) * gain + mean + tie * (tone[0] - mean)
            canvas[r * cell : (r + 1) * cell, c * cell : (c + 1) * cell] = p
            q = cell // 4
            chart[r * q : (r + 1) * q, c * q : (c + 1) * q] = m
    oy, ox = (int(rng.integers((n * cell - SIZE) // 4 + 1)) * 4 for _ in range(2))
    pixels = np.clip(canvas[oy : oy + SIZE, ox : ox + SIZE], 0, 255).astype(np.uint8)
    return pixels, chart[oy // 4 : oy // 4 + MAP, ox // 4 : ox // 4 + MAP]


def smooth_noise(rng, size, cells):
    """Smooth noise in about -1..1, with ``cells`` features to the side."""
    grid = rng.standard_normal((cells + 1, cells + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize((size, size), Image.BICUBIC))


WATERS = np.array(
    [(18, 30, 52), (30, 44, 62), (36, 30, 44), (40, 48, 42), (62, 78, 74), (70, 84, 96), (104, 104, 84),
     (60, 112, 110), (90, 160, 160), (44, 92, 128), (24, 58, 66), (84, 96, 70)],
    np.float32,
)  # fmt: skip


def painted_water(rng):
    """Water painted from noise: a colour, slow shading, ripples, sometimes glint."""
    a, b = WATERS[rng.integers(len(WATERS), size=2)]
    base = a + (b - a) * rng.random() * 0.5 + rng.normal(0, 8, 3)
    shade = smooth_noise(rng, SIZE, int(rng.integers(1, 5))) * rng.uniform(0, 14)
    fine = smooth_noise(rng, SIZE, int(rng.integers(20, 100))) * rng.uniform(0, 5)
    grain = rng.standard_normal((SIZE, SIZE)) * rng.uniform(0, 2.5)
    image = base + (shade + fine + grain)[..., None] * rng.uniform(0.8, 1.2, 3)
    if rng.random() < 0.35:  # wind waves
        y, x = np.mgrid[:SIZE, :SIZE]
        angle, pitch = rng.random() * np.pi, rng.uniform(4, 16)
        phase = (x * np.cos(angle) + y * np.sin(angle)) / pitch * 2 * np.pi
        phase = phase + smooth_noise(rng, SIZE, 10) * 3
        image += (np.sin(phase) * rng.uniform(1, 7) * (0.6 + 0.4 * smooth_noise(rng, SIZE, 8)))[..., None]
    if rng.random() < 0.25:  # sun glint
        spot = np.clip(smooth_noise(rng, SIZE, 2) + 0.3, 0, None) * rng.uniform(10, 70)
        image += (spot * (0.6 + 0.4 * np.abs(rng.standard_normal((SIZE, SIZE)))))[..., None]
    chart = np.zeros((MAP, MAP, 3), np.float32)
    chart[..., 2] = 1
    return np.clip(image, 0, 255).astype(np.uint8), chart


FIELDS = np.array(
    [(52, 62, 44), (70, 74, 56), (86, 82, 62), (104, 96, 70), (60, 58, 50), (52, 60, 66), (64, 70, 76), (118, 112, 92),
     (44, 56, 38), (80, 88, 60), (84, 94, 98), (92, 100, 92), (88, 92, 84), (76, 88, 80)],
    np.float32,
)  # fmt: skip


def fractal_noise(rng, coarse, fall):
    """Noise of six octaves from ``coarse`` features to the side up, each ``fall`` times the last."""
    octaves = [smooth_noise(rng, SIZE, min(200, coarse * 2**i)) * fall**i for i in range(6)]
    out = np.sum(octaves, axis=0)
    return out / out.std()


def stretched(rng, noise, times):
    """The noise drawn out ``times`` along a random direction: strata, flow, ploughing."""
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    angle = rng.random() * np.pi
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return noise[(v.astype(int) + SIZE // 2) % SIZE, ((u / times).astype(int) + SIZE // 2) % SIZE]


def tracks(rng, image, most):
    """Draw up to ``most`` paths and farm roads, straight or bent, in place."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    for _ in range(int(rng.integers(0, most + 1))):
        angle, bend = rng.random() * np.pi, smooth_noise(rng, SIZE, 3) * rng.uniform(0, 20)
        away = np.abs((x - SIZE / 2) * np.cos(angle) + (y - SIZE / 2) * np.sin(angle) + rng.uniform(-90, 90) + bend)
        track = np.clip(rng.uniform(0.8, 3) - away, 0, 1)[..., None]
        image += track * rng.uniform(10, 90) * np.array([1.0, 0.95, 0.8])
    return image


def field_ground(rng):
    """One field: slow shading, drill rows, low bushes and stones."""
    a, b = FIELDS[rng.integers(len(FIELDS), size=2)]
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    shade = smooth_noise(rng, SIZE, int(rng.integers(2, 7)))
    image = a + (b - a) * (np.clip(shade * 0.5 + 0.3, 0, 1) * rng.uniform(0.2, 1))[..., None] + rng.normal(0, 6, 3)
    image += (smooth_noise(rng, SIZE, int(rng.integers(40, 110))) * rng.uniform(1, 9))[..., None]
    if rng.random() < 0.4:  # drainage, mowing, the plough
        image += (stretched(rng, fractal_noise(rng, 4, 0.7), rng.uniform(4, 14)) * rng.uniform(2, 10))[..., None]
    if rng.random() < 0.5:  # drill rows
        angle, pitch = rng.random() * np.pi, rng.uniform(3, 12)
        rows = np.sin((x * np.cos(angle) + y * np.sin(angle)) / pitch * 2 * np.pi)
        image += (rows * rng.uniform(0.5, 9))[..., None]
    if rng.random() < 0.5:  # bushes and stones
        spots = smooth_noise(rng, SIZE, int(rng.integers(30, 90)))
        image += (np.clip(spots - rng.uniform(0.8, 1.8), 0, None) * rng.uniform(-35, 35))[..., None]
    return image


def veld_ground(rng):
    """Shrubland, heath, pasture, stony slopes: mottled at every size, without the crowns
    and shadows of trees."""
    a, b = FIELDS[rng.integers(len(FIELDS), size=2)]
    base = fractal_noise(rng, int(rng.integers(2, 7)), rng.uniform(0.5, 1.0))
    image = a + (b - a) * np.clip(base * 0.3 + 0.4, 0, 1)[..., None] + rng.normal(0, 6, 3)
    image += (base * rng.uniform(3, 16))[..., None]
    if rng.random() < 0.6:  # bushes
        bushes = fractal_noise(rng, int(rng.integers(3, 10)), rng.uniform(0.8, 1.1))
        cover = np.clip((bushes - rng.uniform(0.8, 2.2)) * 1.5, 0, 1)[..., None]
        image += cover * rng.uniform(5, 35) * np.array([-0.6, rng.uniform(-0.6, 1.0), -0.5])
    if rng.random() < 0.35:  # a green flush along wet ground
        wet = fractal_noise(rng, 2, 0.8) * 0.7 + fractal_noise(rng, 14, 0.9) * 0.5
        image += np.clip(wet - rng.uniform(0.3, 1.2), 0, 1)[..., None] * rng.uniform(5, 30) * np.array([-0.3, 1.0, -0.2])
    if rng.random() < 0.4:  # rock, in the direction of the strata
        rock = stretched(rng, fractal_noise(rng, 8, 0.95), rng.uniform(2, 8))
        image += np.clip(rock - rng.uniform(0.5, 1.8), 0, 1)[..., None] * rng.uniform(10, 70)
    if rng.random() < 0.3:  # bare patches
        bare = fractal_noise(rng, int(rng.integers(3, 9)), 0.75)
        image += np.clip(bare - rng.uniform(0.6, 1.6), 0, 1)[..., None] * rng.uniform(10, 60) * np.array([1, 0.97, 0.85])
    return image


def painted_open(rng):
    """Open ground painted from noise: one or two fields or pieces of veld, and tracks.

    Dull fields have as little texture as water has, and dull veld is as mottled as a wood seen
    from afar; what tells them apart is what people and animals leave on them, and shadows.
    """
    one = lambda: (veld_ground if rng.random() < 0.6 else field_ground)(rng)  # noqa: E731
    image = one()
    if rng.random() < 0.35:
        image += (one() - image) * seam(rng)[..., None]
    chart = np.zeros((MAP, MAP, 3), np.float32)
    chart[..., 1] = 1
    return np.clip(tracks(rng, image, 3), 0, 255).astype(np.uint8), chart


def seam(rng):
    """A mask in 0..1 that divides a tile: line, strip, blobs or parcels."""
    y, x = (np.mgrid[:SIZE, :SIZE] / SIZE).astype(np.float32)
    wobble = smooth_noise(rng, SIZE, int(rng.integers(2, 9))) * rng.choice([0.0, 0.03, 0.08])
    angle = rng.random() * 2 * np.pi
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    kind = rng.random()
    if kind < 0.4:
        field = along + rng.uniform(-0.4, 0.4) + wobble
    elif kind < 0.6:
        field = rng.uniform(0.03, 0.3) - np.abs(along + rng.uniform(-0.4, 0.4) + wobble)
    elif kind < 0.8:
        noise = smooth_noise(rng, SIZE, int(rng.integers(2, 7)))
        field = (noise - np.quantile(noise, rng.uniform(0.15, 0.85))) * 0.2
    else:
        seeds = rng.random((int(rng.integers(3, 12)), 2)).astype(np.float32)
        stretch = rng.uniform(0.5, 2)
        d = (x[..., None] - seeds[:, 0]) ** 2 * stretch + (y[..., None] - seeds[:, 1]) ** 2 / stretch
        field = (rng.random(len(seeds)) < rng.uniform(0.2, 0.8))[d.argmin(-1)] - 0.5
    return np.clip(field * SIZE / 1.5 + 0.5, 0, 1).astype(np.float32)


class Composer:
    """Draws tiles from the sources of the given split and data sets."""

    def __init__(self, sources, painted=0.06):
        self.groups, self.painted = {}, painted
        for s in sources:
            key = (s.dataset, s.metres, s.label, s.scene)
            self.groups.setdefault(key, []).append(s)
        self.by_label = {}
        for key in self.groups:
            self.by_label.setdefault(key[2], {}).setdefault(key[0], []).append(key)

    def layer(self, rng, label, metres, dataset=None):
        """A layer of one class that spans ``metres``; returns pixels, map, data set."""
        if label == 2 and rng.random() < self.painted * 3:
            return (*painted_water(rng), dataset or "painted")
        if label == 1 and rng.random() < self.painted * 2:
            return (*painted_open(rng), dataset or "painted")
        pools = self.by_label[label]
        if dataset not in pools:
            dataset = str(rng.choice(sorted(pools)))
        keys = pools[dataset]
        weights = np.array([len(self.groups[k]) ** 0.5 for k in keys])
        key = keys[int(rng.choice(len(keys), p=weights / weights.sum()))]
        members = self.groups[key]
        if metres is None:
            source = members[int(rng.integers(len(members)))]
            return (*crop_layer(rng, source, rng.uniform(0.7, 1.0)), dataset)
        k = metres / key[1] * np.exp(rng.normal(0, 0.2))
        if k < 1.15:
            source = members[int(rng.integers(len(members)))]
            return (*crop_layer(rng, source, max(0.42, k)), dataset)
        k = min(k, 4.6)
        count = 1 if rng.random() < 0.4 else int(rng.integers(2, 9))
        picks = [members[i] for i in rng.integers(len(members), size=count)]
        return (*mosaic_layer(rng, picks, k), dataset)

    def tile(self, rng):
        """Return ``(uint8 pixels, 56 x 56 x 3 map, data sets used)``."""
        label = int(rng.integers(3))
        kind = rng.random()
        if kind < 0.25:  # a benchmark image as it is, whatever its scale
            pixels, chart, name = self.layer(rng, label, None)
            return pixels, chart, {name}
        metres = float(np.exp(rng.normal(np.log(250), 0.3)).clip(LO, HI))
        pixels, chart, name = self.layer(rng, label, metres)
        used = {name}
        if kind < 0.6:
            return pixels, chart, used
        for _ in range(1 if rng.random() < 0.75 else 2):
            other = int((label + rng.choice([1, 2])) % 3)
            second, chart2, name2 = self.layer(rng, other, metres, name if rng.random() < 0.8 else None)
            used.add(name2)
            second = second.astype(np.float32)
            if rng.random() < 0.5:  # one camera took both: draw the tones together
                second += (pixels.mean((0, 1)) - second.mean((0, 1))) * rng.uniform(0.2, 0.7)
            mask = seam(rng)
            pixels = pixels + (second - pixels) * mask[..., None]
            pixels = np.clip(pixels, 0, 255).astype(np.uint8)
            small = np.asarray(Image.fromarray(mask).resize((MAP, MAP), Image.BOX))[..., None]
            chart = chart + (chart2 - chart) * small
        return pixels, chart.astype(np.float32), used


def tile_label(chart, power=2.0):
    """Label of a whole tile from its class map: areas, sharpened to the larger."""
    area = chart.reshape(-1, 3).mean(0) ** power
    return (area / area.sum()).astype(np.float32)

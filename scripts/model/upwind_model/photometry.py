"""Degrading tiles on the fly: what cameras, air, seasons and compression do.

Takes a uint8 batch ``(n, 3, h, w)`` on any device and returns floats in 0..1 there.
The teacher saw the clean tile, so a student that answers alike on the degraded one
learns to ignore the damage. Everything random is drawn on the CPU from ``rng``, so
that a seed means the same on every device; only noise is drawn where the pixels are.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

BLUE = np.array([-1.0, -0.15, 1.0])

# How far contrast is taken down, by class (B, C, D): share of tiles, lowest, highest. Open
# country in dull orthophotos is flatter than in the benchmarks; water is flat already.
DULL = np.array([(0.4, 0.4, 0.9), (0.65, 0.15, 0.7), (0.35, 0.4, 0.9)])
# Roofs and crowns cast shadows: however dull the picture, B keeps at least this deviation.
SHADOWS = (0.035, 0.08)


def put(array, like):
    """A NumPy array as floats on the device of ``like``."""
    return torch.from_numpy(np.asarray(array, np.float32)).to(like.device, non_blocking=True)


def gamma(x, rng, strength):
    """Gamma per tile; ``x`` in 0..1."""
    powers = np.exp(rng.normal(0, 0.28 * strength, len(x)))
    return x.clamp(min=1e-4) ** put(powers, x)[:, None, None, None]


def leaf_off(x, rng, rate=0.15):
    """Turn some of the green towards brown, in place."""
    at = np.flatnonzero(rng.random(len(x)) < rate)
    if len(at):
        at_device = torch.from_numpy(at).to(x.device)
        y = x[at_device]
        r, green, b = y[:, 0], y[:, 1], y[:, 2]
        amount = put(rng.uniform(0.2, 0.9, len(at)), x)[:, None, None]
        leaf = ((green - torch.maximum(r, b)) * 12).clamp(0, 1) * amount
        grey = 0.35 * r + 0.45 * green + 0.2 * b
        brown = torch.stack([grey * 1.08, grey * 0.97, grey * 0.84], 1)
        x[at_device] = y + (brown - y) * leaf[:, None]
    return x


def colours(x, rng, strength, kinds):
    """Saturation, cast, contrast, light and haze: one matrix and offset per tile."""
    n = len(x)
    some = lambda rate: rng.random(n) < rate  # noqa: E731
    sat = np.where(some(0.5), rng.uniform(0.15, 0.8, n), rng.uniform(0.7, 1.3, n))[:, None, None]
    m = np.eye(3) * sat + (1 - sat) / 3
    cast = rng.normal(0, 0.07 * strength, (n, 3))
    slight = some(0.5)
    strong = ~slight & some(np.array([0.5, 0.6, 0.4])[kinds])  # hazy blue land, muddy water
    blue = np.where(slight, rng.uniform(-0.06, 0.17, n) * strength, 0.0)
    blue += np.where(strong, rng.uniform(0.1, 0.35, n) * strength * np.where(kinds == 2, -1, 1), 0.0)
    m = np.exp(cast + BLUE * blue[:, None])[:, :, None] * m
    share, low, high = DULL[kinds].T
    contrast = np.where(some(share), rng.uniform(low, high), rng.uniform(0.7, 1.3, n))
    light = np.exp(rng.normal(0, 0.3 * strength, n))
    hazy = np.where(some(0.3), rng.uniform(0, 0.45, n), 0.0)
    deviation = x.std((2, 3)).mean(1).cpu().numpy() * light * (1 - hazy)
    least = np.minimum(1, rng.uniform(*SHADOWS, n) / np.maximum(deviation, 1e-3))
    contrast = np.where(kinds == 0, np.maximum(contrast, least), contrast)
    air = rng.uniform(0.35, 0.8, n)[:, None] + np.array([-0.05, 0.0, 0.06])
    centre = torch.einsum("nij,nj->ni", put(m, x), x.mean((2, 3)))
    grey = put(some(0.5), x)[:, None]  # contrast falls towards grey, or towards the tile's own colour
    centre = grey * centre.mean(1, keepdim=True) + (1 - grey) * centre
    scale = put(light * (1 - hazy), x)[:, None]
    offset = centre * put(1 - contrast, x)[:, None] * scale + put(air * hazy[:, None], x)
    matrix = put(m, x) * (put(contrast, x)[:, None] * scale)[:, None]
    return torch.baddbmm(offset[:, :, None], matrix, x.flatten(2)).view_as(x)


def add_noise(x, rng, rate=0.35):
    """Sensor noise, in place."""
    at = np.flatnonzero(rng.random(len(x)) < rate)
    where = torch.from_numpy(at).to(x.device)
    deviation = put(rng.uniform(0, 0.02, len(at)), x)[:, None, None, None]
    x[where] += torch.randn(len(at), *x.shape[1:], device=x.device) * deviation
    return x


def resolution(x, rng, rate=0.6):
    """Lose resolution in place: native pixels 1 to 3 times coarser, resampled again."""
    size = x.shape[-1]
    order = rng.permutation(len(x))
    for part in np.array_split(order, max(1, min(16, len(x) // 6))):
        if rng.random() >= rate:
            continue
        at = torch.from_numpy(part).to(x.device)
        small = F.interpolate(x[at], size=int(size / rng.uniform(1.0, 2.9)), mode="bilinear", antialias=True)
        mode = "bilinear" if rng.random() < 0.7 else "bicubic"
        x[at] = F.interpolate(small, size=(size, size), mode=mode, align_corners=False)
    return x


# Quantisation tables of ITU-T T.81, annex K, for luminance and chrominance.
LUMINANCE = np.array(
    [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
     87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
     72, 92, 95, 98, 112, 100, 103, 99], np.float64,
).reshape(8, 8)  # fmt: skip
CHROMINANCE = np.full((8, 8), 99.0)
CHROMINANCE[:4, :4] = [(17, 18, 24, 47), (18, 21, 26, 66), (24, 26, 56, 99), (47, 66, 99, 99)]
TO_YCC = np.array([(0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312)])


def cosines():
    """The 8 x 8 matrix of the orthonormal discrete cosine transform."""
    k, i = np.mgrid[:8, :8]
    out = np.cos((2 * i + 1) * k * math.pi / 16) / 2
    out[0] /= math.sqrt(2)
    return out


def quantised(plane, table):
    """``(n, h, w)`` planes after their 8 x 8 blocks were coded with ``table`` ``(n, 8, 8)``."""
    n, h, w = plane.shape
    d = put(cosines(), plane)
    blocks = plane.view(n, h // 8, 8, w // 8, 8).permute(0, 1, 3, 2, 4)
    steps = table[:, None, None]
    coded = torch.round(d @ blocks @ d.t() / steps) * steps
    return (d.t() @ coded @ d).permute(0, 1, 3, 2, 4).reshape(n, h, w)


def jpeg_coded(x, quality):
    """What JPEG at ``quality`` (1 to 100, per tile) with 4:2:0 chroma leaves of ``x`` in 0..1.

    Sides must be multiples of 16. Entropy coding loses nothing and is left out.
    """
    quality = np.asarray(quality, np.float64)
    scale = np.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None]
    luminance, chrominance = (
        put(np.clip(np.floor((t * scale + 50) / 100), 1, 255), x) for t in (LUMINANCE, CHROMINANCE)
    )
    ycc = torch.einsum("ij,njhw->nihw", put(TO_YCC, x), torch.round(x * 255))
    y = quantised(ycc[:, 0] - 128, luminance) + 128
    half = F.avg_pool2d(ycc[:, 1:], 2)
    chroma = torch.stack([quantised(half[:, 0], chrominance), quantised(half[:, 1], chrominance)], 1)
    chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    back = put(np.linalg.inv(TO_YCC), x)
    out = torch.einsum("ij,njhw->nihw", back, torch.cat([y[:, None], chroma], 1))
    return (torch.round(out) / 255).clamp(0, 1)


def jpeg(x, rng, rate=0.2):
    """JPEG damage at quality 20 to 85, in place."""
    at = np.flatnonzero(rng.random(len(x)) < rate)
    if len(at):
        where = torch.from_numpy(at).to(x.device)
        x[where] = jpeg_coded(x[where], rng.integers(20, 86, len(at)))
    return x


def degrade(x, rng, strength=1.0, clean=0.125, kinds=None):
    """All of it, in the order light meets it; a share of the tiles stays clean.

    ``kinds`` (class numbers, a NumPy array) choose how dull a tile becomes; without them
    every tile is treated as B.
    """
    n = len(x)
    kinds = np.zeros(n, int) if kinds is None else kinds
    keep = torch.from_numpy(np.flatnonzero(rng.random(n) < clean)).to(x.device)
    y = x.float() / 255
    original = y[keep]
    y = leaf_off(gamma(y, rng, strength), rng)
    y = resolution(add_noise(colours(y, rng, strength, kinds), rng), rng)
    y = jpeg(y.clamp_(0, 1), rng)
    y[keep] = original
    return y

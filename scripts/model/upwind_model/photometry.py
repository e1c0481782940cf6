"""Degrading tiles on the fly: what cameras, air, seasons and compression do.

Takes a uint8 batch ``(n, 3, h, w)`` and returns floats in 0..1. The teacher saw
the clean tile, so a student that answers alike on the degraded one learns to
ignore the damage. Everything linear in the colours is folded into one 3 x 3
matrix and an offset per tile, because on a CPU this runs beside the training.
"""

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

_noise = {}


def gamma_table(x, rng, strength):
    """Gamma per tile, by table look-up."""
    ramp = np.arange(256, dtype=np.float32) / 255
    powers = np.exp(rng.normal(0, 0.28 * strength, len(x))).astype(np.float32)
    pixels = x.numpy()
    out = np.empty(pixels.shape, np.float32)
    for i, p in enumerate(powers):
        np.take(ramp**p, pixels[i], out=out[i])
    return torch.from_numpy(out)


def leaf_off(x, rng, rate=0.15):
    """Turn some of the green towards brown, in place."""
    for i in np.flatnonzero(rng.random(len(x)) < rate):
        r, green, b = x[i]
        leaf = ((green - torch.maximum(r, b)) * 12).clamp_(0, 1) * float(rng.uniform(0.2, 0.9))
        grey = 0.35 * r + 0.45 * green + 0.2 * b
        for channel, tone in zip(range(3), (1.08, 0.97, 0.84)):
            x[i, channel] += (grey * tone - x[i, channel]) * leaf
    return x


BLUE = np.array([-1.0, -0.15, 1.0])

# How far contrast is taken down, by class (B, C, D): share of tiles, lowest, highest. Open
# country in dull orthophotos is flatter than in the benchmarks; water is flat already.
DULL = ((0.4, 0.4, 0.9), (0.65, 0.15, 0.7), (0.35, 0.4, 0.9))


def colour_matrices(means, rng, strength, kinds):
    """One ``3 x 3`` matrix and offset per tile: saturation, cast, contrast, light, haze."""
    n = len(means)
    matrices, offsets = np.empty((n, 3, 3), np.float32), np.empty((n, 3, 1), np.float32)
    for i in range(n):
        sat = rng.uniform(0.15, 0.8) if rng.random() < 0.5 else rng.uniform(0.7, 1.3)
        m = np.eye(3) * sat + (1 - sat) / 3
        cast = np.exp(rng.normal(0, 0.07 * strength, 3))
        if rng.random() < 0.5:
            cast = cast * np.exp(BLUE * rng.uniform(-0.06, 0.17) * strength)
        elif rng.random() < (0.5, 0.6, 0.4)[kinds[i]]:  # hazy blue land, muddy water
            cast = cast * np.exp(BLUE * rng.uniform(0.1, 0.35) * (-1 if kinds[i] == 2 else 1))
        m = np.diag(cast) @ m
        share, low, high = DULL[kinds[i]]
        contrast = rng.uniform(low, high) if rng.random() < share else rng.uniform(0.7, 1.3)
        centre = m @ means[i]
        offset = centre.mean() * (1 - contrast) if rng.random() < 0.5 else centre * (1 - contrast)
        light = np.exp(rng.normal(0, 0.3 * strength))
        m, offset = m * contrast * light, (offset * light) * np.ones(3)
        if rng.random() < 0.3:
            haze = rng.uniform(0, 0.45)
            air = rng.uniform(0.35, 0.8) + np.array([-0.05, 0.0, 0.06])
            m, offset = m * (1 - haze), offset * (1 - haze) + air * haze
        matrices[i], offsets[i, :, 0] = m, offset
    return torch.from_numpy(matrices), torch.from_numpy(offsets)


def add_noise(x, rng, rate=0.35):
    """Sensor noise from a pool made once, in place."""
    size = x[0].numel()
    if size not in _noise:
        _noise[size] = torch.from_numpy(rng.standard_normal(size * 2).astype(np.float32))
    for i in np.flatnonzero(rng.random(len(x)) < rate):
        start = int(rng.integers(size))
        x[i].view(-1).add_(_noise[size][start : start + size], alpha=float(rng.uniform(0, 0.02)))
    return x


def resolution(x, rng, rate=0.6):
    """Lose resolution in place: native pixels 1 to 3 times coarser, resampled again."""
    size = x.shape[-1]
    order = rng.permutation(len(x))
    for part in np.array_split(order, max(1, len(x) // 6)):
        if rng.random() >= rate:
            continue
        small = F.interpolate(x[part], size=int(size / rng.uniform(1.0, 2.9)), mode="bilinear", antialias=True)
        mode = "bilinear" if rng.random() < 0.7 else "bicubic"
        x[part] = F.interpolate(small, size=(size, size), mode=mode, align_corners=False)
    return x


def jpeg(x, rng, rate=0.2):
    """JPEG damage at quality 20 to 85, in place."""
    for i in np.flatnonzero(rng.random(len(x)) < rate):
        image = (x[i].clamp(0, 1) * 255).byte().permute(1, 2, 0).contiguous().numpy()
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "JPEG", quality=int(rng.integers(20, 86)))
        x[i] = torch.from_numpy(np.asarray(Image.open(buffer)).copy()).permute(2, 0, 1).float() / 255
    return x


def degrade(x, rng, strength=1.0, clean=0.125, labels=None):
    """All of it, in the order light meets it; a share of the tiles stays clean.

    ``labels`` (``n x 3`` probabilities) choose how dull a tile becomes; without them
    every tile is treated as B.
    """
    n = len(x)
    kinds = np.zeros(n, int)
    if labels is not None:
        reach = labels.cumsum(1).numpy()
        kinds = np.minimum((rng.random((n, 1)) > reach).sum(1), 2)
    keep = np.flatnonzero(rng.random(n) < clean)
    original = x[keep].float() / 255
    y = leaf_off(gamma_table(x, rng, strength), rng)
    flat = y.view(n, 3, -1)
    m, offset = colour_matrices(flat[:, :, ::7].mean(2).numpy(), rng, strength, kinds)
    y = torch.baddbmm(offset, m, flat).view_as(y)
    y = resolution(add_noise(y, rng), rng)
    y = jpeg(y.clamp_(0, 1), rng)
    y[keep] = original
    return y

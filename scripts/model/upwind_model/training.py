"""Training the student: hard and soft labels, cell labels, and the teacher's features."""

import copy
import json
import math
import queue
import threading
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .cache import Shards
from .optim import Muon
from .photometry import degrade
from .vit import ViT, prime, student_config

CELLS = 7


class Heads(nn.Module):
    """Heads used in training only: cell labels and the teacher's features."""

    def __init__(self, hidden, teacher):
        super().__init__()
        self.cells = nn.Linear(hidden, 3)
        self.cls = nn.Linear(hidden, teacher)
        self.patch = nn.Linear(hidden, teacher)
        for p in self.parameters():
            p.data.mul_(0.1)


def cells_of(tokens, cells=CELLS):
    """Patch tokens averaged to ``cells x cells``."""
    b, n, c = tokens.shape
    grid = int(round(math.sqrt(n)))
    if grid == cells:
        return tokens.reshape(b, cells, cells, c)
    image = tokens.transpose(1, 2).reshape(b, c, grid, grid)
    return F.adaptive_avg_pool2d(image, cells).permute(0, 2, 3, 1)


def turned(k, *tensors):
    """Symmetry ``k`` of eight on tensors whose axes 1 and 2 are rows and columns."""
    out = []
    for t in tensors:
        t = t.flip(2) if k >= 4 else t
        out.append(torch.rot90(t, k % 4, (1, 2)) if k % 4 else t)
    return out


def assemble(batch, rng, cutmix):
    """Symmetries, cut-and-paste along cells, and labels from the resulting maps.

    Returns uint8 pixels, tile labels, cell labels, teacher CLS features, teacher
    cell features, and which tiles were pasted into (their CLS target is void).
    """
    tiles, _, maps, cls, patch = batch
    n = len(tiles)
    maps = F.avg_pool2d(maps.permute(0, 3, 1, 2), maps.shape[1] // CELLS).permute(0, 2, 3, 1)
    parts = []
    for chunk in np.array_split(np.arange(n), 8):
        parts.append(turned(int(rng.integers(8)), tiles[chunk], maps[chunk], patch[chunk]))
    tiles, maps, patch = (torch.cat(p) for p in zip(*parts))
    pure = torch.ones(n, dtype=torch.bool)
    if cutmix > 0:
        step = tiles.shape[1] // CELLS
        donors = rng.permutation(n)
        source = [t.clone() for t in (tiles, maps, patch)]
        for i in np.flatnonzero(rng.random(n) < cutmix):
            h, w = (int(v) for v in rng.integers(1, CELLS, size=2))
            y, x = int(rng.integers(CELLS - h + 1)), int(rng.integers(CELLS - w + 1))
            d = donors[i]
            tiles[i, y * step : (y + h) * step, x * step : (x + w) * step] = source[0][
                d, y * step : (y + h) * step, x * step : (x + w) * step
            ]
            maps[i, y : y + h, x : x + w] = source[1][d, y : y + h, x : x + w]
            patch[i, y : y + h, x : x + w] = source[2][d, y : y + h, x : x + w]
            pure[i] = False
    area = maps.mean((1, 2)) ** 2
    labels = area / area.sum(1, keepdim=True)
    return tiles.permute(0, 3, 1, 2).contiguous(), labels, maps, cls, patch, pure


def soft_cross_entropy(logits, target, smoothing=0.03):
    """Cross-entropy against probabilities, slightly smoothed."""
    target = target * (1 - smoothing) + smoothing / target.shape[-1]
    return -(target * logits.log_softmax(-1)).sum(-1).mean()


class Trainer:
    """One run: state on disk after every epoch, resumed from there."""

    def __init__(self, run, options):
        self.run, self.o = Path(run), options
        self.run.mkdir(parents=True, exist_ok=True)
        o = options
        self.rng = np.random.default_rng(o["seed"])
        torch.manual_seed(o["seed"])
        config = student_config(o["hidden"], o["layers"], o["heads"], o["patch"])
        self.model = ViT(config).initialise(torch.Generator().manual_seed(o["seed"]))
        if o["shared_stem"]:
            self.model.share(torch.Generator().manual_seed(o["seed"] + 1))
        self.model.drop_path = o["drop_path"]
        self.heads = Heads(o["hidden"], o["teacher_width"])
        self.average = copy.deepcopy(self.model)
        decay, plain, matrices = [], [], []
        for name, p in [*self.model.named_parameters(), *self.heads.named_parameters()]:
            if p.dim() == 2 and "encoder" in name and "layer.0." not in name and o["muon"] > 0:
                matrices.append(p)
            else:
                (plain if p.dim() < 2 or "token" in name or "position" in name else decay).append(p)
        groups = [{"params": decay, "weight_decay": o["weight_decay"]}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=o["lr"], betas=(0.9, 0.98))
        self.optimizers = [self.optimizer]
        if matrices:
            self.optimizers.append(Muon(matrices, lr=o["muon"], weight_decay=o["muon_decay"]))
        self.step, self.epoch = 0, 0
        self.scale = None
        if (self.run / "state.pt").exists():
            self.load()

    def save(self):
        state = {
            "model": self.model.state_dict(), "heads": self.heads.state_dict(),
            "average": self.average.state_dict(), "optimizers": [x.state_dict() for x in self.optimizers],
            "step": self.step, "epoch": self.epoch, "scale": self.scale, "options": self.o,
            "rng": self.rng.bit_generator.state,
        }  # fmt: skip
        torch.save(state, self.run / "state.tmp")
        (self.run / "state.tmp").rename(self.run / "state.pt")

    def load(self):
        state = torch.load(self.run / "state.pt")
        for name in ("model", "heads", "average"):
            getattr(self, name).load_state_dict(state[name])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step, self.epoch, self.scale = state["step"], state["epoch"], state["scale"]
        self.rng.bit_generator.state = state["rng"]

    def rate(self, epoch_float):
        """Share of the peak rate: warm-up, plateau, then linear decay over the last epochs."""
        o = self.o
        warm = min(1.0, self.step / o["warmup"])
        left = (o["epochs"] - epoch_float) / o["decay_epochs"]
        return warm * min(1.0, max(0.0, left))

    def batches(self, shards, steps):
        """Prepared batches, made in a thread while the model works on the one before."""
        o, ready = self.o, queue.Queue(2)
        ease = max(0.0, 1 - self.epoch / max(1, o["gentle"]))  # damage grows over the first epochs

        def work():
            try:
                order, at = self.rng.permutation(len(shards)), 0
                for _ in range(steps):
                    if at + o["batch"] > len(order):
                        order, at = self.rng.permutation(len(shards)), 0
                    batch = shards.batch(np.sort(order[at : at + o["batch"]]))
                    at += o["batch"]
                    pixels, *rest = assemble(batch, self.rng, o["cutmix"])
                    x = degrade(pixels, self.rng, o["strength"] * (1 - 0.6 * ease), 0.15 + 0.6 * ease, rest[0])
                    ready.put(((x - 0.5) / 0.5, *rest))
                ready.put(None)
            except Exception as error:  # handed to the training loop
                ready.put(error)

        threading.Thread(target=work, daemon=True).start()
        while (item := ready.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def loss(self, batch):
        o = self.o
        x, labels, maps, cls, patch, pure = batch
        with torch.autocast("cpu", torch.bfloat16, enabled=o["bf16"]):
            logits, feature, tokens = self.model(x)
        logits, feature, tokens = logits.float(), feature.float(), tokens.float()
        grid = cells_of(tokens)
        cls_mean, cls_std, patch_mean, patch_std = self.scale
        wanted = (cls - cls_mean) / cls_std
        near = F.smooth_l1_loss(self.heads.cls(feature), wanted, reduction="none").mean(1)
        pure = pure & (cls.abs().sum(1) > 0)
        felt = (patch.abs().sum(-1) > 0).float()
        aim = (patch - patch_mean) / patch_std
        close = F.smooth_l1_loss(self.heads.patch(grid), aim, reduction="none").mean(-1)
        parts = {
            "tile": soft_cross_entropy(logits, labels),
            "cells": soft_cross_entropy(self.heads.cells(grid), maps),
            "cls": (near * pure).sum() / pure.sum().clamp(min=1),
            "patch": (close * felt).sum() / felt.sum().clamp(min=1),
        }
        total = (
            parts["tile"] + o["w_cells"] * parts["cells"] + o["w_cls"] * parts["cls"] + o["w_patch"] * parts["patch"]
        )
        return total, parts, (logits.argmax(1) == labels.argmax(1)).float().mean()

    def train_epoch(self, shards):
        o = self.o
        self.model.train()
        if self.scale is None:
            felt = np.abs(shards.cls[shards.index]).sum(1) > 0  # tiles with the teacher's features
            first, _, _, cls, patch = shards.batch(np.flatnonzero(felt)[:1000])
            flat = patch.reshape(-1, o["teacher_width"])
            tiles = first[:256].permute(0, 3, 1, 2).contiguous()
            prime(
                self.model,
                (degrade(tiles, self.rng, o["strength"]) - 0.5) / 0.5,
                torch.Generator().manual_seed(o["seed"]),
            )
            self.average.load_state_dict(self.model.state_dict())
            self.scale = (cls.mean(0), cls.std(0) + 1e-3, flat.mean(0), flat.std(0) + 1e-3)
        steps = o["epoch_tiles"] // o["batch"]
        seen = {}
        for i, batch in enumerate(self.batches(shards, steps)):
            share = self.rate(self.epoch + i / steps)
            for optimizer, peak in zip(self.optimizers, (o["lr"], o["muon"])):
                for group in optimizer.param_groups:
                    group["lr"] = peak * share
            total, parts, right = self.loss(batch)
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
            self.step += 1
            keep = min(o["average"], (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                for a, p in zip(self.average.parameters(), self.model.parameters()):
                    a.lerp_(p, 1 - keep)
            for name, value in [*parts.items(), ("right", right)]:
                seen[name] = seen.get(name, 0.0) + float(value) / steps
        self.epoch += 1
        return seen

    def fit(self, cache, check, without=None, log=print):
        """Run the remaining epochs; ``check(model)`` returns figures for the log."""
        while self.epoch < self.o["epochs"]:
            start = time.time()
            shards = Shards(cache, self.o["splits"], without)
            seen = self.train_epoch(shards)
            took = time.time() - start
            self.save()
            figures = check(self.average.eval())
            line = {"epoch": self.epoch, "tiles": len(shards), "per_second": round(self.o["epoch_tiles"] / took, 1)}
            line.update({k: round(v, 4) for k, v in {**seen, **figures}.items()})
            with open(self.run / "log.jsonl", "a") as handle:
                handle.write(json.dumps(line) + "\n")
            log(json.dumps(line), flush=True)
        return self.average.eval()


@torch.no_grad()
def predict(model, images, batch=64):
    """Logits and CLS features of uint8 images ``(n, 224, 224, 3)``."""
    logits, features = [], []
    for i in range(0, len(images), batch):
        x = torch.from_numpy(np.ascontiguousarray(images[i : i + batch])).permute(0, 3, 1, 2).float()
        a, b, _ = model((x / 255 - 0.5) / 0.5)
        logits.append(a)
        features.append(b)
    return torch.cat(logits).numpy(), torch.cat(features).numpy()


DEFAULTS = {
    "seed": 7, "hidden": 192, "layers": 5, "heads": 3, "patch": 32, "teacher_width": 192,
    "batch": 32, "epochs": 15, "epoch_tiles": 4000, "lr": 2e-3, "muon": 0.02, "muon_decay": 0.02,
    "warmup": 60, "decay_epochs": 6, "weight_decay": 0.05, "drop_path": 0.0, "average": 0.99,
    "cutmix": 0.1, "strength": 1.0, "gentle": 4, "shared_stem": True,
    "w_cells": 0.7, "w_cls": 1.0, "w_patch": 1.0, "bf16": False, "splits": ["train"],
}  # fmt: skip

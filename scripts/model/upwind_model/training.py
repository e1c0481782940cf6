"""Training the student: soft labels, cell labels, and the teacher's features."""

import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .optim import Muon
from .photometry import degrade
from .store import load_model
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


def assemble(tiles, maps, patch, rng, cutmix):
    """Symmetries, cut-and-paste along cells, and labels from the resulting maps.

    Returns uint8 pixels ``(n, 3, h, w)``, tile labels, cell labels, teacher cell features,
    and 1 for each tile that was not pasted into (of the others the CLS target is void).
    """
    n = len(tiles)
    parts = []
    for chunk in torch.arange(n, device=tiles.device).chunk(8):
        parts.append(turned(int(rng.integers(8)), tiles[chunk], maps[chunk], patch[chunk]))
    tiles, maps, patch = (torch.cat(p) for p in zip(*parts))
    pure = np.ones(n, np.float32)
    step = tiles.shape[1] // CELLS
    donors = rng.permutation(n)
    pasted = np.flatnonzero(rng.random(n) < cutmix)
    source = [t[torch.from_numpy(donors[pasted]).to(t.device)] for t in (tiles, maps, patch)]
    for j, i in enumerate(pasted):
        h, w = (int(v) for v in rng.integers(1, CELLS, size=2))
        y, x = int(rng.integers(CELLS - h + 1)), int(rng.integers(CELLS - w + 1))
        rows, columns = slice(y * step, (y + h) * step), slice(x * step, (x + w) * step)
        tiles[i, rows, columns] = source[0][j, rows, columns]
        maps[i, y : y + h, x : x + w] = source[1][j, y : y + h, x : x + w]
        patch[i, y : y + h, x : x + w] = source[2][j, y : y + h, x : x + w]
        pure[i] = 0
    area = maps.mean((1, 2)) ** 2
    labels = area / area.sum(1, keepdim=True)
    pure = torch.from_numpy(pure).to(tiles.device)
    return tiles.permute(0, 3, 1, 2).contiguous(), labels, maps, patch, pure


def soft_cross_entropy(logits, target, smoothing=0.03):
    """Cross-entropy against probabilities, slightly smoothed."""
    target = target * (1 - smoothing) + smoothing / target.shape[-1]
    return -(target * logits.log_softmax(-1)).sum(-1).mean()


class Trainer:
    """One run: state on disk after every epoch, resumed from there.

    On a GPU the forward and backward pass run in bfloat16 and are compiled. ``seconds``
    ends a run early: the rate's schedule then follows whichever of tiles and time is further.
    """

    def __init__(self, run, options, device="cpu"):
        self.run, self.o, self.device = Path(run), options, device
        self.run.mkdir(parents=True, exist_ok=True)
        o = options
        self.rng = np.random.default_rng(o["seed"])
        torch.manual_seed(o["seed"])
        config = student_config(o["hidden"], o["layers"], o["heads"], o["patch"])
        self.model = ViT(config).initialise(torch.Generator().manual_seed(o["seed"]))
        if o["start"]:
            self.model.load_state_dict(load_model(o["start"])[0].state_dict())
        if o["shared_stem"]:
            self.model.share(torch.Generator().manual_seed(o["seed"] + 1))
        self.model.drop_path = o["drop_path"]
        self.heads = Heads(o["hidden"], o["teacher_width"])
        self.model.to(device)
        self.heads.to(device)
        self.average = copy.deepcopy(self.model)
        self.forward = torch.compile(self.model) if device == "cuda" else self.model
        decay, plain, matrices = [], [], []
        for name, p in [*self.model.named_parameters(), *self.heads.named_parameters()]:
            shared = o["shared_stem"] and "layer.0." in name
            if p.dim() == 2 and "encoder" in name and not shared and o["muon"] > 0:
                matrices.append(p)
            else:
                (plain if p.dim() < 2 or "token" in name or "position" in name else decay).append(p)
        groups = [{"params": decay, "weight_decay": o["weight_decay"]}, {"params": plain, "weight_decay": 0.0}]
        self.optimizers = [torch.optim.AdamW(groups, lr=o["lr"], betas=(0.9, 0.98))]
        if matrices:
            self.optimizers.append(Muon(matrices, lr=o["muon"], weight_decay=o["muon_decay"]))
        self.step, self.epoch, self.spent = 0, 0, 0.0
        self.scale = None
        if (self.run / "state.pt").exists():
            self.load()

    def save(self):
        state = {
            "model": self.model.state_dict(), "heads": self.heads.state_dict(),
            "average": self.average.state_dict(), "optimizers": [x.state_dict() for x in self.optimizers],
            "step": self.step, "epoch": self.epoch, "spent": self.spent, "scale": self.scale,
            "options": self.o, "rng": self.rng.bit_generator.state,
        }  # fmt: skip
        torch.save(state, self.run / "state.tmp")
        (self.run / "state.tmp").rename(self.run / "state.pt")

    def load(self):
        options = {"weights_only": False} if "weights_only" in torch.load.__code__.co_varnames else {}
        state = torch.load(self.run / "state.pt", map_location=self.device, **options)
        for name in ("model", "heads", "average"):
            getattr(self, name).load_state_dict(state[name])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step, self.epoch, self.spent, self.scale = (state[k] for k in ("step", "epoch", "spent", "scale"))
        self.rng.bit_generator.state = state["rng"]

    def progress(self):
        """Share of the run that is done, 0 to 1."""
        o = self.o
        done = self.step * o["batch"] / o["tiles"]
        return min(1.0, max(done, self.spent / o["seconds"] if o["seconds"] else 0.0))

    def rate(self):
        """Share of the peak rate: warm-up, plateau, then linear decay to zero."""
        warm = min(1.0, self.step / self.o["warmup"])
        return warm * min(1.0, (1 - self.progress()) / self.o["decay"])

    def start(self, tiles, index):
        """What is learnt from the tiles before the first step: target scales, first filters."""
        some = torch.from_numpy(self.rng.choice(index, min(2000, len(index)), replace=False)).to(self.device)
        patch = tiles.patch[some].float().flatten(0, 2)
        cls = tiles.cls[some].float()
        self.scale = (cls.mean(0), cls.std(0) + 1e-3, patch.mean(0), patch.std(0) + 1e-3)
        if self.o["start"]:
            return
        first = tiles.pixels[some[:256]].cpu().permute(0, 3, 1, 2).contiguous()
        generator = torch.Generator().manual_seed(self.o["seed"])
        prime(self.model, (degrade(first, self.rng, self.o["strength"]) - 0.5) / 0.5, generator)
        self.average.load_state_dict(self.model.state_dict())

    def batch(self, tiles, picks):
        """One prepared batch: pixels, tile labels, cell labels, CLS and cell features, purity."""
        o = self.o
        at = torch.from_numpy(picks).to(self.device)
        rest = assemble(tiles.pixels[at], tiles.maps[at], tiles.patch[at], self.rng, o["cutmix"])
        ease = max(0.0, 1 - self.progress() / o["gentle"])  # damage grows at first
        reach = tiles.labels[picks].cumsum(1)
        kinds = np.minimum((self.rng.random((len(picks), 1)) > reach).sum(1), 2)
        x = degrade(rest[0], self.rng, o["strength"] * (1 - 0.6 * ease), 0.1 + 0.6 * ease, kinds)
        pixels, labels, maps, patch, pure = (x - 0.5) / 0.5, *rest[1:]
        return pixels, labels, maps, tiles.cls[at].float(), patch.float(), pure

    def loss(self, batch):
        o = self.o
        x, labels, maps, cls, patch, pure = batch
        half = self.device == "cuda"
        with torch.autocast(self.device, torch.bfloat16, enabled=half):
            logits, feature, tokens = self.forward(x)
        logits, feature, grid = logits.float(), feature.float(), cells_of(tokens.float())
        cls_mean, cls_std, patch_mean, patch_std = self.scale
        near = F.smooth_l1_loss(self.heads.cls(feature), (cls - cls_mean) / cls_std, reduction="none").mean(1)
        aim = (patch - patch_mean) / patch_std
        parts = {
            "tile": soft_cross_entropy(logits, labels),
            "cells": soft_cross_entropy(self.heads.cells(grid), maps),
            "cls": (near * pure).sum() / pure.sum().clamp(min=1),
            "patch": F.smooth_l1_loss(self.heads.patch(grid), aim),
        }
        total = sum(parts[k] * (1.0 if k == "tile" else o["w_" + k]) for k in parts)
        right = (logits.argmax(1) == labels.argmax(1)).float().mean()
        return total, torch.stack([*parts.values(), right]).detach()

    def train_epoch(self, tiles, index):
        """About ``epoch_tiles`` tiles; returns the means of the losses and the share right."""
        o = self.o
        self.model.train()
        if self.scale is None:
            self.start(tiles, index)
        averages, weights = list(self.average.parameters()), list(self.model.parameters())
        seen, count, order, at, began = 0.0, 0, self.rng.permutation(index), 0, time.time()
        spent = self.spent
        for _ in range(max(1, o["epoch_tiles"] // o["batch"])):
            if at + o["batch"] > len(order):
                order, at = self.rng.permutation(index), 0
            batch = self.batch(tiles, order[at : at + o["batch"]])
            at += o["batch"]
            share = self.rate()
            for optimizer, peak in zip(self.optimizers, (o["lr"], o["muon"])):
                optimizer.zero_grad(set_to_none=True)
                for group in optimizer.param_groups:
                    group["lr"] = peak * share
            total, figures = self.loss(batch)
            total.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
            self.step += 1
            keep = min(o["average"], (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                torch._foreach_mul_(averages, keep)
                torch._foreach_add_(averages, [w.detach() for w in weights], alpha=1 - keep)
            seen, count = seen + figures, count + 1
            self.spent = spent + time.time() - began
            if self.progress() >= 1:
                break
        self.epoch += 1
        means = (seen / count).tolist()
        self.spent = spent + time.time() - began
        return {**dict(zip(("tile", "cells", "cls", "patch", "right"), means)), "seen": count * o["batch"]}

    def fit(self, tiles, index, check=lambda model: {}, log=print):
        """Run what remains; ``check(model)`` returns figures for the log."""
        while self.progress() < 1:
            start = time.time()
            seen = self.train_epoch(tiles, index)
            took = time.time() - start
            if not self.o["seconds"]:
                self.save()
            figures = check(self.average.eval())
            line = {"epoch": self.epoch, "per_second": seen.pop("seen") / took, "done": self.progress()}
            line = {k: round(v, 4) for k, v in {**line, **seen, **figures}.items()}
            with open(self.run / "log.jsonl", "a") as handle:
                handle.write(json.dumps(line) + "\n")
            log(json.dumps(line), flush=True)
        self.save()
        return self.average.eval()


@torch.no_grad()
def predict(model, images, batch=64):
    """Logits and CLS features, as arrays, of uint8 images ``(n, 224, 224, 3)``."""
    device = next(model.parameters()).device
    logits, features = [], []
    for part in torch.as_tensor(np.ascontiguousarray(images)).split(batch):
        x = part.to(device).permute(0, 3, 1, 2).float()
        a, b, _ = model((x / 255 - 0.5) / 0.5)
        logits.append(a.cpu())
        features.append(b.cpu())
    return torch.cat(logits).numpy(), torch.cat(features).numpy()


DEFAULTS = {
    "seed": 7, "hidden": 192, "layers": 8, "heads": 3, "patch": 16, "teacher_width": 192,
    "batch": 128, "tiles": 1_200_000, "seconds": 0, "epoch_tiles": 40_000, "lr": 1.5e-3, "muon": 0.02,
    "muon_decay": 0.02, "warmup": 300, "decay": 0.45, "weight_decay": 0.05, "drop_path": 0.0, "average": 0.998,
    "cutmix": 0.1, "strength": 1.0, "gentle": 0.15, "shared_stem": False,
    "w_cells": 0.7, "w_cls": 2.0, "w_patch": 1.5,
}  # fmt: skip

#!/usr/bin/env python3
"""Train the bundled checkpoint from a data folder; see README.md beside this file."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from upwind_model import cache as tiles  # noqa: E402
from upwind_model.demo import build_demo  # noqa: E402
from upwind_model.export import export, parameters  # noqa: E402
from upwind_model.photometry import degrade  # noqa: E402
from upwind_model.store import sha256  # noqa: E402
from upwind_model.training import DEFAULTS, Trainer, predict  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True, help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--teacher", required=True, help="checkpoint folder whose features are distilled")
    p.add_argument("--cache", required=True, help="folder for composed tiles and teacher features")
    p.add_argument("--run", required=True, help="folder for this run's state and log; resumed if it has some")
    p.add_argument("--out", help="checkpoint folder to write at the end")
    p.add_argument("--demo", help="folder written by `upwind demo-tiles`; an extra training domain")
    p.add_argument("--shards", type=int, default=12, help="shards of composed training tiles")
    p.add_argument("--taught", type=int, default=4, help="shards with the teacher's features")
    p.add_argument("--per-shard", type=int, default=1000)
    p.add_argument("--demo-shards", type=int, default=2)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    p.add_argument("--without", default="", help="data sets left out, comma separated (for leave-one-out)")
    p.add_argument("--build-only", action="store_true", help="make the cache, then stop")
    p.add_argument("--export-only", action="store_true", help="write --out from the run's state as it is")
    for name, value in DEFAULTS.items():
        if name not in ("splits", "teacher_width"):
            kind = (lambda v: v.lower() == "true") if isinstance(value, bool) else type(value)
            p.add_argument("--" + name.replace("_", "-"), type=kind, default=value)
    return p.parse_args()


def held_out(folder, seed, limit=None):
    """Held-out composed tiles, clean and degraded, and their labels."""
    shards = tiles.Shards(folder, ("validation",))
    pixels, labels, *_ = shards.batch(np.arange(len(shards))[:limit])
    planes = pixels.permute(0, 3, 1, 2).contiguous()
    worse = (degrade(planes, np.random.default_rng(seed), clean=0.0) * 255).byte().permute(0, 2, 3, 1)
    return pixels.numpy(), worse.numpy(), labels.numpy()


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    tiles.build(a.data, a.cache, a.teacher, 1, 600, a.seed, "validation")
    tiles.build(a.data, a.cache, a.teacher, a.shards, a.per_shard, a.seed, "train", a.taught)
    splits = ["train"]
    if a.demo:
        build_demo(a.demo, a.cache, None, a.demo_shards, a.per_shard * 4 // 5, a.seed)
        splits.append("demo")
    if a.build_only:
        return
    without = [n for n in a.without.split(",") if n]
    options = {k: getattr(a, k, v) for k, v in DEFAULTS.items()}
    options["splits"] = splits
    clean, worse, labels = held_out(a.cache, 5, 400)
    truth = labels.argmax(1)

    def check(model):
        good, bad = (predict(model, x)[0].argmax(1) == truth for x in (clean, worse))
        return {"val": float(good.mean()), "val_degraded": float(bad.mean())}

    trainer = Trainer(a.run, options)
    model = trainer.average.eval() if a.export_only else trainer.fit(a.cache, check, without)
    if not a.out:
        return
    clean, worse, labels = held_out(a.cache, 11)
    sure = labels.max(1) > 0.6  # tiles with one clear class
    held = np.concatenate([clean[sure], worse[sure]]), np.tile(labels[sure].argmax(1), 2)
    training = {
        "data": ["UC Merced Land Use", "RSSCN7", "AID"] + (["Upwind synthetic coast"] if a.demo else []),
        "manifest_sha256": sha256(Path(a.data) / "manifest.csv"),
        "teacher_sha256": sha256(Path(a.teacher) / "model.safetensors"),
        "initialisation": "random",
        "epochs_done": trainer.epoch,
        "tiles_seen": trainer.step * trainer.o["batch"],
        "parameters": parameters(model.plain()),
        **{k: v for k, v in trainer.o.items() if k not in ("teacher_width",)},
    }
    imagery = "UC Merced (0.3 m/px), RSSCN7 (four scales) and AID (about 2 to 30 m/px), composed to 250 m tiles"
    print(json.dumps(export(model, a.out, held, training, imagery), indent=2))


if __name__ == "__main__":
    main()

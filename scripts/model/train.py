#!/usr/bin/env python3
"""Train the bundled checkpoint from a data folder; see README.md beside this file."""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from upwind_model.aerial import load_sources, whole  # noqa: E402
from upwind_model.cache import Tiles, build, held_out  # noqa: E402
from upwind_model.demo import build_demo  # noqa: E402
from upwind_model.export import export, parameters  # noqa: E402
from upwind_model.margins import fit_margins  # noqa: E402
from upwind_model.metrics import softmax, summary  # noqa: E402
from upwind_model.store import sha256, write_safetensors  # noqa: E402
from upwind_model.teacher import Teacher  # noqa: E402
from upwind_model.training import DEFAULTS, Trainer, predict  # noqa: E402

IMAGERY = "UC Merced (0.3 m/px), RSSCN7 (four scales) and AID (about 2 to 30 m/px), composed to 250 m tiles"


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True, help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--teacher", required=True, help="checkpoint folder whose features are distilled")
    p.add_argument("--cache", required=True, help="folder for composed tiles")
    p.add_argument("--run", required=True, help="folder for this run's state and log; resumed if it has some")
    p.add_argument("--start", help="checkpoint folder to go on from, instead of random weights")
    p.add_argument("--out", help="checkpoint folder to write at the end")
    p.add_argument("--demo", help="folder written by `upwind demo-tiles`; an extra training domain")
    p.add_argument("--shards", type=int, default=80, help="shards of composed training tiles")
    p.add_argument("--per-shard", type=int, default=500)
    p.add_argument("--painted", type=float, default=0.06, help="share of painted tiles (twice that of C, thrice of D)")
    p.add_argument("--demo-shards", type=int, default=3)
    p.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that compose tiles")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--leave-out", default="", help="data sets to leave out in turn, one run each, and test on")
    p.add_argument("--build-only", action="store_true", help="make the cache, then stop")
    p.add_argument("--export-only", action="store_true", help="write --out from the run's state as it is")
    for name, value in DEFAULTS.items():
        if name != "teacher_width":
            kind = (lambda v: v.lower() == "true") if isinstance(value, bool) else type(value)
            p.add_argument("--" + name.replace("_", "-"), type=kind, default=value)
    return p.parse_args()


def leave_out(a, options, tiles):
    """Train on all data sets but one, test on every image of that one, and print its figures.

    Margins are chosen as for the bundled checkpoint, on held-out images of the sets that were
    trained on; the figures without them are kept beside.
    """
    for name in a.leave_out.split(","):
        trainer = Trainer(Path(a.run) / f"without-{name}", options, a.device)
        model = trainer.fit(tiles, tiles.without([name])).plain().cpu()
        write_safetensors(trainer.run / "model.safetensors", model.state_dict())
        sources = load_sources(a.data)
        known = [s for s in sources if s.split == "validation" and s.dataset != name]
        margins, _, _ = fit_margins(model, known)
        test = [s for s in sources if s.dataset == name]
        logits, _ = predict(model, np.stack([whole(s) for s in test]))
        truth = np.array([s.label for s in test])
        line = {
            "left out": name,
            "tiles seen": trainer.step * options["batch"],
            **summary(softmax(logits - margins), truth),
            "margins": margins.tolist(),
            "without margins": summary(softmax(logits), truth),
        }
        (trainer.run / "test.json").write_text(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def main():
    a = arguments()
    wanted = {"validation": (6, 200), "train": (a.shards, a.per_shard)}
    build(a.data, a.cache, a.teacher, wanted, a.seed, a.device, a.workers, a.painted)
    splits = ["train"]
    if a.demo:
        build_demo(a.demo, a.cache, a.demo_shards, a.per_shard, a.seed)
        splits.append("demo")
    if a.build_only:
        return
    options = {k: getattr(a, k, v) for k, v in DEFAULTS.items()}
    options["start"] = a.start
    teacher = Teacher(a.teacher, a.device) if a.w_cls or a.w_patch else None
    options["teacher_width"] = teacher.width if teacher else 1
    tiles = Tiles(a.cache, splits, None if a.export_only else teacher, a.device)
    if a.leave_out:
        leave_out(a, options, tiles)
        return
    clean, worse, labels = held_out(a.cache, 5, 600)
    truth = labels.argmax(1)

    def check(model):
        good, bad = (predict(model, x)[0].argmax(1) == truth for x in (clean, worse))
        return {"val": float(good.mean()), "val_degraded": float(bad.mean())}

    trainer = Trainer(a.run, options, a.device)
    model = trainer.average.eval() if a.export_only else trainer.fit(tiles, np.arange(len(tiles)), check)
    if not a.out:
        return
    clean, worse, labels = held_out(a.cache, 11)
    sure = labels.max(1) > 0.6  # tiles with one clear class
    held = np.concatenate([clean[sure], worse[sure]]), np.tile(labels[sure].argmax(1), 2)
    training = {
        "data": ["UC Merced Land Use", "RSSCN7", "AID"] + (["Upwind synthetic coast"] if a.demo else []),
        "manifest_sha256": sha256(Path(a.data) / "manifest.csv"),
        "teacher_sha256": sha256(Path(a.teacher) / "model.safetensors"),
        "initialisation": "the checkpoint under `before`" if a.start else "random",
        "device": torch.cuda.get_device_name() if a.device == "cuda" else "cpu",
        "seconds_spent": round(trainer.spent),
        "tiles_seen": trainer.step * trainer.o["batch"],
        "parameters": parameters(model.plain()),
        **{k: v for k, v in trainer.o.items() if k not in ("teacher_width", "seconds", "start")},
    }
    if a.start:
        before = Path(a.start) / "upwind.json"
        training["before"] = json.loads(before.read_text())["training"] if before.exists() else {}
        training["before"]["sha256"] = sha256(Path(a.start) / "model.safetensors")
    print(json.dumps(export(model.cpu(), a.out, held, training, IMAGERY), indent=2))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What the bundled checkpoint's training pictures look like, written into its ``upwind.json``.

From held-out composed tiles (clean and degraded), the held-out images themselves and tiles of the
built-in scene. A random half gives directions and means, the other the thresholds.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from upwind_model.aerial import load_sources, whole  # noqa: E402
from upwind_model.cache import Tiles, held_out  # noqa: E402
from upwind_model.export import write_json  # noqa: E402
from upwind_model.likeness import fit, statistics, unlike  # noqa: E402
from upwind_model.scenes import load_scene_tiles  # noqa: E402
from upwind_model.store import load_model  # noqa: E402
from upwind_model.training import predict  # noqa: E402


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", help="folder that train.py wrote; its upwind.json is changed in place")
    p.add_argument("--data", required=True, help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--cache", required=True, help="cache of train.py, with held-out tiles and the scene's")
    p.add_argument("--scenes", help="table of real places, to tell how many are marked")
    p.add_argument("--imagery", help="folder of their pictures")
    p.add_argument("--directions", type=int, default=64)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    model, _ = load_model(a.checkpoint)
    clean, worse, _ = held_out(a.cache, 11)
    images = [whole(s) for s in load_sources(a.data) if s.split == "validation"]
    groups = {
        "composed tiles": clean,
        "the same, degraded": worse,
        "held-out images": np.stack(images),
        "built-in scene": Tiles(a.cache, ("demo",)).pixels.numpy()[:600],
    }
    features, looks = (
        [one(pictures) for pictures in groups.values()]
        for one in (lambda pictures: predict(model, pictures)[1], statistics)
    )
    size = sum(map(len, looks))
    half = np.random.default_rng(a.seed).random(size) < 0.5
    likeness = fit(np.concatenate(features), np.concatenate(looks), half, a.directions)
    file = Path(a.checkpoint) / "upwind.json"
    about = json.loads(file.read_text())
    about.pop("feature_stats", None)
    write_json(file, {**about, "likeness": likeness})

    def line(name, far, odd, right=None):
        marked = far | odd
        told = {"marked": round(float(marked.mean()), 3), "by feature": int(far.sum()), "by picture": int(odd.sum())}
        if right is not None:
            share = lambda rows: round(float(right[rows].mean()), 3) if rows.any() else None  # noqa: E731
            told |= {"right where marked": share(marked), "right elsewhere": share(~marked)}
        print(json.dumps({"pictures": name, "n": len(far), **told}))

    for name, f, s in zip(groups, features, looks):
        line(name, *unlike(f, s, likeness))
    if a.scenes:
        pictures, truth, _ = load_scene_tiles(a.scenes, a.imagery)
        logits, f = predict(model, pictures)
        line("real scenes", *unlike(f, statistics(pictures), likeness), logits.argmax(1) == truth)


if __name__ == "__main__":
    main()

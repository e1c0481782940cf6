#!/usr/bin/env python3
"""Last step of the bundled checkpoint: B and D are answered only by a margin.

Where data sets were left out of training, B was what unknown ground was called too often, and a
wrong B is unsafe: its margin is the largest, up to ``--most``, that costs at most one hundredth of
accuracy on the validation images and on held-out tiles of B and C. D was a third of what training
showed and is rarer around buildings, and dull smooth fields look like water: its margin is the
largest that costs at most two thousandths. Temperature and floor are then chosen anew.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from upwind_model.aerial import TRUST, load_sources, whole  # noqa: E402
from upwind_model.compose import Composer, painted_open  # noqa: E402
from upwind_model.export import write_json  # noqa: E402
from upwind_model.metrics import calibration, choose_floor, fit_temperature, softmax, summary  # noqa: E402
from upwind_model.photometry import degrade  # noqa: E402
from upwind_model.store import load_model, write_safetensors  # noqa: E402
from upwind_model.training import predict  # noqa: E402

ALLOWED = np.array([0.01, 0.0, 0.002])  # accuracy a margin may cost, by class


@torch.no_grad()
def open_and_rough(model, sources, count, seed):
    """Logits and labels (0 B, 1 C) of ``count`` degraded tiles, a fifth of them painted."""
    rng, composer = np.random.default_rng(seed), Composer(sources, painted=0.0)
    logits, labels = [], []
    for _ in range(count // 32):
        tiles, own = [], []
        for _ in range(32):
            draw = rng.random()
            if draw < 0.8:
                label = int(draw >= 0.5)
                metres = float(np.exp(rng.normal(np.log(250), 0.3)).clip(150, 500))
                tiles.append(composer.layer(rng, label, metres if rng.random() < 0.75 else None)[0])
            else:
                label = 1
                tiles.append(painted_open(rng)[0])
            own.append(label)
        pixels = torch.from_numpy(np.stack(tiles)).permute(0, 3, 1, 2).contiguous()
        pixels = degrade(pixels, rng, clean=0.2, kinds=np.array(own))
        logits.append(model((pixels - 0.5) / 0.5)[0].numpy())
        labels += own
    return np.concatenate(logits), np.array(labels)


def choose_margin(pairs, label, most, step=0.25):
    """The largest margin of a class that costs every ``(logits, truth)`` at most ``ALLOWED``."""
    right = lambda z, t, s: float(((z - s * np.eye(3)[label]).argmax(1) == t).mean())  # noqa: E731
    chosen = 0.0
    for margin in np.arange(step, most + 1e-9, step):
        if all(right(z, t, margin) >= right(z, t, 0) - ALLOWED[label] for z, t in pairs):
            chosen = float(margin)
    return chosen


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", help="folder that train.py wrote; changed in place")
    p.add_argument("--data", required=True, help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--tiles", type=int, default=640)
    p.add_argument("--most", type=float, default=2.0)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    model, _ = load_model(a.checkpoint)
    held_out = [s for s in load_sources(a.data) if s.split == "validation"]
    sure = [s for s in held_out if s.label < 2 and TRUST.get(s.scene, 0.97) >= 0.8]
    images = predict(model, np.stack([whole(s) for s in held_out]))[0], np.array([s.label for s in held_out])
    tiles = open_and_rough(model, sure, a.tiles, a.seed)
    pairs, margins = [images, tiles], np.zeros(3)
    for label in (0, 2):
        now = [(z - margins, t) for z, t in pairs]
        margins[label] = choose_margin(now, label, a.most)
    model.classifier.bias.data -= torch.from_numpy(margins).float()
    write_safetensors(Path(a.checkpoint) / "model.safetensors", model.state_dict())

    z, t = (np.concatenate(pair) for pair in zip(images, tiles))
    before = summary(softmax(z), t)
    z = z - margins
    temperature = fit_temperature(z, t)
    probabilities = softmax(z / temperature)
    about = json.loads((Path(a.checkpoint) / "upwind.json").read_text())
    about["temperature"] = round(float(temperature), 4)
    about["confidence_floor"] = round(float(choose_floor(probabilities, t)), 3)
    for line, s in (("before", before), ("after", summary(probabilities, t))):
        print(line, json.dumps({k: s[k] for k in ("accuracy", "recall", "unsafe", "costly")}))
    kept = {k: round(v, 4) if isinstance(v, float) else v for k, v in summary(probabilities, t).items()}
    kept["ece_before_temperature"] = round(calibration(softmax(z), t)[0], 4)
    about["metrics"] = {**kept, "f16_logit_difference": about["metrics"]["f16_logit_difference"]}
    about["training"]["margins"] = {"B": margins[0], "D": margins[2]}
    write_json(Path(a.checkpoint) / "upwind.json", about)
    print(json.dumps({"margins": margins.tolist(), "temperature": about["temperature"], "floor": about["confidence_floor"]}))


if __name__ == "__main__":
    main()

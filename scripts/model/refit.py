#!/usr/bin/env python3
"""Last step of the bundled checkpoint: open ground that no data set shows, and caution about B.

Trained on towns, woods, fields and water alone, the model takes every mottled surface that
is none of them for wood: shrubland, heath, stony slopes. Two corrections of the classifier,
the backbone untouched:

1. its B and C rows are fitted again (only their difference, held near what it was) to tiles of
   one class, degraded as in training, among them painted fields and veld;
2. B is answered only by a margin: the largest, up to ``--most``, that costs at most one
   hundredth of accuracy on the validation images and on held-out tiles of B and C. Where
   sets were left out, B was what unknown ground was called too often; and a wrong B is unsafe.

Temperature and floor are then chosen anew on those held-out pictures.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from upwind_model.aerial import TRUST, load_sources, whole  # noqa: E402
from upwind_model.compose import Composer, painted_open  # noqa: E402
from upwind_model.export import write_json  # noqa: E402
from upwind_model.metrics import calibration, choose_floor, fit_temperature, softmax, summary  # noqa: E402
from upwind_model.photometry import degrade  # noqa: E402
from upwind_model.store import load_model, write_safetensors  # noqa: E402
from upwind_model.training import predict  # noqa: E402

ALLOWED = 0.01  # accuracy a margin may cost


@torch.no_grad()
def open_and_rough(model, sources, count, seed):
    """CLS features and labels (0 B, 1 C) of ``count`` degraded tiles, a fifth of them painted."""
    rng, composer = np.random.default_rng(seed), Composer(sources, painted=0.0)
    features, labels = [], []
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
        features.append(model((pixels - 0.5) / 0.5)[1].numpy())
        labels += own
    return np.concatenate(features), np.array(labels)


def refit(weight, bias, features, labels, hold):
    """New ``(weight, bias)``: the difference of the C and B rows fitted, held by ``hold``."""
    x, y = torch.from_numpy(features), torch.from_numpy(labels).float()
    base = x @ (weight[1] - weight[0]) + bias[1] - bias[0]
    share = torch.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum())
    change, shift = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    deviation = x.std(0)
    optimizer = torch.optim.LBFGS([change, shift], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        wrong = F.binary_cross_entropy_with_logits(base + x @ change + shift, y, reduction="none")
        loss = (share * wrong).sum() + hold * (change * deviation).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    weight, bias, half, step = weight.clone(), bias.clone(), change.detach() / 2, shift.item() / 2
    weight[0], weight[1] = weight[0] - half, weight[1] + half
    bias[0], bias[1] = bias[0] - step, bias[1] + step
    return weight, bias


def choose_margin(pairs, most, step=0.25):
    """The largest margin of B that costs every ``(logits, truth)`` at most ``ALLOWED``."""
    right = lambda z, t, s: float(((z - np.array([s, 0, 0])).argmax(1) == t).mean())  # noqa: E731
    chosen = 0.0
    for margin in np.arange(step, most + 1e-9, step):
        if all(right(z, t, margin) >= right(z, t, 0) - ALLOWED for z, t in pairs):
            chosen = float(margin)
    return chosen


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", help="folder that train.py wrote; changed in place")
    p.add_argument("--data", required=True, help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--tiles", type=int, default=3200)
    p.add_argument("--hold", type=float, default=0.01)
    p.add_argument("--most", type=float, default=2.0)
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    model, _ = load_model(a.checkpoint)
    sources = load_sources(a.data)
    sure = [s for s in sources if s.label < 2 and TRUST.get(s.scene, 0.97) >= 0.8]
    images = [s for s in sources if s.split == "validation"]
    truth = np.array([s.label for s in images])
    x, y = open_and_rough(model, [s for s in sure if s.split == "train"], a.tiles, a.seed)
    held, held_truth = open_and_rough(model, [s for s in sure if s.split == "validation"], a.tiles // 5, a.seed + 1)
    _, features = predict(model, np.stack([whole(s) for s in images]))

    head = model.classifier
    logits = lambda f: (torch.from_numpy(f) @ head.weight.detach().t() + head.bias.detach()).numpy()  # noqa: E731
    score = lambda: [summary(softmax(logits(f)), t) for f, t in ((features, truth), (held, held_truth))]  # noqa: E731
    before = score()
    weight, bias = refit(head.weight.detach(), head.bias.detach(), x, y, a.hold)
    head.weight.data, head.bias.data = weight, bias
    margin = choose_margin([(logits(features), truth), (logits(held), held_truth)], a.most)
    head.bias.data[0] -= margin
    write_safetensors(Path(a.checkpoint) / "model.safetensors", model.state_dict())

    z, t = np.concatenate([logits(features), logits(held)]), np.concatenate([truth, held_truth])
    temperature = fit_temperature(z, t)
    probabilities = softmax(z / temperature)
    about = json.loads((Path(a.checkpoint) / "upwind.json").read_text())
    about["temperature"] = round(float(temperature), 4)
    about["confidence_floor"] = round(float(choose_floor(probabilities, t)), 3)
    for line, value in (("before", before), ("after", score())):
        print(line, json.dumps([{k: s[k] for k in ("accuracy", "recall", "unsafe", "costly")} for s in value]))
    kept = {k: round(v, 4) if isinstance(v, float) else v for k, v in summary(probabilities, t).items()}
    kept["ece_before_temperature"] = round(calibration(softmax(z), t)[0], 4)
    about["metrics"] = {**kept, "f16_logit_difference": about["metrics"]["f16_logit_difference"]}
    about["training"].update({"refit_tiles": len(x), "refit_hold": a.hold, "margin_of_b": margin})
    write_json(Path(a.checkpoint) / "upwind.json", about)
    print(json.dumps({"margin of B": margin, "temperature": about["temperature"], "floor": about["confidence_floor"]}))


if __name__ == "__main__":
    main()

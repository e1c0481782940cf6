#!/usr/bin/env python3
"""Leave-one-dataset-out: train on two of the three sets, test on every image of the third.

Uses a cache that ``train.py`` has made. Runs are as long as ``--epochs`` says; each is
resumed like any other run. No tile that shows a pixel of the third set is used.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from upwind_model.aerial import load_sources, whole  # noqa: E402
from upwind_model.metrics import softmax, summary  # noqa: E402
from upwind_model.training import DEFAULTS, Trainer, predict  # noqa: E402


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--cache", required=True)
    p.add_argument("--runs", required=True, help="folder for the three runs")
    p.add_argument("--only", default="ucm,rsscn7,aid")
    p.add_argument("--epochs", type=int, default=DEFAULTS["epochs"])
    p.add_argument("--decay-epochs", type=int, default=DEFAULTS["decay_epochs"])
    p.add_argument("--epoch-tiles", type=int, default=DEFAULTS["epoch_tiles"])
    p.add_argument("--gentle", type=int, default=DEFAULTS["gentle"])
    p.add_argument("--limit", type=int, default=0, help="test images per set (default all)")
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    for name in a.only.split(","):
        own = {k: getattr(a, k) for k in ("epochs", "decay_epochs", "epoch_tiles", "gentle")}
        trainer = Trainer(Path(a.runs) / name, {**DEFAULTS, **own})
        model = trainer.fit(a.cache, lambda m: {}, [name])
        sources = load_sources(a.data, {name})
        if a.limit and len(sources) > a.limit:
            sources = [sources[i] for i in np.random.default_rng(0).choice(len(sources), a.limit, replace=False)]
        logits, _ = predict(model, np.stack([whole(s) for s in sources]))
        figures = summary(softmax(logits), np.array([s.label for s in sources]))
        seen = trainer.step * trainer.o["batch"]
        print(json.dumps({"left out": name, "tiles seen": seen, **figures}), flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Record a checkpoint's logits in PyTorch on tiles of the built-in scene, for the tests.

python3 scripts/model/parity.py TILES public/models/upwind-vit tests/fixtures/upwind-vit.json
"""

import json
import sys
from pathlib import Path

import numpy as np

from upwind_model.store import load_model, sha256
from upwind_model.training import predict


def main(tiles, checkpoint, out):
    rows = json.loads((Path(tiles) / "tiles.json").read_text())
    images = [np.fromfile(Path(tiles) / f"{i}.rgb", np.uint8).reshape(224, 224, 3) for i in range(len(rows))]
    logits, _ = predict(load_model(checkpoint)[0], np.stack(images))
    for row, values in zip(rows, logits):
        row["logits"] = [round(float(v), 6) for v in values]
    about = {"model_sha256": sha256(Path(checkpoint) / "model.safetensors"), "tiles": rows}
    Path(out).write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])

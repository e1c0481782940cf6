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

import torch  # noqa: E402

from upwind_model.aerial import load_sources  # noqa: E402
from upwind_model.export import write_json  # noqa: E402
from upwind_model.margins import fit_margins  # noqa: E402
from upwind_model.metrics import calibration, choose_floor, fit_temperature, softmax, summary  # noqa: E402
from upwind_model.store import load_model, write_safetensors  # noqa: E402


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
    margins, z, t = fit_margins(model, held_out, a.tiles, a.most, a.seed)
    model.classifier.bias.data -= torch.from_numpy(margins).float()
    write_safetensors(Path(a.checkpoint) / "model.safetensors", model.state_dict())

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

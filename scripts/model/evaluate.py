#!/usr/bin/env python3
"""Tables for a checkpoint: held-out images, composed tiles, real scenes, robustness.

Several checkpoints may be given: each has a column, the robustness rows are for the first.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

from upwind_model.aerial import load_sources, whole  # noqa: E402
from upwind_model.compose import Composer  # noqa: E402
from upwind_model.metrics import calibration, softmax, summary  # noqa: E402
from upwind_model.pictures import contact_sheet, reliability  # noqa: E402
from upwind_model.scenes import load_scene_tiles  # noqa: E402
from upwind_model.store import load_model  # noqa: E402


class Checkpoint:
    """A checkpoint folder with its own preprocessing and temperature."""

    def __init__(self, folder):
        self.name = Path(folder).resolve().name
        self.model, prep = load_model(folder)
        self.mean = torch.tensor(prep["image_mean"]).view(1, 3, 1, 1)
        self.std = torch.tensor(prep["image_std"]).view(1, 3, 1, 1)
        extra = Path(folder) / "upwind.json"
        self.temperature = json.loads(extra.read_text()).get("temperature") or 1.0 if extra.exists() else 1.0

    @torch.no_grad()
    def __call__(self, images):
        """Calibrated probabilities of uint8 images at the model's size."""
        out = []
        for i in range(0, len(images), 32):
            x = torch.from_numpy(np.ascontiguousarray(images[i : i + 32])).permute(0, 3, 1, 2).float() / 255
            out.append(self.model((x - self.mean) / self.std)[0])
        return softmax(torch.cat(out).numpy() / self.temperature)


def composed(sources, metres, per_class, seed):
    """Tiles of one class, ``metres`` wide, from held-out images."""
    composer, rng = Composer(sources, painted=0.0), np.random.default_rng([seed, int(metres)])
    images, labels = [], []
    for label in range(3):
        while sum(v == label for v in labels) < per_class:
            pixels, chart, _ = composer.layer(rng, label, metres)
            if chart[..., label].mean() > 0.6:
                images.append(pixels)
                labels.append(label)
    return np.stack(images), np.array(labels)


def coarser(images, factor):
    """The images as if native pixels were ``factor`` times larger."""
    size = images.shape[1]
    small = int(round(size / factor))
    back = [Image.fromarray(i).resize((small, small), Image.BILINEAR).resize((size, size), Image.BILINEAR) for i in images]
    return np.stack([np.asarray(i) for i in back])


def recoloured(images, saturation=1.0, contrast=1.0, light=1.0, gamma=1.0, blue=0.0):
    """One colour change for all images."""
    x = images.astype(np.float32) / 255
    x = x.mean(-1, keepdims=True) + (x - x.mean(-1, keepdims=True)) * saturation
    x = np.clip(x, 0, 1) ** gamma
    mean = x.mean((1, 2, 3), keepdims=True)
    x = (mean + (x - mean) * contrast) * light * np.exp(np.array([-blue, 0, blue], np.float32))
    return (np.clip(x, 0, 1) * 255 + 0.5).astype(np.uint8)


COLOURS = {
    "as they are": {},
    "dull (saturation .4, contrast .5)": {"saturation": 0.4, "contrast": 0.5},
    "dull and bluish": {"saturation": 0.4, "contrast": 0.5, "blue": 0.12},
    "dark (light .5)": {"light": 0.5},
    "bright (gamma .6)": {"gamma": 0.6},
    "grey": {"saturation": 0.0},
}


def column(summaries):
    cells = []
    for s in summaries:
        recalls = "/".join(f"{s['recall'][c]:.2f}" if c in s["recall"] else "–" for c in "BCD")
        cells.append(f"{s['accuracy']:.3f} ({recalls})")
    return " | ".join(cells)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoints", nargs="+")
    p.add_argument("--data", help="folder of labelled aerial images with manifest.csv")
    p.add_argument("--split", default="validation")
    p.add_argument("--scenes", help="table lat,lng,label,scene,tile_m")
    p.add_argument("--imagery", help="folder with one XYZ tree per scene of that table")
    p.add_argument("--folder", action="append", default=[], help="imagefolder with B, C and D (repeatable)")
    p.add_argument("--per-class", type=int, default=60)
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--limit", type=int, default=0, help="most images per data set (default all)")
    p.add_argument("--quick", action="store_true", help="leave out the robustness rows")
    p.add_argument("--report", help="folder for report.json and pictures")
    a = p.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    models = [Checkpoint(c) for c in a.checkpoints]
    report = {}
    print("accuracy (recall of B/C/D)\n\n| tiles | " + " | ".join(m.name for m in models) + " |")
    print("|---|" + "---|" * len(models))

    def row(name, images, truth, every=True):
        if a.quick and not every:
            return None
        answers = [m(images) for m in models[: None if every else 1]]
        sums = [summary(q, truth) for q in answers]
        report[name] = {m.name: s for m, s in zip(models, sums)}
        print(f"| {name} ({len(truth)}) | {column(sums)} |" + " |" * (len(models) - len(sums)), flush=True)
        return answers

    picture = {}
    if a.data:
        sources = [s for s in load_sources(a.data) if s.split == a.split]
        for dataset in ("ucm", "rsscn7", "aid"):
            own = [s for s in sources if s.dataset == dataset]
            if a.limit and len(own) > a.limit:
                own = [own[i] for i in np.random.default_rng(a.seed).choice(len(own), a.limit, replace=False)]
            row(f"{a.split} images: {dataset}", np.stack([whole(s) for s in own]), np.array([s.label for s in own]))
        for metres in (150, 250, 350, 500):
            images, truth = composed(sources, metres, a.per_class, a.seed)
            row(f"composed tiles, {metres} m", images, truth, metres == 250)
            if metres == 250:
                base = images, truth
        for factor in (1.5, 2.0, 3.0):
            row(f"composed, native {1.12 * factor:.1f} m/px", coarser(base[0], factor), base[1], False)
        for name, change in COLOURS.items():
            answers = row(f"composed, {name}", recoloured(base[0], **change), base[1], name == "dull and bluish")
            if name == "dull and bluish":
                picture["composed"] = (recoloured(base[0], **change), base[1], answers)
    if a.scenes:
        images, truth, rows = load_scene_tiles(a.scenes, a.imagery)
        answers = row("real scenes, all", images, truth)
        picture["real"] = (images, truth, answers)
        for scene in sorted({r["scene"] for r in rows}):
            at = np.array([r["scene"] == scene for r in rows])
            row(f"real: {scene}", images[at], truth[at])
        for name, change in list(COLOURS.items())[2:5]:
            row(f"real, {name}", recoloured(images, **change), truth, False)
        for factor in (2.0, 3.0):
            row(f"real, {factor:g} times coarser", coarser(images, factor), truth, False)
    for folder in a.folder:
        images, truth = read_folder(folder)
        row(f"folder {Path(folder).name}", images, truth)
    print("\n| tiles | model | unsafe | costly | ECE |\n|---|---|---|---|---|")
    for name in report:
        if name.startswith(("validation", "real scenes", "composed tiles, 250", "test", "folder")):
            for m in models:
                s = report[name].get(m.name)
                if s is None:
                    continue
                print(f"| {name} | {m.name} | {s['unsafe']:.3f} | {s['costly']:.3f} | {s['ece']:.3f} |")
    if a.report:
        out = Path(a.report)
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
        for name, (images, truth, answers) in picture.items():
            reliability(calibration(answers[0], truth)[1], out / f"reliability-{name}.png")
            contact_sheet(images, truth, answers[0], out / f"mistakes-{name}.png")


def read_folder(folder):
    """Images of an imagefolder whose classes end in B, C or D."""
    images, truth = [], []
    for file in sorted(Path(folder).rglob("*")):
        if file.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"):
            label = "BCD".find(file.parent.name[-1:].upper())
            if label >= 0:
                with Image.open(file) as image:
                    images.append(np.asarray(image.convert("RGB").resize((224, 224), Image.BILINEAR)))
                truth.append(label)
    return np.stack(images), np.array(truth)


if __name__ == "__main__":
    main()

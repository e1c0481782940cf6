#!/usr/bin/env python3
"""Agreement of a checkpoint with the truth of the built-in scene, tile by tile.

Cuts a grid of 250 m tiles from the pyramid that ``upwind demo-tiles`` writes and compares
with the class that covers most of each. Mixed tiles count too.
"""

import argparse

import numpy as np

from evaluate import Checkpoint
from upwind_model.demo import DemoScene
from upwind_model.metrics import summary
from upwind_model.pictures import contact_sheet


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoint")
    p.add_argument("--demo", required=True)
    p.add_argument("--metres", type=float, default=250.0)
    p.add_argument("--every", type=int, default=1, help="take every n-th tile")
    p.add_argument("--mistakes", help="picture to write of the surest mistakes")
    a = p.parse_args()
    scene, images, shares = DemoScene(a.demo), [], []
    steps = np.arange(-scene.half + a.metres / 2, scene.half - a.metres / 2 + 1, a.metres)
    places = [(x, y) for y in steps for x in steps][:: a.every]
    for x, y in places:
        pixels, chart = scene.tile(x, y, a.metres)
        images.append(pixels)
        shares.append(chart.reshape(-1, 3).mean(0))
    shares = np.stack(shares)
    images = np.stack(images)
    answers = Checkpoint(a.checkpoint)(images)
    for name, at in (("all", shares.max(1) > 0), ("nine tenths one class", shares.max(1) > 0.9)):
        s = summary(answers[at], shares[at].argmax(1))
        print(f"{name}: {s['tiles']} tiles, accuracy {s['accuracy']:.3f}, recall {s['recall']}, unsafe {s['unsafe']:.3f}")
    if a.mistakes:
        contact_sheet(images, shares.argmax(1), answers, a.mistakes, limit=24)


if __name__ == "__main__":
    main()

"""Small pictures for the model card, drawn with Pillow."""

import numpy as np
from PIL import Image, ImageDraw


def reliability(table, path, size=360):
    """Reliability diagram: accuracy against confidence, bars as wide as their count."""
    image = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(image)
    edge = 40
    span = size - 2 * edge

    def at(x, y):
        return edge + x * span, size - edge - y * span

    draw.rectangle([*at(0, 1), *at(1, 0)], outline=(120, 120, 120))
    draw.line([at(0, 0), at(1, 1)], fill=(170, 170, 170))
    most = max(n for *_, n in table)
    for confidence, accuracy, count in table:
        half = 2 + 10 * np.sqrt(count / most)
        x, y = at(confidence, accuracy)
        draw.rectangle([x - half, y, x + half, at(0, 0)[1]], fill=(66, 118, 168))
        draw.text((x - 8, y - 12), str(count), fill=(60, 60, 60))
    for v in (0, 0.5, 1):
        draw.text((at(v, 0)[0] - 8, size - edge + 6), f"{v:g}", fill=(0, 0, 0))
        draw.text((8, at(0, v)[1] - 6), f"{v:g}", fill=(0, 0, 0))
    draw.text((size / 2 - 40, size - 18), "confidence", fill=(0, 0, 0))
    draw.text((edge, 14), "accuracy (bars: tiles per bin)", fill=(0, 0, 0))
    image.save(path)


def contact_sheet(images, truth, probabilities, path, columns=8, cell=112, limit=32):
    """The surest mistakes, marked truth > answer and confidence."""
    answer, confidence = probabilities.argmax(1), probabilities.max(1)
    wrong = np.flatnonzero(answer != truth)
    wrong = wrong[np.argsort(-confidence[wrong])][:limit]
    rows = max(1, -(-len(wrong) // columns))
    sheet = Image.new("RGB", (columns * cell, rows * (cell + 14)), "white")
    draw = ImageDraw.Draw(sheet)
    for n, i in enumerate(wrong):
        x, y = n % columns * cell, n // columns * (cell + 14)
        sheet.paste(Image.fromarray(images[i]).resize((cell - 2, cell - 2)), (x, y))
        draw.text((x + 2, y + cell - 1), f"{'BCD'[truth[i]]} > {'BCD'[answer[i]]} {confidence[i]:.2f}", fill=(0, 0, 0))
    sheet.save(path)

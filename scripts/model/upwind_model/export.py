"""Writing a checkpoint folder: weights in F16, configs, calibration."""

import json
import re
from pathlib import Path

import numpy as np
import torch

from .metrics import calibration, choose_floor, fit_bias, fit_temperature, softmax, summary
from .store import load_model, write_safetensors
from .training import predict

PREPROCESSOR = {
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "ViTImageProcessor",
    "image_std": [0.5, 0.5, 0.5],
    "resample": 2,
    "rescale_factor": 1 / 255,
    "size": {"height": 224, "width": 224},
}


def write_json(path, value):
    """Indented, but a list of numbers on one line."""
    text = json.dumps(value, indent=2)
    flat = re.sub(r"\[\n\s*(-?\d[^\[\]{}\"]*?)\n\s*\]", lambda m: "[" + re.sub(r"\n\s*", " ", m[1]) + "]", text)
    Path(path).write_text(flat + "\n")


def export(model, folder, held, training, imagery, parent=None):
    """Write the folder and return its metrics.

    ``held`` is ``(images, labels)`` of held-out tiles: temperature and floor
    come from it. The written file is read back, and the
    F16 logits are compared with those of the model in memory.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", {**model.config, "torch_dtype": "float16"})
    write_json(folder / "preprocessor_config.json", PREPROCESSOR)
    model = model.plain()
    full, _ = predict(model, held[0])
    shift = fit_bias(full, held[1])
    model.classifier.bias.data += torch.from_numpy(shift)
    full = full + shift
    write_safetensors(folder / "model.safetensors", model.state_dict())
    again, _ = load_model(folder)
    logits, _ = predict(again, held[0])
    gap = float(np.abs(logits - full).max())
    temperature = fit_temperature(logits, held[1])
    probabilities = softmax(logits / temperature)
    metrics = {
        **summary(probabilities, held[1]),
        "ece_before_temperature": calibration(softmax(logits), held[1])[0],
        "f16_logit_difference": gap,
        "logit_shift": [round(float(v), 3) for v in shift],
    }
    write_json(
        folder / "upwind.json",
        {
            "schema": 1,
            "tile_m": 250,
            "imagery": imagery,
            "parent": parent,
            "parent_sha256": None,
            "temperature": round(float(temperature), 4),
            "confidence_floor": round(float(choose_floor(probabilities, held[1])), 3),
            "metrics": {k: round(v, 4) if isinstance(v, float) else v for k, v in metrics.items()},
            "training": training,
            "software": "upwind 0.1.0",
        },
    )
    return metrics


def parameters(model):
    """Number of parameters of the exported model."""
    return sum(p.numel() for p in model.parameters() if isinstance(p, torch.nn.Parameter))

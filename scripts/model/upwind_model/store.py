"""Reading and writing ``model.safetensors`` and the checkpoint folder around it.

The format is an 8-byte little-endian header length, a JSON header that gives
each tensor's dtype, shape and byte range, and the bytes themselves.
"""

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import torch

READ = {"F32": (np.float32, 4), "F16": (np.float16, 2), "BF16": (np.uint16, 2)}


def read_safetensors(path):
    """Return ``{name: float32 tensor}`` for a file with F32, F16 or BF16 tensors."""
    raw = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    out = {}
    for name, info in header.items():
        dtype, _ = READ[info["dtype"]]
        begin, end = info["data_offsets"]
        data = np.frombuffer(raw, dtype, (end - begin) // np.dtype(dtype).itemsize, 8 + length + begin)
        if info["dtype"] == "BF16":
            data = (data.astype(np.uint32) << 16).view(np.float32)
        out[name] = torch.from_numpy(data.astype(np.float32).reshape(info["shape"]).copy())
    return out


def write_safetensors(path, tensors, half=True):
    """Write tensors as F16 (or F32), names sorted, header padded to 8 bytes."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        data = tensors[name].detach().float().contiguous().numpy()
        data = data.astype("<f2" if half else "<f4")
        if not np.isfinite(data).all():
            raise ValueError(f"{name} holds values beyond the range of the file's type")
        blob = data.tobytes()
        header[name] = {
            "dtype": "F16" if half else "F32",
            "shape": list(data.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for blob in blobs:
            out.write(blob)


def sha256(path):
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def load_model(folder):
    """Load a checkpoint folder: ``(model in eval mode, preprocessor config)``."""
    from .vit import ViT

    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    prep = json.loads((folder / "preprocessor_config.json").read_text())
    state = read_safetensors(folder / "model.safetensors")
    labels = state["classifier.weight"].shape[0] if "classifier.weight" in state else 3
    model = ViT(config, labels)
    model.load_state_dict(state)
    return model.eval(), prep

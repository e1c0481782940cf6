"""Features of the distillation teacher: a pretrained ViT whose weights are only read."""

import numpy as np
import torch
import torch.nn.functional as F

from .store import load_model


class Teacher:
    """Wraps a checkpoint folder and yields CLS features and pooled patch tokens."""

    def __init__(self, folder, device="cpu"):
        self.model, prep = load_model(folder)
        self.model.to(device)
        self.device = device
        self.mean = torch.tensor(prep["image_mean"], device=device).view(1, 3, 1, 1)
        self.std = torch.tensor(prep["image_std"], device=device).view(1, 3, 1, 1)
        self.width = self.model.config["hidden_size"]

    @torch.no_grad()
    def features(self, images, cells=7, batch=256):
        """Features of ``(n, 224, 224, 3)`` uint8 images (array or tensor): CLS ``(n, d)`` and
        patch tokens averaged to ``(n, cells, cells, d)``, float16 tensors on the device."""
        images = torch.as_tensor(np.ascontiguousarray(images)) if isinstance(images, np.ndarray) else images
        cls, patches = [], []
        for part in images.split(batch if self.device != "cpu" else 32):
            x = part.to(self.device).permute(0, 3, 1, 2).float() / 255
            tokens = self.model.features((x - self.mean) / self.std)
            grid, width = self.model.grid, tokens.shape[-1]
            patch = tokens[:, 1:].transpose(1, 2).reshape(len(x), width, grid, grid)
            patches.append(F.adaptive_avg_pool2d(patch, cells).permute(0, 2, 3, 1).half())
            cls.append(tokens[:, 0].half())
        return torch.cat(cls), torch.cat(patches)

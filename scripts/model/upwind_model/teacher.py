"""Features of the distillation teacher: a pretrained ViT whose weights are only read."""

import numpy as np
import torch

from .store import load_model


class Teacher:
    """Wraps a checkpoint folder and yields CLS features and pooled patch tokens."""

    def __init__(self, folder):
        self.model, prep = load_model(folder)
        self.mean = torch.tensor(prep["image_mean"]).view(1, 3, 1, 1)
        self.std = torch.tensor(prep["image_std"]).view(1, 3, 1, 1)

    @torch.no_grad()
    def features(self, images, cells=7):
        """Features of ``(n, 224, 224, 3)`` uint8 images: CLS ``(n, d)`` and
        patch tokens averaged to ``(n, cells, cells, d)``, both float16 arrays."""
        x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255
        tokens = self.model.features((x - self.mean) / self.std)
        grid, width = self.model.grid, tokens.shape[-1]
        patch = tokens[:, 1:].transpose(1, 2).reshape(len(x), width, grid, grid)
        patch = torch.nn.functional.adaptive_avg_pool2d(patch, cells).permute(0, 2, 3, 1)
        return tokens[:, 0].numpy().astype(np.float16), patch.numpy().astype(np.float16)

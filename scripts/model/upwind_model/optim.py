"""AdamW for vectors and embeddings, Muon for the encoder's matrices.

Muon replaces the momentum of a matrix by the nearest matrix with orthonormal
rows or columns (Newton-Schulz iteration), which learns in fewer steps than
AdamW. Matrices of one shape are worked on together.
"""

import torch


def orthogonal(g, steps=5):
    """Approximately ``U V^T`` of each ``g = U S V^T`` in a stack ``(n, rows, columns)``."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2).contiguous()
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(steps):
        s = x @ x.transpose(1, 2)
        x = a * x + (b * s + c * (s @ s)) @ x
    return (x.transpose(1, 2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised; decoupled weight decay."""

    def __init__(self, parameters, lr=0.02, momentum=0.95, weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(tuple(p.shape), []).append(p)
            for (rows, columns), members in shapes.items():
                updates = []
                for p in members:
                    state = self.state[p]
                    if "velocity" not in state:
                        state["velocity"] = torch.zeros_like(p)
                    velocity = state["velocity"].lerp_(p.grad, 1 - group["momentum"])
                    updates.append(p.grad.lerp(velocity, group["momentum"]))
                step = group["lr"] * max(1.0, rows / columns) ** 0.5
                for p, update in zip(members, orthogonal(torch.stack(updates))):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update, alpha=-step)

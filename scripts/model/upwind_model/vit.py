"""A Vision Transformer in the Hugging Face ``ViTForImageClassification`` layout.

The parameter names produced by :meth:`ViT.state_dict` are those of the
published layout, so a state dict is written to ``model.safetensors`` as it is.
Dense layers run as 1x1 convolutions over a channels-last view: the arithmetic
is the same, and on a CPU the convolution kernels of oneDNN are several times
faster than the BLAS that Debian's PyTorch is linked with.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Dense(nn.Linear):
    """A linear layer over ``(batch, tokens, channels)``, run as a convolution."""

    def forward(self, x):
        if x.dim() != 3 or x.is_cuda:
            return super().forward(x)
        image = x.transpose(1, 2).unsqueeze(2)  # (B, C, 1, N), channels last
        weight = self.weight[:, :, None, None]
        out = F.conv2d(image.to(memory_format=torch.channels_last), weight, self.bias)
        return out.squeeze(2).transpose(1, 2)


def block(**parts):
    """A container with named children, as the published names need them."""
    holder = nn.Module()
    for name, part in parts.items():
        setattr(holder, name, part)
    return holder


class Layer(nn.Module):
    """One pre-norm encoder block."""

    def __init__(self, hidden, inner, heads, eps):
        super().__init__()
        self.heads = heads
        self.layernorm_before = nn.LayerNorm(hidden, eps=eps)
        self.layernorm_after = nn.LayerNorm(hidden, eps=eps)
        self.attention = block(
            attention=block(
                query=Dense(hidden, hidden), key=Dense(hidden, hidden), value=Dense(hidden, hidden)
            ),
            output=block(dense=Dense(hidden, hidden)),
        )
        self.intermediate = block(dense=Dense(hidden, inner))
        self.output = block(dense=Dense(inner, hidden))

    def attend(self, x):
        """Multi-head self-attention."""
        b, n, c = x.shape
        h, d = self.heads, c // self.heads
        part = self.attention.attention
        weight = torch.cat([part.query.weight, part.key.weight, part.value.weight])
        bias = torch.cat([part.query.bias, part.key.bias, part.value.bias])
        if x.is_cuda:
            q, k, v = F.linear(x, weight, bias).reshape(b, n, 3, h, d).permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(q, k, v)
            return self.attention.output.dense(mixed.transpose(1, 2).reshape(b, n, c))
        image = x.transpose(1, 2).unsqueeze(2).to(memory_format=torch.channels_last)
        qkv = F.conv2d(image, weight[:, :, None, None], bias).squeeze(2).transpose(1, 2)
        q, k, v = qkv.reshape(b, n, 3, h, d).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(q, k.transpose(2, 3)) * (1.0 / math.sqrt(d))
        mixed = torch.matmul(scores.softmax(-1), v)
        return self.attention.output.dense(mixed.transpose(1, 2).reshape(b, n, c))

    def forward(self, x, keep=None):
        """Run the block; ``keep`` scales the residual branches per sample (drop path)."""
        a = self.attend(self.layernorm_before(x))
        x = x + (a if keep is None else a * keep)
        m = self.output.dense(F.gelu(self.intermediate.dense(self.layernorm_after(x))))
        return x + (m if keep is None else m * keep)


class Stem(nn.Module):
    """A first block whose weights are shared by the small squares of a patch.

    A patch of 32 pixels is 4 x 4 squares of 8. The same few filters look at every
    square, the same nonlinear units read every square's answers, and the units'
    answers are added up over the patch: a description of texture that does not
    depend on where in the patch a tree stands, learnt from sixteen times as many
    examples. :meth:`weights` spells it out as the patch projection and the first
    MLP of a plain ViT, which is what the checkpoint holds.
    """

    def __init__(self, hidden, inner, patch, square=8):
        super().__init__()
        self.patch, self.square, self.across = patch, square, patch // square
        self.count = hidden // self.across**2  # filters
        self.units = inner // self.across**2
        self.filters = nn.Parameter(torch.zeros(self.count, 3, square, square))
        self.offset = nn.Parameter(torch.zeros(self.count))
        self.read = nn.Parameter(torch.zeros(self.units, self.count))
        self.read_bias = nn.Parameter(torch.zeros(self.units))
        self.write = nn.Parameter(torch.zeros(hidden, self.units))
        self.write_bias = nn.Parameter(torch.zeros(hidden))

    def initialise(self, generator):
        self.read.data = torch.randn(self.read.shape, generator=generator) * 2 / math.sqrt(self.count)
        self.read_bias.data = torch.randn(self.units, generator=generator) * 0.4
        self.write.data = torch.randn(self.write.shape, generator=generator) * 3 / math.sqrt(self.units)

    def prime(self, pixels, scale=0.25):
        """Cosine filters whose answers to ``pixels`` have mean 0 and deviation ``scale``."""
        filters = cosine_filters(self.count, self.square)
        with torch.no_grad():
            answers = F.conv2d(pixels, filters, stride=self.square).permute(1, 0, 2, 3).flatten(1)
            std, mean = answers.std(1) + 1e-4, answers.mean(1)
            self.filters.copy_(filters / std[:, None, None, None] * scale)
            self.offset.copy_(-mean / std * scale)

    def embed(self, pixels):
        """Patch tokens ``(b, n, across * across * count)``."""
        x = F.conv2d(pixels, self.filters, self.offset, stride=self.square)
        b, k, size, _ = x.shape
        g, a = size // self.across, self.across
        return x.view(b, k, g, a, g, a).permute(0, 2, 4, 3, 5, 1).reshape(b, g * g, a * a * k)

    def mlp(self, x):
        """The first block's MLP on normalised tokens."""
        b, n, _ = x.shape
        squares = x.reshape(b, n, self.across**2, self.count)
        units = F.gelu(squares @ self.read.t() + self.read_bias).sum(2) / self.across**2
        return units @ self.write.t() + self.write_bias

    def weights(self):
        """The same as weights of a plain ViT: ``{name: tensor}``."""
        a, k, s = self.across, self.count, self.square
        projection = torch.zeros(a * a * k, 3, self.patch, self.patch)
        for r in range(a):
            for c in range(a):
                i = (r * a + c) * k
                projection[i : i + k, :, r * s : (r + 1) * s, c * s : (c + 1) * s] = self.filters.detach()
        layer = "vit.encoder.layer.0."
        return {
            "vit.embeddings.patch_embeddings.projection.weight": projection,
            "vit.embeddings.patch_embeddings.projection.bias": self.offset.detach().repeat(a * a),
            layer + "intermediate.dense.weight": torch.block_diag(*[self.read.detach()] * (a * a)),
            layer + "intermediate.dense.bias": self.read_bias.detach().repeat(a * a),
            layer + "output.dense.weight": (self.write.detach() / a**2).repeat(1, a * a),
            layer + "output.dense.bias": self.write_bias.detach().clone(),
        }


class ViT(nn.Module):
    """ViTForImageClassification; ``forward`` returns logits, CLS and patch tokens."""

    def __init__(self, config, labels=3):
        super().__init__()
        self.config = config
        hidden, patch, size = config["hidden_size"], config["patch_size"], config["image_size"]
        self.patch, self.grid = patch, size // patch
        eps = config["layer_norm_eps"]
        embeddings = block(patch_embeddings=block(projection=nn.Conv2d(3, hidden, patch, stride=patch)))
        embeddings.cls_token = nn.Parameter(torch.zeros(1, 1, hidden))
        embeddings.position_embeddings = nn.Parameter(torch.zeros(1, self.grid**2 + 1, hidden))
        layers = [
            Layer(hidden, config["intermediate_size"], config["num_attention_heads"], eps)
            for _ in range(config["num_hidden_layers"])
        ]
        self.vit = block(
            embeddings=embeddings,
            encoder=block(layer=nn.ModuleList(layers)),
            layernorm=nn.LayerNorm(hidden, eps=eps),
        )
        self.classifier = nn.Linear(hidden, labels)
        self.drop_path = 0.0
        self.stem = None

    def share(self, generator):
        """Train with a shared first block (:class:`Stem`); its attention stays silent."""
        c = self.config
        self.stem = Stem(c["hidden_size"], c["intermediate_size"], self.patch)
        self.stem.initialise(generator)
        out = self.vit.encoder.layer[0].attention.output.dense
        out.weight.data.zero_()
        out.bias.data.zero_()
        self.vit.embeddings.position_embeddings.data.mul_(0.1)
        return self

    def plain(self):
        """A plain ViT with the same answers."""
        model = ViT(self.config, self.classifier.out_features)
        state = {k: v.detach().clone() for k, v in self.state_dict().items() if not k.startswith("stem.")}
        if self.stem is not None:
            state.update(self.stem.weights())
        model.load_state_dict(state)
        return model.eval()

    def initialise(self, generator):
        """Random weights: truncated normal, zero biases, sine-cosine positions."""
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                p.data.zero_()
            elif "layernorm" in name:
                p.data.fill_(1.0)
            elif name.endswith("position_embeddings"):
                p.data.copy_(sincos(self.grid, p.shape[-1]))
            else:
                std = 0.02
                if name.endswith("projection.weight"):
                    std = 1.0 / math.sqrt(p[0].numel())
                elif p.dim() == 2 and "classifier" not in name:
                    std = math.sqrt(2.0 / (p.shape[0] + p.shape[1]))
                p.data.copy_(torch.randn(p.shape, generator=generator).clamp_(-2, 2) * std)
        return self

    def features(self, pixels):
        """Tokens after the last norm: ``(batch, 1 + patches, hidden)``."""
        e = self.vit.embeddings
        if self.stem is None:
            x = e.patch_embeddings.projection(pixels).flatten(2).transpose(1, 2)
        else:
            x = self.stem.embed(pixels)
        x = torch.cat([e.cls_token.expand(len(x), -1, -1), x], 1) + e.position_embeddings
        count = len(self.vit.encoder.layer)
        for i, layer in enumerate(self.vit.encoder.layer):
            if i == 0 and self.stem is not None:
                x = x + self.stem.mlp(layer.layernorm_after(x))
                continue
            keep = None
            rate = self.drop_path * i / max(1, count - 1)
            if self.training and rate > 0:
                keep = (torch.rand(len(x), 1, 1, device=x.device) >= rate).float() / (1 - rate)
            x = layer(x, keep)
        return self.vit.layernorm(x)

    def forward(self, pixels):
        """Return ``(logits, cls feature, patch tokens)``."""
        x = self.features(pixels)
        return self.classifier(x[:, 0]), x[:, 0], x[:, 1:]


def cosine_filters(hidden, patch):
    """Cosine filters in opponent colours, lowest frequencies first: ``(hidden, 3, p, p)``.

    Three quarters of them see light, the rest two colour differences.
    """
    t = (torch.arange(patch).float() + 0.5) / patch
    order = sorted(((u, v) for u in range(patch) for v in range(patch)), key=lambda f: (f[0] ** 2 + f[1] ** 2, f))
    colours = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-0.5, 1.0, -0.5]])
    light = hidden * 3 // 4
    counts = (light, (hidden - light + 1) // 2, (hidden - light) // 2)
    filters = []
    for colour, count in zip(colours, counts):
        for u, v in order[:count]:
            plane = torch.cos(math.pi * u * t)[:, None] * torch.cos(math.pi * v * t)[None]
            filters.append(colour[:, None, None] * plane / plane.norm() / colour.norm())
    return torch.stack(filters)


def prime(model, pixels, generator):
    """Set the patch projection to cosine filters whose answers to ``pixels`` have unit
    variance, turned by a random rotation, so that fine texture is not drowned by the mean
    colour at the start of training."""
    if model.stem is not None:
        return model.stem.prime(pixels)
    layer = model.vit.embeddings.patch_embeddings.projection
    filters = cosine_filters(layer.weight.shape[0], layer.weight.shape[-1])
    with torch.no_grad():
        answers = F.conv2d(pixels, filters, stride=layer.stride).permute(1, 0, 2, 3).flatten(1)
        std, mean = answers.std(1) + 1e-4, answers.mean(1)
        weight = filters / std[:, None, None, None]
        turn, _ = torch.linalg.qr(torch.randn(len(filters), len(filters), generator=generator))
        rows = turn @ weight.flatten(1)
        layer.weight.copy_(rows.view_as(layer.weight) * 0.7)
        layer.bias.copy_(turn @ (-mean / std) * 0.7)


def sincos(grid, width):
    """Fixed two-dimensional sine-cosine position table with a zero CLS row."""
    quarter = width // 4
    omega = 1.0 / 10000 ** (torch.arange(quarter).float() / quarter)
    y, x = torch.meshgrid(torch.arange(grid).float(), torch.arange(grid).float(), indexing="ij")
    parts = []
    for axis in (x, y):
        angle = axis.reshape(-1, 1) * omega
        parts += [angle.sin(), angle.cos()]
    table = torch.cat(parts, 1)
    if table.shape[1] < width:
        table = F.pad(table, (0, width - table.shape[1]))
    return torch.cat([torch.zeros(1, width), table])[None] * 0.3


def student_config(hidden, layers, heads, patch, image=224, ratio=4):
    """Configuration of a student, with the keys of ``config.json``."""
    return {
        "architectures": ["ViTForImageClassification"],
        "model_type": "vit",
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
        "hidden_act": "gelu",
        "hidden_size": hidden,
        "image_size": image,
        "initializer_range": 0.02,
        "intermediate_size": hidden * ratio,
        "layer_norm_eps": 1e-6,
        "num_attention_heads": heads,
        "num_channels": 3,
        "num_hidden_layers": layers,
        "patch_size": patch,
        "qkv_bias": True,
        "id2label": {"0": "RoughnessB", "1": "RoughnessC", "2": "RoughnessD"},
        "label2id": {"RoughnessB": 0, "RoughnessC": 1, "RoughnessD": 2},
    }

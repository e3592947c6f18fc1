"""Thirty training steps in PyTorch, to be followed step by step: python make_steps.py OUT.json

Weights by formula (seed 0 student, seed 1 teacher), batches in order without augmentation, the same again after the last sample. Losses in single
precision as PyTorch computes them, and in double precision beside them: how far the two part says what rounding alone does to a trajectory.
The residual network learns at 0.01. At 0.05 the weight of the distillation term throws it far up first (loss 6 to 62), and rounding grows on the way:
single and double precision then part by 0.028 in PyTorch itself, so nothing could be said of 1e-3.
"""
import json, sys
import numpy as np, torch
import torch.nn as nn, torch.nn.functional as F
from formula import tensor, weight

torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class ResNet(nn.Module):
    """The residual network of the distillation literature, depth 6n + 2, four times as wide."""

    def __init__(self, depth, classes):
        super().__init__()
        n = (depth - 2) // 6
        self.conv1 = nn.Conv2d(3, 32, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        stage = lambda i, o, stride: nn.Sequential(*[Block(i if b == 0 else o, o, stride if b == 0 else 1) for b in range(n)])
        self.layer1, self.layer2, self.layer3 = stage(32, 64, 1), stage(64, 128, 2), stage(128, 256, 2)
        self.fc = nn.Linear(256, classes)

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(y.mean((2, 3)))


class MLP(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        widths = [inputs] + hidden
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.fc(x)


def fill(model, seed):
    with torch.no_grad():
        for key, value in model.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.from_numpy(np.array(weight(key, tuple(value.shape), seed))))


def trajectory(student, teacher, images, batch, steps, optimizer, precision):
    """Cross entropy, divergence and their sum ce + 5 kd at every step, before the step is taken."""
    fill(student, 0), fill(teacher, 1)
    student, teacher = student.to(precision).train(), teacher.to(precision).eval()
    images, labels = images.to(precision), torch.arange(len(images)) % 10
    optimizer = optimizer(student.parameters())
    result = {"ce": [], "kd": [], "loss": []}
    for step in range(steps):
        low = step * batch % len(images)
        x, y = images[low:low + batch], labels[low:low + batch]
        with torch.no_grad():
            q = F.softmax(teacher(x), 1)
        z = student(x)
        ce, kd = F.cross_entropy(z, y), F.kl_div(F.log_softmax(z, 1), q, reduction="batchmean")
        loss = ce + 5 * kd
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for name, value in (("ce", ce), ("kd", kd), ("loss", loss)):
            result[name].append(float(value.detach()))
    result["checksum"] = float(sum(p.detach().double().norm() ** 2 for p in student.parameters()) ** 0.5)
    return result


def record(name, student, teacher, shape, scale, batch, optimizer, text):
    images = torch.from_numpy(tensor("images", shape, 0, scale))
    r = {"name": name, "optimizer": text, "images": list(shape), "scale": scale, "batch": batch, "steps": 30}
    r["single"] = trajectory(student(), teacher(), images, batch, 30, optimizer, torch.float32)
    r["double"] = trajectory(student(), teacher(), images, batch, 30, optimizer, torch.float64)
    apart = max(abs(a - b) / abs(b) for k in ("ce", "kd", "loss") for a, b in zip(r["single"][k], r["double"][k]))
    print(name, [round(v, 4) for v in r["single"]["loss"]], "single and double part by", apart, flush=True)
    return r


if __name__ == "__main__":
    records = [
        record("resnet8x4 <- resnet32x4", lambda: ResNet(8, 10), lambda: ResNet(32, 10), (64, 3, 32, 32), 2.0, 16,
               lambda p: torch.optim.SGD(p, 0.01, 0.9), "sgd(lr=0.01, momentum=0.9)"),
        record("mlp <- mlp", lambda: MLP(64, [64, 64], 10), lambda: MLP(64, [128], 10), (128, 1, 8, 8), 4.0, 32,
               lambda p: torch.optim.AdamW(p, 2e-3, weight_decay=2e-2), "adamw(lr=2e-3, weight_decay=2e-2)"),
    ]
    json.dump({"torch": torch.__version__, "records": records}, open(sys.argv[1], "w"), separators=(",", ":"))

"""Reference values of losses on maps, by their formulas in PyTorch: python make_dense_losses.py OUT.json

Logits [2, 5, 17, 17] = 3·number("student.map"), teacher likewise; features student.psp [2, 16, 17, 17], teacher.psp [2, 24, 17, 17]; the label
of pixel (n, h, w) of a mask of 17×17, or of 34×34 for "ifvd", is (n + h // 4 + w // 5) % 5, and 255 where h·w is a multiple of 7. Each record:
the loss, and of its gradient with respect to the student's tensor the L2 norm and the dot product with number("grad").

"critic": the critic of width 4 on logits and images number("image") · 2, filled by formula, its singular vectors found by five power
iterations from number("layers.i.weight_u"): −mean D(student) with its gradient, and WGAN-GP's objective at the mixture 0.25, 0.75 (of the teacher)
with the gradient of every parameter.
"""
import json, sys
import numpy as np, torch
import torch.nn.functional as F
from torch import nn
from formula import number, tensor, weight

records = []


def t(key, shape, scale=1.0):
    return torch.from_numpy(tensor(key, shape, 0, scale)).double()


def mask(side):
    n, h, w = np.indices((2, side, side))
    return torch.from_numpy(np.where(h * w % 7 == 0, 255, (n + h // 4 + w // 5) % 5))


def print_of(g, key="grad"):
    v = g.detach().double().flatten().numpy()
    return [float(np.linalg.norm(v)), float(v @ number(key, v.size, 0).astype(np.float64))]


def record(name, arguments, f, student):
    s = student.clone().requires_grad_()
    loss = f(s)
    loss.backward()
    records.append({"loss": name, "arguments": arguments, "value": float(loss.detach()), "gradient": print_of(s.grad)})
    print(name, arguments, float(loss.detach()))


gs, gt = t("student.map", (2, 5, 17, 17), 3), t("teacher.map", (2, 5, 17, 17), 3)
hs, ht = t("student.psp", (2, 16, 17, 17)), t("teacher.psp", (2, 24, 17, 17))
y = mask(17)
record("ce", {}, lambda s: F.cross_entropy(s, y, ignore_index=255), gs)
record("ce", {"smoothing": 0.1}, lambda s: F.cross_entropy(s, y, ignore_index=255, label_smoothing=0.1), gs)
weights = [1, 2, 0.5, 0, 3]
record("ce", {"class_weights": weights}, lambda s: F.cross_entropy(s, y, torch.tensor(weights, dtype=torch.float64), ignore_index=255), gs)
record("ce", {"large": True}, lambda s: F.cross_entropy(F.interpolate(s, (34, 34), mode="bilinear", align_corners=True), mask(34), ignore_index=255), gs)


def hard(s, threshold, kept):
    with torch.no_grad():
        p = F.softmax(s, 1).gather(1, y.clamp(max=4)[:, None])[:, 0]
        counted = y != 255
        bound = max(threshold, float(torch.sort(p[counted])[0][min(kept, int(counted.sum())) - 1]))
        target = torch.where(counted & (p <= bound), y, torch.full_like(y, 255))
    return F.cross_entropy(s, target, ignore_index=255)


for threshold, kept in ((0.7, 50), (0.1, 50), (0.05, 400)):
    record("ce", {"ohem": threshold, "min_kept": kept}, lambda s: hard(s, threshold, kept), gs)
for T in (1, 3):
    record("pixelwise", {"T": T}, lambda s: T * T * F.kl_div(F.log_softmax(s / T, 1), F.softmax(gt / T, 1), reduction="none").sum(1).mean(), gs)
record("pixelwise", {"reference": True}, lambda s: -(F.softmax(gt, 1) * F.log_softmax(s, 1)).sum() / (17 * 17), gs)


def variation(f, labels):
    labels = F.interpolate(labels[:, None].double(), f.shape[2:], mode="nearest")
    centre = f.clone()
    for k in range(5):
        m = (labels == k).double()
        mean = (m * f).sum((2, 3)) / (m.sum((2, 3)) + 1e-6)
        centre = (1 - m) * centre + m * mean[:, :, None, None]
    return F.cosine_similarity(f, centre, dim=1)


record("ifvd", {}, lambda s: F.mse_loss(variation(s, mask(34)), variation(ht, mask(34)), reduction="mean"), hs)


class Spectral(nn.Module):
    def __init__(self, c, k):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(k, c, 4, 4)), nn.Parameter(torch.empty(k))

    def forward(self, x):
        k, c = self.weight.shape[:2]
        u = torch.from_numpy(number(self.key + ".weight_u", k)).double()
        with torch.no_grad():
            for _ in range(5):
                v = F.normalize(self.weight.view(k, -1).T @ u, dim=0)
                u = F.normalize(self.weight.view(k, -1) @ v, dim=0)
        return F.conv2d(x, self.weight / torch.dot(u, self.weight.view(k, -1) @ v), self.bias, 2, 1)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.query_conv, self.key_conv, self.value_conv = nn.Conv2d(c, c // 8, 1), nn.Conv2d(c, c // 8, 1), nn.Conv2d(c, c, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        n, c, h, w = x.shape
        q, k, v = (f(x).flatten(2) for f in (self.query_conv, self.key_conv, self.value_conv))
        return x + self.gamma * (v @ F.softmax(q.transpose(1, 2) @ k, 2).transpose(1, 2)).view(n, c, h, w)


class Critic(nn.Module):
    def __init__(self, classes, channels, width):
        super().__init__()
        self.norm = nn.BatchNorm2d(classes)
        self.layers = nn.ModuleList(Spectral(classes + channels if i == 0 else width << (i - 1), width << i) for i in range(4))
        self.attentions = nn.ModuleList(Attention(width << i) for i in (2, 3))
        self.last = nn.Conv2d(width << 3, 1, 1)
        for i, layer in enumerate(self.layers):
            layer.key = f"layers.{i}"

    def forward(self, x, image):
        y = torch.cat([self.norm(x), image], 1)
        for i, layer in enumerate(self.layers):
            y = F.leaky_relu(layer(y), 0.1)
            if i >= 2:
                y = self.attentions[i - 2](y)
        return self.last(y).mean((1, 2, 3))


critic = Critic(5, 3, 4).double()
with torch.no_grad():
    for key, p in critic.named_parameters():
        p.copy_(torch.from_numpy(weight(key, tuple(p.shape), 0)))
image = t("image", (2, 3, 17, 17), 2)
s = gs.clone().requires_grad_()
adversarial = -critic(s, image).mean()
adversarial.backward()
critic.zero_grad()
e = torch.tensor([0.25, 0.75], dtype=torch.float64).view(2, 1, 1, 1)
x = (e * gt + (1 - e) * gs).requires_grad_()
slope = torch.autograd.grad(critic(x, image).sum(), x, create_graph=True)[0]
penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
loss = critic(gs, image).mean() - critic(gt, image).mean() + 10 * penalty
loss.backward()
out = {
    "torch": torch.__version__, "records": records,
    "critic": {
        "adversarial": float(adversarial.detach()), "adversarialGradient": print_of(s.grad), "penalty": float(penalty.detach()), "loss": float(loss.detach()),
        "gradients": {k: print_of(p.grad, "grad:" + k) for k, p in critic.named_parameters()},
    },
}
json.dump(out, open(sys.argv[1], "w"), indent=1)
print({k: v for k, v in out["critic"].items() if k != "gradients"})

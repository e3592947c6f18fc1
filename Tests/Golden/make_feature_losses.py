"""Reference values of the feature losses, from their formulas: python make_feature_losses.py > feature_losses.json

Written from the papers' formulas in PyTorch, Float64. Features, parameters of the losses' own parts and memories are numbers by formula
under the keys "student.I", "teacher.I" and those of the parts. Each record: the loss, and of its gradient with respect to every student's feature and
every parameter the L2 norm and the dot product with number("grad") in PyTorch's order.
"""
import json, math
import numpy as np, torch
import torch.nn.functional as F
from formula import number, tensor, weight

torch.set_default_dtype(torch.float64)
records = []


class Case:
    def __init__(self, loss, arguments, shapes):
        self.loss, self.arguments, self.shapes = loss, arguments, shapes
        self.s = [torch.from_numpy(tensor(f"student.{i}", a)).double().requires_grad_() for i, (a, _) in enumerate(shapes)]
        self.t = [torch.from_numpy(tensor(f"teacher.{i}", b)).double() for i, (_, b) in enumerate(shapes)]
        self.p = {}

    def w(self, key, *shape):
        if key not in self.p:
            self.p[key] = torch.from_numpy(weight(key, shape)).double().requires_grad_()
        return self.p[key]

    def conv(self, x, key, out, kernel=1, bias=False):
        return F.conv2d(x, self.w(key + ".weight", out, x.shape[1], kernel, kernel), self.w(key + ".bias", out) if bias else None, padding=kernel // 2)

    def bn(self, x, key):
        c = x.shape[1]
        return F.batch_norm(x, None, None, self.w(key + ".weight", c), self.w(key + ".bias", c), training=True)

    def done(self, value, **more):
        leaves = [(f"student.{i}", x) for i, x in enumerate(self.s)] + sorted(self.p.items())
        grads = torch.autograd.grad(value, [x for _, x in leaves], allow_unused=True)
        out = {}
        for (key, x), g in zip(leaves, grads):
            g = (torch.zeros_like(x) if g is None else g).flatten().numpy()
            out[key] = [float(np.linalg.norm(g)), float(g @ number("grad", g.size).astype(np.float64))]
        records.append({"loss": self.loss, "arguments": self.arguments, "shapes": [list(map(list, p)) for p in self.shapes],
                        "value": float(value.detach()), "gradients": out, **more})


def as_map(x):
    if x.dim() == 2:
        return x[:, :, None, None]
    if x.dim() == 3:
        n, t, d = x.shape
        g = math.isqrt(t)
        return x[:, t - g * g:].transpose(1, 2).reshape(n, d, g, g)
    return x


def down(x, like):
    h, w = min(x.shape[2], like.shape[2]), min(x.shape[3], like.shape[3])
    return F.adaptive_avg_pool2d(x, (h, w))


def up(x, like):
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=False)


A = ((4, 6, 8, 8), (4, 10, 4, 4))
B = ((4, 6, 4, 4), (4, 10, 8, 8))
EQUAL = ((4, 10, 4, 4), (4, 10, 4, 4))
TOKENS = ((4, 6, 8, 8), (4, 17, 10))
VECTORS = ((2, 8), (2, 12))


def adapter(c, i, key, norm=True, relu=False, always=False, bias=False, space=True):
    s, t = as_map(c.s[i]), as_map(c.t[i])
    y = down(s, t) if space else s
    if always or s.shape[1] != t.shape[1]:
        y = c.conv(y, key + ".conv", t.shape[1], bias=bias)
        if norm:
            y = c.bn(y, key + ".bn")
        if relu:
            y = F.relu(y)
    return (up(y, t) if space else y), t


def fitnet(shapes, relu=True):
    c = Case("fitnet", {} if relu else {"relu": False}, shapes)
    s, t = adapter(c, 0, "adapters.0", relu=relu)
    c.done(F.mse_loss(s, t))


fitnet([A]); fitnet([B]); fitnet([EQUAL]); fitnet([TOKENS], relu=False)


def at(shapes, p, paper):
    c = Case("at", {"p": p, "paper": paper}, shapes)
    total = 0
    for s, t in zip(c.s, c.t):
        s, t = as_map(s), as_map(t)
        s, t = down(s, t), down(t, s)
        q = lambda x: F.normalize(x.abs().pow(p).mean(1).flatten(1), dim=1)
        d = q(s) - q(t)
        total = total + (d.norm(dim=1).mean() if paper else d.pow(2).mean())
    c.done(total)


at([A, B], 2, False); at([B], 4, False); at([A, B], 2, True); at([TOKENS], 2, False)


def vid(shapes):
    c = Case("vid", {}, shapes)
    total = 0
    for i in range(len(shapes)):
        s, t = as_map(c.s[i]), as_map(c.t[i])
        n = t.shape[1]
        y = down(s, t)
        for layer in (0, 2, 4):
            y = c.conv(y, f"regressors.{i}.layers.{layer}", n)
            y = F.relu(y) if layer < 4 else y
        v = F.softplus(c.w(f"regressors.{i}.log_scale", n)) + 1e-5
        v = v.view(1, -1, 1, 1)
        total = total + (0.5 * ((up(y, t) - t) ** 2 / v + v.log())).mean()
    c.done(total)


vid([A, B]); vid([TOKENS])


def nst(shapes):
    c = Case("nst", {}, shapes)
    total = 0
    for s, t in zip(c.s, c.t):
        s, t = as_map(s), as_map(t)
        s, t = [F.normalize(x.flatten(2), dim=2) for x in (down(s, t), down(t, s))]
        k = lambda a, b: torch.einsum("nip,njp->nij", a, b).pow(2).mean()
        total = total + k(s, s) + k(t, t) - 2 * k(s, t)
    c.done(total)


nst([A, B]); nst([TOKENS])


def fsp(shapes):
    c = Case("fsp", {}, shapes)
    pairs = [adapter(c, i, f"adapters.{i}", norm=False, bias=True, space=False) for i in range(len(shapes))]

    def flow(a, b):
        a, b = down(a, b), down(b, a)
        return torch.einsum("nihw,njhw->nij", a, b) / (a.shape[2] * a.shape[3])

    c.done(sum((flow(s0, s1) - flow(t0, t1)).pow(2).mean() for (s0, t0), (s1, t1) in zip(pairs, pairs[1:])))


fsp([((4, 6, 8, 8), (4, 10, 4, 4)), ((4, 10, 8, 8), (4, 10, 4, 4)), ((4, 8, 4, 4), (4, 12, 2, 2))])


def ab(shapes, margin):
    c = Case("ab", {"margin": margin}, shapes)
    total, n = 0, len(shapes)
    for i in range(n):
        s, t = adapter(c, i, f"adapters.{i}")
        on = (t > 0)
        loss = torch.where(on, (margin - s).clamp(min=0) ** 2, (margin + s).clamp(min=0) ** 2)
        total = total + loss.sum() / s.shape[0] * 2.0 ** (i + 1 - n)
    c.done(total)


ab([A, B, EQUAL], 1.0); ab([A], 0.5)


def ofd(shapes):
    c = Case("ofd", {}, shapes)
    total, n = 0, len(shapes)
    for i in range(n):
        s, t = adapter(c, i, f"connectors.adapters.{i}", always=True)
        low = torch.where(t < 0, t, torch.zeros_like(t)).sum((0, 2, 3)) / (t < 0).sum((0, 2, 3))
        t = torch.maximum(t, low.view(1, -1, 1, 1))
        loss = (s - t) ** 2 * ((s > t) | (t > 0))
        total = total + loss.sum() / s.shape[0] * 2.0 ** (i + 1 - n)
    c.done(total)


ofd([A, B, EQUAL])


def ft(shapes, k):
    c = Case("ft", {"k": k}, shapes)
    total, rebuilt, companion = 0, 0, {}
    for i in range(len(shapes)):
        s, t = as_map(c.s[i]), as_map(c.t[i])
        m = max(1, round(k * t.shape[1]))
        y = down(s, t)
        for layer, width in ((0, s.shape[1]), (3, m), (6, m)):
            y = F.leaky_relu(c.bn(c.conv(y, f"translators.{i}.encoder.{layer}", width, 3), f"translators.{i}.encoder.{layer + 1}"), 0.1)
        y = up(y, t)

        def chain(x, name, widths):
            for layer, width in zip((0, 2, 4), widths):
                key = f"paraphrasers.{i}.{name}.{layer}"
                for end, shape in ((".weight", (width, x.shape[1], 3, 3)), (".bias", (width,))):
                    companion.setdefault(key + end, torch.from_numpy(weight(key + end, shape)).double().requires_grad_())
                x = F.leaky_relu(F.conv2d(x, companion[key + ".weight"], companion[key + ".bias"], padding=1), 0.1)
            return x

        f = chain(t, "encoder", (t.shape[1], m, m))
        rebuilt = rebuilt + F.mse_loss(chain(f, "decoder", (m, t.shape[1], t.shape[1])), t)
        total = total + (F.normalize(y.flatten(1)) - F.normalize(f.detach().flatten(1))).abs().mean()
    grads = torch.autograd.grad(rebuilt, list(companion.values()))
    more = {key: [float(g.norm()), float(g.flatten().numpy() @ number("grad", g.numel()).astype(np.float64))] for key, g in zip(companion, grads)}
    c.done(total, companion={"value": float(rebuilt.detach()), "gradients": more})


ft([A], 0.5); ft([B], 0.3)


def crd(shapes):
    """A memory of two samples: each one's only negative is the other."""
    c = Case("crd", {"dim": 16}, shapes)
    n, d, tau = 2, 16, 0.07
    bank = {name: F.normalize(torch.from_numpy(tensor(name + "_bank", (n, d))).double()) for name in ("student", "teacher")}
    v = {}
    for name, x in (("student", c.s[0]), ("teacher", c.t[0])):
        v[name] = F.normalize(F.linear(x, c.w(name + "_head.weight", d, x.shape[1]), c.w(name + "_head.bias", d)))
    z = n * math.exp(1 / (2 * d * tau * tau))
    total = 0
    for own, other in (("student", "teacher"), ("teacher", "student")):
        p = (v[own] @ bank[other].t() / tau).exp() / z
        share = 1 / n
        positive, negative = p.diagonal(), p.flip(1).diagonal()
        total = total - ((positive / (positive + share)).log() + (share / (negative + share)).log()).mean()
    c.done(total)


crd([VECTORS])


def reviewkd(shapes):
    c = Case("reviewkd", {}, shapes)
    n = len(shapes)
    width = min(512, as_map(c.s[-1]).shape[1])
    results, deeper = [None] * n, None
    for i in reversed(range(n)):
        s, t = as_map(c.s[i]), as_map(c.t[i])
        key = f"abfs.{i}"
        x = c.bn(c.conv(s, key + ".conv1.0", width), key + ".conv1.1")
        if i < n - 1:
            y = F.interpolate(deeper, x.shape[2:], mode="nearest")
            m = c.conv(torch.cat([x, y], 1), key + ".att_conv.0", 2, bias=True).sigmoid()
            x = x * m[:, :1] + y * m[:, 1:]
        x = F.interpolate(x, t.shape[2:], mode="nearest")
        deeper = x
        results[i] = (c.bn(c.conv(x, key + ".conv2.0", t.shape[1], 3), key + ".conv2.1"), t)
    total = 0
    for s, t in results:
        loss, weight_, weights = F.mse_loss(s, t), 1.0, 1.0
        for side in (4, 2, 1):
            if side < s.shape[2]:
                weight_ /= 2
                weights += weight_
                loss = loss + weight_ * F.mse_loss(F.adaptive_avg_pool2d(s, side), F.adaptive_avg_pool2d(t, side))
        total = total + loss / weights
    c.done(total)


reviewkd([((4, 6, 8, 8), (4, 10, 8, 8)), ((4, 8, 4, 4), (4, 12, 4, 4)), ((4, 8), (4, 12))])
reviewkd([((4, 6, 16, 16), (4, 10, 8, 8)), ((4, 8, 4, 4), (4, 17, 12))])
print(json.dumps({"seed": 0, "torch": torch.__version__, "records": records}, indent=1))

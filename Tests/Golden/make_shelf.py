"""Reference values of losses without published reference numbers, from the papers' formulas in double precision:
python make_shelf.py OUT.json

Logits [8, 10] = 3 * number, labels i % 10, or mixed 0.7 : 0.3 with the label i + 3; pooled features [8, 32] and [8, 48]; the logits of models of a
loss's own are "model 0.logits", ...; parts are filled by `weight` of formula.py. Each record: the value, and of the gradient with respect to the
student's tensor, and to every part, the L2 norm and the dot product with number("grad").
"""
import json, math, sys
import numpy as np, torch
import torch.nn.functional as F
from formula import number, tensor, weight

torch.set_default_dtype(torch.float64)
records = []


def t(key, shape, scale=1.0):
    return torch.from_numpy(tensor(key, shape, 0, scale)).double()


def part(key, shape):
    return torch.from_numpy(np.asarray(weight(key, shape))).double().requires_grad_()


def print_of(x):
    g = x.detach().numpy().flatten()
    return [float(np.linalg.norm(g)), float(g @ number("grad", g.size, 0).astype(np.float64))]


def record(loss, arguments, f, student, parts=(), mixed=False, models=0):
    s = student.clone().requires_grad_()
    value = f(s)
    value.backward()
    records.append({"loss": loss, "arguments": arguments, "student": list(s.shape), "mixed": mixed, "models": models,
                    "value": float(value.detach()), "gradient": print_of(s.grad), "parts": {k: print_of(p.grad) for k, p in parts}})
    print(loss, arguments, float(value))


zs, zt = t("student.logits", (8, 10), 3), t("teacher.logits", (8, 10), 3)
own = [t(f"model {i}.logits", (8, 10), 3) for i in range(2)]
y = torch.arange(8) % 10
hard = F.one_hot(y, 10).double()
soft = 0.7 * hard + 0.3 * F.one_hot((y + 3) % 10, 10).double()
fs, ft = t("student.pooled", (8, 32)), t("teacher.pooled", (8, 48))


def kl(s, p):
    return F.kl_div(F.log_softmax(s, 1), p, reduction="batchmean")


def mlkd(s, temperatures):
    total = 0
    for T in temperatures:
        a, b = F.softmax(s / T, 1), F.softmax(zt / T, 1)
        total = total + T * T * kl(s / T, b) + ((b @ b.T - a @ a.T) ** 2).sum() / 8 + ((b.T @ b - a.T @ a) ** 2).sum() / 10
    return total


record("mlkd", {}, lambda s: mlkd(s, [2, 3, 4, 5, 6]), zs)
record("mlkd", {"T": [1, 4]}, lambda s: mlkd(s, [1, 4]), zs)


def nkd(s, gamma, T):
    target = (F.softmax(zt, 1) * F.log_softmax(s, 1) * hard).sum(1)
    keep = hard == 0
    a, b = s[keep].reshape(8, 9), zt[keep].reshape(8, 9)
    others = (F.softmax(b / T, 1) * F.log_softmax(a / T, 1)).sum(1)
    return -(target + gamma * T * T * others).mean()


record("nkd", {}, lambda s: nkd(s, 1.5, 1), zs)
record("nkd", {"gamma": 0.5, "T": 3}, lambda s: nkd(s, 0.5, 3), zs)


def wsld(s, labels, T):
    def ce(z):
        return -(labels * F.log_softmax(z.detach(), 1)).sum(1)
    w = 1 - torch.exp(-ce(s) / (ce(zt) + 1e-7))
    return T * T * (w * -(F.softmax(zt / T, 1) * F.log_softmax(s / T, 1)).sum(1)).mean()


record("wsld", {}, lambda s: wsld(s, hard, 2), zs)
record("wsld", {"T": 4}, lambda s: wsld(s, soft, 4), zs, mixed=True)


def tfkd(s, labels, a, T):
    u = labels * a + (1 - labels) * (1 - a) / 9
    return kl(s, F.softmax(u / T, 1))


record("tfkd", {}, lambda s: tfkd(s, hard, 0.99, 20), zs)
record("tfkd", {"correct_prob": 0.9, "T": 0.2}, lambda s: tfkd(s, soft, 0.9, 0.2), zs, mixed=True)
record("tfkd", {"T": 20}, lambda s: 400 * kl(s / 20, F.softmax(own[0] / 20, 1)), zs, models=1)
record("kd", {"T": 4}, lambda s: 16 * kl(s / 4, F.softmax(own[0] / 4, 1)), zs, models=1)
record("kd", {"T": 4}, lambda s: 16 * kl(s / 4, (F.softmax(own[0] / 4, 1) + F.softmax(own[1] / 4, 1)) / 2), zs, models=2)


def dkd_rows(s, T, alpha, beta):
    total = 0
    for i in range(8):
        p, q = F.softmax(zt[i] / T, 0), F.softmax(s[i] / T, 0)
        c = int(y[i])
        rest = [k for k in range(10) if k != c]
        total = total + alpha * (p[c] * (p[c] / q[c]).log() + (1 - p[c]) * ((1 - p[c]) / (1 - q[c])).log())
        ph, qh = p[rest] / (1 - p[c]), q[rest] / (1 - q[c])
        total = total + beta * (ph * (ph / qh).log()).sum()
    return T * T * total / 8


record("dkd", {"T": 2, "alpha": 0.5, "beta": 3}, lambda s: dkd_rows(s, 2, 0.5, 3), zs)


def cc(s, gamma, order):
    def c(f):
        x = F.normalize(f, dim=1)
        g = x @ x.T
        return sum(math.exp(-2 * gamma) * (2 * gamma) ** p / math.factorial(p) * g ** p for p in range(order + 1))
    return ((c(s) - c(ft)) ** 2).mean()


record("cc", {}, lambda s: cc(s, 0.4, 2), fs)
record("cc", {"gamma": 1, "order": 4}, lambda s: cc(s, 1, 4), fs)
parts = [(k, part(k, shape)) for k, shape in
         (("student.0.weight", (128, 32)), ("student.0.bias", (128,)), ("teacher.0.weight", (128, 48)), ("teacher.0.bias", (128,)))]


def difference(s):
    d = (F.linear(s, parts[0][1], parts[1][1]) - F.linear(ft, parts[2][1], parts[3][1])).abs()
    return (d[:-1] * d[1:]).sum(1).mean()


record("cc", {"kernel": "difference"}, difference, fs, parts)
embed = [(k, part(k, shape)) for k, shape in (("embed.0.weight", (48, 32)), ("embed.0.bias", (48,)))]


def srd(s, p):
    a = F.batch_norm(F.linear(s, embed[0][1], embed[1][1]), None, None, training=True)
    b = F.batch_norm(ft, None, None, training=True)
    return (a - b).abs().pow(p).sum().log()


for p in (4, 1):
    for _, e in embed:
        e.grad = None
    record("srd", {"p": p}, lambda s: srd(s, p), fs, embed)


def angles(f):
    n = len(f)
    out = torch.zeros(n, n, n)
    rows = []
    for j in range(n):
        d = f - f[j]
        e = torch.stack([d[i] / d[i].norm() if i != j else torch.zeros_like(d[i]) for i in range(n)])
        rows.append(e @ e.T)
    return torch.stack(rows)


def rkd(s, distance, angle):
    def relative(f):
        d = torch.stack([torch.stack([(f[i] - f[j]).norm() if i != j else f.sum() * 0 for j in range(8)]) for i in range(8)])
        return d / (d.sum() / 56)
    return distance * F.smooth_l1_loss(relative(s), relative(ft)) + angle * F.smooth_l1_loss(angles(s), angles(ft))


record("rkd", {}, lambda s: rkd(s, 25, 50), fs)

json.dump({"torch": torch.__version__, "records": records}, open(sys.argv[1], "w"), indent=1)

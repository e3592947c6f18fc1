"""Linear CKA with the unbiased HSIC of Song et al. (2012), written with NumPy: python make_similarity.py > similarity.json

Representations X [12, 5], Y [12, 2, 3, 4] and Z = X·W + 0.1·noise by formula, all samples at once and in two batches of six
(sums of HSIC before the ratio is taken).
"""
import json
import numpy as np
from formula import tensor


def hsic(k, l):
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return (np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))


def cka(x, y, batch):
    x, y = (a.reshape(len(a), -1).astype(np.float64) for a in (x, y))
    sums = np.zeros(3)
    for i in range(0, len(x), batch):
        k, l = (a[i:i + batch] @ a[i:i + batch].T for a in (x, y))
        sums += [hsic(k, l), hsic(k, k), hsic(l, l)]
    return sums[0] / np.sqrt(sums[1] * sums[2])


x, y = tensor("x", (12, 5)), tensor("y", (12, 2, 3, 4))
z = x @ tensor("w", (5, 5)) + np.float32(0.1) * tensor("noise", (12, 5))
print(json.dumps({name: [cka(a, b, 12), cka(a, b, 6)] for name, a, b in (("xy", x, y), ("xz", x, z), ("yz", y, z))}, indent=1))

"""Trajectories of optimizers' further settings and of clipped gradients, from PyTorch and timm:
python make_optimizer_variants.py OUT.json SEED

Parameters, gradients and records as in make_optimizers.py; "clip" names a call on the gradients before the step.
"""
import json, sys, warnings
import numpy as np, timm.optim, torch
from timm.utils.agc import adaptive_clip_grad
from formula import number, tensor, weight

warnings.filterwarnings("ignore")
OUT, SEED = sys.argv[1], int(sys.argv[2])
SHAPES = {"linear.weight": (6, 5), "conv.weight": (4, 3, 3, 3), "linear.bias": (6,)}
records = []


def trajectory(name, arguments, make, source, clip=None, bound=None):
    params = {k: torch.nn.Parameter(torch.from_numpy(np.array(weight(k, s, SEED)))) for k, s in SHAPES.items()}
    opt = make(list(params.values()))
    steps = {}
    for step in range(1, 26):
        for k, p in params.items():
            p.grad = 0.5 * (p.detach() - torch.from_numpy(tensor("target:" + k, SHAPES[k], SEED))) + torch.from_numpy(tensor(f"noise:{step}:{k}", SHAPES[k], SEED, 0.2))
        if bound:
            bound(list(params.values()))
        opt.step()
        if step <= 8 or step in (12, 18, 25):
            steps[step] = {k: [float(p.detach().double().norm()), float(p.detach().double().flatten().numpy() @ number("probe:" + k, p.numel(), SEED).astype(np.float64))] for k, p in params.items()}
    records.append({"optimizer": name, "arguments": arguments, "source": source, "clip": clip, "steps": steps})
    print(name, arguments, clip, steps[25]["linear.weight"])


O, T = torch.optim, timm.optim
trajectory("rmsprop", {"lr": 0.01, "momentum": 0.9, "centered": True, "weight_decay": 0.01}, lambda p: O.RMSprop(p, 0.01, momentum=0.9, centered=True, weight_decay=0.01), "torch")
trajectory("rmsprop_tf", {"lr": 0.01, "weight_decay": 0.01}, lambda p: T.RMSpropTF(p, 0.01, momentum=0.9, weight_decay=0.01), "timm")
trajectory("rmsprop_tf", {"lr": 0.01, "momentum": 0, "centered": True}, lambda p: T.RMSpropTF(p, 0.01, momentum=0, centered=True), "timm")
trajectory("nadam", {"lr": 0.01, "weight_decay": 0.02, "momentum_decay": 0.01}, lambda p: O.NAdam(p, 0.01, weight_decay=0.02, momentum_decay=0.01), "torch")
trajectory("radam", {"lr": 0.01, "weight_decay": 0.02}, lambda p: O.RAdam(p, 0.01, weight_decay=0.02), "torch")
trajectory("radam", {"lr": 0.01, "weight_decay": 0.02, "decoupled_weight_decay": True, "beta2": 0.9}, lambda p: O.RAdam(p, 0.01, betas=(0.9, 0.9), weight_decay=0.02, decoupled_weight_decay=True), "torch")
trajectory("lamb", {"lr": 0.01, "weight_decay": 0}, lambda p: T.Lamb(p, 0.01, weight_decay=0), "timm")
trajectory("lamb", {"lr": 0.01, "weight_decay": 0.05, "max_grad_norm": 0}, lambda p: T.Lamb(p, 0.01, weight_decay=0.05, max_grad_norm=None), "timm")
trajectory("lion", {"lr": 1e-3, "beta1": 0.95, "beta2": 0.98}, lambda p: T.Lion(p, 1e-3, betas=(0.95, 0.98)), "timm")
sgd = lambda p: O.SGD(p, 0.1, 0.9)
arguments = {"lr": 0.1, "momentum": 0.9}
trajectory("sgd", arguments, sgd, "torch", ["clip_norm", 0.7], lambda p: torch.nn.utils.clip_grad_norm_(p, 0.7))
trajectory("sgd", arguments, sgd, "torch", ["clip_value", 0.2], lambda p: torch.nn.utils.clip_grad_value_(p, 0.2))
trajectory("sgd", arguments, sgd, "timm", ["agc", 0.1], lambda p: adaptive_clip_grad(p, 0.1))
json.dump({"seed": SEED, "torch": torch.__version__, "timm": timm.__version__, "records": records}, open(OUT, "w"))

"""Learning rates and momenta of PyTorch's schedules: python make_schedules.py OUT.json

Each record: the schedule, its arguments, the plan's steps and for every step the learning rate and, where the schedule moves it, the momentum.
"""
import json, sys, warnings
import torch
from torch.optim import lr_scheduler as S

warnings.filterwarnings("ignore")
records = []


def record(name, arguments, base, steps, per_epoch, make, momentum=False):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], base, 0.9)
    schedule = make(optimizer)
    rates, momenta = [], []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        rates.append(float(group["lr"]))
        momenta.append(float(group["momentum"]))
        optimizer.step()
        schedule.step()
    records.append({"schedule": name, "arguments": arguments, "base": base, "steps": steps, "stepsPerEpoch": per_epoch, "lr": rates, "momentum": momenta if momentum else None})


def one_cycle(steps, peak, cycle=True, **arguments):
    names = {"pct_start": "pct_start", "div_factor": "div_factor", "final_div_factor": "final_div_factor"}
    given = {names[k]: v for k, v in arguments.items()}
    record("onecycle", {"max_lr": peak, **given, **({} if cycle else {"cycle_momentum": False})}, 0.1, steps, 10,
           lambda o: S.OneCycleLR(o, peak, total_steps=steps, cycle_momentum=cycle, **arguments), momentum=cycle)


one_cycle(100, 0.05)
one_cycle(37, 0.4, pct_start=0.2, div_factor=10.0, final_div_factor=100.0)
one_cycle(30, 0.05, cycle=False)
record("cosine", {}, 0.1, 50, 10, lambda o: S.CosineAnnealingLR(o, 50))
record("cosine", {"min_lr": 0.001}, 0.1, 50, 10, lambda o: S.CosineAnnealingLR(o, 50, eta_min=0.001))
record("step_decay", {"milestones": [2, 3], "factor": 0.1}, 0.1, 50, 10, lambda o: S.MultiStepLR(o, [20, 30], 0.1))
record("constant", {}, 0.1, 20, 10, lambda o: S.ConstantLR(o, factor=1.0))
# A warm-up that starts from 0 and reaches the base after two epochs: LinearLR then cosine or constant.
warm = lambda o: S.LambdaLR(o, lambda t: min(1.0, t / 20))
record("constant", {"warmup": 2}, 0.1, 50, 10, warm)
record("cosine", {"warmup": 2, "warmup_lr": 0.01, "min_lr": 0.001}, 0.1, 50, 10,
       lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, 1.0, 20), S.CosineAnnealingLR(o, 30, eta_min=0.001)], [20]))
json.dump({"torch": torch.__version__, "records": records}, open(sys.argv[1], "w"), separators=(",", ":"))

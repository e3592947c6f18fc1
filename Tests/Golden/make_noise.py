"""How far gradients go when every number is off by a rounding error: python make_noise.py [FOLDER/NAME...]

A number beside a ReLU's kink falls on either side of it by rounding, and its whole gradient comes or goes; deep networks have millions of such
numbers. Here every weight and pixel is off by about 2e-6 of itself, three times over, in PyTorch's single precision. The measure is that of the tests:
for every parameter the larger distance of its gradient's norm and projection, relative to the larger of its norm and the median norm of the network;
largest and median over all parameters, the worst of the three. Writes noise.json, without names that it has; needs what make_models.py and
make_cifar.py need.
"""
import glob, json, os, sys
import numpy as np, timm, torch
from formula import number, tensor
import make_ofa  # makes its network known to timm
from make_models import fill

here = os.path.dirname(os.path.abspath(__file__))


def build(folder, golden):
    if folder == "cifar":
        from models import model_dict
        return model_dict[golden["model"]](num_classes=golden["classes"])
    given = {"in_chans" if k == "channels" else k: v for k, v in golden.get("arguments", {}).items()}
    if golden["model"].startswith("swin"):
        given["drop_path_rate"] = 0.0
    return timm.create_model(golden["model"], num_classes=golden["classes"], **given)


def distances(model, images, golden):
    model.zero_grad()
    out = model(images)
    out = out[0] if isinstance(out, tuple) else out
    torch.nn.functional.cross_entropy(out, torch.arange(len(images)) % golden["classes"]).backward()
    median = sorted(n for n, _ in golden["gradients"].values())[len(golden["gradients"]) // 2]
    result = []
    for key, p in model.named_parameters():
        if p.grad is None:
            continue
        g = p.grad.double().flatten().numpy()
        norm, projection = golden["gradients"][key]
        other = float(np.linalg.norm(g)), float(g @ number("grad:" + key, g.size, golden["seed"]).astype(np.float64))
        result.append(max(abs(other[0] - norm), abs(other[1] - projection)) / max(norm, median))
    return sorted(result)


def noise(folder, golden):
    model = build(folder, golden).train()
    images = torch.from_numpy(tensor("input", tuple(golden["input"]), golden["seed"], 2.0))
    worst = [0.0, 0.0]
    for draw in range(3):
        torch.manual_seed(draw)
        fill(model, golden["seed"])
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + 2e-6 * torch.randn_like(p))
        found = distances(model, images * (1 + 2e-6 * torch.randn_like(images)), golden)
        worst = [max(worst[0], found[-1]), max(worst[1], found[len(found) // 2])]
    return [float(f"{w:.2e}") for w in worst]


if __name__ == "__main__":
    path = f"{here}/noise.json"
    table = json.load(open(path)) if os.path.exists(path) else {}
    for file in sorted(glob.glob(f"{here}/cifar/*.json") + glob.glob(f"{here}/models/*.json")):
        name = os.path.relpath(file, here)[: -len(".json")]
        if name not in sys.argv[1:] if sys.argv[1:] else name in table:
            continue
        table[name] = noise(name.split("/")[0], json.load(open(file)))
        print(name, table[name], flush=True)
        lines = ",\n".join(f' "{n}": {json.dumps(v)}' for n, v in sorted(table.items()))
        open(path, "w").write("{\n" + lines + "\n}\n")

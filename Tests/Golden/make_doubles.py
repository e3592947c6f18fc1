"""Logits of deep networks in double precision: python make_doubles.py

What single precision should have said: the distance of a program's logits from these is its rounding error. Weights and images are the
single-precision numbers of formula.py. For comparison also PyTorch's own largest error in single precision, relative to the root mean square of the
logits. Writes doubles.json; needs what make_models.py needs.
"""
import json, os
import timm, torch
from formula import tensor
from make_models import fill

here = os.path.dirname(os.path.abspath(__file__))


def golden(name, pixels, seed=5, classes=1000, batch=2):
    model = timm.create_model(name, num_classes=classes).eval()
    fill(model, seed)
    x = torch.from_numpy(tensor("input", (batch, 3, pixels, pixels), seed, 2.0))
    with torch.no_grad():
        single = model(x).double()
        double = model.double()(x.double())
    error = (single - double).abs().max() / double.square().mean().sqrt()
    print(name, "PyTorch's error", float(error))
    return {"model": name, "seed": seed, "classes": classes, "input": list(x.shape), "torch": torch.__version__,
            "single_error": float(f"{error:.3g}"), "logits": [[float(f"{v:.14g}") for v in row] for row in double.tolist()]}


if __name__ == "__main__":
    records = [golden("resnet34", 224), golden("resnet18", 64)]
    with open(f"{here}/doubles.json", "w") as file:
        json.dump(records, file)
        file.write("\n")

"""Reference values of PSPNet with formula-filled weights: python make_segmentation.py OUT SEED

Zhao et al. 2017 on timm's dilated residual networks and on those of the CIFAR experiments, put together here by hand. Six images of 33×41
pixels, five classes; the label of pixel (n, h, w) is (n + h // 4 + w // 5) % 5, and 255 (which does not count) where h·w is a multiple of 7.
Per network: every state-dict key and shape, parameter count, fingerprints (L2 norm and dot product with number("logits")) of the
evaluation logits [6, 5, 33, 41] and of the auxiliary ones, the training loss ce + 0.4·ce(aux) without dropout, and every gradient's norm and
dot product with number("grad:" + key).
"""
import json, sys
import numpy as np, timm, torch
import torch.nn.functional as F
from torch import nn
from formula import number, tensor
from make_models import fill

CLASSES, SHAPE = 5, (6, 3, 33, 41)


class Block(nn.Module):
    def __init__(self, c, k, stride, first, rest):
        super().__init__()
        self.conv1 = nn.Conv2d(c, k, 3, stride, first, first, bias=False)
        self.bn1 = nn.BatchNorm2d(k)
        self.conv2 = nn.Conv2d(k, k, 3, 1, rest, rest, bias=False)
        self.bn2 = nn.BatchNorm2d(k)
        self.downsample = None
        if stride != 1 or c != k:
            self.downsample = nn.Sequential(nn.Conv2d(c, k, 1, stride, bias=False), nn.BatchNorm2d(k))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Small(nn.Module):
    """The residual network of depth 6n + 2 behind a stem of stride 2."""

    def __init__(self, depth, widths, output_stride):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        reached, dilation = 2, 1
        for i in range(3):
            wanted = 1 if i == 0 else 2
            stride = 1 if reached * wanted > output_stride else wanted
            first = dilation
            reached, dilation = reached * stride, dilation * wanted // stride
            blocks = [
                Block(widths[i] if b == 0 else widths[i + 1], widths[i + 1], stride if b == 0 else 1, first if b == 0 else dilation, dilation)
                for b in range((depth - 2) // 6)
            ]
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.channels = widths[2:]

    def maps(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer2(self.layer1(x))
        return x, self.layer3(x)


def large(name, output_stride):
    net = timm.create_model(name, num_classes=0, output_stride=output_stride)
    net.channels = [net.num_features // 2, net.num_features]

    def maps(x):
        x = net.maxpool(F.relu(net.bn1(net.conv1(x))))
        x = net.layer3(net.layer2(net.layer1(x)))
        return x, net.layer4(x)

    net.maps = maps
    return net


class Pyramid(nn.Module):
    def __init__(self, c, k, align):
        super().__init__()
        self.align = align
        self.stages = nn.ModuleList(nn.Sequential(nn.AdaptiveAvgPool2d(s), nn.Conv2d(c, k, 1, bias=False), nn.BatchNorm2d(k), nn.ReLU()) for s in (1, 2, 3, 6))
        self.bottleneck = nn.Sequential(nn.Conv2d(c + 4 * k, k, 3, padding=1, bias=False), nn.BatchNorm2d(k), nn.ReLU())

    def forward(self, x):
        up = [F.interpolate(s(x), x.shape[2:], mode="bilinear", align_corners=self.align) for s in self.stages]
        return self.bottleneck(torch.cat(up + [x], 1))


def network(body, align):
    before, last = body.channels
    width = max(32, last // 4)
    body.psp = Pyramid(last, width, align)
    body.head = nn.Conv2d(width, CLASSES, 1)
    body.aux = nn.Sequential(nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.Identity(), nn.Conv2d(width, CLASSES, 1))

    def run(x):
        earlier, later = body.maps(x)
        grow = lambda z: F.interpolate(z, x.shape[2:], mode="bilinear", align_corners=align)
        return grow(body.head(body.psp(later))), grow(body.aux(earlier))

    return run


def print_of(key, value, seed):
    v = value.detach().double().flatten().numpy()
    return [float(np.linalg.norm(v)), float(v @ number(key, v.size, seed).astype(np.float64))]


def golden(name, body, arguments, seed):
    run = network(body, arguments.get("align_corners", True))
    fill(body, seed)
    x = torch.from_numpy(tensor("input", SHAPE, seed, 2.0))
    n, h, w = np.indices((SHAPE[0],) + SHAPE[2:])
    y = torch.from_numpy(np.where(h * w % 7 == 0, 255, (n + h // 4 + w // 5) % CLASSES))
    body.eval()
    with torch.no_grad():
        logits, aux = run(x)
    body.train()
    a, b = run(x)
    loss = F.cross_entropy(a, y, ignore_index=255) + 0.4 * F.cross_entropy(b, y, ignore_index=255)
    loss.backward()
    return {
        "model": name, "arguments": arguments, "seed": seed, "classes": CLASSES, "input": list(SHAPE), "timm": timm.__version__, "torch": torch.__version__,
        "parameters": sum(p.numel() for p in body.parameters()),
        "state": [[k, list(v.shape), str(v.dtype).replace("torch.", "")] for k, v in body.state_dict().items()],
        "logits": print_of("logits", logits, seed), "aux": print_of("logits", aux, seed), "loss": float(loss),
        "gradients": {k: print_of("grad:" + k, p.grad, seed) for k, p in body.named_parameters()},
    }


if __name__ == "__main__":
    out, seed = sys.argv[1], int(sys.argv[2])
    plans = [
        ("pspnet_resnet8", lambda: Small(8, [16, 16, 32, 64], 8), {}),
        ("pspnet_resnet8x4", lambda: Small(8, [32, 64, 128, 256], 4), {"output_stride": 4, "align_corners": False}),
        ("pspnet_resnet18", lambda: large("resnet18", 8), {}),
        ("pspnet_resnet50", lambda: large("resnet50", 16), {"output_stride": 16}),
        ("pspnet_resnet101", lambda: large("resnet101", 16), {"output_stride": 16}),
    ]
    for name, make, arguments in plans:
        record = golden(name, make(), arguments, seed)
        json.dump(record, open(f"{out}/{name}.json", "w"), separators=(",", ":"))
        print(name, record["parameters"], record["loss"], record["logits"])

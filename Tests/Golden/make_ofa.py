"""Reference values of subnetworks of the once-for-all MobileNetV3 (Cai et al. 2020): python make_ofa.py OUT SEED

The network is written here anew from the paper, with the module names of the authors' checkpoints. It is made known to timm under the name
ofa_mobilenetv3, so that the records are those of make_models.py.
"""
import json, sys
from collections import OrderedDict
import torch
from timm.models import register_model
from torch import nn


def eights(width):
    near = max(8, int(width + 4) // 8 * 8)
    return near + 8 if near < 0.9 * width else near


def conv(inputs, outputs, kernel=1, stride=1, groups=1, act=None, squeeze=None, norm=True):
    parts = [("conv", nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False))]
    parts += [("bn", nn.BatchNorm2d(outputs) if norm else None), ("act", act and act()), ("se", squeeze)]
    return nn.Sequential(OrderedDict((key, part) for key, part in parts if part is not None))


class Squeeze(nn.Module):
    def __init__(self, width):
        super().__init__()
        middle = eights(width // 4)
        self.fc = nn.Sequential(OrderedDict([
            ("reduce", nn.Conv2d(width, middle, 1)), ("relu", nn.ReLU()), ("expand", nn.Conv2d(middle, width, 1)),
            ("h_sigmoid", nn.Hardsigmoid())]))

    def forward(self, x):
        return x * self.fc(x.mean((2, 3), keepdim=True))


class Mobile(nn.Module):
    def __init__(self, inputs, outputs, kernel, expand, stride, act, squeezed):
        super().__init__()
        middle = eights(inputs * expand)
        if expand > 1:
            self.inverted_bottleneck = conv(inputs, middle, act=act)
        self.depth_conv = conv(middle, middle, kernel, stride, middle, act, Squeeze(middle) if squeezed else None)
        self.point_linear = conv(middle, outputs)

    def forward(self, x):
        if hasattr(self, "inverted_bottleneck"):
            x = self.inverted_bottleneck(x)
        return self.point_linear(self.depth_conv(x))


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, expand, stride, act, squeezed):
        super().__init__()
        self.conv = Mobile(inputs, outputs, kernel, expand, stride, act, squeezed)
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        return self.conv(x) + x if self.has_shortcut else self.conv(x)


class OnceForAll(nn.Module):
    STAGES = [
        (24, 2, nn.ReLU, False), (40, 2, nn.ReLU, True), (80, 2, nn.Hardswish, False), (112, 1, nn.Hardswish, True),
        (160, 2, nn.Hardswish, True)]

    def __init__(self, width, kernels, expands, depths, num_classes):
        """kernels and expands: four numbers for each of the five stages, of which the first `depth` count."""
        super().__init__()
        inputs = eights(16 * width)
        self.first_conv = conv(3, inputs, 3, 2, act=nn.Hardswish)
        blocks = [Block(inputs, inputs, 3, 1, 1, nn.ReLU, False)]
        for stage, (outputs, stride, act, squeezed) in enumerate(self.STAGES):
            outputs = eights(outputs * width)
            for i in range(depths[stage]):
                choice = 4 * stage + i
                blocks.append(Block(inputs, outputs, kernels[choice], expands[choice], stride if i == 0 else 1, act, squeezed))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        wide, last = eights(960 * width), eights(1280 * width)
        self.final_expand_layer = conv(inputs, wide, act=nn.Hardswish)
        self.feature_mix_layer = conv(wide, last, act=nn.Hardswish, norm=False)
        self.classifier = nn.Sequential(OrderedDict([("linear", nn.Linear(last, num_classes))]))

    def forward(self, x):
        x = self.first_conv(x)
        for block in self.blocks:
            x = block(x)
        x = self.final_expand_layer(x).mean((2, 3), keepdim=True)
        return self.classifier(self.feature_mix_layer(x).flatten(1))


@register_model
def ofa_mobilenetv3(pretrained=False, width=1.0, kernels=None, expands=None, depths=None, num_classes=1000, **kwargs):
    return OnceForAll(width, kernels, expands, depths, num_classes)


SMALL = dict(
    width=0.6, kernels=[3, 5, 7, 7, 5, 3, 3, 7, 7, 7, 5, 3, 3, 5, 7, 5, 5, 7, 3, 3],
    expands=[3, 4, 6, 6, 4, 4, 3, 6, 6, 3, 4, 6, 4, 6, 3, 3, 6, 4, 6, 3], depths=[2, 3, 4, 2, 3])
LARGE = dict(width=1.2, kernels=[7] * 20, expands=[6] * 20, depths=[4] * 5)

if __name__ == "__main__":
    from make_models import golden

    out, seed = sys.argv[1], int(sys.argv[2])
    g = golden("ofa_mobilenetv3", seed, arguments=SMALL, pixels=64)
    json.dump(g, open(f"{out}/ofa_mobilenetv3-64.json", "w"), separators=(",", ":"))
    for name, choice in [("small", SMALL), ("large", LARGE)]:
        print(name, sum(p.numel() for p in ofa_mobilenetv3(**choice).parameters()), round(g["loss"], 4))

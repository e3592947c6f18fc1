"""Small networks written by PyTorch's two ONNX exporters, with the logits onnxruntime gives.

    pip install torch torchvision timm onnx onnxscript onnxruntime
    python make_onnx.py

Writes onnx/NAME.onnx and onnx/expected.json: {NAME: {"size", "channels", "logits"}}; the input of
two images is made by formula (formula.py, name "onnx.NAME").
"""

import json
import pathlib
import warnings

import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision

from formula import tensor

HERE = pathlib.Path(__file__).parent / "onnx"
warnings.filterwarnings("ignore")


def small_networks():
    """name: (network, image size, opset, whether the newer exporter writes it)"""
    mobile = narrow_mobilenet
    vit = dict(img_size=32, patch_size=8, embed_dim=32, depth=2, num_heads=2, num_classes=10)
    swin = dict(
        img_size=32, patch_size=2, window_size=4, embed_dim=16, depths=(2, 2), num_heads=(1, 2)
    )
    return {
        "resnet_11": (narrow_resnet(), 32, 11, False),
        "resnet_18_dynamo": (narrow_resnet(), 32, 18, True),
        "mobilenetv2_13": (torchvision.models.MobileNetV2(10, 0.1), 32, 13, False),
        "mobilenetv3_17": (mobile(), 32, 17, False),
        "mobilenetv3_18_dynamo": (mobile(), 32, 18, True),
        "lite_12": (
            timm.models.efficientnet._gen_efficientnet_lite(
                "tf_efficientnet_lite0", channel_multiplier=0.1, num_classes=10, bn_eps=1e-3,
                pad_type="same",
            ),
            33, 12, False,
        ),
        "vit_14": (timm.models.VisionTransformer(**vit), 32, 14, False),
        "vit_20_dynamo": (timm.models.VisionTransformer(**vit), 32, 20, True),
        "swin_16": (timm.models.SwinTransformer(num_classes=10, **swin), 32, 16, False),
        "convnext_17": (
            timm.models.ConvNeXt(depths=(1, 1, 1, 1), dims=(8, 16, 24, 32), num_classes=10),
            32, 17, False,
        ),
        "mixer_15": (
            timm.models.MlpMixer(img_size=32, patch_size=8, embed_dim=32, num_blocks=2, num_classes=10),
            32, 15, False,
        ),
        "levit_17": (
            timm.models.Levit(
                img_size=64, embed_dim=(16, 32, 48), key_dim=8, depth=(1, 1, 1), num_heads=(2, 3, 4),
                num_classes=10,
            ),
            64, 17, False,
        ),
        "shufflenet_17": (
            torchvision.models.ShuffleNetV2([1, 2, 1], [8, 16, 24, 32, 48], num_classes=10),
            32, 17, False,
        ),
        "resizing_18": (Resizing(), 16, 18, False),
        "pieces_17": (Pieces(), 8, 17, False),
    }


def narrow_resnet():
    return timm.models.ResNet(
        timm.models.resnet.BasicBlock, (1, 1, 1, 1), num_classes=10, stem_width=8,
        channels=(8, 16, 24, 32),
    )


def narrow_mobilenet():
    return timm.models.mobilenetv3._gen_mobilenet_v3("mobilenetv3_small_050", 0.1, num_classes=10)


class Resizing(torch.nn.Module):
    """Up and down, transposed convolution, group norm."""

    def __init__(self):
        super().__init__()
        self.down = torch.nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = torch.nn.GroupNorm(4, 8)
        self.up = torch.nn.ConvTranspose2d(8, 6, 4, 2, 1)
        self.head = torch.nn.Linear(6, 10)

    def forward(self, x):
        f = torch.nn.functional
        y = f.silu(self.norm(self.down(x)))
        y = f.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)
        y = f.interpolate(y, size=(8, 8), mode="bilinear", align_corners=True)
        y = f.interpolate(self.up(y), scale_factor=2, mode="nearest")
        return self.head(f.adaptive_avg_pool2d(f.gelu(y), 1).flatten(1))


class Pieces(torch.nn.Module):
    """What shapes are made of: slices, rolls, stacks, chunks, pads, comparisons."""

    def __init__(self):
        super().__init__()
        self.mix = torch.nn.Parameter(torch.randn(12, 12) * 0.3)
        self.head = torch.nn.Linear(48, 10)

    def forward(self, x):
        f = torch.nn.functional
        y = torch.cat([x, x.flip(3), torch.roll(x, (1, 2), (2, 3)), x.clamp(-0.2, 0.3)], 1)
        y = f.pad(y, (1, 0, 2, 1))[:, :, 1::2, :-1]
        y = f.pad(y, (1, 1, 1, 1), mode="reflect")
        y = torch.einsum("nchw,cd->ndhw", y, self.mix)
        a, b = y.chunk(2, 1)
        y = torch.where(a > b, a * b, (a - b).abs().sqrt())
        y = f.pixel_unshuffle(y[:, :, :6, :8], 2)
        y = torch.cat([f.max_pool2d(y, 3, 1, 1, ceil_mode=True), y.pow(2)], 1)
        y = torch.stack([y.mean((2, 3)), y.amax((2, 3))], 1) * torch.tensor([1.0, 0.5]).view(1, 2, 1)
        return self.head(torch.log_softmax(y, 1).sum(1))


def strip(path):
    """Takes out where in whose program each node came from."""
    model = onnx.load(path)
    graph = model.graph
    for part in [graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer]:
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    onnx.save(model, path)


def main():
    HERE.mkdir(exist_ok=True)
    expected = {}
    for name, (network, size, opset, isNew) in small_networks().items():
        torch.manual_seed(0)
        network = network.eval()
        with torch.no_grad():
            for index, parameter in enumerate(network.parameters()):
                parameter.add_(torch.randn(parameter.shape) * 0.02)
            for module in network.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.1)
                    module.running_var.uniform_(0.5, 1.5)
        x = torch.from_numpy(tensor(f"onnx.{name}", (2, 3, size, size)))
        path = HERE / f"{name}.onnx"
        names = dict(input_names=["input"], output_names=["logits"])
        if isNew:
            batch = torch.export.Dim("N")
            program = torch.onnx.export(
                network, (x,), opset_version=opset, dynamo=True, external_data=False,
                dynamic_shapes=({0: batch},), **names,
            )
            program.save(path)
        else:
            torch.onnx.export(
                network, (x,), path, opset_version=opset, dynamo=False,
                dynamic_axes={"input": {0: "N"}}, **names,
            )
        strip(path)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        logits = session.run(None, {"input": x.numpy()})[0]
        expected[name] = {"size": size, "logits": [float(v) for v in logits.ravel()]}
        print(name, path.stat().st_size, np.abs(logits).max())
    (HERE / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()

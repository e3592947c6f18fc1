"""Where timm's transformers, MLPs and ConvNeXt start from: python make_starts.py OUT.json

Per name and key (of every row of blocks only the first): mean, standard deviation and largest magnitude of the drawn numbers, 10 classes.
"""
import json, re, sys
import timm, torch

NAMES = """
vit_tiny_patch16_224 deit_tiny_distilled_patch16_224 levit_128s swin_tiny_patch4_window7_224 tnt_s_patch16_224 tnt_s_legacy_patch16_224
mixer_s16_224 resmlp_12_224 resmlp_24_224 convnext_tiny
"""


def starts(name):
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=10)
    result = {}
    for key, p in model.named_parameters():
        if re.search(r"blocks\.[1-9]", key):
            continue
        x = p.detach().double()
        result[key] = [float(f"{v:.5e}") for v in (x.mean(), x.std(unbiased=False), x.abs().max())]
    return result


if __name__ == "__main__":
    lines = []
    for name in NAMES.split():
        rows = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in starts(name).items())
        lines.append(f' {json.dumps(name)}: {{\n{rows}\n }}')
    open(sys.argv[1], "w").write("{\n" + ",\n".join(lines) + "\n}\n")

"""Parameter counts, keys and preprocessing of timm's models at their usual size and 1000 classes: python make_model_names.py OUT.json

Per name: number of parameters; FNV-1a of the state dict, a line "key [sizes]" for each entry, in its order; and what its published weights want of
a photograph.
"""
import json, sys
import timm
from formula import fnv1a64

NAMES = """
resnet18 resnet34 resnet50 resnet101 resnet152 wide_resnet50_2 wide_resnet101_2 tresnet_m tresnet_l
convnext_tiny convnext_small convnext_base
vit_tiny_patch16_224 vit_small_patch16_224 vit_base_patch16_224 vit_small_patch32_224 vit_base_patch32_224
deit_tiny_patch16_224 deit_small_patch16_224 deit_base_patch16_224
deit_tiny_distilled_patch16_224 deit_small_distilled_patch16_224 deit_base_distilled_patch16_224
levit_128s levit_128 levit_192 levit_256 levit_384
swin_tiny_patch4_window7_224 swin_small_patch4_window7_224 swin_base_patch4_window7_224
tnt_s_patch16_224 tnt_s_legacy_patch16_224 tnt_b_patch16_224
mixer_s16_224 mixer_s32_224 mixer_b16_224 mixer_b32_224 resmlp_12_224 resmlp_24_224 resmlp_36_224
mobilenetv2_050 mobilenetv2_100 mobilenetv2_110d mobilenetv2_120d mobilenetv2_140
mobilenetv3_small_050 mobilenetv3_small_075 mobilenetv3_small_100 mobilenetv3_large_075 mobilenetv3_large_100
efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3
tf_efficientnet_lite0 tf_efficientnet_lite1 tf_efficientnet_lite2 tf_efficientnet_lite3 tf_efficientnet_lite4
regnety_002 regnety_004 regnety_006 regnety_008 regnety_016 regnety_032
"""


def line(name):
    model = timm.create_model(name)
    state = "".join(f"{key} {list(value.shape)}\n" for key, value in model.state_dict().items())
    wanted = model.default_cfg
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": f"{fnv1a64(state):016x}",
        "size": wanted["input_size"][-1], "crop": wanted["crop_pct"], "interpolation": wanted["interpolation"],
        "mean": list(wanted["mean"]), "std": list(wanted["std"]),
    }


if __name__ == "__main__":
    table = {name: line(name) for name in NAMES.split()}
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(table.items()))
    open(sys.argv[1], "w").write("{\n" + text + "\n}\n")

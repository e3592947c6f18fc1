"""torchvision's keys by timm's, each checked by logits: key_maps.json.

Every torchvision network gets random numbers, its state dict is renamed by the rules below, loaded
into timm's network of the same shape, and both must give the same logits.
"""
import json, pathlib, re

import timm, torch, torchvision


def mobile(keys, blocks, body, place, ends):
    result = {}
    for key in keys:
        if f".{body}." not in key:
            result[key] = next((new + key[len(old):] for old, new in ends if key.startswith(old)), None)
            continue
        block, rest = key.split(f".{body}.")
        inside = [k.split(f".{body}.")[1] for k in keys if k.startswith(f"{block}.{body}.")]
        convs = [k[:-7] for k in inside if k.endswith(".weight") and "fc" not in k
                 and k[:-7] + ".running_var" not in inside]
        norms = [k[:-12] for k in inside if k.endswith(".running_var")]
        names = dict(zip(convs, ["conv_dw", "conv_pw"] if len(convs) == 2 else ["conv_pw", "conv_dw", "conv_pwl"]))
        names |= {n: f"bn{i + 1}" for i, n in enumerate(norms)}
        part, last = rest.rsplit(".", 1)
        if part.endswith("fc1"): names[part] = "se.conv_reduce"
        if part.endswith("fc2"): names[part] = "se.conv_expand"
        result[key] = f"{blocks[place(block)]}.{names[part]}.{last}"
    return result


def rules(name, keys, wanted):
    blocks = list(dict.fromkeys(m[1] for k in wanted if (m := re.match(r"(blocks\.\d+\.\d+)\.", k))))
    last = max((int(k.split(".")[1]) for k in keys if k.startswith("features.")), default=0)
    stem = [("features.0.0.", "conv_stem."), ("features.0.1.", "bn1.")]
    head = [(f"features.{last}.0.", "conv_head."), (f"features.{last}.1.", "bn2."), ("classifier.1.", "classifier.")]
    row = lambda block: int(block.split(".")[1]) - 1
    if name == "mobilenet_v2":
        return mobile(keys, blocks, "conv", row, stem + head)
    if name.startswith("mobilenet_v3"):
        tail = blocks[-1]
        return mobile(keys, blocks, "block", row, stem + [
            (f"features.{last}.0.", f"{tail}.conv."), (f"features.{last}.1.", f"{tail}.bn1."),
            ("classifier.0.", "conv_head."), ("classifier.3.", "classifier.")])
    if name.startswith("efficientnet"):
        order = list(dict.fromkeys(k.split(".block.")[0] for k in keys if ".block." in k))
        return mobile(keys, blocks, "block", order.index, stem + head)
    table = {
        "vit": [(r"class_token", "cls_token"), (r"encoder\.pos_embedding", "pos_embed"),
                (r"conv_proj", "patch_embed.proj"), (r"encoder\.layers\.encoder_layer_(\d+)", r"blocks.\1"),
                (r"encoder\.ln", "norm"), (r"heads\.head", "head"), (r"ln_(\d)", r"norm\1"),
                (r"self_attention\.in_proj_", "attn.qkv."), (r"self_attention\.out_proj", "attn.proj"),
                (r"mlp\.(0|linear_1)", "mlp.fc1"), (r"mlp\.(3|linear_2)", "mlp.fc2")],
        "convnext": [(r"features\.0\.", "stem."),
                     (r"features\.([1357])\.(\d+)\.", lambda m: f"stages.{int(m[1]) // 2}.blocks.{m[2]}."),
                     (r"features\.([246])\.", lambda m: f"stages.{int(m[1]) // 2}.downsample."),
                     (r"block\.0", "conv_dw"), (r"block\.2", "norm"), (r"block\.3", "mlp.fc1"),
                     (r"block\.5", "mlp.fc2"), (r"layer_scale", "gamma"),
                     (r"classifier\.0", "head.norm"), (r"classifier\.2", "head.fc")],
        "swin": [(r"features\.0\.0", "patch_embed.proj"), (r"features\.0\.2", "patch_embed.norm"),
                 (r"features\.([1357])\.(\d+)\.", lambda m: f"layers.{int(m[1]) // 2}.blocks.{m[2]}."),
                 (r"features\.([246])\.", lambda m: f"layers.{int(m[1]) // 2}.downsample."),
                 (r"mlp\.0", "mlp.fc1"), (r"mlp\.3", "mlp.fc2"), (r"^head\.", "head.fc.")],
    }[name.split("_")[0]]
    result = {}
    for key in keys:
        new = key
        for old, to in table:
            new = re.sub(old, to, new)
        result[key] = None if key.endswith("relative_position_index") else new
    return result


def main():
    torch.manual_seed(0)
    pairs = {}
    for name, ours in [
        ("mobilenet_v2", "mobilenetv2_100"), ("mobilenet_v3_small", "mobilenetv3_small_100"),
        ("mobilenet_v3_large", "mobilenetv3_large_100"), ("efficientnet_b0", "efficientnet_b0"),
        ("vit_b_16", "vit_base_patch16_224"), ("convnext_tiny", "convnext_tiny"),
        ("swin_t", "swin_tiny_patch4_window7_224"),
    ]:
        theirs = torchvision.models.get_model(name, weights=None)
        for key, value in theirs.state_dict().items():
            if value.is_floating_point() and value.abs().max() < 0.01: value.normal_(0, 0.02)
        # Running statistics of what really goes through, so that no signal dies on its way.
        for module in theirs.modules():
            if isinstance(module, torch.nn.BatchNorm2d): module.momentum = None
        with torch.no_grad():
            theirs.train()(torch.randn(8, 3, 96, 96) if "mobile" in name or "eff" in name
                           else torch.randn(1, 3, 224, 224))
        theirs.eval()
        for key, value in theirs.state_dict().items():
            if key.endswith("running_var"): value.mul_(torch.empty_like(value).uniform_(0.7, 1.4))
        mine = timm.create_model(ours).eval()
        wanted = mine.state_dict()
        state = theirs.state_dict()
        map = rules(name, list(state), list(wanted))
        renamed = {}
        for old, new in map.items():
            if new is None: continue
            value = state[old]
            if name.startswith("mobilenet_v3") and new.endswith("running_var"): value = value + (1e-3 - 1e-5)
            renamed[new] = value.reshape(wanted[new].shape)
        mine.load_state_dict(renamed)
        x = torch.randn(2, 3, 224, 224)
        with torch.no_grad():
            a, b = theirs(x), mine(x)
        distance = ((a - b).abs().max() / a.abs().max()).item()
        spread = ((a[0] - a[1]).abs().max() / a.abs().max()).item()
        print(name, distance, spread)
        assert distance < 1e-4 < 1e-2 < spread, name
        pairs[name] = {"timm": ours, "keys": [[k, v, list(state[k].shape)] for k, v in map.items()]}
    text = json.dumps(pairs, separators=(",", ":"))
    (pathlib.Path(__file__).parent / "key_maps.json").write_text(text)


main()

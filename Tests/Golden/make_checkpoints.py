"""Small files in PyTorch's forms, and what is in them: checkpoints/*.pth and expected.json."""
import argparse, collections, json, pathlib, pickle, sys, zipfile

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
here = pathlib.Path(__file__).parent / "checkpoints"
expected = {}


def numbers(tensor):
    if tensor.dtype == torch.bool:
        return [int(x) for x in tensor.flatten().tolist()]
    if tensor.dtype.is_floating_point:
        return tensor.detach().to(torch.float64).flatten().tolist()
    return tensor.flatten().tolist()


def record(name, tensors, **facts):
    expected[name] = {
        "arrays": {
            key: {"shape": list(t.shape), "values": numbers(t), "type": str(t.dtype)[6:]}
            for key, t in tensors.items()
        },
        **facts,
    }


def flat(values, path=""):
    found = {}
    for key, value in values.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(value, torch.Tensor):
            found[name] = value
        elif isinstance(value, dict):
            found |= flat(value, name)
    return found


generator = torch.Generator().manual_seed(3)


def draw(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator).to(dtype)


def every_type():
    whole = torch.arange(-3, 3)
    return {
        **{f"f.{str(t)[6:]}": draw(2, 3, dtype=t)
           for t in [torch.float64, torch.float32, torch.float16, torch.bfloat16,
                     torch.float8_e4m3fn, torch.float8_e5m2]},
        **{f"i.{str(t)[6:]}": whole.to(t) for t in [torch.int64, torch.int32, torch.int16, torch.int8]},
        **{f"u.{str(t)[6:]}": (whole + 3).to(t)
           for t in [torch.uint8, torch.uint16, torch.uint32, torch.uint64]},
        "b": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
    }


def views():
    base = draw(4, 6)
    return {
        "base": base, "transposed": base.t(), "slice": base[1:3, 2:5], "column": base[:, 3],
        "step": base[::2, ::3], "expanded": draw(1, 3).expand(5, 3), "tied": base,
        "last": base.permute(1, 0).reshape(2, 3, 4).transpose(0, 2),
        "channels_last": draw(2, 3, 4, 5).to(memory_format=torch.channels_last),
    }


def training():
    network = torch.nn.Sequential(
        collections.OrderedDict(conv=torch.nn.Conv2d(3, 4, 3), norm=torch.nn.BatchNorm2d(4),
                                fc=torch.nn.Linear(4, 2)))
    optimizer = torch.optim.Adam(network.parameters())
    sum(p.sum() for p in network.parameters()).backward()
    optimizer.step()
    state = network.state_dict()
    return network, {
        "epoch": 7, "arch": "tiny", "best": 71.25, "state_dict": {"module." + k: v for k, v in state.items()},
        "optimizer": optimizer.state_dict(), "done": False,
        "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("a/b"), device=torch.device("cpu")),
        "accuracy": numpy.float64(0.5), "history": [0.5, 0.25], "mean": numpy.array([1.5, 2.5, 3.5]),
        "shape": torch.Size([3, 4]), "names": ("a", "b"), "nothing": None,
    }


def deflated(source, target):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)


def main():
    here.mkdir(exist_ok=True)
    types, looks = every_type(), views()
    torch.save(types, here / "types.pth")
    record("types.pth", types)
    torch.save(types, here / "types_legacy.pth", _use_new_zipfile_serialization=False)
    record("types_legacy.pth", types)
    torch.save(looks, here / "views.pth")
    record("views.pth", looks)
    torch.save(looks, here / "views_legacy.pth", _use_new_zipfile_serialization=False)
    record("views_legacy.pth", looks)
    deflated(here / "views.pth", here / "views_deflated.pth")
    record("views_deflated.pth", looks)

    network, values = training()
    wanted = flat({k: v for k, v in values.items() if k in ("state_dict", "optimizer")})
    wanted["mean"] = torch.from_numpy(values["mean"])
    words = {"epoch": "7", "arch": "tiny", "best": "71.25", "done": "false", "accuracy": "0.5"}
    for protocol in (2, 4):
        torch.save(values, here / f"training_{protocol}.pth", pickle_protocol=protocol)
        record(f"training_{protocol}.pth", wanted, words=words)
    torch.save(values, here / "training_legacy.pth", _use_new_zipfile_serialization=False)
    record("training_legacy.pth", wanted, words=words)

    torch.save(network, here / "module.pth")
    record("module.pth", network.state_dict())
    torch.save(network[0].weight, here / "parameter.pth")
    record("parameter.pth", {"array": network[0].weight})
    for protocol in (2, 3, 4, 5):
        arrays = {"a": numpy.arange(6, dtype=">i2").reshape(2, 3), "b": numpy.asfortranarray(
            numpy.arange(6, dtype=numpy.float32).reshape(2, 3))}
        with open(here / f"arrays_{protocol}.pkl", "wb") as file:
            pickle.dump(arrays, file, protocol)
        record(f"arrays_{protocol}.pkl", {
            "a": torch.arange(6, dtype=torch.int16).reshape(2, 3),
            "b": torch.arange(6, dtype=torch.float32).reshape(2, 3)})
    with open(here / "expected.json", "w") as file:
        json.dump(expected, file, indent=0)


main()

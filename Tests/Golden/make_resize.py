"""Images resized by PyTorch's interpolate, for Tests/TensorsTests/ResizeTests.swift.

    python make_resize.py        writes resize.json beside this file
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F


def main():
    height, width = 3, 5
    values = [((i * 37 + 11) % 23) / 7 - 1 for i in range(height * width)]
    x = torch.tensor(values, dtype=torch.float64).reshape(1, 1, height, width)
    cases = []
    for mode in ["nearest", "bilinear", "bicubic"]:
        options = [(False, False)] if mode == "nearest" else [
            (False, False), (True, False), (False, True)]
        for align, antialias in options:
            for size in [(2, 3), (4, 7), (1, 1), (3, 9), (9, 2)]:
                extra = {} if mode == "nearest" else dict(
                    align_corners=align, antialias=antialias)
                y = F.interpolate(x, size=size, mode=mode, **extra)
                cases.append(dict(
                    mode=mode, alignCorners=align, antialias=antialias, height=size[0],
                    width=size[1], values=[round(v, 7) for v in y.flatten().tolist()]))
    golden = dict(torch=torch.__version__, height=height, width=width, values=values, cases=cases)
    text = json.dumps(golden, indent=1)
    (Path(__file__).parent / "resize.json").write_text(text + "\n")


main()

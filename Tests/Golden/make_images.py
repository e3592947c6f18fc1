"""Picture files of every kind, what PIL reads from them, and PIL's resizing of the photographs.

    python make_images.py          writes images/* and images.json beside this file

Needs Pillow and NumPy. Files that Pillow cannot write (interlaced, 16-bit colour) are put together
here, chunk by chunk.
"""

import base64
import io
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, "images")
photo = Image.open(os.path.join(here, "photos", "chelsea.png")).convert("RGB")
small = photo.crop((120, 80, 195, 131)).resize((47, 33), Image.BICUBIC)
cases = {}


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def keep(name, data, expected, wide=False):
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)
    array = np.asarray(expected)
    cases[name] = {
        "height": array.shape[0], "width": array.shape[1],
        "channels": array.shape[2] if array.ndim == 3 else 1,
        "pixels": text(array.astype("<u2" if wide else "u1"))}


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(rows, depth):
    """Rows of samples as PNG packs them, each behind its filter byte 0."""
    result = b""
    for row in rows:
        flat = row.reshape(-1)
        if depth == 16:
            data = flat.astype(">u2").tobytes()
        elif depth == 8:
            data = flat.astype("u1").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in flat)
            bits += "0" * (-len(bits) % 8)
            data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        result += b"\0" + data
    return result


def png(samples, depth, color, interlaced=False, extra=b""):
    height, width = samples.shape[:2]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                  (1, 0, 2, 2), (0, 1, 1, 2)]
        raw = b""
        for x, y, dx, dy in passes:
            part = samples[y::dy, x::dx]
            if part.shape[0] and part.shape[1]:
                raw += packed(part, depth)
    else:
        raw = packed(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def png_files():
    rgb = np.asarray(small)
    grey = np.asarray(small.convert("L"))
    keep("rgb8.png", png(rgb, 8, 2), rgb)
    keep("rgb8_interlaced.png", png(rgb, 8, 2, True), rgb)
    wide = rgb.astype(np.uint16) * 257 + 3
    keep("rgb16.png", png(np.minimum(wide, 65535), 16, 2),
         (np.minimum(wide, 65535).astype(np.uint64) * 255 + 32895 >> 16).astype("u1"))
    keep("grey8.png", png(grey, 8, 0), grey)
    for depth in (1, 2, 4):
        levels = grey >> (8 - depth)
        scaled = levels * (255 // (2 ** depth - 1))
        keep(f"grey{depth}.png", png(levels, depth, 0), scaled)
        keep(f"grey{depth}_interlaced.png", png(levels, depth, 0, True), scaled)
    ids = (np.arange(33 * 47).reshape(33, 47) * 37 % 65521).astype(np.uint16)
    keep("ids16.png", png(ids, 16, 0), ids, wide=True)
    for depth, colors in ((1, 2), (2, 4), (4, 16), (8, 200)):
        quantized = small.quantize(colors)
        palette = bytes((quantized.getpalette() or [])[:3 * colors]).ljust(3 * colors, b"\0")
        places = np.asarray(quantized)
        plte = chunk(b"PLTE", palette)
        keep(f"palette{depth}.png", png(places, depth, 3, extra=plte),
             np.asarray(quantized.convert("RGB")))
        keep(f"places{depth}.png", png(places, depth, 3, True, extra=plte), places, wide=True)
    alpha = np.linspace(0, 255, 33 * 47).reshape(33, 47, 1).astype("u1")
    keep("rgba8.png", png(np.concatenate([rgb, alpha], 2), 8, 6), rgb)
    keep("grey_alpha8.png", png(np.concatenate([grey[..., None], alpha], 2), 8, 4), grey)
    key = struct.pack(">HHH", *[int(v) for v in rgb[5, 7]])
    keep("rgb8_key.png", png(rgb, 8, 2, extra=chunk(b"tRNS", key)), rgb)


def jpeg_files():
    grey = small.convert("L")
    inks = small.convert("CMYK")
    for name, image, options in [
            ("baseline", small, dict(quality=90)),
            ("progressive", small, dict(quality=90, progressive=True)),
            ("full", small, dict(quality=95, subsampling=0)),
            ("half", small, dict(quality=85, subsampling=1)),
            ("grey", grey, dict(quality=90)),
            ("inks", inks, dict(quality=95)),
            ("restarts", small, dict(quality=90, restart_marker_blocks=2))]:
        data = saved(image, "JPEG", **options)
        read = Image.open(io.BytesIO(data))
        keep(f"{name}.jpg", data, np.asarray(read if read.mode == "L" else read.convert("RGB")))
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        data = saved(small, "JPEG", quality=90, exif=exif)
        keep(f"turned{turn}.jpg", data, np.asarray(ImageOps.exif_transpose(Image.open(
            io.BytesIO(data)))))


def resized():
    ways = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
    result = {"photographs": [], "small": []}
    for name in ("chelsea.png", "coffee.png", "camera.png", "rocket.jpg"):
        image = Image.open(os.path.join(here, "photos", name))
        for way, filter in ways.items():
            for side, crop in ((256, 224), (36, 32)):
                width, height = image.size
                short, long = min(width, height), max(width, height)
                far = int(side * long / short)
                new = (side, far) if width <= height else (far, side)
                left = int(round((new[0] - crop) / 2))
                top = int(round((new[1] - crop) / 2))
                array = np.asarray(image.resize(new, filter)).astype("u1")
                array = np.ascontiguousarray(array[top:top + crop, left:left + crop])
                case = {"file": name, "way": way, "side": side, "crop": crop,
                        "channels": array.shape[2] if array.ndim == 3 else 1,
                        "crc": zlib.crc32(array.tobytes())}
                if crop == 32:
                    case["pixels"] = text(array)
                result["photographs"].append(case)
    for way, filter in ways.items():
        for width, height in ((101, 67), (20, 70), (47, 12), (5, 33), (1, 1)):
            array = np.asarray(small.resize((width, height), filter))
            result["small"].append({"way": way, "width": width, "height": height,
                                    "crc": zlib.crc32(array.tobytes())})
    result["grey"] = {"crc": zlib.crc32(np.asarray(photo.convert("L")).tobytes())}
    return result


if __name__ == "__main__":
    os.makedirs(out, exist_ok=True)
    png_files()
    jpeg_files()
    with open(os.path.join(here, "images.json"), "w") as file:
        json.dump({"files": cases, "resized": resized()}, file, indent=1, sort_keys=True)
        file.write("\n")

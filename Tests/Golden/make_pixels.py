"""Operations on pictures by PIL and torchvision, on bytes made by formula: python make_pixels.py OUT.json

A picture: byte i is (i * i * 37 + i * 11 + (i // 7) * 5) % 253, or narrowed to 60 ... 187 for "dull" ones; rows from the top,
channels last. Results as hexadecimal bytes.
"""
import json, sys
import numpy as np, PIL
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import functional as F

records = []


def picture(height, width, channels, dull=False):
    i = np.arange(height * width * channels, dtype=np.int64)
    x = (i * i * 37 + i * 11 + (i // 7) * 5) % 253
    if dull:
        x = 60 + x // 2
    x = x.astype(np.uint8).reshape(height, width, channels)
    return Image.fromarray(x[:, :, 0] if channels == 1 else x)


def record(operation, arguments, image, result, dull=False):
    channels = 1 if image.mode == "L" else 3
    records.append({"operation": operation, "arguments": arguments, "height": image.height, "width": image.width, "channels": channels, "dull": dull, "bytes": np.asarray(result, dtype=np.uint8).tobytes().hex()})


def solarize_add(image, addend):
    table = [min(255, i + addend) if i < 128 else i for i in range(256)]
    return image.point(table * len(image.getbands()))


for channels in (1, 3):
    for dull in (False, True):
        image = picture(7, 9, channels, dull)
        record("auto_contrast", [], image, ImageOps.autocontrast(image), dull)
        large = picture(40, 31, channels, dull)
        record("equalize", [], large, ImageOps.equalize(large), dull)
        record("equalize", [], image, ImageOps.equalize(image), dull)
        record("invert", [], image, ImageOps.invert(image), dull)
    image = picture(7, 9, channels)
    for threshold in (0, 77, 128, 256):
        record("solarize", [threshold], image, ImageOps.solarize(image, threshold))
    for addend in (0, 30, 110):
        record("solarize_add", [addend], image, solarize_add(image, addend))
    for bits in (0, 1, 3, 4, 8):
        result = image if bits >= 8 else Image.fromarray(np.asarray(image) & np.uint8(~(2 ** (8 - bits) - 1) & 255))
        if 0 < bits < 8:
            assert np.array_equal(np.asarray(result), np.asarray(ImageOps.posterize(image, bits)))
        record("posterize", [bits], image, result)
    for factor in (0.0, 0.1, 0.37, 0.82, 1.0, 1.63, 1.9):
        record("brightness", [factor], image, ImageEnhance.Brightness(image).enhance(factor))
        record("contrast", [factor], image, ImageEnhance.Contrast(image).enhance(factor))
        record("color", [factor], image, ImageEnhance.Color(image).enhance(factor))
        record("sharpness", [factor], image, ImageEnhance.Sharpness(image).enhance(factor))
    for share in (-0.5, -0.21, -0.004, 0.0, 0.1, 0.33, 0.5):
        record("hue", [share], image, F.adjust_hue(image, share))
    fill = 100 if channels == 1 else (100, 110, 120)
    for method, resample in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
        def affine(name, amount, matrix):
            record(name, [method, amount], image, image.transform(image.size, Image.Transform.AFFINE, matrix, resample=resample, fillcolor=fill))
        for amount in (-0.3, 0.0, 0.21):
            affine("shear_x", amount, (1, amount, 0, 0, 1, 0))
            affine("shear_y", amount, (1, 0, 0, amount, 1, 0))
            affine("translate_x", amount * 9, (1, 0, amount * 9, 0, 1, 0))
            affine("translate_y", amount * 7, (1, 0, 0, 0, 1, amount * 7))
        for degrees in (-30.0, 7.3, 21.0, 88.5):
            record("rotate", [method, degrees], image, image.rotate(degrees, resample=resample, fillcolor=fill))
colours = picture(16, 16, 3)
for share in (-0.4, 0.17, 0.45):
    record("hue", [share], colours, F.adjust_hue(colours, share))
# Crops with a resize, as RandomResizedCrop makes them: top, left, height, width, size.
for box in ((1, 2, 5, 4, 6), (0, 0, 7, 9, 4), (2, 0, 3, 9, 9), (3, 5, 4, 4, 4)):
    for method, mode in (("bilinear", F.InterpolationMode.BILINEAR), ("bicubic", F.InterpolationMode.BICUBIC)):
        for channels in (1, 3):
            image = picture(7, 9, channels)
            record("resized_crop", [method, *box], image, F.resized_crop(image, *box[:4], [box[4], box[4]], mode))
json.dump({"pil": PIL.__version__, "records": records}, open(sys.argv[1], "w"))
print(len(records))

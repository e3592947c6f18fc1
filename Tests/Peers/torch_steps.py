"""One distillation step in PyTorch, the peer of `athanor bench step`.

The teacher forward without gradients in evaluation mode, the student forward and backward for
cross entropy + 5 * KL(T=1, batch mean), fused AdamW, on random input made once; of a PSPNet the step
in structured.py.

    python torch_steps.py NAME [--layout channels_last] [--compile] [--threads 2] [--batch N] [--size S]

Says "ready", then waits: for every line "step" or "teacher" on standard input it runs that once
and prints the milliseconds; at the end of its input, the most memory it has used, in bytes.
"""

import argparse
import pathlib
import sys
import time

import timm
import torch
import torch.nn.functional as F

import structured

# name: (student, teacher, batch, image size, classes)
STEPS = {
    "resnet18<-resnet34@224": ("resnet18", "resnet34", 16, 224, 1000),
    "resnet18<-resnet34@32": ("resnet18", "resnet34", 128, 32, 10),
    "mobilenetv3_large_100<-resnet18@224": ("mobilenetv3_large_100", "resnet18", 16, 224, 1000),
    "vit_tiny<-vit_small@224": ("vit_tiny_patch16_224", "vit_small_patch16_224", 16, 224, 1000),
    "mixer_s16<-resnet18@224": ("mixer_s16_224", "resnet18", 8, 224, 1000),
    "resnet8x4<-resnet32x4@32": ("resnet8x4", "resnet32x4", 64, 32, 100),
    **structured.STEPS,
}


def network(name, classes):
    if not name.endswith("x4"):
        return timm.create_model(name, num_classes=classes)
    nn, blocks, channels = torch.nn, (int(name[6:-2]) - 2) // 6, 32
    layers = [nn.Conv2d(3, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True)]
    for outputs, stride in ((64, 1), (128, 2), (256, 2)):
        for index in range(blocks):
            layers.append(structured.Block(channels, outputs, stride if index == 0 else 1))
            channels = outputs
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)
    )


def prepare(name, layout, compiles, batch, size):
    if name in structured.STEPS:
        return structured.prepare(name, layout, compiles, batch, size)
    student_name, teacher_name, usual_batch, usual_size, classes = STEPS[name]
    batch, size = batch or usual_batch, size or usual_size
    layout = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    student = network(student_name, classes).train().to(memory_format=layout)
    teacher = network(teacher_name, classes).eval().to(memory_format=layout)
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3, fused=True)
    x = torch.randn(batch, 3, size, size).to(memory_format=layout)
    y = torch.randint(0, classes, (batch,))
    if compiles:
        student, teacher = torch.compile(student), torch.compile(teacher)

    def infer():
        with torch.no_grad():
            return teacher(x)

    def step():
        q = infer()
        z = student(x)
        kl = F.kl_div(
            F.log_softmax(z, 1), F.log_softmax(q, 1), log_target=True, reduction="batchmean"
        )
        loss = F.cross_entropy(z, y) + 5 * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return {"step": step, "teacher": infer}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=STEPS)
    parser.add_argument("--layout", default="contiguous")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--size", type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    bodies = prepare(options.name, options.layout, options.compile, options.batch, options.size)
    for _ in range(3):
        bodies["step"]()
    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        bodies[line.strip()]()
        print((time.perf_counter() - start) * 1e3, flush=True)
    status = pathlib.Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    print(int(peak.split()[1]) * 1024, flush=True)


if __name__ == "__main__":
    main()

"""Structured distillation in PyTorch, the peer of Athanor's step of a PSPNet: five terms and a critic.

Cross entropy of the logits and 0.4 of it of the auxiliary ones at the image's size (ignoring 255),
10 * KL of every pixel at the map's size, the pair-wise term on the pyramid's map, -0.1 * the
critic's mean; SGD 0.01 with momentum 0.9 and weight decay 5e-4; then one WGAN-GP step of the critic,
which sees the image, by Adam 4e-4.
"""

import timm
import torch
import torch.nn.functional as F
from torch import nn

# name: (student, teacher, batch, image size, classes)
STEPS = {
    "pspnet_resnet8<-pspnet_resnet8x4@128": ("resnet8", "resnet8x4", 8, 128, 11),
    "pspnet_resnet18<-pspnet_resnet50@128": ("resnet18", "resnet50", 4, 128, 19),
}


class Block(nn.Module):
    """The basic residual block of the CIFAR networks: the last ReLU after the sum."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.skip = nn.Sequential()
        if (inputs, stride) != (outputs, 1):
            self.skip = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        return F.relu(self.body(x) + self.skip(x), inplace=True)


class Small(nn.Module):
    """The residual network of depth 8 behind a stem of stride 2; its last two maps."""

    def __init__(self, widths):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, 2, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(True)
        )
        self.stages = nn.ModuleList(
            Block(widths[i], widths[i + 1], 1 if i == 0 else 2) for i in range(3)
        )
        self.channels = widths[2:]

    def forward(self, x):
        first, second, third = self.stages
        y = second(first(self.stem(x)))
        return y, third(y)


class Large(nn.Module):
    """timm's dilated residual network; the maps of its last two stages."""

    def __init__(self, name):
        super().__init__()
        self.body = timm.create_model(name, features_only=True, out_indices=(3, 4), output_stride=8)
        self.channels = self.body.feature_info.channels()

    def forward(self, x):
        return self.body(x)


class PSPNet(nn.Module):
    def __init__(self, name, classes):
        super().__init__()
        small = {"resnet8": [16, 16, 32, 64], "resnet8x4": [32, 64, 128, 256]}
        self.body = Small(small[name]) if name in small else Large(name)
        before, last = self.body.channels
        width = max(32, last // 4)
        norm = lambda: (nn.BatchNorm2d(width), nn.ReLU(True))
        self.levels = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(s), nn.Conv2d(last, width, 1, bias=False), *norm())
            for s in (1, 2, 3, 6)
        )
        self.bottleneck = nn.Sequential(
            nn.Conv2d(last + 4 * width, width, 3, padding=1, bias=False), *norm(), nn.Dropout2d(0.1)
        )
        self.head = nn.Conv2d(width, classes, 1)
        self.aux = nn.Sequential(
            nn.Conv2d(before, width, 3, padding=1, bias=False),
            *norm(),
            nn.Dropout2d(0.1),
            nn.Conv2d(width, classes, 1),
        )

    def forward(self, x):
        """Pyramid, logits at the map's and at the image's size, auxiliary logits in training."""
        earlier, later = self.body(x)
        grow = lambda z, like: F.interpolate(
            z, like.shape[2:], mode="bilinear", align_corners=True
        )
        pyramid = self.bottleneck(torch.cat([grow(f(later), later) for f in self.levels] + [later], 1))
        head = self.head(pyramid)
        aux = grow(self.aux(earlier), x) if self.training else None
        return pyramid, head, grow(head, x), aux


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.query, self.key = (nn.Conv2d(channels, channels // 8, 1) for _ in range(2))
        self.value, self.gamma = nn.Conv2d(channels, channels, 1), nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q, k, v = (f(x).flatten(2) for f in (self.query, self.key, self.value))
        mixed = v @ F.softmax(q.transpose(1, 2) @ k, 2).transpose(1, 2)
        return x + self.gamma * mixed.view_as(x)


class Critic(nn.Module):
    def __init__(self, classes, side, width=64):
        super().__init__()
        halvings = min(4, side.bit_length() - 1)
        self.norm = nn.BatchNorm2d(classes)
        layers, channels = [], classes + 3
        for i in range(halvings):
            convolution = nn.Conv2d(channels, width << i, 4, 2, 1)
            layers += [nn.utils.parametrizations.spectral_norm(convolution), nn.LeakyReLU(0.1)]
            channels = width << i
            if i >= halvings - 2:
                layers.append(Attention(channels))
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels, 1, min(4, side >> halvings)))

    def forward(self, logits, image):
        return self.layers(torch.cat([self.norm(logits), image], 1)).mean((1, 2, 3))


def similarities(features):
    kernel = (features.shape[2] // 2, features.shape[3] // 2)
    nodes = F.max_pool2d(features, kernel, kernel, ceil_mode=True).flatten(2)
    nodes = nodes / (nodes.norm(dim=1, keepdim=True).detach() + 1e-8)
    return nodes.transpose(1, 2) @ nodes


def prepare(name, layout, compiles, batch, size):
    student_name, teacher_name, usual_batch, usual_size, classes = STEPS[name]
    batch, size = batch or usual_batch, size or usual_size
    layout = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    student = PSPNet(student_name, classes).train().to(memory_format=layout)
    teacher = PSPNet(teacher_name, classes).eval().to(memory_format=layout)
    critic = Critic(classes, size // 8).train().to(memory_format=layout)
    optimizer = torch.optim.SGD(
        student.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, fused=True
    )
    critics = torch.optim.Adam(critic.parameters(), lr=4e-4, betas=(0.0, 0.9), fused=True)
    x = torch.randn(batch, 3, size, size).to(memory_format=layout)
    y = torch.randint(0, classes, (batch, size, size))
    if compiles:
        student, teacher = torch.compile(student), torch.compile(teacher)

    def infer():
        with torch.no_grad():
            return teacher(x)

    def step():
        theirs, target, _, _ = infer()
        own, map, logits, aux = student(x)
        small = F.interpolate(x, map.shape[2:], mode="bilinear", antialias=True)
        kl = F.kl_div(
            F.log_softmax(map, 1), F.log_softmax(target, 1), log_target=True, reduction="none"
        )
        loss = (
            F.cross_entropy(logits, y, ignore_index=255)
            + 0.4 * F.cross_entropy(aux, y, ignore_index=255)
            + 10 * kl.sum(1).mean()
            + (similarities(own) - similarities(theirs)).square().mean()
            - 0.1 * critic(map, small).mean()
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        fake = map.detach()
        share = torch.rand(batch, 1, 1, 1)
        mixed = (share * target + (1 - share) * fake).requires_grad_()
        slope = torch.autograd.grad(critic(mixed, small).sum(), mixed, create_graph=True)[0]
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        gap = critic(fake, small).mean() - critic(target, small).mean()
        critics.zero_grad()
        (gap + 10 * penalty).backward()
        critics.step()

    return {"step": step, "teacher": infer}

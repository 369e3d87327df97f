#!/usr/bin/env python3
"""Prints examples/resnet50.csv: the trainable tensors of ResNet-50 from its published architecture.

He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, table 1, column
"50-layer", with option B shortcuts; names and order as torchvision.models.resnet50 has them.
"""

STAGES = [(64, 3), (128, 4), (256, 6), (512, 3)]  # width of the bottleneck, blocks
EXPANSION = 4
CLASSES = 1000


def convolution(name, outputs, inputs, size):
    yield name + ".weight", "convolution", (outputs, inputs, size, size)


def batch_norm(name, channels):
    yield name + ".weight", "scale", (channels,)
    yield name + ".bias", "bias", (channels,)


def bottleneck(name, inputs, width, has_projection):
    outputs = width * EXPANSION
    yield from convolution(name + ".conv1", width, inputs, 1)
    yield from batch_norm(name + ".bn1", width)
    yield from convolution(name + ".conv2", width, width, 3)
    yield from batch_norm(name + ".bn2", width)
    yield from convolution(name + ".conv3", outputs, width, 1)
    yield from batch_norm(name + ".bn3", outputs)
    if has_projection:
        yield from convolution(name + ".downsample.0", outputs, inputs, 1)
        yield from batch_norm(name + ".downsample.1", outputs)


def resnet50():
    yield from convolution("conv1", 64, 3, 7)
    yield from batch_norm("bn1", 64)
    channels = 64
    for stage, (width, blocks) in enumerate(STAGES, start=1):
        for block in range(blocks):
            yield from bottleneck(f"layer{stage}.{block}", channels, width, block == 0)
            channels = width * EXPANSION
    yield "fc.weight", "linear", (CLASSES, channels)
    yield "fc.bias", "bias", (CLASSES,)


def main():
    print("# The trainable tensors of ResNet-50, in the order of torchvision.models.resnet50: 161 tensors,")
    print("# 25,557,032 parameters. Source: He, Zhang, Ren, Sun, Deep Residual Learning for Image")
    print("# Recognition, arXiv:1512.03385, table 1 (50 layers, projection shortcuts where shapes change).")
    print("# Made by platform/workload/resnet50.py.")
    print("name,kind,shape,elements")
    for name, kind, shape in resnet50():
        elements = 1
        for extent in shape:
            elements *= extent
        print(f"{name},{kind},{'x'.join(map(str, shape))},{elements}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# golden.py - losses of ten training steps of a tiny net, computed by PyTorch
# in double precision: the truth of tests/training/check_optimizer.c.
#
# usage: tests/data/golden.py >tests/training/golden.h
#
# By hand, and only when the table changes; needs python3-torch. First weights,
# pictures and labels follow from whole numbers (see fill), so that the C side
# makes the same ones without a file.
import torch
import torch.nn.functional as functional

N, C, SIDE, CLASSES, STEPS = 6, 2, 6, 3, 10

# name, optimizer, momentum, lr, l1, l2, label smoothing
CASES = [
    ("sgd", "RAMP_SGD", 0.0, 0.1, 0.0, 0.0, 0.0),
    ("sgd with momentum", "RAMP_SGD", 0.9, 0.05, 0.0, 0.01, 0.0),
    ("nesterov", "RAMP_NESTEROV", 0.9, 0.05, 0.0, 0.01, 0.0),
    ("nesterov, L1, smoothing", "RAMP_NESTEROV", 0.8, 0.05, 0.002, 0.0, 0.1),
    ("adamw", "RAMP_ADAMW", 0.0, 0.01, 0.0, 0.1, 0.0),
    ("adamw, L1, smoothing", "RAMP_ADAMW", 0.0, 0.02, 0.005, 0.05, 0.2),
]


def fill(shape, salt, scale):
    """The i-th value, in row-major order, is in +-scale/2."""
    n = torch.Size(shape).numel()
    values = [((i * 7919 + salt * 104729) % 1009) / 1009 - 0.5
              for i in range(n)]
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape) \
        * scale


def run(case):
    _, kind, momentum, lr, l1, l2, smoothing = case
    x = fill((N, C, SIDE, SIDE), 1, 4)
    labels = torch.tensor([i % CLASSES for i in range(N)])
    weights = [fill((4, C, 3, 3), 2, 1),
               fill((CLASSES, 4 * (SIDE // 2) ** 2), 3, 0.5)]
    biases = [fill((4,), 4, 0.25), fill((CLASSES,), 5, 0.25)]
    for p in weights + biases:
        p.requires_grad_()
    groups = [{"params": weights, "weight_decay": l2},
              {"params": biases, "weight_decay": 0}]
    if kind == "RAMP_ADAMW":
        optimizer = torch.optim.AdamW(groups, lr=lr)
    else:
        optimizer = torch.optim.SGD(groups, lr=lr, momentum=momentum,
                                    nesterov=kind == "RAMP_NESTEROV")
    losses = []
    for _ in range(STEPS):
        y = functional.conv2d(x, weights[0], biases[0], padding=1)
        y = functional.max_pool2d(functional.relu(y), 2)
        y = functional.linear(y.flatten(1), weights[1], biases[1])
        loss = functional.cross_entropy(y, labels, label_smoothing=smoothing)
        losses.append(loss.item())
        optimizer.zero_grad()
        (loss + l1 * sum(w.abs().sum() for w in weights)).backward()
        optimizer.step()
    return losses


def main():
    print("/* golden.h - losses of ten training steps as PyTorch computes",
          "them; made by")
    print(" * tests/data/golden.py with PyTorch",
          torch.__version__ + ". Not for editing. */")
    print("#include <ramp/train.h>")
    print()
    print("/* clang-format off */")
    print(f"enum {{ GOLDEN_N = {N}, GOLDEN_STEPS = {STEPS} }};")
    print()
    print("static const struct golden {")
    print("    const char *name;")
    print("    enum ramp_optimizer optimizer;")
    print("    double momentum, lr, l1, l2, smoothing;")
    print("    double losses[GOLDEN_STEPS];")
    print("} golden[] = {")
    for case in CASES:
        name, kind, *numbers = case
        print(f'    {{"{name}", {kind},', ", ".join(map(str, numbers)) + ",")
        losses = run(case)
        for i in range(0, STEPS, 5):
            row = ", ".join(f"{v:.9f}" for v in losses[i:i + 5])
            print("     " + ("{" if i == 0 else " ") + row +
                  ("," if i + 5 < STEPS else "}},"))
    print("};")
    print("/* clang-format on */")


main()

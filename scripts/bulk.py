#!/usr/bin/python3
# bulk.py - the PyTorch part of bulk.sh: classifies a folder of pictures as
# PyTorch's users do it, with ImageFolder, transforms and a DataLoader, and
# prints pictures a second and the peak of memory in MiB. The clock starts when
# everything is imported and the model is loaded.
#
# The net and its weights are those of ramp's model, and so are its answers:
# they are compared with ramp's CSV, and a different class is an error.
#
# usage: bulk.py MODEL NET FOLDER WORKERS CSV
import csv
import json
import os
import resource
import struct
import sys
import time
import warnings

import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

os.environ.setdefault("RAMP", "./ramp")
import versus  # noqa: E402  (how nets are read)

BATCH = 256


def read_model(path):
    """The metadata, and the tensors in the order of the net."""
    with open(path, "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    facts = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + n for n in entry["data_offsets"])
        values = torch.frombuffer(bytearray(content[begin:end]),
                                  dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return facts, tensors


def make_net(net, facts, tensors):
    channels, height, width = (int(n) for n in facts["input"].split("x"))
    model = versus.make_model(net, torch.zeros(2, channels, height, width))
    counts = {}
    for layer in model:
        kind = {"Conv2d": "conv", "Linear": "dense",
                "BatchNorm2d": "batchnorm"}.get(type(layer).__name__)
        if kind is None:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        for part in ("weight", "bias", "running_mean", "running_var"):
            name = f"{kind}{counts[kind]}.{part}"
            if name in tensors:
                getattr(layer, part).data.copy_(tensors[name])
    return model.eval()


def make_loader(folder, facts, workers):
    numbers = [[float(n) for n in facts[name].split(",")]
               for name in ("mean", "std")]
    steps = [transforms.ToTensor(), transforms.Normalize(*numbers)]
    if facts["input"].startswith("1x"):
        steps.insert(0, transforms.Grayscale())
    data = datasets.ImageFolder(folder, transforms.Compose(steps))
    return data, DataLoader(data, BATCH, num_workers=workers)


def mebibytes(who):
    return resource.getrusage(who).ru_maxrss / 1024


def main():
    path, net, folder, workers, answers = sys.argv[1:]
    warnings.filterwarnings("ignore", message="Lazy modules")
    facts, tensors = read_model(path)
    model = make_net(net, facts, tensors)
    names = json.loads(facts["classes"])
    found = []
    start = time.perf_counter()
    data, loader = make_loader(folder, facts, int(workers))
    with torch.inference_mode():
        for x, _ in loader:
            found.extend(model(x).argmax(1).tolist())
    seconds = time.perf_counter() - start
    with open(answers, newline="", encoding="utf-8") as file:
        expected = {row["path"]: row["class"] for row in csv.DictReader(file)}
    wrong = sum(expected[path] != names[answer]
                for (path, _), answer in zip(data.samples, found))
    if wrong > len(found) / 1000:  # JPEG decoders differ by a step or two
        versus.die(f"{wrong} of {len(found)} answers are not ramp's")
    more = ""
    if int(workers) > 0:
        more = f" + {workers} x {mebibytes(resource.RUSAGE_CHILDREN):.1f}"
    print(f"{len(found) / seconds:.0f} {mebibytes(resource.RUSAGE_SELF):.1f}"
          f"{more}")


main()

#!/usr/bin/python3
# versus.py - the measuring part of versus.sh: times PyTorch, has `ramp bench`
# time ramp, and prints the table.
#
# A turn is one run of each: PyTorch with its maps in the order nchw, PyTorch
# with channels_last, and ramp; the one that begins changes from turn to turn.
# All take random pictures that lie in memory and give the median time of a
# step: forward, loss, backward and Nesterov momentum, or forward alone. Of
# PyTorch the format with the better median counts.
#
# PyTorch stays in this process, with everything that it has prepared, and
# sleeps while ramp runs. Its nets are made from the same files as ramp's, and
# must have as many parameters.
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings

# Before PyTorch brings OpenMP, which binds this thread to one processor: ramp
# is to have them all.
PROCESSORS = os.sched_getaffinity(0)

import torch  # noqa: E402
from torch import nn  # noqa: E402

RAMP = os.environ["RAMP"]
CLASSES = 10
# Their pictures and batch; the first four unless others are asked for. The rest
# stand in tests/bench/nets and show other layers than those of the shipped nets.
NETS = {"lenet": ("1x28x28", 128), "conv2": ("1x28x28", 128),
        "krizhevsky": ("3x32x32", 128), "speedy": ("3x32x32", 128),
        "stride": ("3x64x64", 128), "rectangular": ("3x32x32", 128),
        "pointwise": ("3x32x32", 128), "narrow": ("3x32x32", 128),
        "large": ("3x224x224", 16)}
FORMATS = ("nchw", "channels_last")
WARM_UP, MIN_STEPS = 3, 5
# A matrix product by a BLAS worth its name reaches half of the peak; the
# reference BLAS some hundredths.
LEAST_SHARE = 0.1


def die(text):
    print("versus.sh: " + text, file=sys.stderr)
    sys.exit(3)


def read_arguments():
    parser = argparse.ArgumentParser(prog="versus.sh")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2,
                        help="of each run (default 2)")
    parser.add_argument("--threads", type=int, default=len(PROCESSORS))
    parser.add_argument("nets", nargs="*", metavar="NET",
                        help="of " + " ".join(NETS))
    arguments = parser.parse_args()
    for net in arguments.nets:
        if net not in NETS:
            parser.error(f"unknown net {net!r}: expected {' '.join(NETS)}")
    if arguments.turns < 1 or arguments.threads < 1:
        parser.error("turns and threads: expected 1 or more")
    if not 0.01 <= arguments.seconds <= 1000:
        parser.error("seconds: expected 0.01 to 1000")
    arguments.nets = arguments.nets or list(NETS)[:4]
    return arguments


# ---- PyTorch ----

def pair(text):
    sizes = tuple(int(n) for n in text.split("x"))
    return sizes if len(sizes) == 2 else sizes * 2


def value(words, name, default):
    return pair(words[words.index(name) + 1]) if name in words else default


def make_layer(words):
    kind = words[0]
    if kind == "conv":
        return nn.LazyConv2d(int(words[1]), pair(words[2]),
                             value(words, "stride", 1),
                             value(words, "pad", 0),
                             bias="nobias" not in words)
    if kind in ("act", "relu"):
        return nn.ReLU(inplace=True)
    if kind in ("maxpool", "avgpool"):
        window = pair(words[1])
        how = (window, value(words, "stride", window), value(words, "pad", 0))
        if kind == "maxpool":
            return nn.MaxPool2d(*how, ceil_mode="ceil" in words)
        return nn.AvgPool2d(*how, ceil_mode="ceil" in words,
                            count_include_pad=False)
    if kind == "globalpool":
        return nn.AdaptiveAvgPool2d(1)
    if kind == "batchnorm":
        return nn.LazyBatchNorm2d()
    if kind == "dropout":
        return nn.Dropout(float(words[1]))
    if kind == "dense":
        units = CLASSES if words[1] == "classes" else int(words[1])
        return nn.LazyLinear(units, bias="nobias" not in words)
    return die(f"no layer of PyTorch for '{' '.join(words)}'")


def path_of(net):
    path = f"models/{net}.net"
    return path if os.path.exists(path) else f"tests/bench/nets/{net}.net"


def make_model(net, x):
    """The net as ramp reads it; one pass of x tells it its sizes."""
    layers = []
    with open(path_of(net), encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    lines = [words for words in lines if words and words[0] != "input"]
    flat = False
    for words in lines:
        if words[0] == "dense" and not flat:
            layers.append(nn.Flatten())
            flat = True
        layers.append(make_layer(words))
    model = nn.Sequential(*layers)
    model(x)
    norms = [m for m in model if isinstance(m, nn.BatchNorm2d)]
    texts = [words for words in lines if words[0] == "batchnorm"]
    for norm, words in zip(norms, texts):
        norm.weight.requires_grad_("noscale" not in words)
    return model


def make_step(net, mode, layout):
    """A function that runs one step, and the number of parameters."""
    torch.manual_seed(1)
    size, batch = NETS[net]
    x = torch.randn(batch, *(int(n) for n in size.split("x")))
    labels = torch.randint(CLASSES, (batch,))
    model = make_model(net, x)
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=1e-3, momentum=0.9, nesterov=True)

    def train():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            model(x)

    model.train(mode == "train")
    step = train if mode == "train" else infer
    return step, sum(p.numel() for p in trained)


def time_steps(step, batch, seconds):
    """Pictures a second at the median time of a step."""
    for _ in range(WARM_UP):
        step()
    times = []
    start = before = time.perf_counter()
    while len(times) < MIN_STEPS or before - start < seconds:
        step()
        now = time.perf_counter()
        times.append(now - before)
        before = now
    return batch / statistics.median(times)


def check_blas(peak):
    """Ends the program if PyTorch would be slow for its BLAS alone."""
    hint = "try apt-get install libopenblas0-openmp"
    with open("/proc/self/maps", encoding="utf-8") as maps:
        if any("openblas-pthread" in line for line in maps):
            die("PyTorch's BLAS has threads of its own, which hinder those of"
                f" OpenMP; {hint} and remove libopenblas0-pthread")
    a, best = torch.randn(1024, 1024), 0
    for _ in range(5):
        start = time.perf_counter()
        torch.mm(a, a)
        best = max(best, 2 * 1024**3 / (time.perf_counter() - start) / 1e9)
    if best < LEAST_SHARE * peak:
        die(f"PyTorch's BLAS is a slow one: {best:.0f} GFLOP/s of {peak:.0f};"
            f" {hint}")
    return best


# ---- ramp ----

def run_ramp(net, mode, n_threads, seconds):
    size, batch = NETS[net]
    command = [RAMP, "bench", path_of(net), "--input", size,
               "--classes", str(CLASSES), "--mode", mode,
               "--batch", str(batch), "--threads", str(n_threads),
               "--seconds", str(seconds), "--json"]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, PROCESSORS))
    if done.returncode:
        die(f"{' '.join(command)}: exit status {done.returncode}")
    return json.loads(done.stdout)


# ---- Turns ----

def run_turns(net, mode, arguments):
    """Pictures a second of each turn, by who ran."""
    runs, n_parameters = {}, set()
    for layout in FORMATS:
        step, n = make_step(net, mode, layout)
        n_parameters.add(n)
        runs[layout] = lambda step=step: time_steps(step, NETS[net][1],
                                                    arguments.seconds)

    def ramp():
        result = run_ramp(net, mode, arguments.threads, arguments.seconds)
        n_parameters.add(result["parameters"])
        return result["images_per_second"]

    runs["ramp"] = ramp
    speeds = {who: [] for who in runs}
    for turn in range(arguments.turns):
        order = list(runs)
        first = turn % len(order)
        for who in order[first:] + order[:first]:
            speeds[who].append(runs[who]())
        if len(n_parameters) > 1:
            die(f"{net} is not the same net in ramp and PyTorch: parameters "
                + " and ".join(str(n) for n in sorted(n_parameters)))
        print(f"{net} {mode} {turn + 1}/{arguments.turns}: " + ", ".join(
            f"{who} {speeds[who][-1]:,.0f}" for who in runs),
            file=sys.stderr, flush=True)
    return speeds


def spread(speeds):
    return (f"{statistics.median(speeds):,.0f} "
            f"({min(speeds):,.0f}..{max(speeds):,.0f})")


def print_row(net, mode, speeds):
    better = max(FORMATS, key=lambda f: statistics.median(speeds[f]))
    ratio = statistics.median(speeds["ramp"]) / \
        statistics.median(speeds[better])
    pairs = [a / b for a, b in zip(speeds["ramp"], speeds[better])]
    print(f"| {net} {NETS[net][0]} | {mode} | {NETS[net][1]} | {spread(speeds['ramp'])} "
          f"| {spread(speeds[better])} | {better} | {ratio:.2f} "
          f"| {min(pairs):.2f}..{max(pairs):.2f} |", flush=True)


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return ""
    return done.stdout.strip().split("\n")[0]


def print_head(arguments, ramp, blas):
    peak = max(ramp["peak_gflops_before"], ramp["peak_gflops_after"])
    version = " ".join(
        text for text in (first_line(RAMP, "--version"),
                          first_line("git", "describe", "--always", "--dirty"))
        if text)
    onednn = [word for line in torch.__config__.show().split("\n")
              if "MKL-DNN" in line for word in line.split()
              if word.startswith("v")]
    print(f"{cpu_model()}; threads: {arguments.threads}, "
          f"turns: {arguments.turns}, of {arguments.seconds:g} s. {version} "
          f"({ramp['cpu']}; peak {peak:.0f} GFLOP/s); PyTorch "
          f"{torch.__version__} with oneDNN "
          f"{onednn[0] if onednn else 'unknown'} (its matrix product: "
          f"{blas:.0f} GFLOP/s), Python {platform.python_version()}, "
          f"{platform.system()} {platform.release()}.")
    print()
    print("| net | mode | batch | ramp, pictures/s | PyTorch, pictures/s | its format "
          "| ratio of medians | pair by pair |")
    print("|---|---|--:|--:|--:|---|--:|--:|", flush=True)


def main():
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    warnings.filterwarnings("ignore", message="Lazy modules")
    ramp = run_ramp("lenet", "infer", arguments.threads, 0.1)
    peak = max(ramp["peak_gflops_before"], ramp["peak_gflops_after"])
    print_head(arguments, ramp, check_blas(peak))
    for net in arguments.nets:
        for mode in ("train", "infer"):
            print_row(net, mode, run_turns(net, mode, arguments))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

"""Runs the PyTorch model on weights and batches that bench/common/batch-file.ts wrote; prints one JSON object.

    measure.py check|training|inference FOLDER --threads N [--warmup N] [--passes N]
"""
import argparse
import json
import os
import re
import statistics
import sys
import time

import numpy
import torch
from torch import nn

from w2ner import AdamW, CompactEncoder, W2ner, pair_mask

DTYPES = {"F32": numpy.float32, "I32": numpy.int32, "U8": numpy.uint8}


def read_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    metadata = header.pop("__metadata__", {})
    body = memoryview(data)[8 + size :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(body[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors, metadata


def read_batches(path):
    """Batches as dicts of torch tensors, indices as int64, with the mask of word pairs."""
    tensors, metadata = read_safetensors(path)
    batches = {}
    for name, array in tensors.items():
        number, key = name.split("/", 1)
        tensor = torch.from_numpy(array)
        batches.setdefault(int(number), {})[key] = tensor.long() if array.dtype == numpy.int32 else tensor
    for batch in batches.values():
        length = batch["word_index"].shape[1]
        batch["distance"] = batch["distance"].view(length, length)
        batch["grid_mask"] = pair_mask(batch["lengths"], length)
    return [batches[number] for number in sorted(batches)], json.loads(metadata["config"])


def build_model(folder, config, exact_padding=False):
    """The model with our weights; a name or shape that differs from ours is an error."""
    tensors, _ = read_safetensors(os.path.join(folder, "weights.safetensors"))
    labels = tensors["predictor.linear.bias"].shape[0]
    model = W2ner(config, labels, CompactEncoder(config), exact_padding)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()}, strict=True)
    return model


def build_optimizer(model, config):
    """AdamW with our two groups: the encoder, and the rest."""
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[name.startswith("compact.")].append(parameter)

    def group(encoder):
        rate, decay = config["learning_rate"], config["weight_decay"]
        if encoder:
            rate = config.get("encoder_learning_rate", rate)
            decay = config.get("encoder_weight_decay", decay)
        return {"params": groups[encoder], "lr": rate, "weight_decay": decay}

    return AdamW([group(True), group(False)])


def clip_gradients(parameters, limit):
    """clip_grad_norm_, which in torch 1.13 leaves sparse gradients as they are."""
    values = []
    for parameter in parameters:
        if parameter.grad.is_sparse:
            parameter.grad = parameter.grad.coalesce()
        values.append(parameter.grad.values() if parameter.grad.is_sparse else parameter.grad)
    norm = torch.norm(torch.stack([torch.norm(value) for value in values]))
    scale = torch.clamp(limit / (norm + 1e-6), max=1.0)
    for value in values:
        value.mul_(scale)
    return float(norm)


def train_step(model, optimizer, batch, config):
    mask = batch["grid_mask"]
    loss = nn.functional.cross_entropy(model(batch)[mask], batch["labels"][mask])
    loss.backward()
    norm = clip_gradients(model.parameters(), config["clip_grad_norm"])
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), norm


def check(folder, _options):
    """Scores and losses against ours, which lie beside the batches; then training steps without dropout."""
    batches, config = read_batches(os.path.join(folder, "batches.safetensors"))
    model = build_model(folder, config, exact_padding=True).eval()
    original = build_model(folder, config, exact_padding=False).eval()
    differences = []
    with torch.no_grad():
        for batch in batches:
            mask = batch["grid_mask"]
            scores = model(batch)[mask]  # [N, K]
            ours = batch["logits"].permute(0, 2, 3, 1)[mask]
            loss = nn.functional.cross_entropy(scores, batch["labels"][mask])
            entry = {
                "sentences": mask.shape[0],
                "words": mask.shape[1],
                "padded": not bool(mask.all()),
                "logits": float((scores - ours).abs().max()),
                "largest_logit": float(ours.abs().max()),
                "loss": abs(float(loss) - float(batch["loss"])),
                # How far the original's treatment of padding is from the exact one.
                "logits_original_padding": float((original(batch)[mask] - ours).abs().max()),
            }
            differences.append(entry)
    model.train()
    optimizer = build_optimizer(model, config)
    steps = [train_step(model, optimizer, batch, config) for batch in batches]
    return {"batches": differences, "losses": [loss for loss, _ in steps], "norms": [norm for _, norm in steps]}


def training(folder, options):
    """Seconds per epoch over all batches, after `warmup` batches that are not counted."""
    batches, config = read_batches(os.path.join(folder, "batches.safetensors"))
    torch.manual_seed(config["seed"])
    model = build_model(folder, config).train()
    optimizer = build_optimizer(model, config)
    for batch in batches[: options.warmup]:
        train_step(model, optimizer, batch, config)
    seconds, losses = [], []
    for _ in range(options.passes):
        started = time.perf_counter()
        total = sum(train_step(model, optimizer, batch, config)[0] for batch in batches)
        seconds.append(time.perf_counter() - started)
        losses.append(total / len(batches))
        print(f"  pytorch epoch: {seconds[-1]:.1f} s, loss {losses[-1]:.4f}", file=sys.stderr)
    return {"seconds": seconds, "losses": losses}


def inference(folder, options):
    """Seconds per pass over all batches: scores and their best labels."""
    batches, config = read_batches(os.path.join(folder, "batches.safetensors"))
    model = build_model(folder, config).eval()
    seconds = []
    with torch.no_grad():
        for _ in range(options.passes + 1):
            started = time.perf_counter()
            for batch in batches:
                torch.argmax(model(batch), dim=-1).numpy()
            seconds.append(time.perf_counter() - started)
    return {"seconds": seconds[1:]}


def describe():
    """The library, and how fast its matrix product is: it depends on the BLAS that is installed."""
    with_maps = open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""
    blas = sorted({os.path.basename(path) for path in re.findall(r"/\S*(?:blas|mkl_core)\S*\.so\S*", with_maps)})
    a, b = torch.rand(512, 512), torch.rand(512, 2048)
    times = []
    for _ in range(4):
        started = time.perf_counter()
        torch.mm(a, b)
        times.append(time.perf_counter() - started)
    gflops = 2 * 512 * 512 * 2048 / statistics.median(times[1:]) / 1e9
    return {
        "torch": torch.__version__,
        "python": sys.version.split()[0],
        "threads": torch.get_num_threads(),
        "blas": ", ".join(blas) or "unknown",
        "matrix_product_gflops": round(gflops, 1),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["check", "training", "inference"])
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--warmup", type=int, default=0)
    parser.add_argument("--passes", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    library = describe()
    result = {"check": check, "training": training, "inference": inference}[options.mode](options.folder, options)
    print(json.dumps({"library": library, **result}))


main()

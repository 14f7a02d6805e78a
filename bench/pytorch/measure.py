"""Runs the PyTorch model on weights and batches that bench/common/batch-file.ts wrote; prints one JSON object.

    measure.py check|training|inference FOLDER --threads N [--warmup N] [--passes N]
    measure.py bert-inference|bert-training FOLDER --threads N [--warmup N] [--passes N]

The folder of the second line is that of a model with BERT as its encoder:

- `config.json`: the model's settings, with the original's keys (learning rates and `clip_grad_norm` for training only);
- `bert_config.json`: the encoder's, as Hugging Face's config.json. Dropout in training is what the two say;
- `weights.safetensors`: F32 tensors with the names of the original's state dict (`bert.embeddings.…`, `encoder.…`,
  `predictor.…`), all of them; only the pooler, which nothing uses, may be absent. The number of labels K is the length of
  `predictor.linear.bias`;
- `batches.safetensors`: for each batch N = 0, 1, … I32 tensors of B sentences, P pieces, L words at most:
  `N/pieces` [B, P]: piece ids with [CLS] and [SEP], 0 as padding;
  `N/pieces_to_word` [B, P]: the word that a piece is of, counted from 0 in its sentence; -1 for [CLS], [SEP], padding;
  `N/lengths` [B]: words of each sentence, none 0; the greatest is L;
  `N/labels` [B, L, L] (I32 or U8): label ids, 0 as padding; only bert-training reads them;
  `N/logits` F32 [B, L, L, K], optional: scores that bert-inference compares with its own, padding left out.

The largest tensor is that of every word with every piece, 4·B·L·P·H bytes, as in the original (and a few times that in
training): 0.5 GB for twelve sentences of 60 words and 220 pieces at width 768. Weights of multilingual BERT take 0.75 GB,
three times as much again with gradients and the optimizer's two moments.
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

import bert
from w2ner import AdamW, CompactEncoder, W2ner, distance_buckets, pair_mask

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


def read_json(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def read_bert_batches(path):
    """Batches as dicts of torch tensors, indices as int64, with distances and the mask of word pairs."""
    tensors, _ = read_safetensors(path)
    batches = {}
    for name, array in tensors.items():
        number, key = name.split("/", 1)
        tensor = torch.from_numpy(array)
        batches.setdefault(int(number), {})[key] = tensor if key == "logits" else tensor.long()
    for batch in batches.values():
        length = int(batch["lengths"].max())
        batch["distance"], batch["grid_mask"] = distance_buckets(length), pair_mask(batch["lengths"], length)
    return [batches[number] for number in sorted(batches)]


def build_bert_model(folder, config):
    """The model with the folder's weights, read straight into its parameters: there is no second copy in memory."""
    path = os.path.join(folder, "weights.safetensors")
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        header.pop("__metadata__", None)
        labels = header["predictor.linear.bias"]["shape"][0]
        encoder = bert.BertEncoder(read_json(folder, "bert_config.json"), config["use_bert_last_4_layers"])
        model = W2ner(config, labels, encoder)
        parameters = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
        wrong = {name for name in parameters.keys() ^ header.keys() if not name.startswith("bert.pooler.")}
        for name in parameters.keys() & header.keys():
            entry, array = header[name], parameters[name]
            if entry["dtype"] != "F32" or tuple(entry["shape"]) != array.shape:
                wrong.add(name)
                continue
            file.seek(8 + size + entry["data_offsets"][0])
            file.readinto(memoryview(array).cast("B"))
    if wrong:
        raise ValueError(f"{path}: missing, unknown or of another shape or type: {', '.join(sorted(wrong))}")
    return model


def peak_rss_mb():
    """The most memory that this process has held. Not getrusage's number, which starts from the parent's."""
    with open("/proc/self/status", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024)


def bert_inference(folder, options):
    """Seconds per pass over all batches: scores and their best labels; `warmup` batches before that are not counted."""
    batches, config = read_bert_batches(os.path.join(folder, "batches.safetensors")), read_json(folder, "config.json")
    model = build_bert_model(folder, config).eval()
    sentences = sum(len(batch["lengths"]) for batch in batches)
    seconds, result = [], {}
    with torch.no_grad():
        for batch in batches[: options.warmup]:
            model(batch)
        for _ in range(options.passes):
            started = time.perf_counter()
            for batch in batches:
                torch.argmax(model(batch), dim=-1).numpy()
            seconds.append(time.perf_counter() - started)
        peak = peak_rss_mb()
        compared = [batch for batch in batches if "logits" in batch]
        if compared:
            masks = [batch["grid_mask"] for batch in compared]
            pairs = [(model(batch)[mask], batch["logits"][mask]) for batch, mask in zip(compared, masks)]
            result["logits_difference"] = max(float((ours - theirs).abs().max()) for ours, theirs in pairs)
    rate = sentences / statistics.median(seconds)
    return {"sentences": sentences, "seconds": seconds, "sentences_per_second": rate, "peak_rss_mb": peak, **result}


def bert_training(folder, options):
    """Seconds of each step of full fine-tuning with constant rates, one step a batch, over the batches `passes` times;
    the first `warmup` steps are not among `seconds`, but `losses` and `norms` have all."""
    batches, config = read_bert_batches(os.path.join(folder, "batches.safetensors")), read_json(folder, "config.json")
    torch.manual_seed(config.get("seed", 1))
    model = build_bert_model(folder, config).train()
    optimizer = bert.build_optimizer(model, config)
    seconds, losses, norms, sentences = [], [], [], 0
    for number, batch in enumerate(batches * options.passes):
        started = time.perf_counter()
        loss, norm = bert.train_step(model, optimizer, batch, config)
        losses.append(loss)
        norms.append(norm)
        if number >= options.warmup:
            seconds.append(time.perf_counter() - started)
            sentences += len(batch["lengths"])
        print(f"  pytorch step {number}: loss {loss:.4f}", file=sys.stderr)
    return {
        "sentences": sentences,
        "seconds": seconds,
        "seconds_per_step": statistics.median(seconds),
        "seconds_per_sentence": sum(seconds) / sentences,
        "losses": losses,
        "norms": norms,
        "peak_rss_mb": peak_rss_mb(),
    }


MODES = {
    "check": check,
    "training": training,
    "inference": inference,
    "bert-inference": bert_inference,
    "bert-training": bert_training,
}


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
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--warmup", type=int, default=0)
    parser.add_argument("--passes", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    library = describe()
    result = MODES[options.mode](options.folder, options)
    print(json.dumps({"library": library, **result}))


main()

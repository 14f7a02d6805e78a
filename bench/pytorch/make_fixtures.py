"""Checks the PyTorch BERT model against reference outputs of the original implementation, then writes the fixtures of
test/fixtures/bert with it, in float64.

    make_fixtures.py [--reference ../shared/reference] [--out test/fixtures/bert]

Run it from the repository's root. Without the reference folder nothing is checked. With it, everything must hold:
pieces, grids and entities exactly, logits to 1e-4, training (losses, gradient norms, final logits and parameters) to 1e-3.
Against the reference of November 2026 the largest differences are those of its rounding to 7 digits, below 1e-6.
"""
import argparse
import json
import os
import sys
import unicodedata

import torch

from bert import BertEncoder, build_optimizer, linear_schedule, train_step
from w2ner import W2ner, distance_buckets, pair_mask

TOLERANCE = {"logits": 1e-4, "training": 1e-3}


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


# --- Words to pieces


def clean_word(word):
    """Parts of a word as BERT sees it: control and format characters go, punctuation marks stand alone."""
    kept = (" " if c.isspace() else c for c in word if c.isspace() or unicodedata.category(c)[0] != "C")
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    spaced = (f" {c} " if c in marks or unicodedata.category(c)[0] == "P" else c for c in kept)
    return "".join(spaced).split()


def split_part(part, vocabulary):
    """The longest piece first; [UNK] when the vocabulary cannot spell the part."""
    pieces, start = [], 0
    while start < len(part):
        prefix = "##" if start > 0 else ""
        ends = range(len(part), start, -1)
        end = next((end for end in ends if prefix + part[start:end] in vocabulary), None)
        if end is None:
            return [vocabulary["[UNK]"]]
        pieces.append(vocabulary[prefix + part[start:end]])
        start = end
    return pieces


def split_words(words, vocabulary):
    """Piece ids between [CLS] and [SEP], and for each word the places of its pieces among them (none for a word of which
    nothing remains)."""
    ids, places = [vocabulary["[CLS]"]], []
    for word in words:
        pieces = [piece for part in clean_word(word) for piece in split_part(part, vocabulary)]
        places.append(list(range(len(ids), len(ids) + len(pieces))))
        ids += pieces
    return ids + [vocabulary["[SEP]"]], places


def read_vocabulary(folder):
    with open(os.path.join(folder, "vocab.txt"), encoding="utf-8") as file:
        return {piece: number for number, piece in enumerate(file.read().splitlines())}


# --- Sentences to batches, grids to entities


def relation_grid(sentence, labels):
    """Label ids [L, L]: 1 from a word of an entity to the next, its type at [last][first]; a later entity overwrites."""
    length = len(sentence["sentence"])
    grid = torch.zeros(length, length, dtype=torch.long)
    for entity in sentence["ner"]:
        words = entity["index"]
        for word, following in zip(words, words[1:]):
            grid[word, following] = 1
    for entity in sentence["ner"]:
        grid[entity["index"][-1], entity["index"][0]] = labels.index(entity["type"].lower())
    return grid


def make_batch(examples):
    """examples: (piece ids, pieces of each word, grid or None); padded with zeros (pieces, labels) and -1 (words)."""
    lengths = torch.tensor([len(places) for _, places, _ in examples])
    longest, width = int(lengths.max()), max(len(ids) for ids, _, _ in examples)
    pieces = torch.zeros(len(examples), width, dtype=torch.long)
    pieces_to_word = torch.full((len(examples), width), -1)
    labels = torch.zeros(len(examples), longest, longest, dtype=torch.long)
    for row, (ids, places, grid) in enumerate(examples):
        pieces[row, : len(ids)] = torch.tensor(ids)
        for word, own in enumerate(places):
            pieces_to_word[row, own] = word
        if grid is not None:
            labels[row, : len(grid), : len(grid)] = grid
    return {
        "pieces": pieces,
        "pieces_to_word": pieces_to_word,
        "lengths": lengths,
        "labels": labels,
        "distance": distance_buckets(longest),
        "grid_mask": pair_mask(lengths, longest),
    }


def decode(grid):
    """Entities [words, label], sorted: for every type at [tail][head] all ascending paths of 1s from head to tail."""
    length, entities = len(grid), []

    def follow(path, tail, label):
        if path[-1] == tail:
            entities.append([path, label])
            return
        for word in range(path[-1] + 1, tail + 1):
            if grid[path[-1]][word] == 1:
                follow(path + [word], tail, label)

    for tail in range(length):
        for head in range(tail + 1):
            if grid[tail][head] > 1:
                follow([head], tail, grid[tail][head])
    return sorted(entities)


def scores(model, examples):
    """Logits [L, L, K] of each sentence, from one padded batch."""
    model.eval()
    with torch.no_grad():
        logits = model(make_batch(examples))
    return [logits[row, : len(places), : len(places)] for row, (_, places, _) in enumerate(examples)]


# --- The check


class Differences:
    """Largest differences by what was compared; `failed` once one is above its tolerance."""

    def __init__(self):
        self.largest, self.failed = {}, False

    def add(self, what, ours, theirs, tolerance):
        ours, theirs = (torch.as_tensor(x, dtype=torch.float64).flatten() for x in (ours, theirs))
        difference = float((ours - theirs).abs().max()) if ours.shape == theirs.shape else float("inf")
        self.largest[what] = max(difference, self.largest.get(what, 0.0))
        self.failed |= not difference <= tolerance

    def same(self, what, ours, theirs):
        self.add(f"{what} that differ", float(ours != theirs), 0.0, 0.0)


def load_model(folder, labels):
    """A folder with model.pt, config.json and bert_config.json, in float64 and without dropout."""
    config, settings = read_json(folder, "config.json"), read_json(folder, "bert_config.json")
    settings = {**settings, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = W2ner(config, labels, BertEncoder(settings, config["use_bert_last_4_layers"]))
    model.load_state_dict(torch.load(os.path.join(folder, "model.pt")), strict=True)
    return model.double()


def check_expected(folder, vocabulary, differences):
    expected = read_json(folder, "expected.json")
    model = load_model(folder, len(expected["labels"]))
    single = [[entry] for entry in expected["single"]]
    batched = [expected["batched"][start : start + 4] for start in range(0, len(expected["batched"]), 4)]
    for what, batches in (("single", single), ("batched", batched)):
        for batch in batches:
            logits = scores(model, [(entry["input_ids"], entry["pieces_of_word"], None) for entry in batch])
            for entry, ours in zip(batch, logits):
                pieces = split_words(entry["sentence"], vocabulary)
                grid = ours.argmax(dim=-1).tolist()
                differences.same("pieces", pieces, (entry["input_ids"], entry["pieces_of_word"]))
                differences.add(f"{what} logits", ours, entry["logits"], TOLERANCE["logits"])
                differences.same("grids", grid, entry["grid"])
                differences.same("entities", decode(entry["grid"]), sorted(entry["decoded"]))


def run_training(model, training, labels, vocabulary):
    """The steps of a training.json. Losses and gradient norms."""
    optimizer = build_optimizer(model.train(), training)
    examples = [
        (*split_words(sentence["sentence"], vocabulary), relation_grid(sentence, labels))
        for sentence in training["sentences"]
    ]
    steps = []
    for step, numbers in enumerate(training["batches"]):
        share = linear_schedule(step, training["warmup_steps"], training["total_steps"])
        batch = make_batch([examples[number] for number in numbers])
        steps.append(train_step(model, optimizer, batch, training, share))
    return [loss for loss, _ in steps], [norm for _, norm in steps]


def check_training(folder, vocabulary, differences):
    training, labels = read_json(folder, "training.json"), read_json(folder, "expected.json")["labels"]
    model = load_model(folder, len(labels))
    losses, norms = run_training(model, training, labels, vocabulary)
    differences.add("training losses", losses, training["loss"], TOLERANCE["training"])
    differences.add("gradient norms", norms, training["grad_norm"], TOLERANCE["training"])
    for entry in training["final_logits"]:
        words = training["sentences"][entry["index"]]["sentence"]
        ours = scores(model, [(*split_words(words, vocabulary), None)])[0]
        differences.add("final logits", ours, entry["logits"], TOLERANCE["training"])
    parameters = dict(model.named_parameters())
    for name, theirs in training["final_parameters_first_8"].items():
        ours = parameters[name].detach().flatten()[:8]
        differences.add("final parameters", ours, theirs, TOLERANCE["training"])


def check(reference):
    vocabulary, differences = read_vocabulary(os.path.join(reference, "tiny-bert")), Differences()
    for variant in ("last-layer", "last-4-layers"):
        check_expected(os.path.join(reference, f"w2ner-{variant}"), vocabulary, differences)
    check_training(os.path.join(reference, "w2ner-last-layer"), vocabulary, differences)
    for case in read_json(reference, "decoding.json"):
        differences.same("decodings", decode(case["grid"]), sorted(case["entities"]))
    for what, difference in differences.largest.items():
        print(f"{what}: {difference:.2g}")
    return not differences.failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference", default="../shared/reference")
    parser.add_argument("--out", default="test/fixtures/bert")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not os.path.isdir(options.reference):
        print(f"{options.reference}: not there, nothing is checked", file=sys.stderr)
    elif not check(options.reference):
        sys.exit("the PyTorch model does not compute what the reference did")


if __name__ == "__main__":
    main()

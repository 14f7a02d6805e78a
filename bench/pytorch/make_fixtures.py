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


def load_model(folder, labels, exact_padding=False):
    """A folder with model.pt, config.json and bert_config.json, in float64 and without dropout."""
    config, settings = read_json(folder, "config.json"), read_json(folder, "bert_config.json")
    settings = {**settings, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = W2ner(config, labels, BertEncoder(settings, config["use_bert_last_4_layers"]), exact_padding)
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


# --- The fixtures

LABELS = ["<pad>", "<suc>", "drug", "dosage", "procedure / test", "adverse_event / warning"]

# Words, and entities as a type with the words' places: nested, discontinuous, overlapping, of one word, none at all.
# Some characters are outside the vocabulary. A zero-width space is a word without pieces; in last-layer/ the number that
# such a word becomes in its batch of four lies in the padding of another sentence.
SENTENCES = [
    ("Назначен метотрексат 15 мг внутримышечно раз в неделю .", {"DRUG": [[1]], "DOSAGE": [[2, 3]]}),
    ("КТ и МРТ головного мозга с контрастом", {"PROCEDURE / TEST": [[0, 3, 4], [2, 3, 4]]}),
    ("Биопсия", {"PROCEDURE / TEST": [[0]]}),
    ("Приём высоких доз преднизолона внутрь", {"DOSAGE": [[1, 2, 3]], "DRUG": [[3]]}),
    ("Тошнота или слабость после введения препарата", {"ADVERSE_EVENT / WARNING": [[0, 3, 4, 5], [2, 3, 4, 5]]}),
    (
        "При тяжёлой анемии повторить анализ крови через 2 недели , затем отменить варфарин .",
        {"ADVERSE_EVENT / WARNING": [[1, 2], [2]], "PROCEDURE / TEST": [[4, 5]], "DRUG": [[12]]},
    ),
    ("Глюкоза 5%", {"DRUG": [[0, 1]], "DOSAGE": [[1]]}),
    ("Аспирин \u200b 100 мг", {"DRUG": [[0]], "DOSAGE": [[2, 3]]}),
    ("Пациент осмотрен , жалоб нет .", {}),
    ("Сыпь , зуд и отёк", {"ADVERSE_EVENT / WARNING": [[0], [2], [4]]}),
    ("Уровень Na⁺ и калия в плазме", {"PROCEDURE / TEST": [[0, 1, 4, 5], [0, 3, 4, 5]]}),
    ("β-блокаторы ≥ 25 мг/сут", {"DRUG": [[0]], "DOSAGE": [[1, 2, 3]]}),
]

SPECIAL = "[PAD] [UNK] [CLS] [SEP] [MASK]"
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщыьэюя"
OTHER = "0123456789.,-%/АБВГДКМНПРСТУ"
SYLLABLES = "пре при на не мг ##на ##не ##ни ##ло ##ли ##ра ##ро ##ре ##ти ##то ##ен ##ов ##ой ##ия ##ого ##ный ##нед ##тре"

ENCODER = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "vocab_size": 0,  # set to the vocabulary's
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 64,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "pad_token_id": 0,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
TOKENIZER = {
    "tokenizer_class": "BertTokenizer",
    "do_lower_case": False,
    "strip_accents": False,
    "tokenize_chinese_chars": True,
    "model_max_length": 64,
}
MODEL = {
    "dist_emb_size": 12,
    "type_emb_size": 8,
    "lstm_hid_size": 16,
    "conv_hid_size": 8,
    "bert_hid_size": 24,
    "biaffine_size": 12,
    "ffnn_hid_size": 10,
    "dilation": [1, 2, 3],
    "emb_dropout": 0.0,
    "conv_dropout": 0.0,
    "out_dropout": 0.0,
    "bert_name": "encoder",
    "use_bert_last_4_layers": False,
}
TRAINING = {
    "learning_rate": 2e-3,
    "bert_learning_rate": 1e-3,
    "weight_decay": 0.01,
    "clip_grad_norm": 1.0,
    "warmup_steps": 2,
    "total_steps": 12,
}
# Compared after training. Of the word embeddings the first row is padding's: it only decays. The pooler stays as it is.
PROBES = [
    "bert.embeddings.word_embeddings.weight",
    "bert.embeddings.position_embeddings.weight",
    "bert.embeddings.LayerNorm.weight",
    "bert.encoder.layer.0.attention.self.query.weight",
    "bert.encoder.layer.1.attention.output.LayerNorm.bias",
    "bert.encoder.layer.1.output.dense.weight",
    "bert.pooler.dense.weight",
    "encoder.weight_hh_l0_reverse",
    "encoder.bias_ih_l0",
    "dis_embs.weight",
    "cln.gamma",
    "cln.gamma_dense.weight",
    "convLayer.base.1.weight",
    "convLayer.convs.1.bias",
    "predictor.biaffine.weight",
]
# Between the best label of a cell and the next: so far apart that float32 chooses the same.
MARGIN = 2e-4


def write_json(path, value, indent=None):
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("\u200b", "\\u200b") + "\n")


def write_safetensors(path, tensors):
    """Float32 tensors by name."""
    header, end = {}, 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            file.write(tensor.detach().contiguous().numpy().tobytes())


def rounded(tensor):
    """All numbers in row-major order, with seven significant digits."""
    return [float(f"{number:.7g}") for number in tensor.detach().flatten().tolist()]


def fixture_vocabulary():
    pieces = [*SPECIAL.split(), *LETTERS, *OTHER, *SYLLABLES.split()]
    pieces += [f"##{letter}" for letter in LETTERS + "0123456789КМРТ"]
    return {piece: number for number, piece in enumerate(pieces)}


def fixture_sentences():
    return [
        {
            "sentence": text.split(" "),
            "ner": [{"index": words, "type": name} for name, found in entities.items() for words in found],
        }
        for text, entities in SENTENCES
    ]


def randomize(module, seed):
    """Normal numbers of a size that keeps states lively; gains around 1."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = torch.randn(parameter.shape, generator=random)
            if name.endswith("LayerNorm.weight") or name == "cln.gamma":
                parameter.copy_(1 + 0.1 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.1 * noise)
            elif "emb" in name:
                parameter.copy_(0.5 * noise)
            else:
                size = 2 if name.startswith("predictor.") else 1
                parameter.copy_(size * noise / parameter[0].numel() ** 0.5)
    return module


def write_encoder(folder, settings, vocabulary):
    """A model folder as Hugging Face's, and all hidden states of two sentences in one batch, the second padded."""
    os.makedirs(folder, exist_ok=True)
    encoder = randomize(BertEncoder(settings), seed=1)
    write_json(os.path.join(folder, "config.json"), settings, indent=2)
    write_json(os.path.join(folder, "tokenizer_config.json"), TOKENIZER, indent=2)
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(vocabulary) + "\n")
    write_safetensors(os.path.join(folder, "model.safetensors"), encoder.state_dict())
    sentences = [fixture_sentences()[number]["sentence"] for number in (3, 6)]
    pieces = make_batch([(*split_words(words, vocabulary), None) for words in sentences])["pieces"]
    states = encoder.double().eval().hidden_states(pieces)
    expected = {"sentences": sentences, "pieces": pieces.tolist(), "hidden_states": [rounded(x) for x in states]}
    write_json(os.path.join(folder, "expected.json"), expected)


def fit(model, examples, rounds):
    """Trains on the examples, alone and in fours, so that the grid holds more than chance. The last loss."""
    settings = {"learning_rate": 0.01, "bert_learning_rate": 0.002, "weight_decay": 0.0, "clip_grad_norm": 5.0}
    batches = [make_batch(examples[start : start + size]) for size in (1, 4) for start in range(0, len(examples), size)]
    optimizer = build_optimizer(model.train(), settings)
    return [train_step(model, optimizer, batch, settings)[0] for _ in range(rounds) for batch in batches][-1]


def expected_entries(model, sentences, vocabulary):
    """Entries of expected.json, one by one and in batches of four, and the smallest margin of a best label."""
    pieces = [split_words(sentence["sentence"], vocabulary) for sentence in sentences]
    result, margin = {}, float("inf")
    for what, size in (("single", 1), ("batched", 4)):
        result[what] = []
        for start in range(0, len(sentences), size):
            logits = scores(model, [(*pair, None) for pair in pieces[start : start + size]])
            for number, cells in enumerate(logits, start):
                best = cells.topk(2, dim=-1)[0]
                margin = min(margin, float((best[..., 0] - best[..., 1]).min()))
                grid = cells.argmax(dim=-1).tolist()
                result[what].append(
                    {
                        "sentence": sentences[number]["sentence"],
                        "input_ids": pieces[number][0],
                        "pieces_of_word": pieces[number][1],
                        "length": len(grid),
                        "logits": rounded(cells),
                        "grid": grid,
                        "decoded": decode(grid),
                    }
                )
    return result, margin


def write_model(folder, config, settings, vocabulary, rounds):
    """A model folder with expected.json. Seeds are tried until no label is chosen by a hair's breadth."""
    os.makedirs(folder, exist_ok=True)
    sentences = fixture_sentences()
    examples = [(*split_words(s["sentence"], vocabulary), relation_grid(s, LABELS)) for s in sentences]
    write_json(os.path.join(folder, "config.json"), config, indent=2)
    write_json(os.path.join(folder, "bert_config.json"), settings, indent=2)
    for seed in range(2, 100):
        model = W2ner(config, len(LABELS), BertEncoder(settings, config["use_bert_last_4_layers"]))
        randomize(model, seed).double()
        loss = fit(model, examples, rounds) if rounds > 0 else None
        torch.save(model.float().state_dict(), os.path.join(folder, "model.pt"))
        entries, margin = expected_entries(load_model(folder, len(LABELS)), sentences, vocabulary)
        if margin > MARGIN:
            break
    write_json(os.path.join(folder, "expected.json"), {"labels": LABELS, **entries})
    right = sum(
        entry["decoded"] == decode(relation_grid(sentence, LABELS).tolist())
        for entry, sentence in zip(entries["single"], sentences)
    )
    found = [len(entry["decoded"]) for entry in entries["single"]]
    print(f"{folder}: seed {seed}, loss {loss}, margin {margin:.1g}, entities {found}, {right} sentences as annotated")


def write_training(path, folder, vocabulary, exact_padding):
    """Training from the folder's model.pt; in the form of the reference's training.json. The sentence with a word without
    pieces is left out: it would tie a step to the original's `min_value`."""
    sentences = [s for s in fixture_sentences() if "\u200b" not in s["sentence"]]
    batches = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 0]]
    training = {
        "note": "From last-layer/model.pt, without dropout; AdamW with epsilon 1e-6 after the bias correction and decay "
        f"first; padding of the grid cleared {'after every' if exact_padding else 'before and after the'} convolution"
        f"{'' if exact_padding else 's only'}; linear warm-up from 0 and decay; gradients clipped by their norm; final logits of single sentences.",
        "sentences": sentences,
        "batches": [batches[step % 3] for step in range(TRAINING["total_steps"])],
        **TRAINING,
    }
    model = load_model(folder, len(LABELS), exact_padding)
    losses, norms = run_training(model, training, LABELS, vocabulary)
    parameters = dict(model.named_parameters())
    training["loss"], training["grad_norm"] = losses, norms
    training["final_logits"] = [
        {"index": index, "logits": rounded(scores(model, [(*split_words(words, vocabulary), None)])[0])}
        for index, words in ((index, sentences[index]["sentence"]) for index in batches[0])
    ]
    training["final_parameters_first_8"] = {name: rounded(parameters[name].flatten()[:8]) for name in PROBES}
    write_json(path, training)
    print(f"{path}: losses {losses[0]:.3f} … {losses[-1]:.3f}, gradient norms {norms[0]:.2f} … {norms[-1]:.2f}")


def write_fixtures(out):
    """encoder/: the encoder's folder, 2 layers. last-layer/: other weights, all random, so grids are wild.
    last-4-layers/: 5 layers, fitted to the sentences. training.json: steps from last-layer/ with the original's padding;
    training-exact-padding.json: the same where a sentence's scores do not depend on its batch (see W2ner)."""
    vocabulary = fixture_vocabulary()
    settings = {**ENCODER, "vocab_size": len(vocabulary)}
    write_encoder(os.path.join(out, "encoder"), settings, vocabulary)
    write_model(os.path.join(out, "last-layer"), MODEL, settings, vocabulary, rounds=0)
    deeper, last_4 = {**settings, "num_hidden_layers": 5}, {**MODEL, "use_bert_last_4_layers": True}
    write_model(os.path.join(out, "last-4-layers"), last_4, deeper, vocabulary, rounds=20)
    for name, exact_padding in (("training.json", False), ("training-exact-padding.json", True)):
        write_training(os.path.join(out, name), os.path.join(out, "last-layer"), vocabulary, exact_padding)


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
    write_fixtures(options.out)


if __name__ == "__main__":
    main()

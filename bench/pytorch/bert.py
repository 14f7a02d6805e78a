"""BERT (Devlin et al. 2019) in plain PyTorch, and the word states that W2NER reads from it. Parameters have the names of
Hugging Face's state dicts, so that checkpoints of the original implementation (`bert.…`) load as they are.

RoBERTa differs in its positions only. The original masks attention where an id is 0, for every model: 0 is BERT's
padding, but RoBERTa's <s>. That is kept here."""
import math

import torch
from torch import nn

from w2ner import Gelu


class TanhGelu(nn.Module):
    def forward(self, x):
        return nn.functional.gelu(x, approximate="tanh")


ACTIVATIONS = {"gelu": Gelu, "gelu_new": TanhGelu, "gelu_pytorch_tanh": TanhGelu, "relu": nn.ReLU}
ROBERTA_TYPES = {"roberta", "xlm-roberta", "camembert"}


class Embeddings(nn.Module):
    """Piece, position and segment (always 0) are added up and normalised."""

    def __init__(self, settings):
        super().__init__()
        width, self.padding = settings["hidden_size"], settings.get("pad_token_id", 0)
        self.counted_positions = settings.get("model_type", "bert") in ROBERTA_TYPES
        self.word_embeddings = nn.Embedding(settings["vocab_size"], width, padding_idx=self.padding)
        self.position_embeddings = nn.Embedding(settings["max_position_embeddings"], width)
        self.token_type_embeddings = nn.Embedding(settings.get("type_vocab_size", 2), width)
        self.LayerNorm = nn.LayerNorm(width, eps=settings.get("layer_norm_eps", 1e-12))
        self.dropout = nn.Dropout(settings.get("hidden_dropout_prob", 0.1))

    def forward(self, pieces):  # i64[B, P]
        if self.counted_positions:  # RoBERTa: after the padding id, counting what is not padding
            real = pieces.ne(self.padding).long()
            positions = real.cumsum(dim=1) * real + self.padding
        else:
            positions = torch.arange(pieces.shape[1]).unsqueeze(0)
        segments = torch.zeros_like(pieces)
        sum = self.word_embeddings(pieces) + self.token_type_embeddings(segments) + self.position_embeddings(positions)
        return self.dropout(self.LayerNorm(sum))  # [B, P, H]


class SelfAttention(nn.Module):
    def __init__(self, settings):
        super().__init__()
        width, self.heads = settings["hidden_size"], settings["num_attention_heads"]
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.dropout = nn.Dropout(settings.get("attention_probs_dropout_prob", 0.1))

    def forward(self, x, bias):  # [B, P, H], [B, 1, 1, P]
        def heads(projection):
            return projection(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)  # [B, A, P, H/A]

        query, key, value = heads(self.query), heads(self.key), heads(self.value)
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1]) + bias  # [B, A, P, P]
        mixed = self.dropout(scores.softmax(dim=-1)) @ value
        return mixed.transpose(1, 2).flatten(2)  # [B, P, H]


class Residual(nn.Module):
    """A projection, added to what went in before it and normalised."""

    def __init__(self, settings, inputs):
        super().__init__()
        width = settings["hidden_size"]
        self.dense = nn.Linear(inputs, width)
        self.LayerNorm = nn.LayerNorm(width, eps=settings.get("layer_norm_eps", 1e-12))
        self.dropout = nn.Dropout(settings.get("hidden_dropout_prob", 0.1))

    def forward(self, x, before):
        return self.LayerNorm(self.dropout(self.dense(x)) + before)


class Layer(nn.Module):
    def __init__(self, settings):
        super().__init__()
        width, inner = settings["hidden_size"], settings["intermediate_size"]
        self.attention = nn.ModuleDict({"self": SelfAttention(settings), "output": Residual(settings, width)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.activation = ACTIVATIONS[settings.get("hidden_act", "gelu")]()
        self.output = Residual(settings, inner)

    def forward(self, x, bias):
        x = self.attention["output"](self.attention["self"](x, bias), x)
        return self.output(self.activation(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    """`settings` is the object in a model folder's config.json."""

    def __init__(self, settings):
        super().__init__()
        self.embeddings = Embeddings(settings)
        layers = nn.ModuleList(Layer(settings) for _ in range(settings["num_hidden_layers"]))
        self.encoder = nn.ModuleDict({"layer": layers})
        width = settings["hidden_size"]
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})  # in every checkpoint, used by nothing here

    def hidden_states(self, pieces):
        """pieces i64[B, P], 0 is padding. All states [B, P, H]: the embeddings', then each layer's. Padding gets
        states too; only as something to attend to it is left out."""
        x = self.embeddings(pieces)
        states = [x]
        bias = torch.zeros_like(pieces, dtype=x.dtype).masked_fill(pieces.eq(0), torch.finfo(x.dtype).min)
        for layer in self.encoder["layer"]:
            x = layer(x, bias[:, None, None, :])
            states.append(x)
        return states


class BertEncoder(Bert):
    """Word states as the original makes them: the maximum over the pieces of a word, with all other pieces set to
    `min_value`, the smallest number in BERT's output for the batch, padding included. It is a plain number without a
    gradient. So a word without pieces is that constant throughout, and depends on the batch. Where a word's own maximum
    is `min_value`, the first of the equal numbers is taken, a filled one, and no gradient flows: in the reference that
    one element changes gradient norms by 0.001. The tensor of every word with every piece is made in full, as there."""

    name = "bert"

    def __init__(self, settings, use_last_4_layers=False):
        super().__init__(settings)
        self.use_last_4_layers = use_last_4_layers

    def forward(self, batch):
        states = self.hidden_states(batch["pieces"])
        # The embeddings' state is one of the four when there are only three layers; with fewer, all are averaged.
        x = torch.stack(states[-4:], dim=-1).mean(dim=-1) if self.use_last_4_layers else states[-1]  # [B, P, H]
        own = batch["pieces_to_word"].unsqueeze(1) == torch.arange(batch["lengths"].max()).unsqueeze(-1)  # [B, L, P]
        min_value = x.min().item()
        spread = x.unsqueeze(1).expand(-1, own.shape[1], -1, -1)
        return spread.masked_fill(own.logical_not().unsqueeze(-1), min_value).max(dim=2)[0]  # [B, L, H]


def build_optimizer(model, config):
    """AdamW with the original's groups: BERT, BERT's biases and normalisation gains without decay, and the rest (where
    biases do decay). It is torch.optim's, with which the reference was made (to the last bit): decay first, epsilon
    added after the bias correction. With the one in w2ner.py, losses are off by up to 0.013 after 30 steps."""
    groups = {
        "bert": {"lr": config["bert_learning_rate"], "weight_decay": config["weight_decay"]},
        "bert_no_decay": {"lr": config["bert_learning_rate"], "weight_decay": 0.0},
        "rest": {"lr": config["learning_rate"], "weight_decay": config["weight_decay"]},
    }
    for name, parameter in model.named_parameters():
        plain = "bias" in name or "LayerNorm.weight" in name
        key = ("bert_no_decay" if plain else "bert") if name.startswith("bert.") else "rest"
        groups[key].setdefault("params", []).append(parameter)
    return torch.optim.AdamW(list(groups.values()), eps=1e-6)


def linear_schedule(step, warmup_steps, total_steps):
    """The share of the learning rate in step `step`, counted from 0: the first step of a warm-up has rate 0."""
    if step < warmup_steps:
        return step / warmup_steps
    return max(0.0, (total_steps - step) / max(1, total_steps - warmup_steps))


def train_step(model, optimizer, batch, config, share=1.0):
    """One step; `share` of the learning rates. Returns the loss and the gradients' norm before clipping."""
    mask = batch["grid_mask"]
    loss = nn.functional.cross_entropy(model(batch)[mask], batch["labels"][mask])
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), config["clip_grad_norm"])
    rates = [group["lr"] for group in optimizer.param_groups]
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate * share
    optimizer.step()
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate
    return loss.item(), float(norm)

"""W2NER (Li et al. 2022) in plain PyTorch: what src/model describes, written the way the original implementation is, with
the whole grid in memory. Parameters have the names of our model files. The encoder that makes word states is the compact
one below or BERT in bert.py."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Gelu(nn.Module):
    """GELU whose gradient is contiguous: torch 1.13 with oneDNN computes a wrong one for other layouts."""

    def forward(self, x):
        y = F.gelu(x.contiguous())
        if y.requires_grad:
            y.register_hook(lambda gradient: gradient.contiguous())
        return y


class CompactEncoder(nn.Module):
    """A word is the weighted sum of its hashed features.
    Reads of a batch: features i64[S, F], feature_weight f32[S, F], word_parts i64[U, R], word_index i64[B, L]."""

    name = "compact"

    def __init__(self, config):
        super().__init__()
        self.table = nn.Parameter(torch.empty(config["ngram_buckets"], config["ngram_emb_size"]))
        self.projection = nn.Linear(config["ngram_emb_size"], config["bert_hid_size"])
        self.activation = Gelu()
        self.norm = nn.LayerNorm(config["bert_hid_size"])
        self.word_dropout, self.ngram_dropout = config["word_dropout"], config["ngram_dropout"]

    def forward(self, batch):
        features, weights, parts = batch["features"], batch["feature_weight"], batch["word_parts"]
        if self.training:
            rates = torch.full_like(weights, self.ngram_dropout)
            rates[parts[:, 0], 0] = self.word_dropout  # the first feature of a word is the whole word
            weights = weights * (torch.rand_like(weights) >= rates)
        sums = F.embedding_bag(features, self.table, mode="sum", per_sample_weights=weights, sparse=True)  # [S, E]
        bag = F.embedding(parts, sums).sum(dim=1)  # [U, E]
        words = self.norm(self.activation(self.projection(bag)))  # [U, H]
        return F.embedding(batch["word_index"], words)  # [B, L, H]


class ConditionalLayerNorm(nn.Module):
    """Normalises the row's state with a gain and an offset computed from the column's state."""

    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))
        self.beta = nn.Parameter(torch.zeros(width))
        self.gamma_dense = nn.Linear(width, width, bias=False)
        self.beta_dense = nn.Linear(width, width, bias=False)

    def forward(self, rows, columns):  # [B, L, 1, D], [B, 1, L, D]
        gain = self.gamma_dense(columns) + self.gamma
        offset = self.beta_dense(columns) + self.beta
        centred = rows - rows.mean(dim=-1, keepdim=True)
        deviation = (centred.pow(2).mean(dim=-1, keepdim=True) + 1e-12).sqrt()
        return centred / deviation * gain + offset  # [B, L, L, D]


class GridConvolutions(nn.Module):
    """A 1×1 convolution, then dilated depthwise ones, each reading the one before; all their outputs side by side."""

    def __init__(self, width, channels, dilations, rate):
        super().__init__()
        self.base = nn.Sequential(nn.Dropout2d(rate), nn.Conv2d(width, channels, kernel_size=1), Gelu())
        self.convs = nn.ModuleList(
            nn.Conv2d(channels, channels, kernel_size=3, groups=channels, dilation=d, padding=d) for d in dilations
        )
        self.activation = Gelu()

    def forward(self, x, between):  # [B, L, L, W]
        x = between(self.base(x.permute(0, 3, 1, 2).contiguous()))
        outputs = []
        for conv in self.convs:
            x = between(self.activation(conv(x)))
            outputs.append(x)
        return torch.cat(outputs, dim=1).permute(0, 2, 3, 1).contiguous()  # [B, L, L, C·G]


class Perceptron(nn.Module):
    def __init__(self, inputs, outputs, rate):
        super().__init__()
        self.dropout = nn.Dropout(rate)
        self.linear = nn.Linear(inputs, outputs)
        self.activation = Gelu()

    def forward(self, x):
        return self.activation(self.linear(self.dropout(x)))


class Biaffine(nn.Module):
    def __init__(self, size, labels):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(labels, size + 1, size + 1))

    def forward(self, head, tail):
        head = torch.cat((head, torch.ones_like(head[..., :1])), dim=-1)
        tail = torch.cat((tail, torch.ones_like(tail[..., :1])), dim=-1)
        return torch.einsum("bxi,oij,byj->boxy", head, self.weight, tail).permute(0, 2, 3, 1)  # [B, L, L, K]


class CoPredictor(nn.Module):
    def __init__(self, config, labels):
        super().__init__()
        rate = config["out_dropout"]
        width, size, hidden = state_width(config), config["biaffine_size"], config["ffnn_hid_size"]
        self.mlp1 = Perceptron(width, size, rate)
        self.mlp2 = Perceptron(width, size, rate)
        self.biaffine = Biaffine(size, labels)
        self.mlp_rel = Perceptron(config["conv_hid_size"] * len(config["dilation"]), hidden, rate)
        self.linear = nn.Linear(hidden, labels)
        self.dropout = nn.Dropout(rate)

    def forward(self, words, grid):
        pair = self.biaffine(self.dropout(self.mlp1(words)), self.dropout(self.mlp2(words)))
        return pair + self.linear(self.dropout(self.mlp_rel(grid)))


def state_width(config):
    """Width of the word states that the grid sees: of the second BiLSTM where there is one."""
    return config.get("context_hid_size", 0) or config["lstm_hid_size"]


class W2ner(nn.Module):
    """
    `encoder` makes word states [B, L, H] of a batch; its parameters have its `name` in front.

    `exact_padding` clears padding between the convolutions too, as our graph does, so that a sentence's scores do not
    depend on its batch. The original clears it before and after them only, which is faster: measurements do that.
    """

    def __init__(self, config, labels, encoder, exact_padding=False):
        super().__init__()
        lstm, context, width = config["lstm_hid_size"], config.get("context_hid_size", 0), state_width(config)
        self.exact_padding = exact_padding
        self.encoder_name = encoder.name
        self.add_module(encoder.name, encoder)
        self.dropout = nn.Dropout(config["emb_dropout"])
        self.encoder = nn.LSTM(config["bert_hid_size"], lstm // 2, batch_first=True, bidirectional=True)
        self.context = nn.LSTM(lstm, context // 2, batch_first=True, bidirectional=True) if context else None
        self.dis_embs = nn.Embedding(20, config["dist_emb_size"])
        self.reg_embs = nn.Embedding(3, config["type_emb_size"])
        self.cln = ConditionalLayerNorm(width)
        inputs = config["dist_emb_size"] + config["type_emb_size"] + width
        self.convLayer = GridConvolutions(inputs, config["conv_hid_size"], config["dilation"], config["conv_dropout"])
        self.predictor = CoPredictor(config, labels)

    def forward(self, batch):
        """batch: what the encoder reads, lengths i64[B], distance i64[L, L], grid_mask bool[B, L, L].
        Returns f32[B, L, L, K]."""
        mask = batch["grid_mask"]
        words = getattr(self, self.encoder_name)(batch)
        for lstm in filter(None, (self.encoder, self.context)):
            packed = pack_padded_sequence(
                self.dropout(words), batch["lengths"], batch_first=True, enforce_sorted=False
            )
            words, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=mask.shape[1])
        pair = self.cln(words.unsqueeze(2), words.unsqueeze(1))
        distance = self.dis_embs(batch["distance"].expand(mask.shape))
        region = self.reg_embs(torch.tril(mask.long()) + mask.long())
        padding = mask.logical_not()
        grid = torch.cat((distance, region, pair), dim=-1).masked_fill(padding.unsqueeze(-1), 0.0)
        between = (lambda x: x.masked_fill(padding.unsqueeze(1), 0.0)) if self.exact_padding else (lambda x: x)
        grid = self.convLayer(grid, between).masked_fill(padding.unsqueeze(-1), 0.0)
        return self.predictor(words, grid)


def distance_buckets(length):
    """i64[L, L]: the power of two in the distance of row and column, 9 more where the column is the later word, 19 for a
    word with itself."""
    distance = torch.arange(length).unsqueeze(1) - torch.arange(length)
    bucket = distance.abs().clamp(min=1).float().log2().floor().long().add(1).clamp(max=9)
    return torch.where(distance > 0, bucket, bucket + 9).masked_fill(distance == 0, 19)


def pair_mask(lengths, length):
    """bool[B, L, L]: pairs of two words of the sentence."""
    words = torch.arange(length) < lengths.unsqueeze(1)
    return words.unsqueeze(1) & words.unsqueeze(2)


class AdamW(torch.optim.Optimizer):
    """torch.optim.AdamW (decay first, epsilon after the bias correction), but of a tensor with a sparse gradient only the rows in it are touched, as torch.optim.SparseAdam does; one without a
    gradient stays as it is."""

    def __init__(self, groups, eps=1e-6, betas=(0.9, 0.999)):
        super().__init__(groups, {"eps": eps, "betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state.update(step=0, mean=torch.zeros_like(parameter), square=torch.zeros_like(parameter))
                state["step"] += 1
                if not parameter.grad.is_sparse:
                    self.update(parameter, parameter.grad, state["mean"], state["square"], state["step"], group)
                    continue
                gradient = parameter.grad.coalesce()
                rows = gradient.indices()[0]
                parts = parameter[rows], state["mean"][rows], state["square"][rows]
                self.update(parts[0], gradient.values(), parts[1], parts[2], state["step"], group)
                for whole, part in zip((parameter, state["mean"], state["square"]), parts):
                    whole[rows] = part

    @staticmethod
    def update(parameter, gradient, mean, square, step, group):
        beta1, beta2 = group["betas"]
        mean.mul_(beta1).add_(gradient, alpha=1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        if group["weight_decay"] > 0:
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
        deviation = square.sqrt().div_((1 - beta2**step) ** 0.5).add_(group["eps"])
        parameter.addcdiv_(mean, deviation, value=-group["lr"] / (1 - beta1**step))

"""Writes the small PyTorch files that src/weights/torch-file.test.ts reads, with what they hold as JSON.

    torch_files.py FOLDER
"""
import json
import sys
from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def state(dtype):
    """A few tensors whose values every floating-point type holds exactly."""
    grid = (torch.arange(6, dtype=torch.float32) / 4 - 0.5).reshape(2, 3)
    return OrderedDict(
        weight=grid.to(dtype),
        bias=torch.tensor([1.5, -2.0, 65504.0, 2.0**-14]).to(dtype),
        scalar=torch.tensor(3.0).to(dtype),
        empty=torch.zeros(0, 4).to(dtype),
        steps=torch.tensor([7, -(2**40)]),
    )


def views():
    """One storage for several tensors, seen from many sides."""
    base = torch.arange(24, dtype=torch.float32)
    return OrderedDict(
        base=base,
        transposed=base.reshape(4, 6).t(),
        permuted=base.reshape(2, 3, 4).permute(2, 0, 1),
        tail=base[20:],
        every_third=base[1::3],
        column=base.reshape(4, 6)[:, 2:3],
        expanded=base[5].expand(3, 2),
    )


def module():
    """A state dict that carries `_metadata`, with its parameters as parameters."""
    torch.manual_seed(1)
    layers = torch.nn.Sequential(OrderedDict(linear=torch.nn.Linear(3, 2), norm=torch.nn.LayerNorm(2)))
    state_dict = layers.state_dict()
    state_dict["linear.bias"] = torch.nn.Parameter(state_dict["linear.bias"])
    return state_dict


def every_type():
    values = torch.tensor([0, 1, 2, 100])
    types = ("float64", "bfloat16", "int32", "int8", "uint8", "bool")
    return OrderedDict((name, values.to(getattr(torch, name))) for name in types)


files = {
    "zip-float32": (state(torch.float32), {}),
    "zip-float16": (state(torch.float16), {}),
    "zip-views": (views(), {}),
    "zip-module": (module(), {}),
    "zip-types": (every_type(), {}),
    "zip-protocol4": (state(torch.float32), {"pickle_protocol": 4}),
    "zip-wrapped": ({"epoch": 3, "note": "день", "lr": 0.5, "state_dict": state(torch.float32)}, {}),
    "legacy-float32": (state(torch.float32), {"_use_new_zipfile_serialization": False}),
    "legacy-float16": (state(torch.float16), {"_use_new_zipfile_serialization": False}),
    "legacy-views": (views(), {"_use_new_zipfile_serialization": False}),
    "legacy-types": (every_type(), {"_use_new_zipfile_serialization": False}),
}

expected = {}
for name, (content, options) in files.items():
    torch.save(content, folder / f"{name}.pt", **options)
    tensors = content.get("state_dict", content)
    expected[name] = {
        key: {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()} for key, tensor in tensors.items()
    }
with open(folder / "expected.json", "w") as file:
    json.dump(expected, file)
    file.write("\n")

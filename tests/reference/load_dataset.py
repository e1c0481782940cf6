"""What Hugging Face's own `datasets` makes of a label archive, as JSON.

usage: python load_dataset.py BUILDER PATH [AGAIN]
       BUILDER is imagefolder or parquet; PATH a folder (unpacked), a zip or a parquet file;
       AGAIN: write what was loaded as a parquet file of the library's own making
"""

import hashlib
import json
import os
import sys
import tempfile

os.environ["HF_DATASETS_OFFLINE"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
import datasets  # noqa: E402

datasets.disable_progress_bars()
builder, path, *again = sys.argv[1:]
where = {"data_dir": path} if os.path.isdir(path) else {"data_files": path}
with tempfile.TemporaryDirectory() as cache:
    loaded = datasets.load_dataset(builder, **where, cache_dir=cache)
    if again:
        whole = datasets.concatenate_datasets(list(loaded.values())).with_format("arrow")
        # Pictures into the file, as push_to_hub puts them.
        whole.map(datasets.table.embed_table_storage, batched=True).to_parquet(again[0])
    splits = {}
    for name, split in loaded.items():
        rows = []
        for row in split:
            picture = row.pop("image").convert("RGB")
            row["image"] = [*picture.size, hashlib.sha256(picture.tobytes()).hexdigest()]
            rows.append(row)
        splits[name] = rows
    features = next(iter(loaded.values())).features
    json.dump(
        {
            "version": datasets.__version__,
            "image": type(features["image"]).__name__,
            "label": [type(features["label"]).__name__, getattr(features["label"], "names", None)],
            "splits": splits,
        },
        sys.stdout,
    )

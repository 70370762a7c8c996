"""Token ids of sentences by Python `tokenizers` (0.23) with the tokenizer.json of all-MiniLM-L6-v2, as JSON on stdout:

    pip install numpy tokenizers
    python minilm_ids.py weights/minilm_l6_fp16/tokenizer.json > minilm_ids.json
"""

import json
import sys

from tokenizers import Tokenizer

TEXTS = [
    "hello world",
    "When is the next train in Muncher Freiheit?",
    "What software can I use to view epub documents?",
    "Café naïve ÀÉÎ — “quoted” 100% unaffable embeddings",
    "tokenization of antidisestablishmentarianism",
    "emoji 😀👍🏽 and 漢字かな交じり文 한국어",
    "  tabs\tand\nnewlines \u0000 and \u200b zero width  ",
    "",
    "a" * 150,
    " ".join(["word"] * 40),
]

tokenizer = Tokenizer.from_file(sys.argv[1])
tokenizer.no_padding()
tokenizer.enable_truncation(32)
cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
tokenizer.no_truncation()
words = "Is my Ubuntu-Server upgradeable to 22.04 unbelievably ?".split()
encoded = tokenizer.encode(words, is_pretokenized=True)
first = []
for place, word in enumerate(encoded.word_ids):
    if word is not None and word == len(first):
        first.append(place)
json.dump(
    {"texts": cases, "words": {"words": words, "ids": encoded.ids, "first": first}},
    sys.stdout,
    ensure_ascii=False,
)

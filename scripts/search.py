"""What the search knows of a page: its words without its numbers, and the other words for it.

Material's plugin reads the HTML of each page; here it is given less to read, and what it notes is
completed. Beside `title` and `text` each entry may have `also`: words by which it is found and
which are not shown. As many as can be are found by a program: other names, torch's names, of what
a formula is made, the headings of the page, American spellings. The rest stand under `also:` in
the head of the page that needs them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from project import ROOT, SNIPPETS

# Drawings, formulas and code are no words; of a table, the first cell of each row names the rest.
NO_WORDS = re.compile(
    r'<svg.*?</svg>|<div class="math".*?</div>|<pre.*?</pre>|(?<=</td>)\s*<td.*?(?=</tr>)',
    re.DOTALL,
)
MANY = 20  # headings: a page of more is about none of them
FEW = 3  # formulas: what is in more is the mark of none
SAME = {"Derivative": "gradient"}  # what readers call what a heading says
AMERICAN = (
    (re.compile(r"(?<=[a-z]{3})is(?=(e|ed|er|ers|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})our(?=(s|ed|ing|al)?$)"), "or"),
    (re.compile(r"(?<=[a-z]{3})tre(?=s?$)"), "ter"),
    (re.compile(r"(?<=[a-z]{3})tred$"), "tered"),
    (re.compile(r"(?<=^(?:lic|def|off))ence(?=s?$)"), "ense"),
)


def words(html: str) -> str:
    """Return the part of a page that holds its words."""
    return NO_WORDS.sub("", html)


def american(texts: Iterable[str]) -> Iterator[str]:
    """Yield the American spelling of each word that has one."""
    for word in sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())}):
        spelt = word
        for british, other in AMERICAN:
            spelt = british.sub(other, spelt)
        if spelt != word:
            yield spelt


def torch_names(name: str) -> list[str]:
    """Return what the PyTorch cell of a snippet calls it, if torch brings it: nn.GELU, F.gelu."""
    text = (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")
    cell = text.split("# %% ")[3]
    modules = re.findall(r"^module = torch\.(nn\.\w+)\(", cell, re.MULTILINE)
    calls = re.findall(r"^    return (?:F|torch)\.(\w+)\(", cell, re.MULTILINE)
    calls = [c for c in calls if c == name or not (SNIPPETS / f"{c}.py").exists()]  # F.gelu is GELU
    return [*modules, *(f"F.{called}" for called in calls)] if modules else []


def ingredients(names: Iterable[str]) -> dict[str, list[str]]:
    """Return of what functions are made and told, by name.

    What SymPy calls the functions in the formula, those of few formulas, and the words in the type
    of code in the prose of the page: arguments, say.
    """
    every, told = {}, {}
    for name in names:
        cell = (SNIPPETS / f"{name}.py").read_text(encoding="utf-8").split("# %%")[1]
        every[name] = set(re.findall(r"\bsp\.([a-z]\w*)\(", cell.partition("\nformula")[2]))
        page = (ROOT / "docs" / "activations" / f"{name}.md").read_text(encoding="utf-8")
        told[name] = set(re.findall(r"`([a-z]\w+)`", page))
    count = Counter(part for parts in every.values() for part in parts)
    return {n: sorted({p for p in every[n] if count[p] <= FEW} | told[n]) for n in every}


def complete(
    index: Path, functions: Mapping[str, Iterable[str]], also: Mapping[str, Iterable[str]]
) -> None:
    """Give each entry of an index its other words.

    `functions` has the other names of each function by its address, `also` more words of a page.

    The search takes each word for the beginning of one, and a rare word weighs more: `relu` would
    lead to ReLU6 first. So what has a function's name in its own is found by all names that begin
    with it. Of those that are then alike, the one comes first that others are named after.
    """
    data = json.loads(index.read_text(encoding="utf-8"))
    pages: dict[str, list[dict[str, Any]]] = {}
    for entry in data["docs"]:
        pages.setdefault(entry["location"].partition("#")[0], []).append(entry)
        entry["also"] = [*american([entry["title"], entry["text"]])]
    for address, (top, *sections) in pages.items():
        heads = [section["title"] for section in sections] if len(sections) <= MANY else []
        top["also"] += [*functions.get(address, ()), *heads, *american(heads)]
        top["also"] += [*also.get(address, ()), *(SAME[head] for head in heads if head in SAME)]
        top["also"].append(Path(address).stem)
    called = {
        address: " / ".join([pages[address][0]["title"], *functions.get(address, ())]).lower()
        for address in pages
    }
    titles = {pages[address][0]["title"].lower() for address in functions}
    words = {address: {*re.findall(r"\w+", text)} for address, text in called.items()}
    every = sorted(set().union(*(words[address] for address in functions)))
    for address, own in words.items():
        top, title = pages[address][0], pages[address][0]["title"].lower()
        top["also"] += [w for w in every if any(w != v and w.startswith(v) for v in own & titles)]
        if address in functions:
            top["boost"] = 1 + sum(title in called[other] for other in functions) / 30
    for entry in data["docs"]:
        entry["also"] = " ".join(dict.fromkeys(entry["also"]))
        if not entry["also"]:
            del entry["also"]
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    index.write_text(text, encoding="utf-8")

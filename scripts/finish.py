"""Finish the built site: one light stylesheet and font, deferred scripts, and a strict policy.

Pages come from the theme with three stylesheets of which they use a third, and with inline scripts
that a content security policy must name by their hashes. All of it is done here, on the files, once
they are all there. What a change relies on is counted: a theme that writes its pages in another way
stops the build.
"""

import hashlib
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import tinycss2
from tinycss2 import ast

from project import Problem

INDEX = "search/search_index.json"  # of which a script, too: from a disk a page cannot fetch
REDIRECT = 'http-equiv="refresh"'  # what a page has that only leads to another
FONT = "assets/termes-math.woff2"
# The italic letter that is drawn for a letter alone in an <mi>.
ITALIC = {"h": "\N{PLANCK CONSTANT}"} | {
    chr(int(unicodedata.decomposition(chr(code)).split()[1], 16)): chr(code)
    for code in (*range(0x1D434, 0x1D455), *range(0x1D456, 0x1D468), *range(0x1D6FB, 0x1D71C))
}
DRAWN = "\u221a\u00af\u0305"  # roots and overlines: drawn, though nowhere in the text of a formula
CHARSET = '<meta charset="utf-8">'
SHEET = re.compile(r'\s*<link rel="stylesheet" href="([^"]*?)(assets/[^"]*)">')
BUNDLE = re.compile(r'(<script src="[^"]*assets/javascripts/bundle\.[^"]*")>')
NESTED = re.compile(  # a list of the navigation: its label is empty where a page stands for it
    r'aria-labelledby="__nav_\w+"([^>]*>\s*<label class="md-nav__title"[^>]*>\s*'
    r'<span class="md-nav__icon md-icon"></span>\s*([^<"]*?)\s*</label>)'
)
BUNDLED = {  # what the theme's script should not do, and what it does instead
    # A landmark for each block of code.
    r'\("nav",\{class:"md-code__nav"\}\)': '("div",{class:"md-code__nav"})',
    # Load the index of search at once: to search in it, and to mark words found elsewhere.
    r'\(location\.protocol!=="file:"\)': "(false)",
    r'\[(\w+),(\w+\.pipe\([^\[\]]*searchParams\.get\("h"\)\)\)\])': (
        r'[location.search.includes("h=")?\1:[],\2'
    ),
    # Lay tables out anew in a scroller that they have already, and style all elements twice more.
    r'"table:not\(\[class\]\)"': '"table:not([class]):not(.table-scroll *)"',
    r'document\.body\.setAttribute\("data-md-color-switching",""\)': "0",
    # Bring the styles of a program for diagrams, of which there are none.
    r'"\.node circle,[^"]*"': '""',
}
SEARCHED = {  # lunr takes nodes for the same if labels and numbers, set side by side, read the same
    r"\b(\w+)=\1\+(\w+)\+(\w+)\.id\b": r'\1=\1+\2+\3.id+","',
}
DIALOG = re.compile(r'(<div class="md-search" [^>]*role="dialog")>')
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
DATA = re.compile(r'\bsrc=|\btype="application/')  # a script that is elsewhere, or is none
FORBIDDEN = re.compile(r"""<style\b[^>]*>|<[a-zA-Z][^>]*?\s(?:style|on[a-z]+)\s*=\s*["'][^>]*>""")
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
LETTER = re.compile(r"<mi>(.)</mi>")  # alone, and so in italics
LABEL = re.compile(r'<text class="[^"]*\bmath\b[^"]*"[^>]*>([^<]*)<')  # in a figure
CODE = re.compile(r'<mtext class="m-code">[^<]*</mtext>')  # in another font
TAG = re.compile(r"<[^>]*>")
READ = re.compile(r'\s*<meta name="generator"[^>]*>| data-search-exclude\b')  # by programs alone
INDENT = re.compile(r"\s*\n\s*")
ARTICLE = re.compile(r"(<article\b.*</article>)", re.DOTALL)
WORD = re.compile(r"[\w-]+")
NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
SOURCE_MAP = re.compile(r"\s*//# sourceMappingURL=.*\s*\Z")
VARIABLE = re.compile(r"--[\w-]+")
USED = re.compile(r"var\(\s*(--[\w-]+)")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
HEADERS = """/*
  Content-Security-Policy: {policy}; frame-ancestors 'none'
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
"""


def finish(site: Path) -> None:
    """Finish the files of a site; raises Problem for a page that is not as the theme writes it.

    Each page gets one stylesheet without the rules that no page uses, a font without the characters
    that none uses, and a policy that allows its scripts and nothing else. The index of search is
    loaded when a reader begins to search. Files of the theme that no page mentions go.
    """
    files = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*.html"))}
    pages = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    whole = {name: text for name, text in pages.items() if REDIRECT not in text}
    for name, text in pages.items():
        check(text, name)
    sheets = common({name: [sheet for _, sheet in SHEET.findall(t)] for name, t in whole.items()})
    full = "\n".join((site / sheet).read_text(encoding="utf-8") for sheet in sheets)
    for sheet in sheets:
        (site / sheet).unlink()
    sweep(site, whole.values())
    programs = site / "assets" / "javascripts"
    for files_of, patterns in (("bundle.*", BUNDLED), ("workers/search.*", SEARCHED)):
        for program in programs.glob(files_of):
            text = program.read_text(encoding="utf-8")
            for pattern, instead in patterns.items():
                text = replace(re.compile(pattern), instead, text, program.name)
            program.write_text(text, encoding="utf-8")
    scripts = [path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.js"))]
    css = light(full, words(whole.values(), scripts))
    style = f"assets/style.{hashlib.sha256(css.encode()).hexdigest()[:8]}.css"
    (site / style).write_text(css, encoding="utf-8")
    cut(site / FONT, letters(whole.values()))
    pages |= {name: patched(text, style, name) for name, text in whole.items()}
    allowed = policy(pages.values())
    meta = f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    for name, text in pages.items():
        text = replace(re.compile(CHARSET), meta, text, name)
        files[name].write_text(text, encoding="utf-8")
    index = (site / INDEX).read_text(encoding="utf-8")
    (site / INDEX).with_suffix(".js").write_text(f"var __index={index};\n", encoding="utf-8")
    (site / "_headers").write_text(HEADERS.format(policy=allowed), encoding="utf-8")


def common(sheets: dict[str, list[str]]) -> list[str]:
    """Return the stylesheets that every page has; raises Problem if they differ."""
    first, names = next(iter(sheets.items()))
    for page, others in sheets.items():
        if others != names or not names:
            raise Problem(f"{page}: has not the stylesheets of {first}: did the theme change?")
    return names


def replace(what: re.Pattern[str], by: str, text: str, page: str, times: int = 1) -> str:
    """Return the text with each match replaced; raises Problem unless there are so many."""
    text, found = what.subn(by, text)
    if found != times:
        raise Problem(
            f"{page}: {what.pattern} is there {found} times, not {times}: did the theme change?"
        )
    return text


def patched(text: str, style: str, page: str) -> str:
    """Return a page with the one stylesheet, its script deferred, its parts named.

    The theme's indentation goes, which is a seventh of a page; an article is left as it is. So does
    the namespace of drawings, which a page does not need.
    """
    text = READ.sub("", text)
    first, *others = SHEET.finditer(text)
    for link in reversed(others):
        text = text[: link.start()] + text[link.end() :]
    text = text.replace(first[2], style, 1)
    lists = text.count('aria-labelledby="__nav')
    text = replace(NESTED, r'aria-label="\2"\1', text, page, lists)
    text = replace(DIALOG, r'\1 aria-label="Search">', text, page)
    text = replace(BUNDLE, r"\1 defer>", text, page)
    parts = ARTICLE.split(text.replace(NAMESPACE, ""))
    if len(parts) != 3:
        raise Problem(f"{page}: there is no article: did the theme change?")
    return INDENT.sub("\n", parts[0]) + parts[1] + INDENT.sub("\n", parts[2])


# Security


def check(text: str, page: str) -> None:
    """Raise Problem for what the policy forbids: styles and handlers in the page."""
    if found := FORBIDDEN.search(SCRIPT.sub("", text)):
        tag = " ".join(found[0].split())[:120]
        raise Problem(
            f"{page}: {tag} holds a style or a handler, which the content security policy forbids: "
            "use a class, or a script in a file"
        )


def policy(pages: Iterable[str]) -> str:
    """Return the content security policy, one for all pages: it allows their scripts by hash."""
    scripts = {s for text in pages for given, s in SCRIPT.findall(text) if not DATA.search(given)}
    digests = (b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = "".join(f" 'sha256-{digest}'" for digest in sorted(digests))
    return "; ".join(
        f"{name} {source}{hashes if name == 'script-src' else ''}"
        for name, source in POLICY.items()
    )


# Weight


def sweep(site: Path, texts: Iterable[str]) -> None:
    """Remove the theme's files that no text mentions: source maps, other languages."""
    mentioned = "\n".join(texts)
    for folder in ("images", "javascripts", "stylesheets"):
        place = site / "assets" / folder
        for file in [*sorted(place.rglob("*"), reverse=True), place]:
            if file.is_dir():
                if not any(file.iterdir()):
                    file.rmdir()
            elif file.name not in mentioned:
                file.unlink()
            elif file.suffix == ".js":
                text = file.read_text(encoding="utf-8")
                file.write_text(SOURCE_MAP.sub("\n", text), encoding="utf-8")


def words(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """Return every word that can be a class, an id or a value: in attributes and in scripts.

    Scripts may name the direction of writing, but only a page sets it.
    """
    attributes, code = [], [*scripts]
    for page in pages:
        attributes += re.findall(r'="([^"]*)"', page)
        code += (script for _, script in SCRIPT.findall(page))
    own, others = ({w for t in texts for w in WORD.findall(t)} for texts in (attributes, code))
    return own | others - {"ltr", "rtl"}


def light(css: str, used: set[str]) -> str:
    """Return a stylesheet without comments, and without the rules that need a word not in `used`.

    Variables that then nothing reads go too, unless a word names them.
    """
    rules = _rules(tinycss2.parse_stylesheet(css, True, True), used)
    unread: set[str] = set()
    while True:
        text = "\n".join(_written(rule, unread) for rule in rules)
        read = set(USED.findall(text)) | used
        more = {name for name in VARIABLE.findall(text) if name not in read}
        if not more - unread:
            return '@charset "utf-8";\n' + "\n".join(filter(None, text.splitlines())) + "\n"
        unread |= more


Rule = tuple[str, list[str] | list["Rule"] | None]  # what stands before the braces, and in them


def _rules(nodes: Iterable[ast.Node], used: set[str]) -> list[Rule]:
    """Return the rules of which some selector can match, without the selectors that cannot."""
    rules: list[Rule] = []
    for node in nodes:
        if isinstance(node, ast.ParseError):
            raise Problem(f"a stylesheet cannot be read: {node.message}")
        head = tinycss2.serialize(node.prelude).strip()
        if isinstance(node, ast.QualifiedRule):
            chosen = [s for s in _selectors(node.prelude) if _needs(s) <= used]
            if chosen:
                text = ",".join(tinycss2.serialize(s).strip() for s in chosen)
                rules.append((text, _declarations(node.content)))
        elif node.lower_at_keyword == "charset":
            continue
        elif node.lower_at_keyword in {"media", "supports", "keyframes", "layer"} and node.content:
            inner = _rules(tinycss2.parse_rule_list(node.content, True, True), used)
            rules += [(f"@{node.at_keyword} {head}", inner)] if inner else []
        else:
            content = None if node.content is None else _declarations(node.content)
            rules.append((f"@{node.at_keyword} {head}", content))
    return rules


def _selectors(prelude: list[ast.Node]) -> list[list[ast.Node]]:
    found: list[list[ast.Node]] = [[]]
    for node in prelude:
        if node == ",":
            found.append([])
        else:
            found[-1].append(node)
    return found


def _needs(selector: list[ast.Node]) -> set[str]:
    """Return the classes, ids and attribute values without which a selector matches nothing.

    What stands in `:is()`, `:not()` and the like is not looked at.
    """
    needed = set()
    for before, node in zip([None, *selector], selector, strict=False):
        if (node.type == "ident" and before == ".") or node.type == "hash":
            needed.add(node.value)
        elif node.type == "[] block":
            parts = [part for part in node.content if part.type != "whitespace"]
            if len(parts) == 3 and parts[1] == "=":
                needed |= set(re.findall(r"[\w-]+", parts[2].value))
    return needed


def _declarations(content: list[ast.Node]) -> list[str]:
    found = []
    for node in tinycss2.parse_blocks_contents(content, True, True):
        if node.type != "declaration":
            raise Problem(f"a stylesheet holds what is no declaration: {node.serialize()[:80]}")
        value = tinycss2.serialize(node.value).strip()
        found.append(f"{node.name}:{value}{'!important' * node.important}")
    return found


def _written(rule: Rule, unread: set[str]) -> str:
    """Return the text of a rule, or nothing if nothing is left in it."""
    head, content = rule
    if content is None:
        return f"{head};"
    parts = [
        part if isinstance(part, str) else _written(part, unread)
        for part in content
        if not (isinstance(part, str) and part.partition(":")[0] in unread)
    ]
    inside = (";" if content and isinstance(content[0], str) else "").join(filter(None, parts))
    return f"{head}{{{inside}}}" if inside else ""


def letters(pages: Iterable[str]) -> set[str]:
    """Return the characters that the math font must draw."""
    found = set(DRAWN)
    for page in pages:
        found.update(*LABEL.findall(page))
        for formula in FORMULA.findall(page):
            found.update(ITALIC.get(letter, letter) for letter in LETTER.findall(formula))
            found.update(unescape(TAG.sub("", CODE.sub("", LETTER.sub("", formula)))))
    return found


def cut(font: Path, characters: Iterable[str]) -> None:
    """Leave in a font file only what these characters need."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=[], name_IDs=[0, 1, 2, 13])
    options.hinting, options.desubroutinize = False, True
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters))
    with subset.load_font(font, options) as drawn:
        cutter.subset(drawn)
        subset.save_font(drawn, font, options)

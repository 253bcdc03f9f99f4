"""Texts: dull prose, documents of it in any format, their edited copies, and forms that many people fill in.

Prose is put together from sentences of one pool, in a new order each time, so that two texts have hardly more in common than
texts of one language have: a sentence here and there. (Slices of one long text would lie over each other, and be versions of
one document that nobody planted.)
"""
import re
import textwrap

from making import formats

MONTHS = "January February March April May June July August September October November December".split()


class Prose:
    def __init__(self, rng, size=1 << 20):
        syllables = "ba de fi go hu ka le mi no pu ra se ti vo wu za ster lin mar dor chen win".split()
        words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(4000)]
        self.words, self.sentences, length = words, [], 0
        while length < size:
            self.sentences.append(" ".join(rng.choices(words, k=rng.randint(4, 14))).capitalize() + ".")
            length += len(self.sentences[-1])

    def text(self, rng, size):
        """So many signs of it, no addresses, no numbers."""
        out, length = [], 0
        while length < size:
            out.append(rng.choice(self.sentences) + ("\n" if rng.random() < 0.4 else " "))
            length += len(out[-1])
        return "".join(out)[:size]

    def paragraph(self, rng, low=3, high=7):
        return [rng.choice(self.sentences) for _ in range(rng.randint(low, high))]


def number(rng):
    """A particular: a date, a sum, a telephone number."""
    return rng.choice([f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(2015, 2024)}",
                       f"{rng.randint(1, 99)},{rng.randint(100, 999)}.00", f"0{rng.randint(300, 999)} {rng.randint(10**5, 10**7)}"])


def document(rng, prose):
    """Paragraphs of sentences: 200 to 900 words; in two of three some numbers."""
    paragraphs = [prose.paragraph(rng) for _ in range(rng.randint(5, 20))]
    for _ in range(rng.randint(2, 6) if rng.random() < 0.67 else 0):
        rng.choice(paragraphs).append(f"{rng.choice(prose.words).capitalize()} {number(rng)} {rng.choice(prose.words)}.")
    return paragraphs


def edited(rng, prose, paragraphs):
    """A later version: a few sentences written anew, struck out or put in; slips of the pen mended; now and then a new date."""
    paragraphs = [list(p) for p in paragraphs]
    for _ in range(rng.randint(1, 3)):
        at = rng.choice(paragraphs)
        what = rng.choice(["anew", "out", "in"])
        place = rng.randrange(len(at))
        if what == "in":
            at.insert(place, rng.choice(prose.sentences))
        elif what == "anew":
            at[place] = rng.choice(prose.sentences)
        elif len(at) > 1:
            del at[place]
    for _ in range(rng.randint(0, 3)):
        at = rng.choice(paragraphs)
        place = rng.randrange(len(at))
        words = at[place].split(" ")
        words[rng.randrange(len(words) - 1)] = rng.choice(prose.words)
        at[place] = " ".join(words)
    if rng.random() < 0.3:
        rng.choice(paragraphs).append(f"Changed on {number(rng)}.")
    return paragraphs


def written(rng, paragraphs, author, ending):
    """(content, member of the zip or stream it lies in, how the text begins there)"""
    lines = [" ".join(p) for p in paragraphs]
    beginning = lines[0][:24].encode()
    if ending == ".docx":
        return formats.office_document(lines, author), "word/document.xml", beginning
    if ending == ".odt":
        return formats.open_document(lines, author), "content.xml", beginning
    if ending == ".pdf":
        return formats.pdf([row for line in lines for row in textwrap.wrap(line, 88)]), "stream", beginning
    if ending == ".html":
        body = "\n".join(f"<p>{line}</p>" for line in lines)
        return f"<html><head><title>{author}</title></head><body>\n{body}\n</body></html>\n".encode(), "", beginning
    if ending == ".rtf":
        return ("{\\rtf1\\ansi{\\fonttbl{\\f0 Serif;}}\\f0\\fs24\n" + "".join(f"{line}\\par\n" for line in lines) + "}\n").encode(), "", beginning
    wide = rng.choice([0, 66, 78])
    return "\n\n".join(textwrap.fill(line, wide) if wide else line for line in lines).encode() + b"\n", "", beginning


DOCUMENTS, TEXTS = (".docx", ".odt", ".pdf"), (".txt", ".html", ".rtf")


def form(rng, prose, with_numbers):
    """A template: sentences, and fields between them."""
    fields = (["person", "street", "date", "sum", "telephone"] if with_numbers else ["person", "street"])
    out = []
    for _ in range(rng.randint(6, 9)):
        paragraph = prose.paragraph(rng, 3, 5)
        for _ in range(rng.randint(1, 3) if with_numbers else rng.randint(0, 2)):
            paragraph.insert(rng.randrange(len(paragraph)), "{" + rng.choice(fields) + "}")
        out.append(paragraph)
    return out


def filled(rng, names, template):
    """The form with one person's particulars."""
    make = {"person": lambda: f"On behalf of {names.person()} of {names.word(2).capitalize()}.",
            "street": lambda: f"Living in {names.word(3).capitalize()} road {rng.randint(1, 99)}.",
            "date": lambda: f"From {rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(2015, 2024)} on.",
            "sum": lambda: f"To be paid are {rng.randint(100, 9999)}.{rng.randint(10, 99)} each month.",
            "telephone": lambda: f"Call 0{rng.randint(300, 999)} {rng.randint(10**5, 10**7)} in the evening."}
    return [[re.sub(r"^\{(\w+)\}$", lambda m: make[m[1]](), sentence) for sentence in p] for p in template]

"""What may a matter be about? The tree of categories (诉求类别), two levels deep."""

from functools import cache

import msgspec

from lianxin.places.packfile import CITIES, document


class Category(msgspec.Struct, frozen=True):
    """One branch of the tree; `parent` is None at the first level."""

    code: str  # 2 digits, or 4 whose first 2 are the parent's
    zh: str
    en: str
    parent: str | None

    def title(self, lang: str = "zh") -> str:
        """Return the name in `lang`."""
        return self.en if lang == "en" else self.zh


class _Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class _Branch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str
    children: dict[str, _Leaf]


class _Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    source: str
    categories: dict[str, _Branch]


@cache
def load_categories() -> dict[str, Category]:
    """Return every category by its code, parents before their children. The caller does not change it."""
    tree = document(CITIES / "categories.yaml", _Tree)
    found: dict[str, Category] = {}
    for code, branch in tree.categories.items():
        found[code] = Category(code, branch.zh, branch.en, None)
        for child, leaf in branch.children.items():
            found[child] = Category(child, leaf.zh, leaf.en, code)
    return found


def category_title(code: str, lang: str = "zh") -> str:
    """Return the name of a category, or the code itself where the tree has none of it."""
    known = load_categories().get(code)
    return known.title(lang) if known else code

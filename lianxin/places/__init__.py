"""Where is it, and what is it about: the regions, towns and categories of the city.

Data of `lianxin/packs/city`, loaded once, never changed. Who answers for a place is in `units`.
"""

from lianxin.places.categories import Category, category_title, load_categories
from lianxin.places.packfile import DEMO_CITY, PackFileError
from lianxin.places.regions import Places, Region, Town, load_places

__all__ = [
    "DEMO_CITY",
    "Category",
    "PackFileError",
    "Places",
    "Region",
    "Town",
    "category_title",
    "load_categories",
    "load_places",
]

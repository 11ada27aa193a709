"""How is the city drawn? Its counties as paths of a map, with a place for their words.

From the GeoJSON in the city's data (longitude and latitude in degrees); at this size
a flat projection, with a degree of longitude shortened by the cosine of the latitude,
is as good as any. Pure but for reading the file once.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import cos, radians

import msgspec

from lianxin.places import DEMO_CITY, load_places
from lianxin.places.packfile import city_file

Point = Sequence[float]


class County(msgspec.Struct, frozen=True):
    """One county (县市区): its outline as an SVG path and the place of its name."""

    code: str
    name: str
    name_en: str
    path: str
    x: float
    y: float


class Map(msgspec.Struct, frozen=True):
    """All counties in a drawing of this size."""

    width: float
    height: float
    counties: tuple[County, ...]


class _Properties(msgspec.Struct):
    code: str


class _Geometry(msgspec.Struct):
    type: str
    coordinates: list[list[list[list[float]]]]


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: _Geometry


class _Collection(msgspec.Struct):
    features: list[_Feature]


@cache
def draw_city(city: str = DEMO_CITY, height: float = 480.0) -> Map:
    """Return the map of the city's counties. Raises PackFileError for a city without one."""
    file, regions = city_file(city, "counties.geojson"), load_places(city)
    features = msgspec.json.decode(file.read_bytes(), type=_Collection).features
    points = [point for feature in features for ring in _rings(feature) for point in ring]
    west, north = min(point[0] for point in points), max(point[1] for point in points)
    south, east = min(point[1] for point in points), max(point[0] for point in points)
    scale_y = height / (north - south)
    scale_x = scale_y * cos(radians((north + south) / 2))

    def place(point: Point) -> tuple[float, float]:
        return round((point[0] - west) * scale_x, 1), round((north - point[1]) * scale_y, 1)

    def county(feature: _Feature) -> County:
        region = regions.region(feature.properties.code)
        return County(
            region.code, region.short, region.name_en, _path(feature, place), *place((region.lon, region.lat))
        )

    return Map(round((east - west) * scale_x, 1), height, tuple(map(county, features)))


def _rings(feature: _Feature) -> Iterator[list[list[float]]]:
    for polygon in feature.geometry.coordinates:
        yield from polygon


def _path(feature: _Feature, place: Callable[[Point], tuple[float, float]]) -> str:
    return "".join(
        "M" + "L".join("{} {}".format(*place(point)) for point in ring[:-1]) + "z" for ring in _rings(feature)
    )

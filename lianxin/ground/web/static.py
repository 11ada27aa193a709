"""Which files does the browser fetch, from where, and how long may it keep them?

Our own stylesheets and icons lie beside this file. htmx, its extensions and the
fonts are fetched at set-up by npm and served from `node_modules` under
`/static/lib/`, only the folders named here. An address changes with its content
(hash) or its version, so a browser may keep a file for a year and never ask again.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path

from litestar import Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

OWN = Path(__file__).parent / "static"
YEAR_S = 365 * 24 * 3600
KEPT = CacheControlHeader(max_age=YEAR_S, public=True, immutable=True)

SCRIPTS: dict[str, tuple[str, str]] = {
    "htmx": ("htmx.org", "dist/htmx.min.js"),
    "sse": ("htmx-ext-sse", "dist/sse.min.js"),
    "morph": ("idiomorph", "dist/idiomorph-ext.min.js"),
}
"""Name on the page -> npm package and file in it."""

FONTS: tuple[str, ...] = ("@fontsource-variable/noto-sans-sc", "@fontsource-variable/noto-serif-sc")


class Shelf:
    """The static files of the site and their addresses.

    libraries  a `node_modules` folder; a package that is not there is left out, pages work without
    folders    further folders of our own files; a name is looked up in them in turn
    """

    def __init__(self, libraries: Path, folders: Sequence[Path] = ()) -> None:
        self._libraries = libraries
        self._folders = (OWN, *folders)
        self._addresses: dict[str, str] = {}

    def address(self, name: str) -> str:
        """Return the address of one of our own files, with the hash of what is in it.

        Raises FileNotFoundError for a name that no folder has: a page that asks for it is broken.
        """
        if name not in self._addresses:
            content = self._find(name).read_bytes()
            self._addresses[name] = f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:8]}"
        return self._addresses[name]

    @cached_property
    def scripts(self) -> dict[str, str]:
        """The addresses of the libraries that were fetched, by their name on the page."""
        return {
            name: f"{self._lib(package)}/{file}"
            for name, (package, file) in SCRIPTS.items()
            if (self._libraries / package / file).is_file()
        }

    @cached_property
    def fonts(self) -> str | None:
        """The address of the font faces, None when no font was fetched."""
        faces = self._faces()
        return f"/static/fonts.css?v={hashlib.sha256(faces).hexdigest()[:8]}" if faces else None

    def missing(self) -> tuple[str, ...]:
        """Return the packages that set-up has not fetched."""
        wanted = [package for package, _ in SCRIPTS.values()] + list(FONTS)
        return tuple(package for package in wanted if not (self._libraries / package).is_dir())

    def routes(self) -> list[ControllerRouterHandler]:
        """Return what serves all of it. Nothing else of `node_modules` can be reached."""
        faces = self._faces()

        @get("/static/fonts.css", media_type="text/css", cache_control=KEPT, sync_to_thread=False, opt={"public": True})
        def font_faces() -> Response[bytes]:
            return Response(faces, media_type="text/css")

        return [font_faces, _folder("/static", self._folders), *self._library_routes()]

    def _find(self, name: str) -> Path:
        for folder in self._folders:
            if (folder / name).is_file():
                return folder / name
        raise FileNotFoundError(f"no static file {name} in {', '.join(map(str, self._folders))}")

    def _lib(self, package: str) -> str:
        about = json.loads((self._libraries / package / "package.json").read_text("utf-8"))
        return f"/static/lib/{package.removeprefix('@').replace('/', '-')}-{about['version']}"

    def _faces(self) -> bytes:
        return "".join(self._rewritten()).encode()

    def _rewritten(self) -> Iterator[str]:
        """Yield the faces of each font with addresses of this site; each covers a range of characters,

        so a browser fetches only the files whose characters a page shows and no system font has.
        """
        for package in FONTS:
            sheet = self._libraries / package / "wght.css"
            if sheet.is_file():
                yield sheet.read_text("utf-8").replace("url(./files/", f"url({self._lib(package)}/files/")

    def _library_routes(self) -> Iterator[Router]:
        folders = [(package, Path(file).parent) for package, file in SCRIPTS.values()]
        folders += [(package, Path("files")) for package in FONTS]
        for package, inside in folders:
            if (self._libraries / package / inside).is_dir():
                yield _folder(f"{self._lib(package)}/{inside}", (self._libraries / package / inside,))


def _folder(path: str, folders: Sequence[Path]) -> Router:
    present: list[Path | PathLike[str] | str] = [folder for folder in folders if folder.is_dir()]
    return create_static_files_router(
        path=path, directories=present, cache_control=KEPT, include_in_schema=False, opt={"public": True}
    )

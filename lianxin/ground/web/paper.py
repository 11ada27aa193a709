"""How does a value become a page?

One Jinja environment per language over the templates of all rooms (`room/file.html`),
everything escaped, a name that does not exist an error. All templates are compiled
at start: a broken one stops the start, and no reader waits for a compiler.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import FileSystemLoader, PrefixLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie

from lianxin.ground.web.language import COOKIE, LANGUAGES, TAGS, Language, chosen, translations
from lianxin.ground.web.marks import Marks
from lianxin.ground.web.moments import Words
from lianxin.ground.web.quick import QuickEnvironment, url_encoded
from lianxin.ground.web.static import YEAR_S, Shelf

OWN = Path(__file__).parent / "templates"
AnyRequest = Request[Any, Any, Any]


class Paper:
    """Renders the templates of the house.

    folders   room -> its folder of templates; `web` is this room's own and always there
    shelf     the static files whose addresses the pages name
    terms     names -> values that every page of the house may use
    """

    def __init__(self, folders: Mapping[str, Path], shelf: Shelf, terms: Mapping[str, Any] | None = None) -> None:
        self.shelf = shelf
        self.extras: list[Callable[[AnyRequest], Mapping[str, Any]]] = []
        """Functions that give every page some of its values: who asks, the token of its forms."""
        loaders = {room: FileSystemLoader(folder) for room, folder in {"web": OWN, **folders}.items()}
        self._environments = {
            language: _environment(PrefixLoader(loaders), shelf, language, terms or {}) for language in LANGUAGES
        }
        for environment in self._environments.values():
            for name in environment.list_templates(extensions=("html",)):
                environment.get_template(name)

    def render(self, language: Language, template: str, /, **values: Any) -> str:
        """Return the template with the values, in the language."""
        return self._environments[language].get_template(template).render(values)

    def page(self, request: AnyRequest, template: str, /, *, status: int = 200, **values: Any) -> Response[str]:
        """Return the page that answers a request, in the language that its reader chose."""
        language = chosen(request.query_params, request.cookies)
        given: dict[str, Any] = {"other_language": _switch(request, language)}
        for extra in self.extras:
            given.update(extra(request))
        body = self.render(language, template, **{**given, **values})
        return _answer(body, status, language, remember="lang" in request.query_params)


def _answer(body: str, status: int, language: Language, *, remember: bool) -> Response[str]:
    """Return HTML as an answer; a language to remember goes into a cookie that no script reads."""
    cookies = [Cookie(key=COOKIE, value=language, max_age=YEAR_S, httponly=True, samesite="lax")] if remember else []
    headers = {"Cache-Control": "no-store", "Vary": "Cookie", "Content-Language": TAGS[language]}
    return Response(body, status_code=status, media_type=MediaType.HTML, cookies=cookies, headers=headers)


def _environment(loader: PrefixLoader, shelf: Shelf, language: Language, terms: Mapping[str, Any]) -> QuickEnvironment:
    environment = QuickEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.speak(translations(language))
    environment.filters.update(Words(translations(language)).filters())
    environment.filters["urlencode"] = url_encoded
    marks = Marks(shelf.address("icons.svg"))
    environment.draw("web/look.html", {"icon": marks.icon, "due": marks.due})
    own = {"asset": shelf.address, "shelf": shelf, "language": language, "marks": marks}
    environment.offer({"tabs": (), "who": None, "seek": None, **terms, **own})
    environment.globals.setdefault("other_language", "?lang=zh" if language == "en" else "?lang=en")
    return environment


def _switch(request: AnyRequest, language: Language) -> str:
    """Return the address of the same page in the other language."""
    asked = {name: value for name, value in request.query_params.items() if name != "lang"}
    return f"?{urlencode({**asked, 'lang': 'zh' if language == 'en' else 'en'})}"

"""The application: what every answer guarantees, and what a reader sees when something is wrong."""

from pathlib import Path

import asyncpg
import pytest
from litestar import Response, get
from litestar.params import FromPath
from litestar.testing import TestClient

from lianxin.ground.site.settings import WebSettings
from lianxin.ground.web import Live, Paper, Shelf, create_app
from lianxin.ground.web.paper import AnyRequest

BASE = "http://127.0.0.1:12345"


def _libraries(folder: Path) -> Path:
    """A `node_modules` with the shape of the real one and one line in each file."""
    for package, file, text in (
        ("htmx.org", "dist/htmx.min.js", "htmx"),
        ("htmx-ext-sse", "dist/sse.min.js", "sse"),
        ("idiomorph", "dist/idiomorph-ext.min.js", "morph"),
        ("@fontsource-variable/noto-sans-sc", "wght.css", "@font-face{src:url(./files/a.woff2)}"),
        ("@fontsource-variable/noto-sans-sc", "files/a.woff2", "font"),
        ("secret", "key.txt", "never served"),
    ):
        path = folder / package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (folder / package / "package.json").write_text('{"version": "1.2.3"}')
    return folder


class Site:
    """A site with pages that work, that break, and whose database is gone."""

    def __init__(self, libraries: Path, missing: str | None = None) -> None:
        self.paper = Paper({}, Shelf(libraries))

        @get("/fine")
        async def fine(request: AnyRequest) -> Response[str]:
            return self.paper.page(request, "web/missing.html")

        @get("/broken")
        async def broken() -> Response[str]:
            raise ZeroDivisionError("secret words of a citizen")

        @get("/gone/{kind:str}")
        async def gone(kind: FromPath[str]) -> Response[str]:
            raise {"refused": ConnectionRefusedError(), "closed": asyncpg.InterfaceError("closed")}[kind]

        @get("/number/{n:int}")
        async def number(n: FromPath[int]) -> Response[str]:
            return Response(str(n))

        async def probe() -> str | None:
            return missing

        self.app = create_app([fine, broken, gone, number], WebSettings(), paper=self.paper, live=Live(), probe=probe)


@pytest.fixture
def client(tmp_path):
    with TestClient(Site(_libraries(tmp_path)).app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def test_every_answer_carries_the_guarantees(client):
    for path in ("/fine", "/nowhere", "/broken", "/healthz", "/static/tokens.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"


def test_only_requests_for_this_machine_are_answered(client):
    assert client.get("/fine", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/fine", headers={"Host": "localhost:12345"}).status_code == 200


def test_pages_are_chinese_until_the_reader_switches(client):
    assert '<html lang="zh-CN"' in client.get("/fine").text
    english = client.get("/fine?lang=en")
    assert '<html lang="en"' in english.text and "There is no such page" in english.text
    assert '<html lang="en"' in client.get("/fine").text  # the cookie remembers
    assert "没有这个页面" in client.get("/fine?lang=zh").text
    assert client.get("/fine?lang=xx").headers["content-language"] == "zh-CN"


def test_the_switch_keeps_what_was_asked(client):
    assert 'href="?q=%E7%94%B5%E6%A2%AF&amp;lang=en"' in client.get("/fine", params={"q": "电梯"}).text


def test_a_page_that_is_not_there_says_what_is_safe(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "什么没有受影响" in answer.text and "没有这个页面" in answer.text


def test_an_address_that_cannot_be_read_is_no_fault_of_the_program(client):
    assert client.get("/number/abc").status_code in (400, 404)


@pytest.mark.parametrize("kind", ["refused", "closed"])
def test_a_page_whose_database_is_gone_comes_back_by_itself(client, kind):
    answer = client.get(f"/gone/{kind}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "数据库暂时没有回应" in answer.text and 'http-equiv="refresh"' in answer.text


def test_a_fault_shows_no_word_of_what_was_read(client):
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text and "这个页面出了故障" in answer.text


def test_health_and_readiness_are_two_questions(client, tmp_path):
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}
    with TestClient(Site(tmp_path, missing="no database").app, base_url=BASE) as other:
        assert other.get("/healthz").status_code == 200
        answer = other.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, "no database")


def test_requests_are_counted_by_pattern(client):
    client.get("/number/20260309001237")
    text = client.get("/metrics").text
    assert 'route="/number/{n}"' in text.replace(":int", "")
    assert "20260309001237" not in text


def test_static_files_are_kept_for_a_year_under_an_address_of_their_content(client, tmp_path):
    address = Shelf(tmp_path).address("tokens.css")
    answer = client.get(address)
    assert answer.status_code == 200 and "?v=" in address
    assert "immutable" in answer.headers["cache-control"] and "max-age=31536000" in answer.headers["cache-control"]


def test_libraries_are_served_with_their_version_and_nothing_beside_them(client):
    assert client.get("/static/lib/htmx.org-1.2.3/dist/htmx.min.js").text == "htmx"
    assert client.get("/static/lib/fontsource-variable-noto-sans-sc-1.2.3/files/a.woff2").text == "font"
    for path in ("secret-1.2.3/key.txt", "htmx.org-1.2.3/package.json", "htmx.org-1.2.3/dist/../package.json"):
        assert client.get(f"/static/lib/{path}").status_code == 404


def test_font_faces_point_to_this_site(client):
    faces = client.get("/static/fonts.css")
    assert faces.headers["content-type"].startswith("text/css")
    assert faces.text == "@font-face{src:url(/static/lib/fontsource-variable-noto-sans-sc-1.2.3/files/a.woff2)}"


def test_a_site_without_libraries_shows_its_pages_all_the_same(tmp_path):
    shelf = Shelf(tmp_path / "nothing")
    assert len(shelf.missing()) == 5 and shelf.fonts is None and shelf.scripts == {}
    with TestClient(Site(tmp_path / "nothing").app, base_url=BASE) as client:
        page = client.get("/fine").text
    assert "没有这个页面" in page and "/static/lib/" not in page


def test_a_static_file_that_no_folder_has_is_named():
    with pytest.raises(FileNotFoundError, match=r"nothing\.css"):
        Shelf(Path("/nowhere")).address("nothing.css")

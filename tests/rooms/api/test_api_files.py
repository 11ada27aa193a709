"""Files by the interface: put to an order once, listed, fetched; only by whoever sees the order."""

import io
from uuid import uuid4

import pytest
import pytest_asyncio
from conftest import system
from PIL import Image

pytestmark = pytest.mark.asyncio(loop_scope="session")


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def picture(colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


@pytest_asyncio.fixture(loop_scope="session")
async def lamps(hotline):
    """An order that the unit works on."""
    return await hotline.in_progress("cgj")


@pytest_asyncio.fixture(loop_scope="session")
async def unit(site, books):
    async with await system(site, books, "cgj:contact") as client:
        yield client


async def put(client, number, content=None, name="修好的路灯.png", headers=None, **fields):
    files = {name_: (None, value) for name_, value in ({"purpose": "evidence"} | fields).items()}
    files["file"] = (name, content or picture())
    return await client.post(f"/orders/{number}/attachments", files=files, headers=headers or key())


async def test_a_file_is_put_to_the_order_listed_and_fetched(unit, lamps):
    answer = await put(unit, lamps)
    assert answer.status_code == 201, answer.text
    line = answer.json()
    assert (line["media"], line["name"], line["purpose"], line["of"]) == (
        "image/png",
        "修好的路灯.png",
        "evidence",
        "order",
    )
    listed = (await unit.get(f"/orders/{lamps}/attachments")).json()["items"]
    assert [one["id"] for one in listed] == [line["id"]]
    got = await unit.get(answer.headers["location"].removeprefix("/api/v1"))
    assert (got.status_code, got.headers["content-type"], len(got.content)) == (200, "image/png", line["size"])
    assert Image.open(io.BytesIO(got.content)).size == (40, 30)
    part = await unit.get(f"/attachments/{line['id']}", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")


async def test_a_file_sent_again_is_kept_once(unit, lamps, books):
    same, before = key(), await books.fetchval("SELECT count(*) FROM attachments")
    first, again = await put(unit, lamps, headers=same), await put(unit, lamps, headers=same)
    assert (first.status_code, again.content) == (201, first.content)
    assert await books.fetchval("SELECT count(*) FROM attachments") == before + 1
    other = await put(unit, lamps, headers=same, purpose="reply")
    assert (other.status_code, other.json()["type"]) == (422, "urn:lianxin:problem:key-reused")


async def test_who_does_not_see_the_order_sees_no_file(unit, lamps, site, books, hotline):
    line = (await put(unit, lamps)).json()
    async with await system(site, books, "zjj:contact") as stranger:
        assert (await stranger.get(f"/attachments/{line['id']}")).status_code == 404
        assert (await stranger.get(f"/orders/{lamps}/attachments")).status_code == 404
        assert (await put(stranger, lamps)).status_code == 404
    assert (await put(unit, await hotline.in_progress("zjj"))).status_code == 404


@pytest.mark.parametrize(
    "content, name, status",
    [
        (b"PK\x03\x04 a word document", "reply.docx", 415),
        (b"<svg onload='alert(1)'/>", "x.svg", 415),
        (b"\x89PNG\r\n\x1a\n broken", "x.png", 422),
        (picture() + b"x" * 30_000_000, "large.png", 413),
    ],
)
async def test_what_is_no_picture_sound_or_document_is_refused(unit, lamps, books, content, name, status):
    before = await books.fetchval("SELECT count(*) FROM attachments")
    answer = await put(unit, lamps, content=content, name=name)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await books.fetchval("SELECT count(*) FROM attachments") == before


async def test_a_body_of_another_kind_is_refused(unit, lamps):
    answer = await unit.post(
        f"/orders/{lamps}/attachments", content=picture(), headers={**key(), "Content-Type": "image/png"}
    )
    assert answer.status_code == 415


async def test_a_form_without_a_file_is_refused(unit, lamps):
    answer = await unit.post(f"/orders/{lamps}/attachments", files={"purpose": (None, "evidence")}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "empty")
    unknown = await put(unit, lamps, purpose="decoration")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_purpose")


@pytest.mark.parametrize("name", ["nothing", "00000000-0000-0000-0000-000000000000", "../../etc/passwd"])
async def test_a_file_that_is_not_there(unit, name):
    assert (await unit.get(f"/attachments/{name}")).status_code == 404

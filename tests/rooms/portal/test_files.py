"""Photos: put to one's own order, washed like all files, opened by nobody else."""

import io
from uuid import uuid4

import pytest
from citizen import Citizen, words_of
from PIL import Image

from lianxin.orders.service import order_id_of


def photo(shade: int = 0) -> bytes:
    """A small photo that tells where it was made."""
    picture = Image.new("RGB", (64, 48), (shade, 90, 120))
    about = Image.Exif()
    about[0x010F] = "Telephone of Wang"
    stored = io.BytesIO()
    picture.save(stored, "JPEG", exif=about)
    return stored.getvalue()


async def put(citizen: Citizen, data: bytes, name: str = "现场.jpg", **fields: str):
    page = (await citizen.see("/follow/file")).text
    form = {**citizen.hidden(page, "/follow/file"), **fields}
    return await citizen.client.post("/follow/file", data=form, files={"file": (name, data, "image/jpeg")})


async def test_a_photo_goes_to_the_order_without_what_it_tells_of_its_maker(citizen, pool):
    kept = await citizen.lodge()
    answer = await put(citizen, photo())
    assert answer.headers["location"] == "/follow?done=filed"
    page = (await citizen.see("/follow/file")).text
    assert "现场.jpg" in page and "还可以补充 4 个" in words_of(page)
    file = await citizen.client.get("/follow/file/1")
    assert file.headers["content-type"] == "image/jpeg" and b"Telephone" not in file.content
    assert "sandbox" in file.headers["content-security-policy"]
    row = await pool.fetchrow("SELECT * FROM attachments WHERE subject_id = $1", order_id_of(kept.number))
    assert (row["by"], row["purpose"]) == ("citizen", "citizen")
    assert "您补充了附件" in words_of((await citizen.see("/follow")).text)


async def test_sent_twice_it_is_kept_once(citizen, pool):
    await citizen.lodge()
    command = str(uuid4())
    for _ in range(2):
        assert (await put(citizen, photo(), command=command)).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 1


async def test_five_are_taken_and_the_sixth_is_told_why_not(citizen, pool):
    await citizen.lodge()
    for shade in range(5):
        assert (await put(citizen, photo(shade * 40))).status_code == 303
    page = words_of((await citizen.see("/follow/file")).text)
    assert "附件已满" in page and "选择照片" not in page
    form = citizen.hidden((await citizen.see("/follow/add")).text, "/follow/add")
    late = await citizen.client.post("/follow/file", data=form, files={"file": ("6.jpg", photo(250), "image/jpeg")})
    assert late.status_code == 422 and "最多 5 个" in words_of(late.text)
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 5


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [(b"MZ" + bytes(600), "photo.jpg", 415), (b"<svg onload=alert(1)>", "a.svg", 415), (b"", "", 422)],
)
async def test_what_is_no_photo_is_refused_and_the_order_stands(citizen, pool, data, name, status):
    await citizen.lodge()
    answer = await put(citizen, data, name)
    assert answer.status_code == status and "没有" in words_of(answer.text)
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0
    assert await pool.fetchval("SELECT count(*) FROM orders") == 1


async def test_nobody_else_opens_it(citizen, stranger):
    kept = await citizen.lodge()
    await put(citizen, photo())
    assert (await stranger.client.get("/follow/file/1")).headers["location"] == "/follow"
    await stranger.lodge()
    assert (await stranger.client.get("/follow/file/1")).status_code == 404
    assert kept.number not in (await stranger.see("/follow/file")).text


@pytest.mark.parametrize("n", ["0", "2", "-1", "99999999999999999999", "x", "1%00"])
async def test_a_file_that_is_not_there_is_not_found(citizen, n):
    await citizen.lodge()
    await put(citizen, photo())
    assert (await citizen.client.get(f"/follow/file/{n}")).status_code in (400, 404)


async def test_a_file_without_the_token_of_a_page_is_not_read(citizen, pool):
    await citizen.lodge()
    answer = await citizen.client.post(
        "/follow/file", data={"_csrf": "x"}, files={"file": ("a.jpg", photo(), "image/jpeg")}
    )
    assert answer.status_code == 403 and await pool.fetchval("SELECT count(*) FROM attachments") == 0

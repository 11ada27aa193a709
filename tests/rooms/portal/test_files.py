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


async def lodge_with(citizen: Citizen, *files: tuple[str, bytes], **fields: str):
    """Send a request with files chosen in its last step."""
    page = (await citizen.write()).text
    form = {**citizen.hidden(page, "/new/check"), **fields}
    return await citizen.client.post("/new/check", data=form, files=[("file", (*one, "image/jpeg")) for one in files])


async def test_photos_come_with_the_request_itself(citizen, pool):
    page = (await citizen.write()).text
    assert 'enctype="multipart/form-data"' in page and " multiple " in page and "最多 5 个" in words_of(page)
    answer = await lodge_with(citizen, ("楼道.jpg", photo()), ("阀门.jpg", photo(90)))
    assert answer.headers["location"] == "/new/receipt", answer.text
    assert "附件 2 个，已一并收到" in words_of((await citizen.see("/new/receipt")).text)
    assert "还可以补充 3 个" in words_of((await citizen.see("/follow/file")).text)
    rows = await pool.fetch("SELECT a.by, o.state FROM attachments a JOIN orders o ON o.order_id = a.subject_id")
    assert [tuple(row) for row in rows] == [("citizen", "received")] * 2
    assert b"Telephone" not in (await citizen.client.get("/follow/file/1")).content


async def test_the_last_step_sent_without_a_file_is_sent(citizen, pool):
    page = (await citizen.write()).text
    empty = {"file": ("", b"", "application/octet-stream")}  # as a browser sends a field that was left empty
    answer = await citizen.client.post("/new/check", data=citizen.hidden(page, "/new/check"), files=empty)
    assert answer.headers["location"] == "/new/receipt"
    assert await pool.fetchval("SELECT count(*) FROM orders") == 1


async def test_sent_twice_with_photos_there_is_one_order_with_each_photo_once(citizen, pool):
    page = (await citizen.write()).text
    form = citizen.hidden(page, "/new/check")
    for _ in range(2):
        files = [("file", ("a.jpg", photo(), "image/jpeg")), ("file", ("b.jpg", photo(90), "image/jpeg"))]
        assert (await citizen.client.post("/new/check", data=form, files=files)).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM orders") == 1
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 2


async def test_a_file_of_a_wrong_kind_stops_the_sending_and_what_was_written_is_still_there(citizen, pool):
    answer = await lodge_with(citizen, ("a.jpg", photo()), ("病毒.exe", b"MZ" + bytes(600)))
    words = words_of(answer.text)
    assert (
        answer.status_code == 415 and "“病毒.exe”：这是可执行程序" in words and "锦苑小区 6 号楼三天没有暖气" in words
    )
    assert await pool.fetchval("SELECT count(*) FROM orders") == 0
    assert (await lodge_with(citizen)).headers["location"] == "/new/receipt"


async def test_a_damaged_photo_does_not_keep_the_request_from_arriving(citizen, pool):
    answer = await lodge_with(citizen, ("好.jpg", photo()), ("坏.jpg", photo()[:300]))
    assert answer.headers["location"] == "/new/receipt"
    words = words_of((await citizen.see("/new/receipt")).text)
    assert "“坏.jpg”：这个文件不完整或已损坏" in words and "您的诉求已经收到" in words and "附件 1 个" in words


async def test_six_photos_at_once_are_too_many(citizen, pool):
    answer = await lodge_with(citizen, *((f"{n}.jpg", photo(n * 30)) for n in range(6)))
    assert answer.status_code == 422 and "一次最多上传 5 个文件" in words_of(answer.text)
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0


async def test_a_form_that_is_not_ours_brings_nothing_in(citizen, pool):
    answer = await lodge_with(citizen, ("a.jpg", photo()), _csrf="forged")
    assert answer.status_code == 403
    forged = await citizen.client.post("/new/check", data={"_csrf": "forged"})
    assert forged.status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM orders") == 0

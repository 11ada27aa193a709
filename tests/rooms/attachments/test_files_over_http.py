"""Files in a browser: who sees them, how they come in, and what goes out."""

import re
from uuid import UUID, uuid4

import made_files as f
import pytest
from made.entry import entered, outside
from made.one_order import MORNING, Office
from made.site import open_site

from lianxin.access import csrf
from lianxin.attachments.ranges import BeyondTheEnd, part_asked
from lianxin.desks.site import make_paper
from lianxin.ground.clock import HOUR_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.orders.service import order_id_of
from lianxin.people import load_staff
from lianxin.personnel import enrol

NUMBER = "20260309-000017"
FORM = "multipart/form-data; boundary=b"
PAGE = f"/orders/{NUMBER}/attachments"
AGENT, REVIEWER, OFFICER, ELSEWHERE = "1001", "2003", "zjj:contact", "cgj:contact"
SANDBOX = "default-src 'none'; sandbox"


@pytest.fixture(scope="module")
def paper():
    return make_paper()


@pytest.fixture
async def office(pool):
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    await write_site_clock(pool, MORNING + HOUR_MS, 0.0)
    office = Office(PostgresLedger(pool))
    await office.submit(NUMBER, None)
    return office


@pytest.fixture
async def site(office, database, pool, paper, tmp_path):
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as site:
        yield site


def form(data: bytes, name: str = "IMG_1.jpg", **fields: str) -> dict:
    """What a browser sends: the fields in front of the file."""
    return {
        "data": {"command": str(uuid4()), "purpose": "citizen", **fields},
        "files": {"file": (name, data, "application/octet-stream")},
    }


async def put(client, data: bytes, name: str = "IMG_1.jpg", **fields: str):
    return await client.post(PAGE, **form(data, name, **fields))


async def file_of(client) -> str:
    """The address of the first file on the page."""
    found = re.search(r'href="(/attachments/[0-9a-f-]{36})"', (await client.get(PAGE)).text)
    assert found is not None
    return found[1]


async def test_a_photo_goes_up_is_listed_with_its_small_picture_and_comes_down(site, pool):
    async with await entered(site, pool, AGENT) as client:
        assert "还没有附件" in (await client.get(PAGE)).text
        answer = await put(client, f.photo_with_place(6), "现场.jpg")
        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
        page = (await client.get(PAGE)).text
        assert "现场.jpg" in page and "来电人提供" in page and "来电人可见" in page and "王雅茹" in page
        address = await file_of(client)
        whole, small = await client.get(address), await client.get(f"{address}/small")
    assert whole.headers["content-type"] == "image/jpeg" and b"Exif" not in whole.content
    assert small.headers["content-type"] == "image/webp" and small.content[8:12] == b"WEBP"


async def test_a_file_goes_out_as_what_it_is_and_nothing_else(site, pool):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.pdf(), 'a";\r\nX: y 报告.html')
        answer = await client.get(await file_of(client), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-security-policy")[0] == SANDBOX
    assert answer.headers["cache-control"] == "private, no-store"
    assert "content-encoding" not in answer.headers and int(answer.headers["content-length"]) == len(answer.content)
    how = answer.headers["content-disposition"]
    assert how.startswith("attachment; filename=\"attachment-1.pdf\"; filename*=UTF-8''") and how.isascii()
    assert "x" not in {name.lower() for name in answer.headers}


async def test_a_player_asks_for_a_part_of_a_recording(site, pool):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.wav(10), "a.wav", purpose="record")
        address = await file_of(client)
        whole = (await client.get(address)).content
        part = await client.get(address, headers={"Range": "bytes=65530-65545"})
        beyond = await client.get(address, headers={"Range": f"bytes={len(whole)}-"})
    assert (part.status_code, part.content) == (206, whole[65530:65546])
    assert part.headers["content-range"] == f"bytes 65530-65545/{len(whole)}"
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.parametrize(
    "header, part",
    [
        (None, None), ("bytes=0-9", (0, 10)), ("bytes=90-", (90, 100)), ("bytes=-10", (90, 100)),
        ("bytes=0-999", (0, 100)), ("bytes=-999", (0, 100)), ("bytes=9-5", None),
        ("bytes=0-1,3-4", None), ("lines=1-2", None), ("bytes=-", None),
        ("bytes=a-b", None), ("bytes=٣-", None), ("bytes=0-" + "9" * 40, None),
    ],
)  # fmt: skip
def test_a_range_that_cannot_be_read_means_the_whole(header, part):
    assert part_asked(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=400-500"])
def test_a_range_behind_the_end_is_said(header):
    with pytest.raises(BeyondTheEnd):
        part_asked(header, 100)


async def test_who_may_not_see_the_order_learns_nothing_of_its_files(site, pool):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.photo())
        address = await file_of(client)
    for number in (
        ELSEWHERE,
        OFFICER,
        "2037",
    ):  # another bureau, one that does not have it yet, the system administrator
        async with await entered(site, pool, number) as client:
            unknown = await client.get(f"/attachments/{uuid4()}")
            for path in (PAGE, address, f"{address}/small"):
                answer = await client.get(path)
                assert answer.status_code == 404 and len(answer.text) == len(unknown.text)
            assert (await put(client, f.photo())).status_code == 404
    async with outside(site) as client:
        for path in (PAGE, address, f"{address}/small"):
            assert (await client.get(path)).status_code == 303
        assert (await put(client, f.photo())).status_code == 401


async def test_whoever_gets_the_order_sees_its_files(site, pool, office):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.photo())
    office.later(90)
    await office.dispatch(order_id_of(NUMBER))
    async with await entered(site, pool, OFFICER) as client:
        assert (await client.get(await file_of(client))).status_code == 200
    async with await entered(site, pool, ELSEWHERE) as client:
        assert (await client.get(PAGE)).status_code == 404


async def test_each_look_at_a_file_stands_in_the_access_log(database, pool, office, paper, tmp_path):
    async with (
        open_site(pool, database.app_url, tmp_path, paper=paper) as site,
        await entered(site, pool, AGENT) as client,
    ):
        await put(client, f.photo())
        assert (await client.get(await file_of(client))).status_code == 200
    looks = await pool.fetch("SELECT who, subject_id, what FROM looks")
    assert (AGENT, order_id_of(NUMBER), "attachment") in {tuple(look) for look in looks}


async def test_the_form_is_there_for_whoever_works_on_the_order(site, pool):
    async with await entered(site, pool, REVIEWER) as client:
        assert 'enctype="multipart/form-data"' in (await client.get(PAGE)).text
    async with await entered(site, pool, "2032") as client:  # the analyst reads
        page = await client.get(PAGE)
        assert page.status_code == 200 and 'enctype="multipart/form-data"' not in page.text
        answer = await put(client, f.photo())
        assert answer.status_code == 409 and "岗位" in answer.text


async def test_htmx_gets_the_part_of_the_page_that_it_puts_in(site, pool):
    async with await entered(site, pool, AGENT) as client:
        part = (await client.get(PAGE, headers={"HX-Request": "true"})).text
    assert part.lstrip().startswith("<section") and "<html" not in part


# Bad input


NOT_TAKEN = (
    (b"", 422, "这个文件是空的"),
    (f.zip_bomb(), 415, "压缩包"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "SVG"),
    (f.png_bomb(9_000), 422, "像素太多"),
    (f.photo()[:200], 422, "损坏"),
    (b"\xff\xd8\xff" + bytes(21_000_000), 413, "文件太大"),
    (bytes(10_000_000), 415, "认不出"),
)


async def test_a_file_that_is_not_taken_is_refused_in_plain_words(site, pool, tmp_path):
    async with await entered(site, pool, AGENT) as client:
        for data, status, told in NOT_TAKEN:
            answer = await put(client, data, purpose="paper", shown="1")
            assert answer.status_code == status and told in answer.text, (told, answer.status_code)
            assert 'value="paper" selected' in answer.text, told
    assert [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()] == []
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0


NO_FORMS = (
    (b"", FORM),
    (b"--b\r\n", FORM),
    (b"--x\r\n\r\n--x--", FORM),
    (b'--b\r\nContent-Disposition: form-data; name="command"\r\n\r\n\xff\xfe\r\n--b--\r\n', FORM),
    (b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n' + b"x" * 9_000 + b"\r\n--b--\r\n", FORM),
    (b"file=1", "application/x-www-form-urlencoded"),
    (b"{}", "application/json"),
    (b"x", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary=" + "b" * 200),
    (b"x", ""),
    (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 40, FORM),
)


async def test_a_form_that_is_none_is_refused(site, pool):
    async with await entered(site, pool, AGENT) as client:
        for content, kind in NO_FORMS:
            answer = await client.post(PAGE, content=content, headers={"Content-Type": kind} if kind else {})
            assert answer.status_code in (403, 413, 422), (content, kind)
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0


async def test_fields_that_make_no_sense_are_refused(site, pool):
    async with await entered(site, pool, AGENT) as client:
        for fields in ({"command": "x"}, {"command": ""}, {"purpose": "nonsense"}, {"purpose": ""}):
            assert (await put(client, f.photo(), **fields)).status_code in (409, 422), fields
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0


async def test_a_form_in_which_nothing_was_chosen_is_told_so(site, pool):
    async with await entered(site, pool, AGENT) as client:
        answer = await put(client, b"", "")
    assert answer.status_code == 422 and "没有选择文件" in answer.text


async def test_a_form_from_elsewhere_is_refused_before_its_file_is_read(site, pool):
    async with await entered(site, pool, AGENT) as client:
        token = client.headers.pop(csrf.HEADER)
        assert (await put(client, f.photo())).status_code == 403
        assert (await put(client, f.photo(), _csrf="AAAA")).status_code == 403
        behind = {"files": [("file", ("a.jpg", f.photo(), "image/jpeg")), (csrf.FIELD, (None, token))]}
        assert (await client.post(PAGE, **behind)).status_code == 403
        cross = await client.post(PAGE, **form(f.photo(), _csrf=token), headers={"Sec-Fetch-Site": "cross-site"})
        assert cross.status_code == 403
        assert await pool.fetchval("SELECT count(*) FROM attachments") == 0
        assert (await put(client, f.photo(), _csrf=token)).status_code == 303


async def test_an_address_that_leads_nowhere_is_not_found(site, pool):
    paths = (
        "/attachments/x",
        "/attachments/..%2f..%2fkeys%2fhouse.key",
        "/orders/1/attachments",
        "/orders/%27%20OR%201=1/attachments",
        f"/attachments/{UUID(int=1)}/large",
    )
    async with await entered(site, pool, AGENT) as client:
        for path in paths:
            assert (await client.get(path)).status_code in (404, 400), path


async def test_a_file_that_is_gone_from_the_disk_is_said_and_the_rest_goes_on(site, pool, tmp_path):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.photo())
        for path in (tmp_path / "attachments").rglob("*"):
            if path.is_file():
                path.unlink()
        answer = await client.get(await file_of(client))
        assert answer.status_code == 500 and "附件无法显示" in answer.text
        assert (await client.get(PAGE)).status_code == 200


async def test_a_name_with_a_script_is_shown_as_a_name(site, pool):
    async with await entered(site, pool, AGENT) as client:
        await put(client, f.photo(), "<img src=x onerror=alert(1)>.jpg")
        page = (await client.get(PAGE)).text
    assert "<img src=x" not in page


def several(*files: tuple[str, bytes], command: str = "", **fields: str) -> dict:
    """What a browser sends when several files were chosen."""
    return {
        "data": {"command": command or str(uuid4()), "purpose": "citizen", **fields},
        "files": [("file", (name, data, "application/octet-stream")) for name, data in files],
    }


async def test_several_files_go_up_in_one_go_and_a_form_sent_twice_keeps_each_once(site, pool):
    files = (("一.jpg", f.photo_with_place(6)), ("二.pdf", f.pdf()), ("三.wav", f.wav(1)))
    async with await entered(site, pool, AGENT) as client:
        page = (await client.get(PAGE)).text
        assert " multiple " in page and "一次最多选 10 个文件，合计不超过 100 MB" in page
        command = str(uuid4())
        for _ in range(2):
            assert (await client.post(PAGE, **several(*files, command=command))).status_code == 303
        page = (await client.get(PAGE)).text
    assert all(name in page for name, _ in files)
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 3


async def test_of_several_files_the_sound_ones_are_kept_and_the_damaged_one_is_named(site, pool):
    files = (("好.jpg", f.photo_with_place(6)), ("坏.jpg", f.photo_with_place(6)[:400]), ("也好.pdf", f.pdf()))
    async with await entered(site, pool, AGENT) as client:
        answer = await client.post(PAGE, **several(*files))
        assert answer.status_code == 422 and "“坏.jpg”：这个文件不完整或已损坏" in answer.text
        assert "好.jpg" in answer.text and "也好.pdf" in answer.text
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 2


async def test_one_file_of_a_wrong_kind_ends_the_reading_and_nothing_of_the_form_is_kept(site, pool):
    async with await entered(site, pool, AGENT) as client:
        answer = await client.post(PAGE, **several(("好.jpg", f.photo_with_place(6)), ("a.zip", b"PK\3\4" + bytes(60))))
        assert answer.status_code == 415 and "“a.zip”：这是压缩包" in answer.text
        many = await client.post(PAGE, **several(*((f"{n}.jpg", f.photo_with_place(6)) for n in range(11))))
        assert many.status_code == 422 and "一次最多上传 10 个文件" in many.text
    assert await pool.fetchval("SELECT count(*) FROM attachments") == 0

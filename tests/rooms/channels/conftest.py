"""What the tests of the channels share: an office that takes letters and text messages."""

from pathlib import Path
from typing import Any

import pytest
from post_office import PostOffice

from lianxin.channels.sealing import Sealer
from lianxin.channels.sms_inbox import SmsInFolder
from lianxin.channels.sms_room import SmsParts, SmsRoom
from lianxin.people.keys import house_keys


@pytest.fixture
async def post(pool: Any, tmp_path: Path) -> PostOffice:
    office = PostOffice(pool, tmp_path)
    await office.hire()
    return office


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(house_keys(b"k" * 32).ring("channels"))


@pytest.fixture
def parts(post: PostOffice, sealer: Sealer) -> SmsParts:
    return SmsParts(post.pool, post.office.vault, sealer)


@pytest.fixture
def room(post: PostOffice, sealer: Sealer, tmp_path: Path) -> SmsRoom:
    inbox = SmsInFolder(tmp_path / "sms")
    return SmsRoom(post.pool, post.receiving, post.office.vault, sealer, [inbox])

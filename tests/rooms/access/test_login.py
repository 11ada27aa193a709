"""Coming in by number and password, and what is kept of it."""

import re

from made.entrance import AGENT, hired, log_in


async def test_the_right_password_leads_to_where_one_wanted_to_go(site, outside):
    await hired(site, AGENT)
    answer = await log_in(outside, AGENT, next="/page")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page")
    assert (await outside.get("/page")).text == "1001 agent"


async def test_a_wrong_password_keeps_the_number_and_says_what_to_do(site, outside):
    await hired(site, AGENT)
    answer = await log_in(outside, AGENT, "晨光里的最后一通电话", next="/page")
    assert answer.status_code == 401
    assert "工号和口令对不上，没有登录" in answer.text
    assert 'name="number" value="1001"' in answer.text and 'name="next" value="/page"' in answer.text
    assert "晨光里" not in answer.text
    assert (await outside.get("/page")).status_code == 303


async def test_an_unknown_number_gets_the_same_answer_after_the_same_work(site, new_browser, monkeypatch):
    await hired(site, AGENT)
    answers, checked = [], []
    verified = site.access.passwords._verified

    def counted(kept, password):
        checked.append(kept)
        return verified(kept, password)

    monkeypatch.setattr(site.access.passwords, "_verified", counted)
    for number in (AGENT, "9999", "1002"):  # wrong password, nobody, somebody without a password
        async with new_browser() as client:
            answer = await log_in(client, number, "something else entirely")
            masked = re.sub(r"[\w-]{80,}=*", "TOKEN", answer.text.replace(f'value="{number}"', ""))
            answers.append((answer.status_code, masked, sorted(answer.headers)))
    assert answers[0] == answers[1] == answers[2]
    assert len(checked) == 3 and all(kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for kept in checked)

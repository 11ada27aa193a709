"""Answers of authenticators that are none: whatever is sent, it is refused with a sentence and nothing is kept."""

from base64 import urlsafe_b64encode
from typing import Any

import cbor2
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made.entrance import AGENT

from lianxin.access.passkeys import PasskeyRefused

ASKED = b"the secret of this browser's forms"
ORIGIN = "http://localhost:12345"
junk = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=40),
    st.binary(max_size=200).map(lambda raw: urlsafe_b64encode(raw).decode()),
    st.lists(st.integers(), max_size=3),
)
NAMES = st.one_of(st.integers(-10, 10), st.sampled_from(["fmt", "attStmt", "authData"]))
cbor_junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**64), 2**64), st.text(max_size=10), st.binary(max_size=200)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(st.integers(-10, 10), st.sampled_from(["fmt", "attStmt", "authData"])), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def client_data(challenge: bytes, kind: str, **about: Any) -> str:
    return text(msgspec.json.encode({"type": kind, "challenge": text(challenge), "origin": ORIGIN, **about}))


async def challenge_of(site, registering: bool) -> bytes:
    passkeys = site.access.passkeys
    return passkeys._challenges.ask("register" if registering else "log in", ASKED)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attestation=st.one_of(junk, cbor_junk.map(lambda value: text(cbor2.dumps(value)))), raw=st.binary(max_size=40))
async def test_no_junk_becomes_a_passkey(site, attestation, raw):
    await site.access.accounts.ensure(AGENT, "system")
    answer = {
        "id": text(raw),
        "rawId": text(raw),
        "type": "public-key",
        "response": {
            "clientDataJSON": client_data(await challenge_of(site, True), "webauthn.create"),
            "attestationObject": attestation,
        },
    }
    with pytest.raises(PasskeyRefused):
        await site.access.passkeys.register(AGENT, answer, "x", ASKED)
    assert await site.access.passkeys.of(AGENT) == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.one_of(st.binary(max_size=80), cbor_junk.map(cbor2.dumps)), data=junk, signature=junk, handle=junk)
async def test_no_junk_is_an_owner(site, pool, key, data, signature, handle):
    await site.access.accounts.ensure(AGENT, "system")
    await pool.execute("DELETE FROM passkeys")
    await pool.execute(
        "INSERT INTO passkeys (credential_id, work_number, public_key, sign_count, name, made_at)"
        " VALUES ('\\x00010203', $1, $2, 0, 'x', now())",
        AGENT,
        key,
    )
    response = {
        "clientDataJSON": client_data(await challenge_of(site, False), "webauthn.get"),
        "authenticatorData": data,
        "signature": signature,
        "userHandle": handle,
    }
    raw = text(bytes([0, 1, 2, 3]))
    answer = {"id": raw, "rawId": raw, "type": "public-key", "response": response}
    with pytest.raises(PasskeyRefused):
        await site.access.passkeys.owner(answer, ASKED)


@pytest.mark.parametrize("asked", [b"", b"another browser"])
async def test_a_question_to_another_browser_is_not_answered_here(site, asked):
    challenge = await challenge_of(site, False)
    answer = {"rawId": "AAAA", "response": {"clientDataJSON": client_data(challenge, "webauthn.get")}}
    with pytest.raises(PasskeyRefused, match="not asked here"):
        await site.access.passkeys.owner(answer, asked)


async def test_a_question_for_making_is_none_for_logging_in_and_is_answered_once_in_time(site, clock):
    challenges = site.access.passkeys._challenges
    challenge = challenges.ask("register", ASKED)
    assert not await challenges.answered("log in", challenge, ASKED)
    assert await challenges.answered("register", challenge, ASKED)
    assert not await challenges.answered("register", challenge, ASKED)
    late = challenges.ask("register", ASKED)
    clock.set(clock.now() + 5 * 60_000)
    assert not await challenges.answered("register", late, ASKED)
    for forged in (b"", b"x", bytes(56), late[:-1] + b"x"):
        assert not await challenges.answered("register", forged, ASKED)

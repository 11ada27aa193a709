"""Sign-on by the city's own login: with a real provider, and with one that lies."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from made.entrance import AGENT, MANAGER, browser, listening, made_entrance, moved_in
from oidc_provider_mock import User, run_server_in_thread

from lianxin.access.keys import AccessKeys
from lianxin.access.sign_on import LIFE_MS, SignOn, SignOnAway, SignOnRefused
from lianxin.ground.clock import HOUR_MS, SECOND_MS, RealClock, VirtualClock, at_iso
from lianxin.ground.site import Settings
from lianxin.ground.site.settings import OidcSettings

ISSUER = "https://id.example.gov.cn"
HERE = "http://localhost:12345"
NOW = at_iso("2026-11-24T09:00:00+08:00")


@pytest.fixture(scope="module")
def provider():
    """A real provider with three people in it."""
    people = [
        User(sub="p-1", claims={"preferred_username": AGENT}),
        User(sub="p-2", claims={"preferred_username": "9999"}),
        User(sub="p-3", claims={"preferred_username": MANAGER}),
    ]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def site(database, pool, tmp_path, entrance_paper, provider):
    await moved_in(pool)
    oidc = OidcSettings(issuer=provider, client_id="lianxin", client_secret="ueLq-73-brmw")
    made = made_entrance(
        pool, database.app_url, tmp_path, RealClock(), entrance_paper, msgspec.structs.replace(Settings(), oidc=oidc)
    )
    async with listening(made) as opened:
        yield opened


async def allowed(address: str, person: str) -> str:
    """Log in at the provider as a person; return where it sends the browser back to."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(address, data={"sub": person})
    assert answer.status_code == 302
    return answer.headers["location"]


async def test_who_is_known_there_comes_in_here(site, outside):
    assert "统一身份认证" in (await outside.get("/login")).text
    away = await outside.get("/login/oidc?next=/page")
    assert away.status_code == 303
    back = await allowed(away.headers["location"], "p-1")
    answer = await outside.get(back)
    assert answer.headers["location"] == "/page"
    assert (await outside.get("/page")).text == "1001 agent"


async def test_the_question_carries_state_nonce_and_a_challenge(site, provider, outside):
    address = urlsplit((await outside.get("/login/oidc")).headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == provider
    assert asked["redirect_uri"] == f"{HERE}/login/oidc/back" and asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    again = parse_qs(urlsplit((await outside.get("/login/oidc")).headers["location"]).query)
    assert again["state"][0] != asked["state"]


async def test_a_way_back_that_leads_away_is_the_front_page(site, outside):
    away = await outside.get("/login/oidc?next=https://evil.example/")
    assert (await outside.get(await allowed(away.headers["location"], "p-1"))).headers["location"] == "/"


async def test_an_answer_is_good_for_the_browser_that_asked(site, outside):
    away = await outside.get("/login/oidc")
    back = await allowed(away.headers["location"], "p-1")
    async with browser(site) as thief:
        stolen = await thief.get(back)
        assert stolen.status_code == 401 and "没能认可统一身份认证的答复" in stolen.text
        await thief.get("/login/oidc")  # a question of its own does not help with a foreign answer
        assert (await thief.get(back)).status_code == 401
        assert (await thief.get("/page")).status_code == 303


async def test_an_answer_is_taken_once(site, outside):
    away = await outside.get("/login/oidc")
    kept = outside.cookies["lianxin-oidc"]
    back = await allowed(away.headers["location"], "p-1")
    assert (await outside.get(back)).status_code == 303
    async with browser(site) as other:
        other.cookies.set("lianxin-oidc", kept)
        assert (await other.get(back)).status_code == 401


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=access_denied", "?state=&code="])
async def test_an_answer_to_nothing_is_refused(site, outside, query):
    for asks_first in (False, True):
        if asks_first:
            await outside.get("/login/oidc")
        answer = await outside.get(f"/login/oidc/back{query}")
        assert answer.status_code == 401 and "没有登录" in answer.text
        assert (await outside.get("/page")).status_code == 303


async def test_who_is_not_known_here_stays_outside(site, pool, outside):
    away = await outside.get("/login/oidc")
    answer = await outside.get(await allowed(away.headers["location"], "p-2"))
    assert answer.status_code == 401 and "没有您可用的账号" in answer.text
    assert await pool.fetchval("SELECT outcome FROM login_attempts") == "unknown"
    await site.access.accounts.disable(AGENT, True, "staff:2037")
    away = await outside.get("/login/oidc")
    assert (await outside.get(await allowed(away.headers["location"], "p-1"))).status_code == 401


async def test_a_role_that_needs_a_second_factor_needs_it_here_when_the_city_saw_none(site, outside):
    away = await outside.get("/login/oidc?next=/page")
    answer = await outside.get(await allowed(away.headers["location"], "p-3"))
    assert answer.headers["location"] == "/login/enrol?next=%2Fpage"


async def test_where_nothing_is_set_there_is_no_such_door(database, pool, tmp_path, entrance_paper):
    made = made_entrance(pool, database.app_url, tmp_path, RealClock(), entrance_paper)
    async with browser(made) as client:
        assert "统一身份认证" not in (await client.get("/login")).text
        assert (await client.get("/login/oidc")).status_code == 404
        assert (await client.get("/login/oidc/back")).status_code == 404


async def test_a_provider_that_does_not_answer_is_said_so(database, pool, tmp_path, entrance_paper):
    oidc = OidcSettings(issuer="http://localhost:1", client_id="lianxin", client_secret="x")
    settings = msgspec.structs.replace(Settings(), oidc=oidc)
    made = made_entrance(pool, database.app_url, tmp_path, RealClock(), entrance_paper, settings)
    async with browser(made) as client:
        answer = await client.get("/login/oidc")
        assert answer.status_code == 502 and "统一身份认证没有回应" in answer.text


KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


class Liar:
    """A provider of which a test changes what it says."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOW)
        self.document: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.keys = [KEY]
        self.asked: dict[str, str] = {}
        self.sent: dict[str, str] = {}
        self.token: Callable[[dict[str, Any]], str] = signed
        self.claims: dict[str, Any] = {}
        settings = OidcSettings(issuer=ISSUER, client_id="lianxin", client_secret="geheim")
        transport = httpx.MockTransport(self.answer)
        self.sign_on = SignOn(settings, HERE, self.clock, AccessKeys(bytes(32)), transport)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json=self.document)
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
        self.sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.sent["authorization"] = request.headers.get("authorization", "")
        second = self.clock.now() // SECOND_MS
        claims = {
            "iss": ISSUER,
            "sub": "p-1",
            "aud": "lianxin",
            "exp": second + 60,
            "iat": second,
            "nonce": self.asked["nonce"],
            "preferred_username": AGENT,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return httpx.Response(200, json={"id_token": self.token(claims)})

    async def found(self, **answer: str):
        """Ask, and let the browser come back with this answer."""
        address, kept = await self.sign_on.ask("/page")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return await self.sign_on.found({"state": self.asked["state"], "code": "c", **answer}, kept)


def signed(claims: dict[str, Any], key: Any = KEY, **header: str) -> str:
    return jwt.encode({"alg": "RS256", **header}, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in ({"alg": "none"}, claims)]
    return b".".join([*parts, b""]).decode()


async def test_an_honest_answer_says_who_is_there():
    liar = Liar()
    found = await liar.found()
    assert (found.number, found.second, found.next) == (AGENT, False, "/page")
    assert liar.sent["authorization"].startswith("Basic ") and "client_secret" not in liar.sent
    digest = hashlib.sha256(liar.sent["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == liar.asked["code_challenge"]


async def test_a_second_factor_that_the_city_saw_is_believed():
    liar = Liar()
    liar.claims = {"amr": ["pwd", "mfa"]}
    assert (await liar.found()).second is True


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another question"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "somebody else"},
        {"aud": ["lianxin", "somebody else"]},
        {"aud": ["lianxin", "somebody else"], "azp": "somebody else"},
        {"aud": None},
        {"exp": NOW // SECOND_MS - 3_600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW // SECOND_MS + 3_600},
        {"preferred_username": None},
        {"preferred_username": ""},
        {"preferred_username": ["1001"]},
        {"preferred_username": 1001},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(claims):
    liar = Liar()
    liar.claims = claims
    with pytest.raises(SignOnRefused):
        await liar.found()


async def test_a_token_for_several_is_taken_when_it_was_made_for_us():
    liar = Liar()
    liar.claims = {"aud": ["lianxin", "somebody else"], "azp": "lianxin"}
    assert (await liar.found()).number == AGENT


@pytest.mark.parametrize(
    "token",
    [
        unsigned,
        lambda claims: signed(claims, OTHER_KEY),
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("geheim" * 8)),
        lambda claims: signed(claims)[:-4] + "AAAA",
        lambda _: "",
        lambda _: "x.y.z",
        lambda claims: signed(claims).replace(".", "", 1),
    ],
    ids=["none", "foreign key", "shared secret", "broken", "empty", "junk", "two parts"],
)
async def test_a_token_that_the_provider_did_not_sign_is_refused(token):
    liar = Liar()
    liar.token = token
    with pytest.raises(SignOnRefused):
        await liar.found()


async def test_new_keys_of_the_provider_are_fetched():
    liar = Liar()
    await liar.found()
    liar.keys, liar.token = [OTHER_KEY], lambda claims: signed(claims, OTHER_KEY)
    assert (await liar.found()).number == AGENT


@pytest.mark.parametrize(
    "published", [{}, {"keys": []}, {"keys": "x"}, {"keys": [7]}, {"keys": [{}]}, {"keys": [{"kty": "?"}]}]
)
async def test_a_provider_without_keys_lets_nobody_in(published):
    liar = Liar()
    honest = liar.answer
    liar.sign_on = SignOn(
        OidcSettings(issuer=ISSUER, client_id="lianxin", client_secret="geheim"),
        HERE,
        liar.clock,
        AccessKeys(bytes(32)),
        httpx.MockTransport(
            lambda request: httpx.Response(200, json=published) if request.url.path == "/keys" else honest(request)
        ),
    )
    with pytest.raises((SignOnAway, SignOnRefused)):
        await liar.found()


async def test_an_answer_of_another_provider_or_state_is_refused():
    liar = Liar()
    for answer in ({"iss": "https://evil.example"}, {"state": "x"}, {"code": ""}):
        with pytest.raises(SignOnRefused):
            await liar.found(**answer)


async def test_an_answer_that_took_too_long_is_refused():
    liar = Liar()
    address, kept = await liar.sign_on.ask("/")
    state = parse_qs(urlsplit(address).query)["state"][0]
    liar.clock.set(NOW + LIFE_MS)
    with pytest.raises(SignOnRefused):
        await liar.sign_on.found({"state": state, "code": "c"}, kept)


@pytest.mark.parametrize("kept", ["", "x", "A" * 200, "ä"])
async def test_a_browser_that_asked_nothing_is_refused(kept):
    with pytest.raises(SignOnRefused):
        await Liar().sign_on.found({"state": "x", "code": "c"}, kept)


@pytest.mark.parametrize(
    "document",
    [{"issuer": "https://evil.example"}, {"token_endpoint": 7}, {"jwks_uri": None}, {"issuer": ISSUER + "/x"}],
)
async def test_a_provider_that_calls_itself_otherwise_is_not_asked(document):
    liar = Liar()
    liar.document.update(document)
    with pytest.raises(SignOnAway):
        await liar.sign_on.ask("/")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b"{" + b" " * 1_000_001 + b"}"),
        httpx.Response(302, headers={"location": "http://169.254.169.254/"}),
    ],
    ids=["broken", "html", "list", "huge", "elsewhere"],
)
async def test_a_provider_that_says_nothing_useful_is_away(answer):
    settings = OidcSettings(issuer=ISSUER, client_id="lianxin", client_secret="x")
    transport = httpx.MockTransport(lambda _: answer)
    sign_on = SignOn(settings, HERE, VirtualClock(NOW), AccessKeys(bytes(32)), transport)
    with pytest.raises(SignOnAway):
        await sign_on.ask("/")


async def test_its_description_is_read_once_an_hour():
    liar = Liar()
    await liar.sign_on.ask("/")
    liar.document["authorization_endpoint"] = f"{ISSUER}/moved"
    assert (await liar.sign_on.ask("/"))[0].startswith(f"{ISSUER}/authorize")
    liar.clock.set(NOW + HOUR_MS)
    assert (await liar.sign_on.ask("/"))[0].startswith(f"{ISSUER}/moved")


async def test_many_ask_at_once():
    liar = Liar()
    asked = await asyncio.gather(*[liar.sign_on.ask("/") for _ in range(20)])
    assert len({address for address, _ in asked}) == 20

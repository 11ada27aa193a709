"""Which settings does a site have, and what is wrong with the ones given?

One TOML file (`lianxin.toml` in the home, or `LIANXIN_CONFIG`), each key also as an
environment variable, which wins. `docs/settings.md` describes every one of them.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from lianxin.ground.site.exposure import exposed
from lianxin.ground.site.failures import SettingWrong
from lianxin.ground.site.sharing import secret_of

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
Address = Annotated[str, msgspec.Meta(pattern=r"^postgres(ql)?://")]


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PostgreSQL of one's own (15 or newer); without `url` the embedded one runs.

    url        the database, entered as the application role
    owner_url  the same database, entered as its owner; used by `lianxin migrate` only
    """

    url: Address | None = None
    owner_url: Address | None = None


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the pages are served, and how browsers reach them.

    names         names under which requests may arrive; others are refused
    public_url    address at which browsers know the site; its name is one of `names` too
    behind_proxy  whether a proxy in front ends TLS
    proxies       addresses or networks of it: whose X-Forwarded-For and X-Forwarded-Proto are believed
    trial         whether made-up people may be served, for trying out and training
    workers       processes that serve the pages on this machine, on one port; as many as it has cores
    """

    host: str = "127.0.0.1"
    port: Port = 12345
    names: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    public_url: Annotated[str, msgspec.Meta(pattern=r"^https?://")] | None = None
    behind_proxy: bool = False
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    trial: bool = False
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2


class AccessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long somebody stays logged in, and who needs a second factor.

    idle_minutes         after so long without a person's doing a session is locked
    session_hours        after so long it is over in any case
    second_factor_roles  who has one of these roles needs a second factor
    """

    idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 15
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=72)] = 12
    second_factor_roles: tuple[str, ...] = ("sysadmin", "secadmin", "auditadmin", "duty_manager", "rule_admin")


class OidcSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The city's own login (OpenID Connect); without `issuer` there is none.

    claim  claim of its identity token that is the work number here
    name   how the button on the login page calls it
    """

    issuer: Annotated[str, msgspec.Meta(pattern=r"^https?://")] | None = None
    client_id: str | None = None
    client_secret: str | None = None
    claim: str = "preferred_username"
    name: str = "统一身份认证"


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written to standard error, and how; `auto` writes JSON where nobody watches."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class CheckpointSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often new entries are sealed by a checkpoint."""

    interval_s: Seconds = 60.0


class RulesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which of the adopted rule packs new orders are accepted."""

    pack: str = "sd-binzhou"


class OutboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How messages leave the house.

    signature     who signs them, in front of every text message
    attempts_max  how often one is tried before it is put aside as a dead letter
    timeout_s     what one attempt may take
    """

    signature: str = "12345热线"
    attempts_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 24
    timeout_s: Seconds = 10.0


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway for text messages; the one that comes with the house writes files.

    folder     where it writes them, and reads what came in from `in` below it; `sms` in the home unless given
    keep_days  for how many days they are kept
    secret     `whsec_…`; a gateway that has it may bring text messages to `/gateway/sms`
    """

    folder: str | None = None
    keep_days: Annotated[int, msgspec.Meta(ge=1)] = 7
    secret: str | None = None


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server that takes e-mail; without `host` no e-mail leaves.

    sender  address in From; its domain names the messages
    tls     `starttls` after the greeting, `always` from the first byte, or `never`
    """

    host: str | None = None
    port: Port = 587
    sender: str = "12345@localhost"
    user: str | None = None
    password: str | None = None
    tls: Literal["starttls", "always", "never"] = "starttls"


class MailboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mailbox that citizens write to (IMAP); without `host` no e-mail comes in.

    ca       file with the certificate of the authority that signed the server's, where no known one did
    tls      as for `mail`
    blocked  addresses, and domains as `@example.com`, whose mails nobody reads: they become silent contacts
    """

    host: str | None = None
    port: Port = 993
    user: str | None = None
    password: str | None = None
    folder: str = "INBOX"
    tls: Literal["starttls", "always", "never"] = "always"
    ca: str | None = None
    blocked: tuple[str, ...] = ()


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Systems that are told by signed requests: one of the city's own, and those that units set up on the pages.

    url     the city's own; without it there is none
    secret  `whsec_` and the base64 of 24 to 64 random bytes; the receiver has the same
    inside  networks of the city's own in which receivers may stand, e.g. `10.20.0.0/16`; others are public ones
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^https?://")] | None = None
    secret: str | None = None
    inside: tuple[str, ...] = ()


class AttachmentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which files are taken, and who looks for viruses in them.

    picture_mb, audio_mb, pdf_mb   what one file of the kind may have
    pixels_million, side_px        pixels of a picture that is sent; longest side of what is kept
    files_max, total_mb            what one order may have
    reserve_mb   so much of the disk stays free
    clamd        socket of a ClamAV daemon: a path, or host:port; without it nobody looks
    """

    picture_mb: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20
    audio_mb: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    pdf_mb: Annotated[int, msgspec.Meta(ge=1, le=200)] = 30
    pixels_million: Annotated[int, msgspec.Meta(ge=1, le=200)] = 60
    side_px: Annotated[int, msgspec.Meta(ge=640, le=16000)] = 4096
    files_max: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 40
    total_mb: Annotated[int, msgspec.Meta(ge=1)] = 300
    reserve_mb: Annotated[int, msgspec.Meta(ge=0)] = 1000
    clamd: Annotated[str, msgspec.Meta(pattern=r"^(/.+|.+:\d+)$")] | None = None


class ApiSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What other systems may ask.

    requests_per_minute  so many requests of one person's tokens and sessions below /api are answered by each process
    """

    requests_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 3000


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an operator may choose."""

    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    access: AccessSettings = AccessSettings()
    oidc: OidcSettings = OidcSettings()
    log: LogSettings = LogSettings()
    checkpoint: CheckpointSettings = CheckpointSettings()
    rules: RulesSettings = RulesSettings()
    outbox: OutboxSettings = OutboxSettings()
    sms: SmsSettings = SmsSettings()
    mail: MailSettings = MailSettings()
    mailbox: MailboxSettings = MailboxSettings()
    api: ApiSettings = ApiSettings()
    webhook: WebhookSettings = WebhookSettings()
    attachments: AttachmentSettings = AttachmentSettings()


OWN_NAMES = {"database.owner_url": "LIANXIN_OWNER_URL"}
"""Settings whose variable is not simply their key."""

NOT_SETTINGS = frozenset({"LIANXIN_HOME", "LIANXIN_CONFIG", "LIANXIN_SUPERVISED"})
"""Variables that say where the settings are, or that the house sets for its own processes."""

FOR_TESTS = "LIANXIN_TEST_"


def variable_of(key: str) -> str:
    """Return the environment variable of a setting's dotted key."""
    return OWN_NAMES.get(key, "LIANXIN_" + key.replace(".", "_").upper())


def every_setting() -> Iterator[tuple[str, object]]:
    """Yield each setting's dotted key and its default."""
    for section, kind in get_type_hints(Settings).items():
        for field in msgspec.structs.fields(kind):
            yield f"{section}.{field.name}", field.default


def read_settings(file: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a file and an environment; a file that does not exist says nothing.

    Raises SettingWrong naming the key, where it was read and what was expected.
    """
    given, known = _from_file(file), dict(every_setting())
    for key, value in _from_environment(environment):
        section, name = key.split(".")
        given.setdefault(section, {})[name] = value.split(",") if isinstance(known[key], tuple) else value
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as failure:
        raise SettingWrong(_explained(str(failure), file, environment)) from None
    if (wrong := exposed(settings.web)) is not None:
        raise SettingWrong(wrong)
    for key, secret in shared_secrets(settings):
        secret_of(secret, key)
    return settings


def shared_secrets(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the secrets that are set by which other systems and this one know each other, each by its setting."""
    both = (("webhook.secret", settings.webhook.secret), ("sms.secret", settings.sms.secret))
    return tuple((key, secret) for key, secret in both if secret)


def _from_file(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SettingWrong(f"{file} is not valid TOML: {wrong}.") from wrong


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = {variable_of(key): key for key, _ in every_setting()}
    for variable, value in sorted(environment.items()):
        if not variable.startswith("LIANXIN_") or variable in NOT_SETTINGS or variable.startswith(FOR_TESTS):
            continue
        if not value:
            continue
        if variable not in known:
            raise SettingWrong(f"The variable {variable} is not a setting{_near(variable, known)}")
        yield known[variable], value


def _explained(wrong: str, file: Path, environment: Mapping[str, str]) -> str:
    """Turn msgspec's `… - at `$.web.port`` into a sentence that names key and origin."""
    reason, _, path = wrong.partition(" - at `$")
    section = path.rstrip("`").lstrip(".").split("[")[0]
    unknown = re.search(r"unknown field `(.+)`", reason)
    if unknown is not None:
        key = f"{section}.{unknown[1]}".lstrip(".")
        return f"{file}: {key} is not a setting{_near(key, [known for known, _ in every_setting()])}"
    variable = variable_of(section)
    origin = variable if variable in environment else str(file)
    return f"{origin}: the setting {section} cannot be used: {reason[:1].lower()}{reason[1:]}."


def _near(word: str, known: Mapping[str, str] | list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else "."

"""A real IMAP server for the tests: Debian's Dovecot, from a folder of its own, on a port of this machine.

`setup/system.sh test` installs it; it runs in the foreground as whoever runs the tests, knows
one mailbox, and ends with the test.
"""

import contextlib
import datetime
import grp
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imapclient import IMAPClient

from lianxin.ground.site.settings import MailboxSettings

PASSWORD = "p4ss-of-the-tests"
GUARD_S = 30
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
{who}
mail_location = maildir:{home}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
imap_capability = {capability}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
service imap-login {{
  {apart}
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
service anvil {{
  {apart}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {apart}
}}
"""


class MailStore:
    """The running server; `settings` is what a house needs to reach it."""

    def __init__(self, home: Path, plain: int, secure: int) -> None:
        self.home = home
        self.plain = plain
        self.settings = MailboxSettings(
            host="localhost",
            port=secure,
            user="12345@binzhou.example",
            password=PASSWORD,
            ca=str(home / "cert.pem"),
        )

    @contextmanager
    def opened(self) -> Iterator[IMAPClient]:
        """The mailbox as somebody else's mail program sees it."""
        client = IMAPClient("127.0.0.1", port=self.plain, ssl=False, timeout=GUARD_S)
        client.login("12345@binzhou.example", PASSWORD)
        client.select_folder("INBOX")
        try:
            yield client
        finally:
            client.logout()

    def deliver(self, mail: bytes) -> None:
        """A mail arrives, as a mail server delivers it: written aside, then renamed."""
        draft = self.home / "mail" / "tmp" / f"{os.urandom(8).hex()}"
        draft.write_bytes(mail)
        owner = draft.parent.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
        draft.rename(self.home / "mail" / "new" / draft.name)

    def empty(self) -> None:
        """Throw everything away, for the next test."""
        with self.opened() as client:
            found = client.search("ALL")
            if found:
                client.delete_messages(found)
                client.expunge()

    def flags(self) -> list[tuple[bytes, ...]]:
        """What is marked on each mail, the oldest first."""
        with self.opened() as client:
            return [found for _, found in sorted(client.get_flags(client.search("ALL")).items())]


@contextmanager
def mail_store(idle: bool = True) -> Iterator[MailStore]:
    """A server of its own; idle: whether it tells of new mail by itself."""
    with tempfile.TemporaryDirectory(prefix="lianxin-mail-") as folder:
        home = Path(folder)
        user = _prepare(home)
        plain, secure = _free_port(), _free_port()
        (home / "dovecot.conf").write_text(_config(home, user, plain, secure, idle))
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program is not None, "Dovecot is missing: run `sh setup/system.sh test`"
        with subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")], stderr=subprocess.DEVNULL) as server:
            try:
                _wait_for(plain, server, home / "log")
                yield MailStore(home, plain, secure)
            finally:
                server.terminate()


def _prepare(home: Path) -> pwd.struct_passwd:
    """Make the folders; return whose mailbox it is: Dovecot gives root none."""
    user = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    home.chmod(0o711)
    for name in ("run", "state", "mail", "mail/tmp", "mail/new", "mail/cur"):
        (home / name).mkdir()
        if name.startswith("mail"):
            os.chown(home / name, user.pw_uid, user.pw_gid)
    _certificate(home)
    return user


def _config(home: Path, user: pwd.struct_passwd, plain: int, secure: int, idle: bool) -> str:
    group = grp.getgrgid(user.pw_gid).gr_name
    own = (
        f"default_internal_user = {user.pw_name}\ndefault_internal_group = {group}\ndefault_login_user = {user.pw_name}"
    )
    root = os.geteuid() == 0
    return _CONFIG.format(
        home=home,
        user=user.pw_name,
        group=group,
        plain=plain,
        secure=secure,
        password=PASSWORD,
        who="" if root else own,
        apart="" if root else "chroot =",
        capability="+" if idle else "IMAP4rev1 LITERAL+ UIDPLUS",
    )


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once it greets; fail when it ended instead."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), GUARD_S) as connection:
                assert connection.makefile("rb").readline().startswith(b"* OK"), log.read_text()
                return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.02)
                raise AssertionError(log.read_text() if log.exists() else "it ended at once") from None


def _certificate(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (home / "key.pem").write_bytes(pem)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

"""What is a secret that two systems share, so that each knows the other's requests by their signature?"""

from base64 import b64decode
from typing import Final

from lianxin.ground.site.failures import SettingWrong

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = range(24, 65)


class SecretWrong(SettingWrong):
    """The secret is not one; the sentence says which form it has."""


def secret_of(text: str, setting: str = "webhook.secret") -> bytes:
    """Return the bytes of `whsec_…`. Raises SecretWrong, naming the setting."""
    try:
        secret = b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except ValueError:
        secret = b""
    if len(secret) not in SECRET_BYTES:
        raise SecretWrong(
            f"The setting {setting} must be `{PREFIX}` and the base64 of 24 to 64 random bytes; docs/worker.md says "
            "how to make one."
        )
    return secret

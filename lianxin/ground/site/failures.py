"""What an operator may have to put right before the site can run."""


class SiteError(Exception):
    """The site cannot do this now; the message says what happened, what is safe and what to do."""


class SettingWrong(SiteError):
    """A setting cannot be used; the message names its key and where it was read."""


class AlreadyRunning(SiteError):
    """Another `lianxin run` serves this home."""

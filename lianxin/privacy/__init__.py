"""Privacy (个人信息保护): who sees what of a citizen, and who was shown which order?"""

from lianxin.privacy.apart import KeptApart
from lianxin.privacy.look import Look, What
from lianxin.privacy.looks import Looks, NotKept
from lianxin.privacy.reveals import Box, Reveals

__all__ = ["Box", "KeptApart", "Look", "Looks", "NotKept", "Reveals", "What"]

"""A process of its own that washes one file and ends; `apart.py` starts it.

Decoders are large, and what they read comes from anybody. So they run where there is
little to win: without the house's keys and settings, with bounded memory and time.

    argv  fd of the file, fd for what is kept, then the limits
    stdout  one line of JSON: what is kept, or the refusal
Exit 0: washed or refused; anything else: the file was too much for it.
"""

import os
import resource
import sys

MEMORY = 2_000_000_000
CPU_S = 40
FILES_MOST = 32


def _bound() -> None:
    """Give up what a decoder does not need; a bomb then ends this process and nothing else."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_MOST, FILES_MOST))


def main(source: int, target: int, *limits: int) -> None:
    """Wash what `source` holds into `target`: the content, then the small picture."""
    import msgspec

    from lianxin.attachments.refusal import AttachmentRefused
    from lianxin.attachments.washing.washed import Limits, wash

    with os.fdopen(source, "rb") as file:
        data = file.read()
    try:
        washed = wash(data, Limits(*limits))
    except AttachmentRefused as refused:
        answer: dict[str, object] = {"code": refused.code, "zh": refused.zh, "en": refused.en}
    else:
        with os.fdopen(target, "wb") as kept:
            kept.write(washed.content)
            kept.write(washed.small)
        answer = {
            "type": washed.media.type,
            "size": len(washed.content),
            "small": len(washed.small),
            "width": washed.width,
            "height": washed.height,
        }
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    _bound()
    main(*map(int, sys.argv[1:]))

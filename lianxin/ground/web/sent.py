"""What did a browser send? Its form or JSON, read with patience that ends, and refused where it is none.

Whoever sends bytes that are no text, or nothing at all for too long, made a mistake of
their own: they are told so (400, 408), and no page has to think of it.
"""

import asyncio
from typing import Any, Final

from litestar.connection import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, HTTPException, SerializationException
from litestar.status_codes import HTTP_408_REQUEST_TIMEOUT

PATIENCE_S: Final = 60.0
"""So long a form may take to arrive. Files have a patience of their own."""
_NUL: Final = "\x00"
_NUL_IN_JSON: Final = b"\\u0000"


class TooSlow(HTTPException):
    """What was sent did not come in time."""

    status_code = HTTP_408_REQUEST_TIMEOUT


class PageRequest(Request[Any, Any, Any]):
    """A request whose form and JSON are texts that the database can keep, or are refused."""

    async def form(self) -> FormMultiDict:
        """Return the form. Raises ClientException for what is none, TooSlow for what does not come."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                form = await super().form()
        except (UnicodeDecodeError, LookupError) as no_text:
            raise ClientException("the form is no text in UTF-8") from no_text
        except TimeoutError as slow:
            raise TooSlow from slow
        if any(_NUL in name or (isinstance(value, str) and _NUL in value) for name, value in form.multi_items()):
            raise ClientException("a text holds NUL")
        return form

    async def json(self) -> Any:
        """Return the JSON. Raises ClientException for what is none or too deep, TooSlow for what does not come."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                body = await self.body()
            if _NUL_IN_JSON in body:
                raise ClientException("a text holds NUL")
            return await super().json()
        except (SerializationException, RecursionError) as no_json:
            raise ClientException("this is no JSON") from no_json
        except TimeoutError as slow:
            raise TooSlow from slow

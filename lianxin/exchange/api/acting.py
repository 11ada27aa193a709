"""The routes by which other systems take steps on orders: one for each form of the house."""

from collections.abc import Iterator
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from lianxin.exchange.api import shapes
from lianxin.exchange.api.asking import ApiRequest
from lianxin.exchange.api.bodies import API_FORMS, BODIES
from lianxin.exchange.api.describing import ETAG, IfMatch, Key, OrderNumber, writing
from lianxin.exchange.api.door import TheDoor
from lianxin.exchange.api.etags import Expected, etag
from lianxin.exchange.api.orders import written
from lianxin.exchange.api.steps import Asked, Steps
from lianxin.ground.web.problem import language_of
from lianxin.orders.forms import Form


def step_routes() -> Iterator[HTTPRouteHandler]:
    """Yield a route for each step."""
    for slug, form in API_FORMS.items():
        yield _route(slug, form, BODIES[slug])


def _route(slug: str, form: Form, body: type[Any]) -> HTTPRouteHandler:
    async def take_step(
        request: ApiRequest, door: TheDoor, number: OrderNumber, data: Any, key: Key, if_match: IfMatch = None
    ) -> Response[shapes.Done]:
        expected = None if if_match is None else Expected(if_match)
        asked = Asked(request.user, written(number), form, data, key, expected, language_of(request))
        done = await Steps(door).take(asked, (await door.present()).now)
        return Response(done, headers={"ETag": etag(done.seq, done.hash), "Cache-Control": "no-store"})

    name = form.command.__name__
    who = ", ".join(form.step.who)
    take_step.__annotations__["data"] = JSONBody[body]  # type: ignore[valid-type, misc]
    take_step.__name__ = f"take_{name}"
    take_step.__doc__ = (
        f"{form.step.en.capitalize()} ({form.step.zh}). For {who}; possible in: {', '.join(form.step.frm)}."
    )
    declared = writing(
        f"/orders/{{number:str}}/commands/{slug}",
        "orders:act",
        404,
        409,
        412,
        operation_id=f"do{name}",
        tags=["commands"],
        status_code=200,
        response_headers=[ETAG],
    )
    return declared(take_step)

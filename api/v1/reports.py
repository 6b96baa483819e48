"""Reports over HTTP: a route for each kind, and the two that have a name of their own besides."""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import WithJsonSchema

from ap_registry.access import Caller
from ap_registry.errors import Problem, Refused
from ap_registry.registry import Registry
from api.deps import Holder, TheRegistry
from api.opened import Opened, Reader
from api.problems import responses
from api.v1.asked import schema_of
from api.v1.schemas import OBJECT, OUTCOMES, RESTATEMENT, answers
from reports.asking import ANSWERED, asked_of, narrowed, refuse_reader
from reports.files import MEDIA, file_of
from reports.kinds import KINDS, Kind, Made, Option

router = APIRouter(tags=["reports"])
_BINARY = {"contentMediaType": "application/octet-stream"}
SCHEMAS = {"outcomes": OUTCOMES, "restatement": RESTATEMENT}


def read(
    registry: Registry, caller: Caller, kind: Kind, given: Mapping[str, str | None], opened: Reader
) -> Made:
    """What the caller may have of it; whom it shows is noted."""
    refuse_reader(kind, caller)
    asked = narrowed(kind, caller, asked_of(kind, given, caller))
    made = kind.read(registry, asked, caller)
    opened.at_once(caller, *made.pupils)
    return made


def file_answer(kind: Kind, made: Made, format: str) -> Response:
    """To be kept under a name, but for what a browser shows."""
    headers = {"Cache-Control": "no-store"}
    if format not in {"json", "html"}:
        name = f"{kind.name}-{made.said['known_by'][:10]}.{format}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(file_of(made, format), media_type=MEDIA[format], headers=headers)


def _route(kind: Kind) -> Callable[..., Response]:
    def endpoint(**given: Any) -> Response:
        _refuse_blanks(kind, given)
        texts = {option.name: given[f"{option.name}_"] for option in kind.options}
        made = read(given["registry"], given["holder"].caller, kind, texts, given["opened"])
        return file_answer(kind, made, given["format"])

    formats = Query(pattern=f"^({'|'.join(kind.formats)})$")
    parameters = (
        _keyword("registry", TheRegistry),
        _keyword("holder", Holder),
        _keyword("opened", Opened),
        *(_parameter(option) for option in kind.options),
        _keyword("format", Annotated[str, formats], "json"),
    )
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    endpoint.__doc__ = f"{kind.about} An LA or panel reads its own LA, others their own."
    return endpoint


def _refuse_blanks(kind: Kind, given: Mapping[str, Any]) -> None:
    """On a form nothing is chosen so; a program that sends it had something in mind."""
    problems = tuple(
        Problem(f"/{option.name}", "bad_format", f"{option.name} is blank: leave it out, or say it")
        for option in kind.options
        if (told := given[f"{option.name}_"]) is not None and not told.strip()
    )
    if problems:
        raise Refused(problems)


def _parameter(option: Option) -> Parameter:
    query, schema = Query(alias=option.name, description=option.help), schema_of(option)
    if option.required and option.name not in ANSWERED:
        return _keyword(f"{option.name}_", Annotated[str, query, WithJsonSchema(schema)])
    return _keyword(f"{option.name}_", Annotated[str | None, query, WithJsonSchema(schema)], None)


def _keyword(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _documented(kind: Kind) -> dict[Any, Any]:
    found = answers(SCHEMAS.get(kind.name, OBJECT))
    for format in kind.formats:
        if format != "json":
            schema = {"type": "string", **(_BINARY if format in {"pdf", "xlsx"} else {})}
            found[200]["content"][MEDIA[format]] = {"schema": schema}
    unseen = (404,) if kind.to_caller else ()  # a pupil who is not there for whoever asks
    return {**found, **responses(401, 403, *unseen, 422, 503)}


for _kind in KINDS.values():
    for _path, _name in (
        (f"/reports/{_kind.name}", f"get_report_{_kind.name.replace('-', '_')}"),
        *([(f"/{_kind.name}", f"get_{_kind.name}")] if _kind.name in SCHEMAS else []),
    ):
        router.get(_path, operation_id=_name, responses=_documented(_kind))(_route(_kind))

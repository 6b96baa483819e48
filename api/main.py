"""The application: routes, errors, and headers that every answer carries."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles

from ap_registry.oidc import Provider
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from api import pages, policy, problems, v1
from api.counted import Counted
from api.deps import KeyHolders
from api.edge import Edge
from api.health import router as health
from api.limits import Limits
from api.pages.problems import problem_page
from api.policies import POLICIES
from api.v1.answering import add_shapes, without_null
from api.v1.components import name_schemas
from api.v1.examples import add_examples
from api.v1.feed import LogSize
from api.v1.links import add_links
from api.v1.sent_examples import add_sent
from api.v1.shaping import Shaped

_FOLDER = Path(__file__).parent


def create_app(registry: Registry, settings: Settings | None = None) -> FastAPI:
    """One application on one registry; its limits are those of the settings."""
    app = _with_routes()
    attach(app, registry, settings)
    return app


def attach(app: FastAPI, registry: Registry, settings: Settings | None = None) -> None:
    """Let an application serve this registry from now on, with nothing left of the one before."""
    settings = settings or Settings()
    app.state.registry = registry
    app.state.settings = settings
    app.state.limits = Limits(settings)
    app.state.key_holders = KeyHolders(registry)
    app.state.log_size = LogSize(registry)
    app.state.counted = Counted(registry)
    app.state.provider = Provider(settings)
    app.state.ending = lambda: False


def _with_routes() -> FastAPI:
    app = FastAPI(
        title="AP Registry",
        version="0.1.0",
        description="Pupil movements into and out of alternative provision, and what follows.",
        docs_url=None,  # FastAPI's page loads scripts from elsewhere; ours is in pages/
        redoc_url=None,
    )
    problems.install(app, problem_page)
    app.include_router(v1.router)
    app.include_router(health)
    app.include_router(pages.router)
    app.mount(policy.STATIC, StaticFiles(directory=_FOLDER / "static"), name="static")
    app.add_middleware(Shaped)
    app.add_middleware(Edge)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    policy.install(app, POLICIES)
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document with our problem schema, and without its own 422."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        body = problems.ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(body.pop("$defs", {}))
        schemas["ProblemBody"] = body
        for path in document["paths"].values():
            for method, operation in path.items():
                operation["responses"] |= problems.documented(422) | problems.documented(429)
                if method != "get":
                    operation["responses"] |= problems.documented(400)
        for (method, path), found in app.state.going.items():
            operation = document["paths"][path][method.lower()]
            operation["deprecated"] = True
            operation["description"] += (
                f" Ask {found.by} instead; this answers until {found.until}."
            )
        without_null(document)
        add_shapes(document)
        add_links(document)
        add_sent(document)
        add_examples(document)
        name_schemas(document)
        app.openapi_schema = document
    return app.openapi_schema

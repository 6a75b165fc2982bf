# Written where no container engine runs: deploy/prove-image.sh reads these steps and runs them in a clean Debian, which is
# not to build an image. Pin both images by digest when you build.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/carnet
WORKDIR /src
COPY requirements.lock ./
# Wheels only: building a source distribution would fetch build tools that no hash covers.
RUN /opt/carnet/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot ./bot
COPY rollout ./rollout
COPY config ./config
RUN /opt/carnet/bin/pip install --no-deps --no-build-isolation .


FROM python:3.13-slim

RUN groupadd --gid 10001 carnet \
 && useradd --uid 10001 --gid carnet --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin carnet \
 && install --directory --owner carnet --group carnet --mode 0700 /var/lib/carnet /var/lib/carnet-keys /var/lib/carnet-uploads
COPY --from=build /opt/carnet /opt/carnet

# Data and the keys that open it are two volumes, so that a copy of one lacks the other. Never back them up together.
ENV PATH=/opt/carnet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CARNET_STATE=/var/lib/carnet \
    CARNET_KEK__FOLDER=/var/lib/carnet-keys \
    CARNET_WEB__HEALTH_PORT=9090
VOLUME ["/var/lib/carnet", "/var/lib/carnet-keys"]
WORKDIR /var/lib/carnet
USER carnet

# Alive or to be started again; whether it can work is /readyz. By hand: `carnet doctor`.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 9090, timeout=5); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["carnet"]
CMD ["run"]

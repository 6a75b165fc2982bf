# Written where no container engine runs: read and checked part by part, not yet built. Pin both images by digest when you build.
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
 && install --directory --owner carnet --group carnet --mode 0700 /var/lib/carnet /var/lib/carnet-keys
COPY --from=build /opt/carnet /opt/carnet

# Data and the keys that open it are two volumes, so that a copy of one lacks the other. Never back them up together.
ENV PATH=/opt/carnet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CARNET_STATE=/var/lib/carnet \
    CARNET_KEK__FOLDER=/var/lib/carnet-keys
VOLUME ["/var/lib/carnet", "/var/lib/carnet-keys"]
WORKDIR /var/lib/carnet
USER carnet

# Configuration, stores, keys, clock and disk. It does not prove that polling goes on.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 CMD ["carnet", "doctor", "--json"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["carnet"]
CMD ["run"]

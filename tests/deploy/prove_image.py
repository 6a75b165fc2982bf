"""Runs the Dockerfile's own steps in a clean Debian, then what it built, confined as compose.yaml confines it.

That is not to build an image: the base is Debian's Python and not the one named, and nothing is said of layers or size.
Called by deploy/prove-image.sh.
"""

import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy import clean_root
from tests.deploy.dockerfile import Stage, Step, stages

ROOT = Path(__file__).parents[2]
DEBIAN = {"3.13": "trixie"}  # which Debian brings the Python that the image names
PACKAGES = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VISIT = Path(__file__).with_name("visit.py")


@dataclass
class Built:
    """A root, and what the image would remember beside it."""

    root: Path
    stage: Stage
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH, "HOME": "/root"})
    folder: str = "/"
    user: str = "root"
    volumes: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Give where *path*, as a step of this stage writes it, is on this machine."""
        return self.root / str(Path(self.folder, path)).lstrip("/")


def build(base: Path, stage: Stage, work: Path, earlier: dict[str, Built]) -> Built:
    """Carry out a stage's steps on a copy of *base*."""
    root = work / (stage.name or "final")
    clean_root.run("cp", "-a", "--reflink=auto", base, root)
    clean_root.prepare(root)
    built = Built(root, stage)
    for step in stage.steps:
        print(f"  {step.word} {step.rest}", flush=True)
        carry_out(built, step, earlier)
    return built


def carry_out(built: Built, step: Step, earlier: dict[str, Built]) -> None:
    """Do what one step says; those that only describe a running container come later."""
    if step.word == "RUN":
        environment = clean_root.reaching() | built.environment
        if built.user != "root":
            raise ValueError("a step after USER is not known here")
        clean_root.enter(built.root, ["/bin/sh", "-c", step.rest], environment, built.folder)
    elif step.word == "ENV":
        for name, value in step.pairs().items():
            built.environment[name] = re.sub(r"\$(\w+)", lambda found: built.environment[found[1]], value)
    elif step.word == "WORKDIR":
        built.folder = step.rest
        built.inside("").mkdir(parents=True, exist_ok=True)
    elif step.word == "COPY":
        copy(built, step.rest.split(), earlier)
    elif step.word == "USER":
        built.user = step.rest
    elif step.word == "VOLUME":
        built.volumes += step.listed()


def copy(built: Built, words: list[str], earlier: dict[str, Built]) -> None:
    """Copy from an earlier stage as it is, or from this checkout without what the ignore file names."""
    if words[0].startswith("--from="):
        clean_root.run("cp", "-a", earlier[words[0][7:]].inside(words[1]), built.inside(words[2]))
        return
    *sources, target = words
    for source in sources:
        place = built.inside(target)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(ROOT / source, place / source if place.is_dir() or target.endswith("/") else place)


def confine(built: Built) -> None:
    """Make the root read-only but for volumes and a small /tmp, as compose.yaml does."""
    owner = subprocess.run(
        clean_root.command(built.root, ["id", "-u", built.user]), capture_output=True, text=True, check=True
    ).stdout.strip()
    clean_root.run("mount", "--rbind", built.root, built.root)
    clean_root.run("mount", "-o", "remount,bind,ro", built.root)
    clean_root.run("mount", "-t", "tmpfs", "-o", "mode=1777,noexec,nosuid,nodev,size=64m", "tmpfs", built.root / "tmp")
    for volume in built.volumes:
        options = f"mode=0700,uid={owner},gid={owner}"
        clean_root.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", built.root / volume.lstrip("/"))


def visit(built: Built) -> None:
    """Start what the image starts, without a network, and talk to it by the playground in the very image."""
    stage = built.stage
    check = re.search(r"CMD (\[.*\])$", stage.last("HEALTHCHECK").rest)
    if check is None:
        raise ValueError("the image has no health check")
    python = built.environment["PATH"].split(":")[0] + "/python"
    started = stage.last("ENTRYPOINT").listed() + stage.last("CMD").listed()
    words = [python, "-", *map(repr, (started, Step("CMD", check[1]).listed(), stage.last("STOPSIGNAL").rest))]
    command = clean_root.command(built.root, words, user=built.user, folder=built.folder, alone=True)
    environment = built.environment | {"HOME": "/nonexistent"}
    subprocess.run(command, input=VISIT.read_text(encoding="utf-8"), env=environment, check=True, text=True)


def main(work: Path) -> None:
    """Prove it in *work*, which is empty."""
    began = time.monotonic()
    found = stages(ROOT / "Dockerfile")
    (version,) = {stage.base.removeprefix("python:").removesuffix("-slim") for stage in found}
    print(f"A clean Debian {DEBIAN[version]} with its Python {version}", flush=True)
    clean_root.make(work / "base", DEBIAN[version], PACKAGES)
    built: dict[str, Built] = {}
    for stage in found:
        print(f"Stage {stage.name or 'final'}", flush=True)
        built[stage.name] = build(work / "base", stage, work, built)
    confine(built[""])
    print("As the image's user, read-only, without capabilities or network", flush=True)
    visit(built[""])
    print(f"The steps of the Dockerfile work ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

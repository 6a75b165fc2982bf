"""A clean Debian in a folder, entered by chroot. Run by root in a mount namespace of its own: what is mounted goes with it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# What this machine needs to reach a package index: proxies, and whom it trusts.
REACHING = ("PIP_", "UV_", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")

# A network with nothing but the machine itself, for whatever is run in it.
ALONE = """
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, struct.pack("16sh", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def run(*words: str | Path, quiet: bool = False) -> None:
    """Run a command of this machine."""
    subprocess.run(list(words), check=True, stdout=subprocess.DEVNULL if quiet else None)


def make(folder: Path, suite: str, packages: Sequence[str]) -> None:
    """Make a minimal Debian of *suite* with *packages*, from the mirror this machine uses."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    mirror = next((uri for uri in listed if uri.rstrip("/").endswith("/debian")), "http://deb.debian.org/debian")
    run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}", suite, folder, mirror)


def prepare(root: Path) -> None:
    """Give a root what any process needs, and this machine's way to a package index."""
    run("mount", "-t", "proc", "proc", root / "proc")
    run("mount", "--rbind", "/dev", root / "dev")  # terminals and shared memory included
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))


def reaching() -> dict[str, str]:
    """Give the part of this machine's environment that is about reaching a package index."""
    found = {name: value for name, value in os.environ.items() if name.startswith(REACHING)} | {"PIP_QUIET": "1"}
    return found | {name: value for name, value in os.environ.items() if name.lower() in PROXIES}


def command(
    root: Path, words: Sequence[str], *, user: str = "root", group: str = "", folder: str = "/", alone: bool = False
) -> list[str]:
    """Give the command that runs *words* in *root* as *user*, who can get no further rights.

    *alone* takes the network away, but for the machine's own.
    """
    inside = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", folder, *words]
    if user != "root":
        group = group or user
        rights = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        inside = ["setpriv", f"--reuid={user}", f"--regid={group}", *rights, *inside]
    network = ["unshare", "--net", sys.executable, "-c", ALONE] if alone else []
    return [*network, "chroot", str(root), *inside]


def enter(root: Path, words: Sequence[str], environment: Mapping[str, str], folder: str = "/") -> None:
    """Run *words* in *root* as its root."""
    subprocess.run(command(root, words, folder=folder), env=dict(environment), check=True)

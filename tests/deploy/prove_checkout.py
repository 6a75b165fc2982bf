"""Takes this checkout to a bare Debian, and there to somebody who knows two commands: `make demo`, and `make test` if asked.

Called by `deploy/prove-image.sh checkout`, and `deploy/prove-image.sh checkout test`.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.deploy import clean_root
from tests.deploy.prove_image import PATH, ROOT

SUITE = "bookworm"  # what came before the image's Debian, with an older Python
PACKAGES = ("python3", "python3-venv", "make", "ca-certificates")
HOMES = {"ann": "/home/ann", "root": "/root"}
WATCH = Path(__file__).with_name("watch_demo.py")


def check_out(root: Path, folder: str, owner: str) -> None:
    """Copy what git knows of, as it is now, without the history."""
    listed = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    place = root / folder.lstrip("/")
    place.mkdir(parents=True)
    packing = subprocess.Popen(["tar", "-c", "--null", "-T", "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=-1)
    assert packing.stdin
    unpacking = subprocess.Popen(["tar", "-x", "--no-same-owner", "-C", place], stdin=packing.stdout)
    packing.stdin.write(names)
    packing.stdin.close()
    if packing.wait() or unpacking.wait():
        raise SystemExit("the checkout could not be copied")
    clean_root.run("chroot", root, "chown", "-R", f"{owner}:", folder)


def main(work: Path, *targets: str) -> None:
    """Prove it in *work*, which is empty."""
    root = work / "bare"
    clean_root.make(root, SUITE, PACKAGES)
    clean_root.prepare(root)
    clean_root.run("chroot", root, "useradd", "--create-home", "--shell", "/bin/sh", "ann")
    for user, home in HOMES.items():
        began, folder = time.monotonic(), f"{home}/carnet"
        check_out(root, folder, user)
        environment = clean_root.reaching() | {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8"}
        environment |= {"PYTEST_ADDOPTS": os.environ.get("PYTEST_ADDOPTS", "")}  # which tests, if not all
        print(f"As {user}: make demo", flush=True)
        watching = clean_root.command(root, ["python3", "-"], user=user, folder=folder)
        subprocess.run(watching, input=WATCH.read_text(encoding="utf-8"), env=environment, check=True, text=True)
        print(f"  installed, served and stopped ({time.monotonic() - began:.0f} s)", flush=True)
        for target in targets:
            print(f"As {user}: make {target}", flush=True)
            command = clean_root.command(root, ["make", target], user=user, folder=folder)
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

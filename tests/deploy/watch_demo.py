"""Run in a bare checkout, on standard input, by whatever Python is there: start the demo, look at its page, stop it."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

ADDRESS = "http://127.0.0.1:8080/"
TEN_MINUTES = 600


def page() -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(ADDRESS, timeout=10) as answer:
            text: str = answer.read().decode()
            return text
    except urllib.error.URLError:
        return ""


def main() -> None:
    if page():
        raise SystemExit(f"somebody else serves {ADDRESS}")
    demo = subprocess.Popen(["make", "demo"], start_new_session=True)
    deadline = time.monotonic() + TEN_MINUTES
    shown = page()
    while not shown and demo.poll() is None and time.monotonic() < deadline:
        time.sleep(0.5)
        shown = page()
    alive = demo.poll() is None
    if alive:
        os.killpg(demo.pid, signal.SIGINT)  # as Ctrl-C does
        demo.wait(60)
    if not alive or "Carnet" not in shown:
        raise SystemExit("make demo served no page of Carnet's")
    if page():
        raise SystemExit("the page is still there after the end")


main()

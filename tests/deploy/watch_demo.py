"""Run in a bare checkout, on standard input, by whatever Python is there: start the demo, look at its page, stop it."""

import os
import signal
import subprocess
import urllib.error
import urllib.request

ADDRESS = "http://127.0.0.1:8080/"


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
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever calls from the background may have it ignored
    demo = subprocess.Popen(["make", "demo"], start_new_session=True, stdout=subprocess.PIPE, text=True)
    assert demo.stdout
    for line in demo.stdout:
        print(f"  {line}", end="", flush=True)
        if ADDRESS.rstrip("/") in line:
            break
    shown = page()
    if demo.poll() is None:
        os.killpg(demo.pid, signal.SIGINT)  # as Ctrl-C does
        demo.wait(60)
    if "Carnet" not in shown:
        raise SystemExit("make demo served no page of Carnet's")
    if page():
        raise SystemExit("the page is still there after the end")


main()

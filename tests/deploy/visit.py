"""Run inside the built root, on its standard input: start what the image starts, be answered once, stop it."""

import ast
import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process

from bot.playground import TOKEN, Playground, serving

TWO_MINUTES = 120


async def asked(check: list[str]) -> int:
    asking = await asyncio.create_subprocess_exec(*check, stderr=asyncio.subprocess.DEVNULL)
    return await asking.wait()


async def until_healthy(check: list[str], process: Process) -> None:
    while await asked(check):
        if process.returncode is not None:
            raise SystemExit("it ended by itself")
        await asyncio.sleep(0.5)


async def until_answered(playground: Playground) -> str:
    ann = playground.person("Ann", "en")
    playground.say(ann, "hello")
    while True:
        for message in playground.messages(ann):
            if message.author == "bot":
                return message.text
        await asyncio.sleep(0.1)


async def main(command: list[str], check: list[str], stop: str) -> None:
    playground = Playground()
    async with serving(playground) as base_url, asyncio.timeout(TWO_MINUTES):
        if await asked(check) == 0:
            raise SystemExit("the health check passes while nothing runs")
        told = {"CARNET_TELEGRAM__BASE_URL": base_url, "CARNET_TELEGRAM__TOKEN": TOKEN}
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | told)
        await until_healthy(check, process)
        print(f"  healthy; user {os.getuid()}; answered: {await until_answered(playground)}", flush=True)
        process.send_signal(signal.Signals[stop])
        code = await process.wait()
    if code:
        raise SystemExit(f"it stopped with code {code}")
    print(f"  stopped by {stop} with code 0", flush=True)


asyncio.run(main(*(ast.literal_eval(word) for word in sys.argv[1:])))

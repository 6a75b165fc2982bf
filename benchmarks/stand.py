"""The playground and the people who talk to a bot, in this process: never in one that is measured.

An answer counts from when its last word is there: a placeholder that is edited later does not. What that last word is,
the stand learns from the first answer. At the end every message must have been answered exactly once, or nothing is
reported.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import accumulate, cycle, islice, product, takewhile
from operator import add
from typing import Any, Final

from benchmarks.peers import PLACEHOLDER
from benchmarks.process import BenchmarkError
from bot.chat.progress import PLACEHOLDERS
from bot.playground import Persona, Playground, serving
from bot.playground.conversation import Conversation
from bot.playground.courier import Address
from bot.playground.pulse import Pulse
from bot.playground.updates import UpdateQueue

TEXT: Final = (
    "Tell me something {} about {} {} {}"  # 40 characters that no rule of ours knows, and never twice the same
)
PEOPLE: Final = 600  # so that nobody writes more often than once a second, which is what Telegram lets a bot answer
# Of one length each: every message costs a bot as much to carry. None means more beside another that was sent minutes before, by
# the subject before as well: people and databases are the same.
_WORDS: Final = (
    ("nice", "good", "warm", "wise", "fine", "neat", "true", "glad", "rare", "long"),
    ("any", "our", "two", "old", "new", "six", "red", "her", "shy"),
    (
        "bay",
        "bee",
        "mug",
        "cow",
        "dog",
        "elm",
        "fir",
        "fig",
        "hen",
        "hut",
        "pen",
        "map",
        "oak",
        "owl",
        "sea",
        "sun",
        "inn",
    ),
    ("now", "yet", "too"),
)
_NOT_YET: Final = {None, PLACEHOLDER, *PLACEHOLDERS}  # what may stand where an answer will
_PATIENCE: Final = 60.0  # seconds without any answer
_SETTLE: Final = 0.3  # seconds in which a second answer to the same message, or the rest of the first, would show
_LOOK: Final = 0.05  # seconds between looks at what has no event
_BREATH: Final = 100  # messages sent before the playground may serve again


class _Updates(UpdateQueue):
    """Tells when the bot asks for updates the first time, and when it wants them posted."""

    def __init__(self) -> None:
        super().__init__(first_id=time.time_ns() // 1000)
        self.polled = asyncio.Event()
        self.hooked = asyncio.Event()

    async def take(self, **asked: Any) -> list[dict[str, Any]]:
        self.polled.set()
        return await super().take(**asked)

    async def post_to(self, address: Address | None) -> None:
        await super().post_to(address)
        if address is not None:
            self.hooked.set()


@dataclass(slots=True)
class Question:
    """A message on its way."""

    due: float  # when it was to be sent, by the clock of `perf_counter`
    answered: asyncio.Future[float]  # the seconds from then until its answer had its last word
    final: str | None  # that last word; None: still to be learned
    shown: int = 0  # the message that answers it


class Chat(Pulse):
    """One person's chat. It rings at every change there, and so is where answers are first heard of."""

    def __init__(self, playground: Playground, persona: Persona) -> None:
        super().__init__()
        self.persona = persona
        self.final: str | None = None  # what an answer says in the end; None: still to be learned
        self.echoes = False  # what it says in the end is what was asked
        self._playground = playground
        self._talk: Conversation = playground.talk(persona.id)
        self._talk.changed = self
        self._seen = self._talk.count
        self._open: deque[Question] = deque()

    def ask(self, text: str, *, due: float | None = None) -> asyncio.Future[float]:
        """Send *text*; the future is done once it is answered."""
        since = time.perf_counter() if due is None else due
        question = Question(since, asyncio.get_running_loop().create_future(), text if self.echoes else self.final)
        self._open.append(question)
        self._playground.say(self.persona, text)
        return question.answered

    def beat(self) -> None:
        """Hear what changed; a chat's answers come in the order of its questions."""
        super().beat()
        for event in self._talk.since(self._seen):
            self._seen = event.number
            message = event.message
            if message is None or message.author != "bot" or event.type not in {"message", "edit"}:
                continue
            shown = message.id if event.type == "edit" else 0  # a new message answers what has none yet
            question = next((question for question in self._open if question.shown == shown), None)
            if question is None:
                continue  # `Stand.check` counts it
            question.shown = message.id
            if message.text == question.final:
                self._open.remove(question)
                if not question.answered.done():
                    question.answered.set_result(time.perf_counter() - question.due)

    def last(self) -> str | None:
        """Give what the chat shows last, if it is the bot's."""
        shown = self._talk.messages[-1:]
        return shown[0].text if shown and shown[0].author == "bot" else None

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._open.clear()

    def check(self) -> None:
        """Make sure that every message here was answered exactly once, with the last word."""
        shown = self._talk.messages
        asked = [message.text for message in shown if message.author == "person"]
        answers = [message.text for message in shown if message.author == "bot"]
        if len(answers) != len(asked):
            raise BenchmarkError(f"{len(asked)} messages had {len(answers)} answers")
        if Counter(answers) != Counter(asked if self.echoes else [self.final] * len(asked)):
            raise BenchmarkError("an answer is not what the first one was")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What people saw of one load, and what making it cost this side."""

    latencies: Sequence[float]  # seconds from when a message was due to its answer's last word
    seconds: float  # from the first message to the last answer
    stand_cpu: float  # seconds
    late: Sequence[float] = (0.0,)  # seconds by which messages left after they were due
    kept: float = 0.0  # seconds until the bot had acknowledged everything, where that was waited for


class Stand:
    """One playground for one life of a bot."""

    def __init__(self, url: str, playground: Playground, updates: _Updates, names: Sequence[str]) -> None:
        self.url = url
        self.polled = updates.polled
        self.hooked = updates.hooked
        self.updates = updates
        self.playground = playground
        self.chats = [Chat(playground, playground.person(name, "en")) for name in names]
        self._turns: Iterator[Chat] = cycle(list(self.chats))
        self._words = cycle(product(*_WORDS))

    def next(self, number: int) -> Sequence[Chat]:
        """Give the *number* chats whose turn it is: the ones that have rested longest."""
        return list(islice(self._turns, number))

    def worded(self, text: str) -> str:
        """Give *text* with other words in it each time, so that nothing is answered from what is remembered of the last."""
        return text.format(*next(self._words))

    def aside(self, number: int) -> Sequence[Chat]:
        """Give the chats of *number* strangers, whose turn it never is."""
        final = self.chats[0].final
        fresh = [Chat(self.playground, self.playground.person(f"Stranger {one}", "en")) for one in range(number)]
        for chat in fresh:
            chat.final, chat.echoes = final, self.chats[0].echoes
        self.chats += fresh
        return fresh

    async def learn(self, text: str) -> None:
        """Ask once, and take what is shown when the chat is quiet again for what an answer says in the end."""
        (chat,) = self.next(1)
        asked = self.worded(text)
        chat.ask(asked)
        deadline = time.perf_counter() + _PATIENCE
        while chat.last() in _NOT_YET or not await _quiet(chat):
            if time.perf_counter() > deadline:
                raise BenchmarkError(f"the first message had no answer within {_PATIENCE:.0f} s")
            if chat.last() in _NOT_YET:
                await asyncio.sleep(_LOOK)
        chat.forget()
        for one in self.chats:
            one.final, one.echoes = chat.last(), chat.last() == asked

    async def load(self, messages: int, *, in_flight: int, text: str = TEXT) -> Load:
        """Have *messages* messages sent, *in_flight* at a time: each answer sets the next one free."""
        latencies: list[float] = []
        turns = iter(self.next(messages))
        cpu, started = time.process_time(), time.perf_counter()

        async def talk() -> None:
            for chat in turns:
                answer = chat.ask(self.worded(text))
                await answered([answer])
                latencies.append(answer.result())

        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(talk())
        seconds = time.perf_counter() - started
        return Load(latencies=latencies, seconds=seconds, stand_cpu=time.process_time() - cpu)

    async def arrive(self, rate: float, seconds: float, *, text: str = TEXT) -> Load:
        """Have messages come as independent people write, *rate* a second on average, whatever is answered by then."""
        draw = random.Random(rate)  # noqa: S311  (the same moments for every bot)
        moments = list(takewhile(lambda due: due < seconds, accumulate(iter(lambda: draw.expovariate(rate), None))))
        answers: list[asyncio.Future[float]] = []
        late: list[float] = []
        cpu, started = time.process_time(), time.perf_counter()
        for due, chat in zip(moments, self.next(len(moments)), strict=True):
            ahead = started + due - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            late.append(time.perf_counter() - started - due)
            answers.append(chat.ask(self.worded(text), due=started + due))
        await answered(answers)
        latencies = [answer.result() for answer in answers]
        return Load(
            latencies=latencies,
            seconds=max(map(add, moments, latencies)),
            stand_cpu=time.process_time() - cpu,
            late=late,
        )

    async def flood(self, messages: int, *, text: str = TEXT) -> Load:
        """Have *messages* messages sent at once."""
        cpu, started = time.process_time(), time.perf_counter()
        answers = []
        for number, chat in enumerate(self.next(messages)):
            answers.append(chat.ask(self.worded(text), due=started))
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        while self.updates.pending():  # noqa: ASYNC110  (the playground tells the bot, not us)
            await asyncio.sleep(_LOOK)
        kept = time.perf_counter() - started
        await answered(answers)
        latencies = [answer.result() for answer in answers]
        return Load(
            latencies=latencies,
            seconds=max(latencies),
            stand_cpu=time.process_time() - cpu,
            kept=kept,
        )

    async def check(self) -> None:
        """Make sure that every message was answered exactly once."""
        await asyncio.sleep(_SETTLE)
        for chat in self.chats:
            chat.check()


async def answered(answers: Sequence[asyncio.Future[float]]) -> None:
    """Wait for all of *answers*, as long as there are some from time to time."""
    open_ones, heard = list(answers), time.monotonic()
    while open_ones:
        await asyncio.wait(open_ones[:1], timeout=_LOOK)
        left = [answer for answer in open_ones if not answer.done()]
        if len(left) < len(open_ones):
            heard = time.monotonic()
        elif time.monotonic() - heard > _PATIENCE:
            raise BenchmarkError(f"{len(left)} messages had no answer, and none came within {_PATIENCE:.0f} s")
        open_ones = left


async def _quiet(chat: Chat) -> bool:
    """Say whether nothing changed for a while."""
    try:
        async with asyncio.timeout(_SETTLE):
            await chat.wait()
    except TimeoutError:
        return True
    return False


def people(number: int) -> Sequence[str]:
    """Give the names of so many people; the same in every run, for they are also put into databases beforehand."""
    return [f"Person {one}" for one in range(number)]


@asynccontextmanager
async def stand(names: Sequence[str] | None = None) -> AsyncIterator[Stand]:
    """Serve a fresh playground."""
    playground, updates = Playground(), _Updates()
    playground.updates = updates
    async with serving(playground) as url:
        yield Stand(url, playground, updates, people(PEOPLE) if names is None else names)

"""One client for any OpenAI-compatible endpoint; it knows nothing of health, and says nothing of what passes through."""

from bot.llm.client import HttpChatModel
from bot.llm.errors import (
    ModelBudgetError,
    ModelBusyError,
    ModelGarbledError,
    ModelRefusedError,
    ModelSlowError,
    ModelUnreachableError,
)
from bot.llm.usage import UsageMeter

__all__ = [
    "HttpChatModel",
    "ModelBudgetError",
    "ModelBusyError",
    "ModelGarbledError",
    "ModelRefusedError",
    "ModelSlowError",
    "ModelUnreachableError",
    "UsageMeter",
]

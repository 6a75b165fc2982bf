"""How the bot learns who it is and what happened."""

from typing import Final

from bot.playground.errors import bad_request
from bot.playground.params import Params
from bot.playground.world import Playground


def get_me(playground: Playground, _: Params) -> object:
    """Give the bot; `has_topics_enabled` follows the playground's switch."""
    return playground.bot_json() | {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": playground.topics,
    }


async def get_updates(playground: Playground, params: Params) -> object:
    """Confirm and wait for updates."""
    return await playground.updates.take(
        offset=params.number("offset", 0),
        limit=params.number("limit", 100),
        wait=params.number("timeout", 0),
        allowed=params.data("allowed_updates", list) if params.has("allowed_updates") else None,
    )


def set_webhook(_: Playground, params: Params) -> object:
    """Refuse: here a bot asks for its updates."""
    if params.text("url"):
        raise bad_request("the playground has no webhook; use getUpdates")
    return True


def delete_webhook(playground: Playground, params: Params) -> object:
    """Accept, and forget what waits if asked to."""
    if params.flag("drop_pending_updates"):
        playground.updates.drop()
    return True


def get_webhook_info(playground: Playground, _: Params) -> object:
    """Say that there is none."""
    return {"url": "", "has_custom_certificate": False, "pending_update_count": playground.updates.pending()}


METHODS: Final = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}

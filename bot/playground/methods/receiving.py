"""How the bot learns who it is and what happened."""

from typing import Final

from bot.playground.courier import Address, checked
from bot.playground.params import Params
from bot.playground.world import Playground

_CONNECTIONS: Final = 40  # Telegram's own default


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


async def set_webhook(playground: Playground, params: Params) -> object:
    """Have updates posted from now on; an empty address ends it."""
    url = params.text("url")
    address = Address(
        url=url, secret=params.text("secret_token"), connections=params.number("max_connections", _CONNECTIONS)
    )
    checked_address = checked(address) if url else None
    playground.updates.allow(params.data("allowed_updates", list) if params.has("allowed_updates") else None)
    await _post_to(playground, checked_address, drop=params.flag("drop_pending_updates"))
    return True


async def delete_webhook(playground: Playground, params: Params) -> object:
    """Have updates wait to be asked for, and forget what waits if asked to."""
    await _post_to(playground, None, drop=params.flag("drop_pending_updates"))
    return True


async def _post_to(playground: Playground, address: Address | None, *, drop: bool) -> None:
    if drop:
        await playground.updates.post_to(None)
        playground.updates.drop()
    await playground.updates.post_to(address)


def get_webhook_info(playground: Playground, _: Params) -> object:
    """Say where updates are posted, and what went wrong last."""
    courier = playground.updates.courier
    info = {
        "url": courier.address.url if courier is not None else "",
        "has_custom_certificate": False,
        "pending_update_count": playground.updates.pending(),
    }
    if courier is not None:
        info["max_connections"] = courier.address.connections
        if courier.last_error:
            info["last_error_message"] = courier.last_error
    return info


METHODS: Final = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}

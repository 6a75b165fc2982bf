"""The bot's menus and how it presents itself."""

from collections.abc import Callable
from typing import Any, Final

from bot.playground.errors import bad_request
from bot.playground.params import Params
from bot.playground.profile import Command
from bot.playground.world import Playground


def _scope(params: Params) -> str:
    scope = params.data("scope", dict) or {"type": "default"}
    kind = scope.get("type")
    if kind == "chat":
        return f"chat:{scope.get('chat_id')}"
    if kind not in {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}:
        raise bad_request("can't parse BotCommandScope")
    return str(kind)


def _command(entry: Any) -> Command:
    try:
        return Command(str(entry["command"]), str(entry["description"]))
    except (KeyError, TypeError):
        raise bad_request("can't parse BotCommand") from None


def set_my_commands(playground: Playground, params: Params) -> object:
    """Set a menu."""
    commands = [_command(entry) for entry in params.data("commands", list)]
    playground.profile.set_menu(_scope(params), params.text("language_code"), commands)
    return True


def get_my_commands(playground: Playground, params: Params) -> object:
    """Give a menu as it was set."""
    menu = playground.profile.menu(_scope(params), params.text("language_code"))
    return [{"command": entry.command, "description": entry.description} for entry in menu]


def delete_my_commands(playground: Playground, params: Params) -> object:
    """Forget a menu."""
    playground.profile.drop_menu(_scope(params), params.text("language_code"))
    return True


def _setter(what: str) -> Callable[[Playground, Params], object]:
    def method(playground: Playground, params: Params) -> object:
        playground.profile.describe(what, params.text("language_code"), params.text(what))
        return True

    return method


def _getter(what: str) -> Callable[[Playground, Params], object]:
    def method(playground: Playground, params: Params) -> object:
        return {what: playground.profile.described(what, params.text("language_code"))}

    return method


def set_chat_menu_button(playground: Playground, params: Params) -> object:
    """Remember the button; the page always offers the commands."""
    playground.profile.menu_button = params.data("menu_button", dict) or {"type": "default"}
    return True


def get_chat_menu_button(playground: Playground, _: Params) -> object:
    """Give the button back."""
    return playground.profile.menu_button


METHODS: Final = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}

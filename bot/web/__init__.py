"""What listens for HTTP: Telegram's webhook, and the operator's page of health and metrics. Knows nothing of Telegram's library."""

from bot.web.connecting import Back, connect_app
from bot.web.health import Vitals, health_app
from bot.web.identity import identity_app
from bot.web.metrics import PrometheusMetrics
from bot.web.serving import serving
from bot.web.webhook import Limits, webhook_app, webhook_path

__all__ = [
    "Back",
    "Limits",
    "PrometheusMetrics",
    "Vitals",
    "connect_app",
    "health_app",
    "identity_app",
    "serving",
    "webhook_app",
    "webhook_path",
]

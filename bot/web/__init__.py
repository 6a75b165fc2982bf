"""What listens for HTTP: Telegram's webhook, the upload page, and the operator's page of health and metrics.

It knows nothing of Telegram's library.
"""

from bot.web.connecting import Back, connect_app
from bot.web.health import Vitals, health_app
from bot.web.identity import identity_app
from bot.web.metrics import PrometheusMetrics
from bot.web.serving import serving
from bot.web.uploads import UPLOAD_PATH, Receiver, UploadLimits, upload_app
from bot.web.webhook import Limits, webhook_app, webhook_path

__all__ = [
    "UPLOAD_PATH",
    "Back",
    "Limits",
    "PrometheusMetrics",
    "Receiver",
    "UploadLimits",
    "Vitals",
    "connect_app",
    "health_app",
    "identity_app",
    "serving",
    "upload_app",
    "webhook_app",
    "webhook_path",
]

"""The upload page: a file too large for Telegram, or not meant for it, comes straight here and is sealed on the way."""

from bot.web.uploads.page import UPLOAD_PATH, UploadLimits, upload_app
from bot.web.uploads.receiving import Receiver

__all__ = ["UPLOAD_PATH", "Receiver", "UploadLimits", "upload_app"]

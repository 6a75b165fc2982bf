"""Why a document was refused; each class has its own sentence, which says what to do next."""

from bot.kernel.errors import BotError


class DocumentError(BotError):
    """A document could not be read."""


class UnknownFormatError(DocumentError):
    """The file is of no format we read."""

    reply = "documents.unknown_format"


class EmptyDocumentError(DocumentError):
    """The file holds no byte."""

    reply = "documents.empty"


class TooLargeError(DocumentError):
    """The file weighs more than the settings allow."""

    reply = "documents.too_large"


class TooManyPagesError(DocumentError):
    """The document has more pages than the settings allow."""

    reply = "documents.too_many_pages"


class ScanError(DocumentError):
    """The pages are pictures: there is no text to read."""

    reply = "documents.scan"


class EncryptedError(DocumentError):
    """The document asks for a password and none was given."""

    reply = "documents.encrypted"


class WrongPasswordError(DocumentError):
    """The password given does not open the document."""

    reply = "documents.wrong_password"


class CorruptError(DocumentError):
    """The file says it is a PDF and cannot be opened as one."""

    reply = "documents.corrupt"


class TooHeavyError(DocumentError):
    """Reading took more time or memory than allowed."""

    reply = "documents.too_heavy"


class UnsupportedLanguageError(DocumentError):
    """The text is neither French nor English."""

    reply = "documents.language"


class TwoPatientsError(DocumentError):
    """The document names more than one patient."""

    reply = "documents.two_patients"


class NoResultsError(DocumentError):
    """The text was read and holds no result line."""

    reply = "documents.no_results"


class BrokenRecordError(DocumentError):
    """A health record as data is cut off, ill-formed, or holds what we never open: entities, endless nesting."""

    reply = "documents.broken_record"


REFUSALS: dict[str, type[DocumentError]] = {
    refusal.reply.removeprefix("documents."): refusal
    for refusal in (
        UnknownFormatError, EmptyDocumentError, TooLargeError, TooManyPagesError, ScanError, EncryptedError, WrongPasswordError,
        CorruptError, TooHeavyError, UnsupportedLanguageError, TwoPatientsError, NoResultsError,
        BrokenRecordError,
    )
}  # fmt: skip

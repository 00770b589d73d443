"""Refusals of rendering and sealing."""

from records.errors import Refusal


class DocumentNotRendered(Refusal):
    """The typesetter refused the document. Read `reason`: it names the rule, never what stood in
    the document.
    """

    code = "documents.not_rendered"


class UnknownTemplate(Refusal):
    """You asked for a template that this package does not ship. Use one of rendering.TEMPLATES."""

    code = "documents.unknown_template"


class SealNotConfigured(Refusal):
    """The seal's key, certificate or trust roots are missing or unreadable. Set what `setting`
    names.
    """

    code = "documents.seal_not_configured"


class SealFailed(Refusal):
    """The document could not be sealed (token, timestamp authority or revocation source). Try
    again, then look there.
    """

    code = "documents.seal_failed"


class DocumentNotReadable(Refusal):
    """The file is no PDF, or its attachments cannot be read. Fetch it again."""

    code = "documents.not_readable"

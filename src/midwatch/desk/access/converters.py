"""What may stand in an address, so that wrong ones are no address at all."""

from __future__ import annotations


class Name:
    """The name of a client, an office or a source."""

    regex = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class Reference:
    """An incident's reference, such as ``MW-7f3k2m9q4x``."""

    regex = r"[Mm][Ww]-[0-9a-z]{4,16}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class Token:
    """The secret of a link that opens once."""

    regex = r"[A-Za-z0-9_-]{1,128}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class VendorReference:
    """The reference of a vendor's file: random, so that it tells and counts nothing."""

    regex = r"[0-9a-z]{10}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class AskedToken:
    """The secret of the link to a questionnaire; so it is told from the links in alarms."""

    regex = r"mwq_[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value

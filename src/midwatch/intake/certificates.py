"""The server's certificate and key, and the authority of its clients, renewed while running.

New connections use the files as they are; connections that are open keep what they began
with. Files that cannot be used (a certificate without its key yet, say) leave everything as
it was until they can.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Final

import msgspec

from midwatch.kernel import ConfigurationError

_LOG: Final = logging.getLogger(__name__)


class CertificateFiles(msgspec.Struct, frozen=True):
    """PEM files. ``clients``: the authorities that client certificates must come from.

    ``demand``: whether a client without a certificate is refused; else it may show one.
    """

    certificate: Path
    key: Path
    clients: Path | None = None
    demand: bool = False


class Certificates:
    """What TLS servers use. ``context`` is for whoever accepts a connection now."""

    def __init__(self, files: CertificateFiles) -> None:
        """Read the files.

        Raises:
            ConfigurationError: They cannot be used.
        """
        self._files = files
        self._seen = self._signature()
        self._told: object = None
        self.context = self._make()
        # For HTTPS, whose server takes its context once, and whose clients bear tokens.
        self.lasting = self._make(clients=False)

    def reload(self) -> bool:
        """Read the files again; False, and a warning, if they cannot be used."""
        seen = self._signature()
        try:
            context = self._make()
            self.lasting.load_cert_chain(self._files.certificate, self._files.key)
        except (ConfigurationError, OSError) as error:
            if self._told != seen:
                self._told = seen
                _LOG.warning("the new certificate cannot be used yet", extra={"cause": str(error)})
            return False
        self._seen, self._told, self.context = seen, None, context
        _LOG.info("the certificate was read again")
        return True

    def reload_if_changed(self) -> bool:
        """Read the files again if they have changed; whether that was done."""
        return self._signature() != self._seen and self.reload()

    def _signature(self) -> tuple[object, ...]:
        found: list[object] = []
        for path in (self._files.certificate, self._files.key, self._files.clients):
            try:
                status = None if path is None else path.stat()
            except OSError:
                status = None
            found.append(status and (status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(found)

    def _make(self, *, clients: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        files = self._files
        try:
            context.load_cert_chain(files.certificate, files.key, password=_no_password)
            if clients and files.clients is not None:
                context.load_verify_locations(files.clients)
                context.verify_mode = ssl.CERT_REQUIRED if files.demand else ssl.CERT_OPTIONAL
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"the certificate cannot be used: {getattr(error, 'strerror', None) or error}",
                remedy="give a certificate chain and its key without a password, both as PEM "
                "files that this user may read",
                path=str(files.certificate),
            ) from error
        return context


def _no_password() -> str:
    """Instead of a question on the terminal."""
    raise ValueError("the key has a password")

"""Ways in over HTTP: our own, Elastic's bulk, OpenTelemetry's, and Splunk's collector."""

from midwatch.intake.web.application import Door, application
from midwatch.intake.web.serving import WebServer

__all__ = ["Door", "WebServer", "application"]

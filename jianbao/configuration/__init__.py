"""The configuration: one strict TOML file, overridden by environment variables and the command line."""

from jianbao.configuration.contact import describe_placeholder, is_placeholder, require_contact
from jianbao.configuration.loading import load_configuration
from jianbao.configuration.model import (
    EXAMPLE_CONTACT,
    Configuration,
    Http,
    Infocode,
    Pictures,
    Service,
    Source,
)
from jianbao.configuration.problem import ConfigurationError

__all__ = [
    "EXAMPLE_CONTACT",
    "Configuration",
    "ConfigurationError",
    "Http",
    "Infocode",
    "Pictures",
    "Service",
    "Source",
    "describe_placeholder",
    "is_placeholder",
    "load_configuration",
    "require_contact",
]

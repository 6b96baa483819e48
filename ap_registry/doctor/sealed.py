"""Whether the secrets in the database are sealed, and by a key that we have."""

from ap_registry import embedded, seals
from ap_registry.doctor.wrong import Wrong
from ap_registry.errors import SetupError
from ap_registry.settings import Settings
from ap_registry.store.database import connect
from ap_registry.store.resealing import standing


def secrets(found: embedded.Servers, settings: Settings) -> str:
    try:
        keys = seals.of_settings(settings)
    except SetupError as error:
        raise Wrong(error.message, error.cure) from error
    with connect(found.database_url) as connection:
        told = standing(connection, keys)
    if told.lost:
        raise Wrong(
            f"{told.lost} secrets of second factors or webhooks cannot be opened",
            "Put the key by which they were sealed after the first one into AP_SECRETS_KEY. Where"
            " it is lost, `user remove-second-factor` and a rotated webhook make new secrets.",
        )
    if told.to_seal and (keys.usable or settings.environment == "production"):
        raise Wrong(
            f"{told.to_seal} secrets of second factors or webhooks are not sealed by the key",
            "Name a key in AP_SECRETS_KEY_FILE, and run `ap-registry migrate`.",
        )
    return f"{told.sealed} sealed, {told.to_seal} as they are"

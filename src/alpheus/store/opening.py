"""The store that an address belongs to."""

from __future__ import annotations

from alpheus.store.address import WEB, Address
from alpheus.store.model import Store
from alpheus.store.patience import Patience


def open_store(address: Address, patience: Patience | None = None) -> Store:
    """The bucket or web server of an address. Raises UsageError, which says what is missing."""
    if address.scheme in WEB:
        from alpheus.store.web import WebStore  # noqa: PLC0415 - one kind at a time

        return WebStore(address, patience)
    if address.scheme == "s3":
        from alpheus.store.s3 import S3Store  # noqa: PLC0415 - one kind at a time

        return S3Store(address, patience)
    from alpheus.store.cloud import CloudStore  # noqa: PLC0415 - an extra

    return CloudStore(address, patience)

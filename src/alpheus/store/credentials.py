"""Credentials of S3, from the environment alone: no file is looked for, no machine is asked.

In this order: keys; a token of Kubernetes, which is given for keys; a container's own address.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from alpheus.errors import StoreError, UsageError
from alpheus.store.patience import Patience, persist
from alpheus.store.signature import Credentials
from alpheus.store.wire import Wire, origin_of

_CONTAINER = "http://169.254.170.2"
_BEFORE = timedelta(minutes=5)
_TAG = "{https://sts.amazonaws.com/doc/2011-06-15/}"
REMEDY = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for what is public"
)


class Keys:
    """Credentials that are asked for again before they end."""

    def __init__(self, region: str, patience: Patience) -> None:
        self._region = region
        self._patience = patience
        self._known: Credentials | None = None

    def current(self) -> Credentials | None:
        """Those of now; None where nothing is signed. Raises UsageError, StoreError."""
        if os.environ.get("AWS_SKIP_SIGNATURE", "").lower() in {"1", "true", "yes"}:
            return None
        known = self._known
        ends = known.ends if known is not None else None
        if known is None or (ends is not None and ends - _BEFORE < datetime.now(UTC)):
            self._known = self._ask(os.environ)
        return self._known

    def _ask(self, said: Mapping[str, str]) -> Credentials:
        key, secret = said.get("AWS_ACCESS_KEY_ID", ""), said.get("AWS_SECRET_ACCESS_KEY", "")
        if key and secret:
            return Credentials(key, secret, said.get("AWS_SESSION_TOKEN", ""))
        if said.get("AWS_WEB_IDENTITY_TOKEN_FILE") and said.get("AWS_ROLE_ARN"):
            return self._by_token(said)
        if url := _container(said):
            return self._of_container(url, said)
        raise UsageError(f"s3:// needs credentials in the environment: {REMEDY}")

    def _by_token(self, said: Mapping[str, str]) -> Credentials:
        try:
            token = Path(said["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                "AWS_WEB_IDENTITY_TOKEN_FILE names a file that cannot be read; see to it"
            ) from None
        host = (
            said.get("AWS_ENDPOINT_URL_STS") or f"https://sts.{self._region}.{domain(self._region)}"
        )
        asked = {
            "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15",
            "RoleArn": said["AWS_ROLE_ARN"], "WebIdentityToken": token,
            "RoleSessionName": said.get("AWS_ROLE_SESSION_NAME", "alpheus"),
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = self._fetch("POST", host, headers, urlencode(asked).encode())
        if b"<!" in body:
            raise StoreError("credentials: the answer is no document that is expected")
        try:
            found = ET.fromstring(body).find(f".//{_TAG}Credentials")  # noqa: S314 - no entities
        except ET.ParseError:
            found = None
        texts = {} if found is None else {
            one.tag.removeprefix(_TAG): one.text or "" for one in found
        }  # fmt: skip
        return _credentials(texts, "AccessKeyId", "SecretAccessKey", "SessionToken")

    def _of_container(self, url: str, said: Mapping[str, str]) -> Credentials:
        token = said.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        if place := said.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            try:
                token = Path(place).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise UsageError(
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read; see to it"
                ) from None
        body = self._fetch("GET", url, {"Authorization": token} if token else {}, None)
        try:
            texts = json.loads(body)
        except ValueError:
            texts = {}
        texts = texts if isinstance(texts, dict) else {}
        return _credentials(texts, "AccessKeyId", "SecretAccessKey", "Token")

    def _fetch(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> bytes:
        try:
            wire, parts = Wire(origin_of(url)), urlsplit(url)
        except ValueError:
            raise UsageError("the environment names no address that gives credentials") from None
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

        def ask() -> bytes:
            with wire.ask(method, target, headers, body) as answer:
                if answer.status != 200:
                    raise StoreError(f"credentials: {wire.origin} answered {answer.status}")
                return answer.small()

        try:
            return persist(self._patience, "credentials", ask)
        finally:
            wire.close()


def domain(region: str) -> str:
    """Where the servers of a region are."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _container(said: Mapping[str, str]) -> str:
    if relative := said.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        return f"{_CONTAINER}{relative}" if relative.startswith("/") else ""
    return said.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")


def _credentials(texts: Mapping[str, object], key: str, secret: str, token: str) -> Credentials:
    words = [str(texts.get(one, "")) for one in (key, secret, token)]
    said = re.sub(r"\.\d+", "", str(texts.get("Expiration", "")))
    try:
        ends = datetime.fromisoformat(said)
    except ValueError:
        ends = datetime.now(UTC)
    if not words[0] or not words[1]:
        raise StoreError("credentials: the answer holds none; see to the role of this machine")
    return Credentials(
        words[0], words[1], words[2], ends if ends.tzinfo else ends.replace(tzinfo=UTC)
    )

"""Notices with a signature."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pysequoia
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from alpheus.notify.message import Mail, message_of
from alpheus.notify.model import Attachment, Rendered
from alpheus.notify.settings import Signing, SmtpSettings
from alpheus.notify.signing import SigningError, signer
from alpheus.notify.transport import Outcome, Transport
from mail_samples import NOW, SENDER, TOKENS, made_mail, made_notice
from mail_server import Inbox, real_server

ME = "notices@cert.example"
TODAY = dt.datetime.now(dt.UTC)
WORDS = Rendered(
    "Ihr Server",
    "From here on: Grüße  \n.\n..\nFrom there \nlong " + "x" * 400 + "\n\n\t\n",
    "<p>Grüße</p>\n" + "<p>y</p>" * 100,
    (Attachment("a.csv", "text/csv", b"a,b\n1,2\n"),),
)


@dataclass(frozen=True)
class Files:
    """A key, its certificate, both in PKCS#12, and the authority."""

    key: Path
    certificate: Path
    both: Path
    authority: Path


def made_smime(
    folder: Path, *, mailbox: str = ME, days: int = 100, password: bytes = b"", kind: str = "rsa"
) -> Files:
    """A certificate of an authority of its own."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    above = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of Exampleland")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CERT of Exampleland")])
    begin, end = TODAY - dt.timedelta(days=200), TODAY + dt.timedelta(days=days)
    root = (
        x509.CertificateBuilder().subject_name(above).issuer_name(above)
        .public_key(authority_key.public_key()).serial_number(1)
        .not_valid_before(begin).not_valid_after(TODAY + dt.timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(above)
        .public_key(key.public_key()).serial_number(2)
        .not_valid_before(begin).not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(mailbox)]), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    safe = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    pem = serialization.Encoding.PEM
    files = Files(folder / "key.pem", folder / "cert.pem", folder / "both.p12", folder / "ca.pem")
    files.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, safe))
    files.certificate.write_bytes(certificate.public_bytes(pem))
    files.both.write_bytes(
        pkcs12.serialize_key_and_certificates(b"me", key, certificate, [root], safe)
    )
    files.authority.write_bytes(root.public_bytes(pem))
    for each in (files.key, files.both):
        each.chmod(0o600)
    return files


def made_openpgp(folder: Path, who: str = f"CERT of Exampleland <{ME}>") -> Path:
    """A secret key."""
    path = folder / "key.pgp"
    path.write_bytes(bytes(pysequoia.Tsk.generate(who)))
    path.chmod(0o600)
    return path


def through_a_server(mail: Mail) -> bytes:
    """The message as it arrived."""
    inbox = Inbox()
    with real_server(inbox) as port:
        transport = Transport(SmtpSettings("127.0.0.1", port, "none"), hostname="cert.example")
        assert transport.send(mail, lambda: None).outcome is Outcome.TAKEN
        transport.close()
    return inbox.contents[0]


def read(content: bytes) -> EmailMessage:
    """A message as a reader of mail understands it."""
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def signed_part(content: bytes) -> bytes:
    """What the signature is over: the first part, without the break before the boundary."""
    boundary = read(content).get_boundary()
    assert boundary
    return content.split(b"--" + boundary.encode() + b"\r\n")[1].removesuffix(b"\r\n")


def words(mail: EmailMessage) -> str:
    """The text of a message."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def wordy_mail() -> Mail:
    """A message with all that servers like to change."""
    return message_of(made_notice(), WORDS, SENDER, TOKENS, now=NOW)


@pytest.mark.parametrize("form", ["pem", "p12", "pem-password", "p12-password", "elliptic"])
def test_smime_holds_after_the_way_through_a_server(form: str, tmp_path: Path) -> None:
    """OpenSSL, which is not what signed it, verifies what arrived, down to its authority."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is absent")
    secret = b"a passphrase" if "password" in form else b""
    files = made_smime(tmp_path, password=secret, kind="elliptic" if form == "elliptic" else "rsa")
    settings = Signing("smime", None if "p12" in form else files.certificate,
                       files.both if "p12" in form else files.key)  # fmt: skip
    sign, warned = signer(settings, ME, now=TODAY, password=secret.decode())
    arrived = through_a_server(sign(wordy_mail()))
    (tmp_path / "mail.eml").write_bytes(arrived)
    done = subprocess.run(
        [openssl, "cms", "-verify", "-in", tmp_path / "mail.eml", "-CAfile", files.authority,
         "-out", tmp_path / "inside"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert warned == ()
    message = read(arrived)
    assert message.get_content_type() == "multipart/signed"
    assert message.get_param("micalg") == "sha-256"
    assert "Grüße  \n.\n..\nFrom there \n" in words(read((tmp_path / "inside").read_bytes()))
    (tmp_path / "mail.eml").write_bytes(arrived.replace(b"a.csv", b"b.csv"))
    done = subprocess.run(
        [openssl, "cms", "-verify", "-in", tmp_path / "mail.eml", "-CAfile", files.authority],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of GnuPG, whose sockets need a short path."""
    import tempfile  # noqa: PLC0415 - for this fixture alone

    with tempfile.TemporaryDirectory(prefix="gpg", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_openpgp_holds_after_the_way_through_a_server(tmp_path: Path, home: Path) -> None:
    """RFC 3156; verified by Sequoia, and by GnuPG where it is there."""
    key = made_openpgp(tmp_path)
    sign, warned = signer(Signing("openpgp", None, key), ME, now=TODAY)
    arrived = through_a_server(sign(wordy_mail()))
    assert warned == ()
    message = read(arrived)
    assert message.get_param("protocol") == "application/pgp-signature"
    assert str(message.get_param("micalg")).startswith("pgp-sha")
    parts = list(message.iter_parts())
    signature = parts[1].get_payload(decode=True)
    assert isinstance(signature, bytes)
    inside = signed_part(arrived)
    certificate = pysequoia.Tsk.from_file(str(key)).extract_certificate()
    seal = pysequoia.Sig.from_bytes(signature)
    assert pysequoia.verify(
        bytes=inside, store=lambda _ids: [certificate], signature=seal
    ).valid_sigs
    with pytest.raises(Exception, match=r"."):
        pysequoia.verify(bytes=inside + b"x", store=lambda _ids: [certificate], signature=seal)
    assert "Grüße  \n.\n..\nFrom there \n" in words(read(inside))
    gpg = shutil.which("gpg")
    if gpg is not None:
        (tmp_path / "inside").write_bytes(inside)
        (tmp_path / "seal.asc").write_bytes(signature)
        (tmp_path / "cert.pgp").write_bytes(bytes(certificate))
        base = [gpg, "--homedir", home, "--batch", "--no-autostart"]
        subprocess.run([*base, "--import", tmp_path / "cert.pgp"], capture_output=True, check=True)
        subprocess.run(
            [*base, "--verify", tmp_path / "seal.asc", tmp_path / "inside"],
            capture_output=True, check=True,
        )  # fmt: skip


def test_without_a_method_messages_stay_as_they_are() -> None:
    """Signing is a choice."""
    sign, warned = signer(Signing(), ME, now=TODAY)
    assert sign(made_mail()) == made_mail()
    assert warned == ()


@pytest.mark.parametrize("method", ["smime", "openpgp"])
def test_a_key_that_everybody_may_read_is_not_used(method: str, tmp_path: Path) -> None:
    """The line says how to close it."""
    key = made_smime(tmp_path).key if method == "smime" else made_openpgp(tmp_path)
    key.chmod(0o644)
    with pytest.raises(SigningError, match="chmod 600"):
        signer(Signing(method, tmp_path / "cert.pem", key), ME, now=TODAY)


def test_a_certificate_that_nobody_would_believe_is_not_used(tmp_path: Path) -> None:
    """Of another mailbox, past its time, or of another key; one that ends soon is warned of."""
    other, past, soon = (tmp_path / name for name in ("other", "past", "soon"))
    for each in (other, past, soon):
        each.mkdir()
    files = made_smime(other, mailbox="press@cert.example")
    with pytest.raises(SigningError, match=r"is for press@cert\.example, not for notices@"):
        signer(Signing("smime", files.certificate, files.key), ME, now=TODAY)
    ended = made_smime(past, days=-1)
    with pytest.raises(SigningError, match="not today"):
        signer(Signing("smime", ended.certificate, ended.key), ME, now=TODAY)
    with pytest.raises(SigningError, match="belongs to the key"):
        signer(Signing("smime", ended.certificate, files.key), ME, now=TODAY)
    near = made_smime(soon, days=5)
    _, warned = signer(Signing("smime", near.certificate, near.key), ME, now=TODAY)
    assert "ends on" in warned[0]
    stranger = made_openpgp(tmp_path, "Press <press@cert.example>")
    with pytest.raises(SigningError, match="not of notices@cert"):
        signer(Signing("openpgp", None, stranger), ME, now=TODAY)


@pytest.mark.parametrize("form", ["key", "both"])
def test_a_password_is_needed_and_right(form: str, tmp_path: Path) -> None:
    """The line names the variable, and never the password."""
    files = made_smime(tmp_path, password=b"right")
    settings = Signing("smime", files.certificate, getattr(files, form))
    for password in ("", "wrong one"):
        with pytest.raises(SigningError, match="ALPHEUS_SIGNING_PASSWORD") as caught:
            signer(settings, ME, now=TODAY, password=password)
        assert "wrong one" not in str(caught.value)


@pytest.mark.parametrize("method", ["smime", "openpgp"])
@pytest.mark.parametrize("content", [b"", b"nothing", b"-----BEGIN PRIVATE KEY-----\nx\n", b"\x30"])
def test_a_file_that_holds_no_key(method: str, content: bytes, tmp_path: Path) -> None:
    """One line that names the file."""
    key = tmp_path / "key"
    key.write_bytes(content)
    key.chmod(0o600)
    with pytest.raises(SigningError, match=str(key)):
        signer(Signing(method, None, key), ME, now=TODAY)
    with pytest.raises(SigningError, match="cannot be read"):
        signer(Signing(method, None, tmp_path / "absent"), ME, now=TODAY)


def test_a_bundle_without_its_certificate(tmp_path: Path) -> None:
    """What lacks is named, and where to put it; a certificate may also be in DER."""
    files = made_smime(tmp_path)
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    plain = serialization.NoEncryption()
    files.both.write_bytes(pkcs12.serialize_key_and_certificates(b"me", key, None, None, plain))
    with pytest.raises(SigningError, match="a key and no certificate: export both into it, or"):
        signer(Signing("smime", None, files.both), ME, now=TODAY)
    pem = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    files.certificate.write_bytes(pem.public_bytes(serialization.Encoding.DER))
    signer(Signing("smime", files.certificate, files.both), ME, now=TODAY)
    files.certificate.write_bytes(b"\x30 no certificate")
    with pytest.raises(SigningError, match="no certificate that can be read"):
        signer(Signing("smime", files.certificate, files.both), ME, now=TODAY)
    alone = pkcs12.serialize_key_and_certificates(b"me", None, pem, None, plain)
    files.both.write_bytes(alone)
    with pytest.raises(SigningError, match="holds no key: export the certificate together"):
        signer(Signing("smime", None, files.both), ME, now=TODAY)


def test_a_key_that_smime_does_not_know(tmp_path: Path) -> None:
    """Ed25519 is not for S/MIME here, and a certificate file may hold none."""
    files = made_smime(tmp_path)
    files.certificate.write_text("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
    with pytest.raises(SigningError, match="no certificate that can be read"):
        signer(Signing("smime", files.certificate, files.key), ME, now=TODAY)
    files.key.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(SigningError, match="RSA or elliptic"):
        signer(Signing("smime", None, files.key), ME, now=TODAY)


@pytest.mark.parametrize(
    ("method", "module"), [("smime", "cryptography.hazmat.primitives"), ("openpgp", "pysequoia")]
)
def test_a_library_that_is_missing_is_named(
    method: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says what to install."""
    key = made_openpgp(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SigningError, match=r"alpheus\[signing\]"):
        signer(Signing(method, None, key), ME, now=TODAY)

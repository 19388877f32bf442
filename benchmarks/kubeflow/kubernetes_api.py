"""The few answers of Kubernetes that driver and launcher ask for: a config map, a secret; of pods there are none."""

import base64
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMESPACE = "kubeflow"
_PREFIX = f"/api/v1/namespaces/{NAMESPACE}"
_ONE_DAY = datetime.timedelta(days=1)


def objects(store_address: str, access_key: str, secret_key: str) -> dict[str, dict[str, Any]]:
    """What an installation of Kubeflow has, by path: how `s3://` is reached, and with which keys.

    For `minio://` nothing is said, as in a new installation: there driver and launcher know the address themselves.
    """
    credentials = {
        "fromEnv": False,
        "secretRef": {
            "secretName": "mlpipeline-minio-artifact",
            "accessKeyKey": "accesskey",
            "secretKeyKey": "secretkey",
        },
    }
    reached = {"endpoint": store_address, "region": "us-east-1", "disableSSL": True, "forcePathStyle": True}
    providers = {"s3": {"default": {**reached, "credentials": credentials}}}
    keys = {"accesskey": access_key, "secretkey": secret_key}
    return {
        f"{_PREFIX}/configmaps/kfp-launcher": _object(
            "ConfigMap", "kfp-launcher", {"providers": json.dumps(providers)}
        ),
        f"{_PREFIX}/secrets/mlpipeline-minio-artifact": _object(
            "Secret",
            "mlpipeline-minio-artifact",
            {name: base64.b64encode(value.encode()).decode() for name, value in keys.items()},
        ),
    }


def _object(kind: str, name: str, data: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, "data": data}


@contextmanager
def kubernetes_api(known: dict[str, dict[str, Any]], account: Path) -> Iterator[int]:
    """Serve objects by HTTPS; gives the port on 127.0.0.1.

    Args:
      account: a folder that is filled with what a pod finds of its service account: token, namespace and certificate.
    """
    account.mkdir(parents=True, exist_ok=True)
    (account / "token").write_text("token")
    (account / "namespace").write_text(NAMESPACE)
    key_path = account.with_suffix(".key")
    _write_certificate(account / "ca.crt", key_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(known))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(account / "ca.crt", key_path)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _handler(known: dict[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - by this name http.server calls it
            found = known.get(self.path.partition("?")[0])
            missing = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}
            body = json.dumps(found or missing).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


def _write_certificate(certificate_path: Path, key_path: Path) -> None:
    """A certificate for 127.0.0.1, valid for a day, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - _ONE_DAY).not_valid_after(now + _ONE_DAY)
    builder = builder.add_extension(address, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encodings = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(*encodings))

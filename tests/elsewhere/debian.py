"""A Debian system in a folder: debootstrap makes it, chroot enters it.

What runs there has a mount namespace and a process namespace of its own, so nothing stays mounted or running. Package mirror,
proxy, certificates and name service are those that this machine is configured with.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.messages.errors import UserError

_MADE = "etc/made-by-debootstrap"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Variables that say how this machine reaches its package registries, and which BLAS kernels are right on its processor.
_PASSED_ON = re.compile(r"(?i:.*_proxy)|PIP_.*|UV_.*|.*_CA_BUNDLE|SSL_CERT_FILE|OPENBLAS_.*")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class DebianRoot:
    """The system in `folder`."""

    folder: Path

    def run(
        self,
        command: Sequence[str],
        *,
        binds: Mapping[Path, str] | None = None,
        working_directory: str = "/",
        user: str = "root",
        environment: Mapping[str, str] | None = None,
    ) -> int:
        """Run a command in the system and return its exit code.

        Args:
            command: Program and arguments.
            binds: Files and folders of this machine, and where they appear in the system; later ones may lie in earlier ones.
            working_directory: A folder of the system.
            user: One of the system's users, by name or number.
            environment: Added to what a fresh container would have.
        """
        mounts = {
            Path("/dev"): "/dev",
            Path("/sys"): "/sys",
            Path("/etc/resolv.conf"): "/etc/resolv.conf",
            # This machine's own name is there, by which Beam's job server has itself called.
            Path("/etc/hosts"): "/etc/hosts",
            **(binds or {}),
        }
        if _CERTIFICATES.exists():
            mounts[_CERTIFICATES] = str(_CERTIFICATES)
        home = self._home(user)
        root = shlex.quote(str(self.folder))
        # As a mount of its own it may have namespaces of its own, which pods are made of.
        steps = ["set -e", f"mount --rbind {root} {root}", f"mount -t proc proc {root}/proc"]
        steps += [self._mount(source, target) for source, target in mounts.items()]
        enter = ["chroot", str(self.folder), "env", "-i", f"PATH={PATH}", f"HOME={home}"]
        enter += [f"{name}={value}" for name, value in {**_passed_on(), **(environment or {})}.items()]
        enter += ["sh", "-c", 'cd "$0" && exec "$@"', working_directory]
        enter += (
            ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command] if user != "root" else command
        )
        steps.append("exec " + shlex.join(enter))
        isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", "\n".join(steps)]
        return subprocess.run(isolated, check=False).returncode

    def _home(self, user: str) -> str:
        for entry in (self.folder / "etc" / "passwd").read_text().splitlines():
            name, _, number, _, _, home, _ = entry.split(":")
            if user in (name, number):
                return home
        raise UserError(f"{self.folder} has no user {user}")

    def _mount(self, source: Path, target: str) -> str:
        place = shlex.quote(str(self.folder / target.lstrip("/")))
        make = f"mkdir -p {place}" if source.is_dir() else f"[ -e {place} ] || install -D /dev/null {place}"
        return f"{make}\nmount --rbind {shlex.quote(str(source))} {place}"


def make_debian(folder: Path, suite: str, packages: Iterable[str]) -> DebianRoot:
    """Make a minimal Debian system, unless a finished one with these packages is there.

    Raises:
        UserError: Without root, without debootstrap, or when the mirror cannot be reached.
    """
    if os.geteuid() != 0:
        raise UserError("a Debian root is made and entered by root only; run this as root (sudo -E make ...)")
    if not shutil.which("debootstrap"):
        raise UserError("debootstrap was not found; install it (apt-get install debootstrap)")
    wanted = " ".join([suite, *sorted(packages)])
    made = folder / _MADE
    if not made.exists() or made.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        include = f"--include={','.join(sorted({*packages, 'ca-certificates'}))}"
        command = ["debootstrap", "--variant=minbase", include, suite, str(folder), debian_mirror()]
        print(f"{folder}: making Debian {suite} (a few minutes) ...", flush=True)
        log = folder.parent / f"{folder.name}.log"
        with log.open("w") as output:
            status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
        if status != 0:
            last = (log.read_text().strip().splitlines() or ["no output"])[-1]
            raise UserError(f"debootstrap could not make Debian {suite} in {folder}: {last} (all of it: {log})")
        made.write_text(wanted)
    return DebianRoot(folder)


def debian_mirror() -> str:
    """Where this machine's apt gets Debian from; the variable MIRROR goes before it.

    Raises:
        UserError: Where apt has no such source, as on other distributions.
    """
    if mirror := os.environ.get("MIRROR"):
        return mirror
    if shutil.which("apt-get"):
        listing = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"]
        for line in subprocess.run(listing, capture_output=True, text=True, check=True).stdout.splitlines():
            origin, label, address = line.split("|")
            if origin == label == "Debian":
                return address
    raise UserError("this machine's apt has no Debian mirror; name one: MIRROR=<address of a Debian mirror>")


def _passed_on() -> dict[str, str]:
    return {"LANG": "C.UTF-8"} | {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}

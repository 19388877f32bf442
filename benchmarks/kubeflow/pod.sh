# sh pod.sh ROOT MOUNTS COMMAND ...: run a command in a root of its own, as in a container. To be run in a mount namespace.
#
# ROOT is an empty folder. In it the command finds this machine's folders, except for /tmp and /run, which are empty, and what MOUNTS
# names: a file with lines of a folder or file of this machine, a tabulator, and its path in the root.
set -e
root=$1 mounts=$2
shift 2
mount --make-rprivate /
mount -t tmpfs tmpfs "$root"
for path in /*; do
  case $path in /tmp|/run|/lost+found) continue;; esac
  if [ -L "$path" ]; then cp -P "$path" "$root$path"
  elif [ -d "$path" ]; then mkdir "$root$path"; mount --rbind "$path" "$root$path"
  fi
done
mkdir -m 1777 "$root/tmp"
mkdir "$root/run"
while IFS='	' read -r from to; do
  if [ -d "$from" ]; then mkdir -p "$root$to"; elif [ ! -e "$root$to" ]; then mkdir -p "${root}${to%/*}"; : > "$root$to"; fi
  mount --bind "$from" "$root$to"
done < "$mounts"
cd "$root"
exec chroot "$root" "$@"

#!/bin/sh
# Makes a container image of the one file for Linux on x64: revento, the C library of this machine, and nothing else.
#
# Usage: sh image.sh ARCHIVE [NAME], with what `npm run build:binaries` made; needs buildah, and glibc on this machine
set -eu
# What it makes is read by another user in the image.
umask 022

archive=$1
name=${2:-revento}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

root=$work/root
mkdir -p "$root/usr/lib/revento" "$work/home/revento" "$root/etc" "$root/tmp"
tar -xzf "$archive" -C "$root/usr/lib/revento" --strip-components=1
# Its C library, at the paths where the executable looks for it.
libraries=$(ldd "$root/usr/lib/revento/revento")
printf '%s\n' "$libraries" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
echo 'revento:x:65532:65532::/home/revento:/usr/lib/revento/revento' > "$root/etc/passwd"
chmod 1777 "$root/tmp"
buildah build --file "$here/Containerfile" --tag "$name" "$work"

#!/bin/sh
# Installs revento as one file without Node.js, for this user only: needs no root, and writes nothing outside of PREFIX.
#
# Usage: sh install.sh SOURCE [PREFIX]
#   SOURCE  where the archives and SHA256SUMS are: a URL, or a directory such as `npm run build:binaries` makes
#   PREFIX  default: ~/.local
set -eu

fail() {
  echo "error: $1" >&2
  exit 1
}

# Whether this machine's own programs use musl: others may have it beside their own C library, which `ldd` belongs to.
is_musl() {
  if command -v ldd >/dev/null; then
    ldd --version 2>&1 | grep -qi musl
  else
    ls /lib/ld-musl-*.so.1 >/dev/null 2>&1
  fi
}

# Prints the name of the archive for this machine.
archive() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-amd64)
      if is_musl; then echo revento-linux-x64-musl.tar.gz; else echo revento-linux-x64.tar.gz; fi
      ;;
    Linux-aarch64 | Linux-arm64)
      if is_musl; then fail 'there is no file for Linux on arm64 with musl; install the npm package instead'; fi
      echo revento-linux-arm64.tar.gz
      ;;
    Darwin-arm64) echo revento-darwin-arm64.tar.gz ;;
    *) fail "there is no file for $(uname -s) on $(uname -m); install the npm package instead" ;;
  esac
}

# fetch NAME: copies it from SOURCE into the working directory.
fetch() {
  case $source in
    http://* | https://* | file://*)
      if command -v curl >/dev/null; then
        # An address with https never leads to one without.
        case $source in https:*) protocols=https ;; *) protocols=http,https ;; esac
        curl --fail --silent --show-error --location --proto-redir "=$protocols" --output "$work/$1" "${source%/}/$1"
      else
        wget -q -O "$work/$1" "${source%/}/$1"
      fi
      ;;
    *) cp "$source/$1" "$work/$1" ;;
  esac || fail "$1 could not be fetched from $source"
}

sum() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Quotes a path for a shell, whatever is in it.
quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

main() {
  [ $# -ge 1 ] || fail 'usage: sh install.sh SOURCE [PREFIX]'
  source=$1
  prefix=${2:-$HOME/.local}
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  file=$(archive)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  fetch SHA256SUMS
  expected=$(awk -v file="$file" '$2 == file { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "$source/SHA256SUMS does not name $file"
  fetch "$file"
  [ "$(sum "$work/$file")" = "$expected" ] || fail "$file is not what SHA256SUMS says; nothing was installed"

  tar -xzf "$work/$file" -C "$work"
  folder=$prefix/lib/revento
  trap 'rm -rf "$work" "$folder.new"' EXIT
  mkdir -p "$prefix/bin" "$prefix/lib"
  rm -rf "$folder.new"
  cp -R "$work/${file%.tar.gz}" "$folder.new"
  version=$("$folder.new/revento" --version) || {
    case $file in *-musl*) echo 'hint: it needs libstdc++; on Alpine, run as root: apk add libstdc++' >&2 ;; esac
    fail "$file does not run on this machine; nothing was changed; install the npm package instead"
  }
  # Each file replaces the old one in one step: a revento that runs keeps its own, and one that starts always finds one.
  mkdir -p "$folder"
  rm -rf "$folder/man"
  mv -f "$folder.new"/* "$folder"
  [ "$prefix/bin/revento" -ef "$folder/revento" ] || ln -sf ../lib/revento/revento "$prefix/bin/revento"

  echo "Installed revento $version as $prefix/bin/revento"
  case ":$PATH:" in
    *":$prefix/bin:"*)
      found=$(command -v revento || true)
      [ "$found" -ef "$prefix/bin/revento" ] || echo "Another revento comes first in your PATH: $found"
      ;;
    *) echo "Add it to your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
  echo "To remove it: rm -r $(quoted "$folder") $(quoted "$prefix/bin/revento")"
}

# Last, so that half a download does nothing.
main "$@"

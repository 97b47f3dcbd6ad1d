#!/bin/bash
# Makes vmlinuz and l1.cpio for this sample from packages of Debian: the kernel that apt calls the current one for clouds, its KVM
# modules, and busybox; vmm.c is compiled here.
#
#     ./make.sh [FOLDER]        default: build, beside this script
#
# Needs apt-get, dpkg-deb, gcc and strip, and root rights for nothing. KERNEL and BUSYBOX may name .deb files to take instead.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/build}
mkdir -p "$build"
cd "$build"

# The .deb of a package: downloaded once.
package() {
  local file
  file=$(compgen -G "$1_*.deb" | head -1) || true
  if [ -z "$file" ]; then
    apt-get download -q "$1" >&2
    file=$(compgen -G "$1_*.deb" | head -1)
  fi
  echo "$file"
}

if [ -z "${KERNEL:-}" ]; then
  name=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9]\)/\1/p' | head -1)
  [ -n "$name" ] || { echo "apt knows no linux-image-cloud-amd64: run apt-get update, or set KERNEL to the .deb of a kernel" >&2; exit 1; }
  KERNEL=$(package "$name")
fi
BUSYBOX=${BUSYBOX:-$(package busybox-static)}
rm -rf packages l1 l2
dpkg-deb -x "$KERNEL" packages
dpkg-deb -x "$BUSYBOX" packages
cp packages/boot/vmlinuz-* vmlinuz
busybox=$build/packages/bin/busybox

# Everything below a folder as a cpio archive that Linux unpacks as its first file system. The order is fixed, so is the time.
archive() {
  find "$1" -exec touch -h -d @0 {} +
  (cd "$1" && find . | LC_ALL=C sort | "$busybox" cpio -o -H newc 2>/dev/null) > "$2"
}

mkdir -p l2/bin l1/bin l1/boot l1/modules
cp "$busybox" l2/bin/
install -m 755 "$here/l2-init" l2/init
archive l2 l2.cpio

cp "$busybox" l1/bin/
install -m 755 "$here/l1-init" l1/init
gcc -O2 -Wall -Wextra -static -o l1/bin/vmm "$here/vmm.c"
cp vmlinuz l2.cpio l1/boot/
for module in irqbypass kvm kvm-intel; do
  file=$(find packages/lib/modules -name "$module.ko*")
  cp "$file" l1/modules/
  case $file in *.xz) unxz "l1/modules/$module.ko.xz" ;; esac
  # Without its signature, whose check costs 50 million instructions a module, and without debug information.
  strip -g "l1/modules/$module.ko"
done
archive l1 l1.cpio
ls -l vmlinuz l1.cpio

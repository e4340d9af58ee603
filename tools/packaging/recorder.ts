import type { Product } from './product.ts';

/** Of the user who sits before the screen, with her session; it records nothing until she agrees on its page (T1). */
export const USER_UNIT = `[Unit]
Description=Aboveboard desktop recorder (records nothing until you agree)
PartOf=graphical-session.target
After=graphical-session.target
ConditionPathExists=/etc/aboveboard/enrolment.json

[Service]
ExecStart=/usr/bin/aboveboard-recorder recorder --enrolment /etc/aboveboard/enrolment.json --folder %h/.local/share/aboveboard/recorder --link-file %t/aboveboard-recorder/link
Restart=on-failure
RestartSec=10
RuntimeDirectory=aboveboard-recorder
RuntimeDirectoryMode=0700
UMask=0077
# Keys of recordings are in its memory: they are not to reach a disk.
LimitCORE=0
NoNewPrivileges=yes

[Install]
WantedBy=graphical-session.target
`;

const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  # For everyone of this computer, whoever takes part: that it runs says nothing of anybody.
  if command -v systemctl >/dev/null; then systemctl --global enable aboveboard-recorder.service || true; fi
  if [ -n "$2" ]; then
    echo "What was recorded and not released stays. A recorder that runs goes on as it is; the new one starts with the next session."
  fi
fi
`;

const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ]; then
  if command -v systemctl >/dev/null; then systemctl --global disable aboveboard-recorder.service || true; fi
  # Asked to end, a recorder closes its recording; what it had is kept.
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/exe" 2>/dev/null)" = /usr/bin/aboveboard-recorder ]; then
      kill -TERM "\${process#/proc/}" 2>/dev/null || true
    fi
  done
fi
`;

/**
 * In a home, root acts as its owner: a link that she put there leads to nothing that she could not remove herself. Keys go
 * first: what a full disk or a power cut leaves then opens nowhere.
 */
const POSTRM = `#!/bin/sh
set -e
folders() {
  { getent passwd | while IFS=: read -r _ _ uid _ _ home _; do
      if [ "$uid" -ge 1000 ] && [ "$uid" -lt 65534 ]; then echo "$home"; fi
    done
    for home in /home/*; do echo "$home"; done
  } | sort -u | while read -r home; do
    if [ -d "$home/.local/share/aboveboard/recorder" ]; then echo "$home/.local/share/aboveboard/recorder"; fi
  done
}
case "$1" in
  remove)
    echo "Kept: what was recorded and not released, in .local/share/aboveboard/recorder of each person. Only a purge removes it."
    ;;
  purge)
    folders | while read -r folder; do
      owner=$(stat -c %u "\${folder%/.local/share/aboveboard/recorder}")
      group=$(stat -c %g "\${folder%/.local/share/aboveboard/recorder}")
      if [ "$owner" = 0 ]; then continue; fi
      if setpriv --reuid="$owner" --regid="$group" --clear-groups sh -c 'rm -rf -- "$1/device.key" "$1/keys" && rm -rf -- "$1"' sh "$folder"; then
        echo "Removed: $folder, with the keys of what was recorded and not released there."
      else
        echo "NOT removed: $folder. Its owner can remove it." >&2
      fi
    done
    rm -f /etc/aboveboard/enrolment.json
    rmdir /etc/aboveboard 2>/dev/null || true
    echo "Removed: the enrolment of this computer. What was released before is at the organisation's server; the paper code erases it."
    echo "Homes that are not on this computer now were not looked at."
    ;;
esac
`;

const README = `The Aboveboard desktop recorder, for Linux with X11.

As a program alone, without a package:
  1. Compare: sha256sum usr/bin/aboveboard-recorder is a build that your agreement lists. One that is not listed records nothing.
  2. install -m 0755 usr/bin/aboveboard-recorder /usr/bin/aboveboard-recorder
  3. install -D -m 0644 usr/lib/systemd/user/aboveboard-recorder.service /etc/systemd/user/aboveboard-recorder.service
  4. An administrator puts the enrolment at /etc/aboveboard/enrolment.json, owned by root.
  5. systemctl --global enable aboveboard-recorder.service

Its page opens once with the link in $XDG_RUNTIME_DIR/aboveboard-recorder/link; then a new one stands there.
To take it away: systemctl --global disable aboveboard-recorder.service; each person runs
aboveboard-recorder uninstall --yes, which says what it removes; then remove the two files and the enrolment.
`;

export const RECORDER: Product = {
  name: 'aboveboard-recorder',
  entry: 'apps/cli/src/recorder-binary.ts',
  pages: null,
  libraries: [`@img/sharp-linux-${process.arch}`, `@img/sharp-libvips-linux-${process.arch}`],
  scripts: { postinst: POSTINST, prerm: PRERM, postrm: POSTRM },
  files: {
    'usr/lib/systemd/user/aboveboard-recorder.service': USER_UNIT,
    'usr/share/doc/aboveboard-recorder/README': README,
  },
  control: (version, architecture) => `Package: aboveboard-recorder
Version: ${version}
Architecture: ${architecture}
Maintainer: Aboveboard maintainers <maintainers@aboveboard.invalid>
Depends: libc6 (>= 2.28), libstdc++6
Section: admin
Priority: optional
Description: desktop recorder under rules that representatives co-sign
 Records windows of applications that an agreement names, after the person
 before the screen agreed. It does nothing before that, and one whose digest
 the agreement does not list records nothing.
`,
};

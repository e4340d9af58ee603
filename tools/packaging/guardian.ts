import type { Product } from './product.ts';

/** The service, as systemd runs it: what it may not do stands here, the address of the server in the file beside it. */
export const UNIT = `[Unit]
Description=Aboveboard guardian, of the employees' representative
After=network-online.target
Wants=network-online.target
ConditionPathExists=/etc/aboveboard-guardian/server

[Service]
User=aboveboard-guardian
Group=aboveboard-guardian
EnvironmentFile=/etc/aboveboard-guardian/server
ExecStart=/usr/bin/aboveboard-guardian --data /var/lib/aboveboard-guardian guardian --server \${SERVER} $OPTIONS
Restart=on-failure
StateDirectory=aboveboard-guardian
StateDirectoryMode=0700
UMask=0077
# Halves of keys are in its memory: they are not to reach a disk.
LimitCORE=0
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# Not MemoryDenyWriteExecute: the engine writes the code that it runs.

[Install]
WantedBy=multi-user.target
`;

const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if ! getent passwd aboveboard-guardian >/dev/null; then
    useradd --system --user-group --no-create-home --home-dir /var/lib/aboveboard-guardian \\
      --shell /usr/sbin/nologin aboveboard-guardian
  fi
  if [ ! -d /var/lib/aboveboard-guardian ]; then
    install -d -m 0700 -o aboveboard-guardian -g aboveboard-guardian /var/lib/aboveboard-guardian
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if systemctl is-enabled --quiet aboveboard-guardian; then systemctl restart aboveboard-guardian; fi
  fi
fi
`;

const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now aboveboard-guardian || true; fi
`;

const POSTRM = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
case "$1" in
  remove)
    echo "Kept: /var/lib/aboveboard-guardian, with this guardian's halves of all keys. Only a purge removes it."
    ;;
  purge)
    echo "Removing /var/lib/aboveboard-guardian: the halves of all keys, its witness and its journal."
    echo "What was sealed to this guardian opens nowhere any more, unless there is a backup and its shares."
    rm -rf /var/lib/aboveboard-guardian /etc/aboveboard-guardian
    if getent passwd aboveboard-guardian >/dev/null; then userdel aboveboard-guardian || true; fi
    ;;
esac
`;

export const GUARDIAN: Product = {
  name: 'aboveboard-guardian',
  entry: 'apps/cli/src/guardian-binary.ts',
  pages: 'apps/guardian/dist',
  libraries: [],
  scripts: { postinst: POSTINST, prerm: PRERM, postrm: POSTRM },
  files: { 'lib/systemd/system/aboveboard-guardian.service': UNIT },
  control: (version, architecture) => `Package: aboveboard-guardian
Version: ${version}
Architecture: ${architecture}
Maintainer: Aboveboard maintainers <maintainers@aboveboard.invalid>
Depends: libc6 (>= 2.28), libstdc++6, passwd
Section: admin
Priority: optional
Description: guardian of the employees' representative
 Keeps one half of every recording's key and gives it out only for an access
 that is approved by two and entered in the log; witnesses the log; relays.
`,
};

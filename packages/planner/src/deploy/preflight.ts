import { shellWord } from './quote.ts';
import type { Deployment } from './serving.ts';

/**
 * A POSIX shell script that checks a machine against the plan: GPUs, their memory, the driver, disk, the model's
 * files, and that nothing outside can be reached. It changes nothing. Every check is said; exit 1 if any failed.
 */
export function preflightScript(d: Deployment): string {
  const leastMemory = Math.floor(d.gpuMemoryGib * 1024 * 0.97);
  return `#!/bin/sh
# Checks this machine against the plan for ${d.servedName}. Changes nothing.
set -u
failed=0
ok() { printf 'ok    %s\\n' "$1"; }
no() { printf 'FAIL  %s\\n' "$1"; failed=1; }

if command -v nvidia-smi >/dev/null 2>&1; then
  count=$(nvidia-smi --query-gpu=name --format=csv,noheader | wc -l | tr -d ' ')
  [ "$count" -ge ${d.gpus} ] && ok "GPUs: $count" || no "GPUs: $count, the plan needs ${d.gpus}"
  least=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | sort -n | head -n 1)
  [ "\${least:-0}" -ge ${leastMemory} ] && ok "GPU memory: $least MiB" || no "GPU memory: \${least:-none} MiB, the plan needs ${leastMemory}"
  used=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | sort -n | tail -n 1)
  [ "\${used:-0}" -le 1024 ] && ok "GPU memory in use: $used MiB" || no "GPU memory in use: $used MiB; the plan counts on empty GPUs"
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)
  oldest=$(printf '%s\\n%s\\n' ${shellWord(d.minDriver)} "$driver" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
  [ "$oldest" = ${shellWord(d.minDriver)} ] && ok "driver: $driver" || no "driver: $driver, the plan needs ${d.minDriver}"
elif command -v rocm-smi >/dev/null 2>&1; then
  count=$(rocm-smi --showid 2>/dev/null | grep -c 'Device Name')
  [ "$count" -ge ${d.gpus} ] && ok "GPUs: $count" || no "GPUs: $count, the plan needs ${d.gpus}"
else
  no "no nvidia-smi and no rocm-smi: no GPU driver"
fi

model=${shellWord(d.modelPath)}
[ -e "$model" ] && ok "model: $model" || no "model: $model is not there"
free=$(df -Pk "$(dirname "$model")" 2>/dev/null | awk 'NR == 2 { print int($4 / 1048576) }')
[ "\${free:-0}" -ge ${Math.ceil(d.diskGib * 0.1)} ] && ok "disk: $free GiB free" || no "disk: \${free:-0} GiB free, the plan needs ${Math.ceil(d.diskGib * 0.1)} beside the model"

# Egress: a connection that succeeds is a fault. Addresses of public resolvers, no names: DNS may be closed too.
if command -v curl >/dev/null 2>&1; then
  for address in https://1.1.1.1 https://8.8.8.8 https://[2606:4700:4700::1111]; do
    if curl --silent --output /dev/null --max-time 5 --insecure "$address"; then no "egress is open: $address answered"; else ok "egress closed: $address"; fi
  done
else
  no "curl is missing: egress was not checked"
fi

[ "$failed" -eq 0 ] && echo 'The machine matches the plan.' || echo 'The machine does not match the plan.'
exit "$failed"
`;
}

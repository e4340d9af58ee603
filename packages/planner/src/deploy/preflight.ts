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

${d.vendor === 'amd' ? amdChecks(d, leastMemory) : nvidiaChecks(d, leastMemory)}

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

function nvidiaChecks(d: Deployment, leastMemory: number): string {
  const driver =
    d.minDriver === null
      ? ''
      : `
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)
${oldestIs(d.minDriver)}`;
  return `if command -v nvidia-smi >/dev/null 2>&1; then
  count=$(nvidia-smi --query-gpu=name --format=csv,noheader | wc -l | tr -d ' ')
  least=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | sort -n | head -n 1)
  used=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | sort -n | tail -n 1)
${gpuChecks(d, leastMemory)}${driver}
else
  no "no nvidia-smi: no GPU driver"
fi`;
}

/** rocm-smi prints a header and then a line for each card: its name, total and used memory in bytes. */
function amdChecks(d: Deployment, leastMemory: number): string {
  const driver =
    d.minDriver === null
      ? ''
      : `
  driver=$(cat /sys/module/amdgpu/version 2>/dev/null || echo 0)
${oldestIs(d.minDriver)}`;
  return `if command -v rocm-smi >/dev/null 2>&1; then
  cards=$(rocm-smi --showmeminfo vram --csv 2>/dev/null | grep '^card')
  count=$(printf '%s\\n' "$cards" | grep -c '^card')
  least=$(printf '%s\\n' "$cards" | awk -F, '{ print int($2 / 1048576) }' | sort -n | head -n 1)
  used=$(printf '%s\\n' "$cards" | awk -F, '{ print int($3 / 1048576) }' | sort -n | tail -n 1)
${gpuChecks(d, leastMemory)}${driver}
else
  no "no rocm-smi: no GPU driver"
fi`;
}

const gpuChecks = (
  d: Deployment,
  leastMemory: number,
) => `  [ "$count" -ge ${d.gpus} ] && ok "GPUs: $count" || no "GPUs: $count, the plan needs ${d.gpus}"
  [ "\${least:-0}" -ge ${leastMemory} ] && ok "GPU memory: $least MiB" || no "GPU memory: \${least:-none} MiB, the plan needs ${leastMemory}"
  [ "\${used:-0}" -le 1024 ] && ok "GPU memory in use: $used MiB" || no "GPU memory in use: $used MiB; the plan counts on empty GPUs"`;

const oldestIs = (
  least: string,
) => `  oldest=$(printf '%s\\n%s\\n' ${shellWord(least)} "$driver" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
  [ "$oldest" = ${shellWord(least)} ] && ok "driver: $driver" || no "driver: $driver, the plan needs ${least}"`;

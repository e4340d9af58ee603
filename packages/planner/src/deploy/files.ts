import type { Checked } from '../problem.ts';
import { type AirGapItem, airGapList } from './air-gap.ts';
import { preflightScript } from './preflight.ts';
import { shellWord, systemdWord, yamlText } from './quote.ts';
import { checkDeployment, closedEnvironment, type Deployment, serveCommand } from './serving.ts';

export type DeployFile = { path: string; text: string; mode: '0644' | '0755' };

export type DeployAnswer = {
  files: DeployFile[];
  airGap: AirGapItem[];
  /** What of the plan behind the files no measured row stands behind; the scripts carry it too. */
  unchecked: string[];
};

/** Every file that the plan needs to run, with the figures that the plan assumed. */
export function deployFiles(deployment: Deployment): Checked<DeployAnswer> {
  const checked = checkDeployment(deployment);
  if (!checked.ok) return checked;
  const d = checked.value;
  const airGap = airGapList(d);
  return {
    ok: true,
    value: {
      files: [
        { path: 'serve.sh', text: serveScript(d), mode: '0755' },
        { path: 'inference.service', text: systemdUnit(d), mode: '0644' },
        { path: 'compose.yaml', text: composeFile(d), mode: '0644' },
        { path: 'values.yaml', text: helmValues(d), mode: '0644' },
        { path: 'preflight.sh', text: preflightScript(d), mode: '0755' },
        { path: 'air-gap.json', text: `${JSON.stringify(airGap, null, 2)}\n`, mode: '0644' },
      ],
      airGap,
      unchecked: d.unchecked,
    },
  };
}

function serveScript(d: Deployment): string {
  const words = serveCommand(d).map(shellWord);
  const environment = Object.entries(closedEnvironment).map(
    ([name, value]) => `export ${name}=${shellWord(value)}`,
  );
  const doubts = d.unchecked.map((line) => `# Unchecked: ${line.replaceAll(/[^ -~]/g, ' ')}`);
  return ['#!/bin/sh', ...doubts, 'set -eu', ...environment, `exec ${words.join(' \\\n  ')}`, ''].join('\n');
}

/** A hardened unit: only loopback may be spoken to, nothing of the system may be written. */
function systemdUnit(d: Deployment): string {
  const environment = Object.entries(closedEnvironment).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`,
  );
  return [
    '[Unit]',
    `Description=${d.servedName} on ${d.gpus} x ${d.gpu}`,
    'After=network.target',
    '',
    '[Service]',
    `User=${d.user}`,
    ...environment,
    `ExecStart=/usr/bin/env ${serveCommand(d).map(systemdWord).join(' ')}`,
    'Restart=on-failure',
    'RestartSec=10',
    'LimitMEMLOCK=infinity',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    `CacheDirectory=${d.user}-inference`,
    `Environment=HOME=/var/cache/${d.user}-inference`,
    `ReadOnlyPaths=${systemdWord(d.modelPath)}`,
    'IPAddressDeny=any',
    'IPAddressAllow=localhost',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

function imageOf(d: Deployment): string {
  return d.imageDigest ? `${d.image.replace(/:[^:/]*$/, '')}@${d.imageDigest}` : d.image;
}

/** Arguments after the image's own entry point. */
function containerArguments(d: Deployment): string[] {
  return serveCommand(d).map((word) => (word === '127.0.0.1' ? '0.0.0.0' : word));
}

function composeFile(d: Deployment): string {
  const [program = '', ...rest] = containerArguments(d);
  return [
    'services:',
    '  inference:',
    `    image: ${yamlText(imageOf(d))}`,
    `    entrypoint: [${yamlText(program)}]`,
    '    command:',
    ...rest.map((word) => `      - ${yamlText(word)}`),
    '    environment:',
    ...Object.entries(closedEnvironment).map(([name, value]) => `      ${name}: ${yamlText(value)}`),
    '    volumes:',
    `      - type: bind\n        source: ${yamlText(d.modelPath)}\n        target: ${yamlText(d.modelPath)}\n        read_only: true`,
    '    ipc: host',
    '    read_only: true',
    '    tmpfs: ["/tmp", "/root/.cache"]',
    '    cap_drop: ["ALL"]',
    '    security_opt: ["no-new-privileges:true"]',
    '    networks: [inner]',
    '    restart: unless-stopped',
    ...devicesOf(d),
    'networks:',
    '  # Internal: containers on it reach each other and nothing else.',
    '  inner:',
    '    internal: true',
    '',
  ].join('\n');
}

/** How a container gets its GPUs: NVIDIA's by a reservation, AMD's as the kernel's own devices. */
function devicesOf(d: Deployment): string[] {
  if (d.vendor === 'amd')
    return ['    devices: ["/dev/kfd", "/dev/dri"]', '    group_add: ["video", "render"]'];
  return [
    '    deploy:',
    '      resources:',
    '        reservations:',
    '          devices:',
    `            - driver: nvidia\n              count: ${d.gpus}\n              capabilities: [gpu]`,
  ];
}

function helmValues(d: Deployment): string {
  const [program = '', ...rest] = containerArguments(d);
  return [
    `image: ${yamlText(imageOf(d))}`,
    `command: [${yamlText(program)}]`,
    'args:',
    ...rest.map((word) => `  - ${yamlText(word)}`),
    'env:',
    ...Object.entries(closedEnvironment).map(([name, value]) => `  ${name}: ${yamlText(value)}`),
    'resources:',
    '  limits:',
    `    ${d.vendor}.com/gpu: ${d.gpus}`,
    '  requests:',
    `    ${d.vendor}.com/gpu: ${d.gpus}`,
    `    ephemeral-storage: ${yamlText(`${Math.ceil(d.diskGib * 0.1)}Gi`)}`,
    'model:',
    `  hostPath: ${yamlText(d.modelPath)}`,
    '  readOnly: true',
    'service:',
    `  port: ${d.port}`,
    'securityContext:',
    '  readOnlyRootFilesystem: true',
    '  allowPrivilegeEscalation: false',
    '  capabilities: { drop: ["ALL"] }',
    'networkPolicy:',
    '  # No egress: an empty list denies all.',
    '  egress: []',
    'plan:',
    `  gpu: ${yamlText(d.gpu)}`,
    `  gpuMemoryGib: ${d.gpuMemoryGib}`,
    `  memoryFraction: ${d.fraction}`,
    `  maxModelLen: ${d.maxModelLen}`,
    `  maxNumSeqs: ${d.maxNumSeqs}`,
    '',
  ].join('\n');
}

import type { Deployment } from './serving.ts';

/** Something to carry in. `digest` null: to be written down where it is fetched, and checked on arrival. */
export type AirGapItem = {
  kind: 'image' | 'model' | 'package' | 'driver' | 'file';
  name: string;
  /** GiB; an estimate where `sure` is false. */
  gib: number | null;
  sure: boolean;
  digest: string | null;
  fetch: string;
};

/** Every image, package and file that a closed room needs, with how to get it and its digest. */
export function airGapList(d: Deployment): AirGapItem[] {
  const engineImage: AirGapItem = {
    kind: 'image',
    name: d.image,
    gib: d.engine === 'llama.cpp' ? 3 : 12,
    sure: false,
    digest: d.imageDigest,
    fetch: `docker pull ${d.image} && docker save ${d.image} -o engine.tar && sha256sum engine.tar`,
  };
  return [
    engineImage,
    ...modelItems(d),
    ...driverItems(d),
    {
      kind: 'package',
      name: 'container engine (docker or podman)',
      gib: 0.3,
      sure: false,
      digest: null,
      fetch: 'the distribution packages with their dependencies',
    },
    {
      kind: 'file',
      name: 'preflight.sh, compose.yaml, inference.service, values.yaml, serve.sh',
      gib: 0,
      sure: true,
      digest: null,
      fetch: 'written by this plan; sha256sum each',
    },
  ];
}

/** Each file with its size and digest where the files were given; else the model as one. */
function modelItems(d: Deployment): AirGapItem[] {
  if (d.files.length > 0)
    return d.files.map(({ name, bytes, sha256 }) => ({
      kind: 'model',
      name,
      gib: bytes / 2 ** 30,
      sure: true,
      digest: sha256 ? `sha256:${sha256}` : null,
      fetch: `a file of ${d.model}; sha256sum ${name}`,
    }));
  return [
    {
      kind: 'model',
      name: d.model,
      gib: d.diskGib,
      sure: true,
      digest: null,
      fetch: `fetch every file of ${d.model} at one commit, then: find . -type f -exec sha256sum {} + > MODEL.sha256`,
    },
  ];
}

function driverItems(d: Deployment): AirGapItem[] {
  const newer = d.minDriver ? `, ${d.minDriver} or newer` : '';
  const driver: AirGapItem = {
    kind: 'driver',
    name: d.vendor === 'amd' ? `amdgpu driver${newer}` : `NVIDIA driver${newer}`,
    gib: 0.4,
    sure: false,
    digest: null,
    fetch: 'the distribution package of the driver with its dependencies; sha256sum each',
  };
  // AMD's devices are handed to a container as they are.
  if (d.vendor === 'amd') return [driver];
  return [
    driver,
    {
      kind: 'package',
      name: 'nvidia-container-toolkit',
      gib: 0.02,
      sure: false,
      digest: null,
      fetch:
        'apt-get download nvidia-container-toolkit libnvidia-container1 libnvidia-container-tools nvidia-container-toolkit-base',
    },
  ];
}

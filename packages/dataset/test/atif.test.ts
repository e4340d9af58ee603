import type { Manifest } from '@aboveboard/protocol/manifest';
import { describe, expect, it } from 'vitest';
import { exportAtif } from '../src/export/atif.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { type Frame, MemoryFrameSource } from '../src/frame-source.ts';
import { frame, manifest, recording } from './shown-recording.ts';

type Json = Record<string, unknown>;

const fields = {
  root: 'schema_version session_id trajectory_id agent steps notes final_metrics continued_trajectory_ref extra subagent_trajectories',
  agent: 'name version model_name tool_definitions extra',
  step: 'step_id timestamp source model_name reasoning_effort message reasoning_content tool_calls observation metrics extra llm_call_count is_copied_context',
  call: 'tool_call_id function_name arguments extra',
  result: 'source_call_id content subagent_trajectory_ref extra',
  part: 'type text source',
  image: 'media_type path',
};

/** What ATIF v1.7 asks for, written from its description, not from the exporter. */
function faultsOf(trajectory: Json, files: ReadonlyMap<string, Uint8Array>): string[] {
  const faults: string[] = [];
  const known = (of: Json, kind: keyof typeof fields, where: string) => {
    for (const name of Object.keys(of))
      if (!fields[kind].split(' ').includes(name)) faults.push(`${where}: ${name} is no field`);
  };
  const content = (value: unknown, where: string) => {
    if (typeof value === 'string') return;
    if (!Array.isArray(value)) return void faults.push(`${where}: neither text nor parts`);
    for (const part of value as Json[]) {
      known(part, 'part', where);
      const { type, text, source } = part as { type: string; text?: string; source?: Json };
      if ((type === 'text') !== (text !== undefined) || (type === 'image') !== (source !== undefined))
        faults.push(`${where}: a part is text or image`);
      if (source === undefined) continue;
      known(source, 'image', where);
      if (!['image/jpeg', 'image/png', 'image/gif', 'image/webp'].includes(String(source['media_type'])))
        faults.push(`${where}: media type`);
      if (!files.has(String(source['path']).replace(/^\.\.\//, ''))) faults.push(`${where}: no such file`);
    }
  };
  known(trajectory, 'root', 'root');
  if (!/^ATIF-v1\.[0-7]$/.test(String(trajectory['schema_version']))) faults.push('version');
  const agent = trajectory['agent'] as Json;
  known(agent, 'agent', 'agent');
  if (typeof agent['name'] !== 'string' || typeof agent['version'] !== 'string') faults.push('agent');
  for (const [i, step] of (trajectory['steps'] as Json[]).entries()) {
    const where = `step ${i + 1}`;
    known(step, 'step', where);
    if (step['step_id'] !== i + 1) faults.push(`${where}: id`);
    if (!['system', 'user', 'agent'].includes(String(step['source']))) faults.push(`${where}: source`);
    content(step['message'], where);
    const calls = step['tool_calls'] as Json[] | undefined;
    if (calls && step['source'] !== 'agent') faults.push(`${where}: calls are an agent's`);
    for (const call of calls ?? []) known(call, 'call', where);
    const ids = new Set(calls?.map((call) => call['tool_call_id']));
    if (ids.size !== (calls?.length ?? 0)) faults.push(`${where}: ids of calls`);
    const observation = step['observation'] as { results: Json[] } | undefined;
    for (const result of observation?.results ?? []) {
      known(result, 'result', where);
      const { source_call_id: of } = result;
      if (of !== undefined && of !== null && !ids.has(of)) faults.push(`${where}: answers no call`);
      content(result['content'], where);
    }
  }
  return faults;
}

async function exported(frames: Frame[] | null, given: Partial<Manifest> = {}) {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  await exportAtif({ ...recording, manifest: { ...manifest, ...given } }, sink, account, {
    frames: frames && new MemoryFrameSource(frames),
  });
  const trajectory = JSON.parse(sink.text(`trajectories/${manifest.id}.json`)) as Json;
  return { sink, trajectory, report: account.report() };
}

describe('ATIF', () => {
  it('[EXP50] [EXP51] the task is the user’s, each action a call that a person showed, answered by the next picture', async () => {
    const { trajectory, sink, report } = await exported([frame(10), frame(1200), frame(2600)]);
    expect(faultsOf(trajectory, sink.files)).toEqual([]);
    const image = (n: number) => ({
      type: 'image',
      source: { media_type: 'image/png', path: `../images/${manifest.id}-${n}.png` },
    });
    const shown = (step: number, message: string, call: Json, after: number) => ({
      step_id: step,
      source: 'agent',
      message,
      tool_calls: [{ tool_call_id: `${step - 1}.1`, function_name: 'computer', arguments: call }],
      observation: { results: [{ source_call_id: `${step - 1}.1`, content: [image(after)] }] },
      extra: { demonstrated_by: 'person' },
    });
    expect(trajectory['steps']).toEqual([
      {
        step_id: 1,
        source: 'user',
        message: [{ type: 'text', text: 'Type ok and press Enter' }, image(0)],
      },
      shown(2, 'the field is there', { action: 'left_click', coordinate: [500, 400] }, 1),
      shown(3, '', { action: 'type', text: 'ok' }, 1),
      shown(4, '', { action: 'key', text: 'Return' }, 2),
    ]);
    expect(trajectory['extra']).toEqual({ demonstrated_by: 'person', task_completed: true });
    expect(report).toMatchObject({ recordings: 1, actions: 3, frames: 3, leftOut: [] });
  });

  it('[EXP52] without pictures there is nothing to answer with, and nothing else is missing', async () => {
    const { trajectory, sink } = await exported(null, { outcome: { worked: null, reasons: [] } });
    expect(faultsOf(trajectory, sink.files)).toEqual([]);
    expect((trajectory['steps'] as Json[]).map((step) => 'observation' in step)).toEqual(
      Array.from({ length: 4 }, () => false),
    );
    expect(trajectory['extra']).toEqual({ demonstrated_by: 'person' });
  });

  it('[EXP2] no time of the calendar is in it', async () => {
    const { sink } = await exported([frame(10)]);
    for (const name of sink.files.keys()) expect(sink.text(name)).not.toMatch(/2026|timestamp/);
  });

  it.each<[string, (trajectory: { steps: Json[] } & Json) => void, string]>([
    ['a step number twice', (t) => Object.assign(t.steps[2] as Json, { step_id: 2 }), 'step 3: id'],
    ['calls of the user', (t) => Object.assign(t.steps[1] as Json, { source: 'user' }), 'step 2: calls'],
    [
      'an answer to no call',
      (t) => void (t.steps[3] as { tool_calls: Json[] }).tool_calls.splice(0),
      'answers no call',
    ],
    ['a field of our own', (t) => Object.assign(t, { person: 'x' }), 'person is no field'],
  ])('the validator finds %s', async (_, spoil, says) => {
    const { trajectory, sink } = await exported([frame(10), frame(1200), frame(2600)]);
    spoil(trajectory as never);
    expect(faultsOf(trajectory, sink.files).join()).toContain(says);
  });
});

import { describe, expect, it } from 'vitest';
import { readAudit } from '../dependency-audit.ts';

const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
const hole = (name: string, severity: string, via: unknown[] = []) => ({ name, severity, via });
const report = (vulnerabilities: object, counts: object) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts } });

describe('the audit of what ships', () => {
  it('names each grave hole, and those alone', () => {
    const said = report(
      {
        a: hole('a', 'critical', ['b', { title: 'Reads any file', url: 'https://advisory.example/1' }]),
        b: hole('b', 'moderate'),
        c: hole('c', 'high', ['a']),
      },
      { ...none, moderate: 1, high: 1, critical: 1, total: 3 },
    );
    const read = readAudit(said);
    expect(read).toEqual({
      answered: true,
      holes: [
        { name: 'a', severity: 'critical', title: 'Reads any file', address: 'https://advisory.example/1' },
        { name: 'c', severity: 'high', title: 'through what it needs', address: '' },
      ],
    });
    expect(readAudit(report({}, none))).toEqual({ answered: true, holes: [] });
  });

  it('a registry that did not answer is not one that found nothing', () => {
    const silent = [
      '',
      'null',
      '[]',
      '{}',
      '{"message":"405 Method Not Allowed"}',
      '{"vulnerabilities":{}}',
      '{"metadata":{"vulnerabilities":{"total":0}}}',
      report({}, { ...none, high: 1, total: 1 }),
    ];
    for (const said of silent) expect(readAudit(said)).toMatchObject({ answered: false });
    expect(readAudit('{"message":"405 Method Not Allowed"}')).toMatchObject({
      why: '405 Method Not Allowed',
    });
  });
});

import { parseSync } from 'oxc-parser';

/** One small wrong change of a source file, as a slip of the hand could make it. */
export type Mutant = { line: number; start: number; end: number; instead: string; was: string; kind: string };

type Node = { type: string; start: number; end: number; [key: string]: unknown };

const COMPARED: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
};
const CALLED: Readonly<Record<string, string>> = { some: 'every', every: 'some' };
/** Type syntax decides nothing; these wrap an expression all the same. */
const WRAPPING = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);

/**
 * Every mutant of a source text: conditions that always or never hold, comparisons and connectives turned round, flags
 * flipped, calls left out, filters dropped. Loops keep their conditions: one that never ends would end nothing.
 */
export function mutantsOf(path: string, text: string): Mutant[] {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const mutants: Mutant[] = [];
  const source = (node: Node) => text.slice(node.start, node.end);
  const lineAt = (at: number) => text.slice(0, at).split('\n').length;
  const add = (kind: string, { start, end }: { start: number; end: number }, instead: string) =>
    mutants.push({ line: lineAt(start), start, end, instead, was: text.slice(start, end), kind });

  function operator(node: Node): { start: number; end: number } | null {
    const [left, right] = [node['left'] as Node, node['right'] as Node];
    const at = text.slice(left.end, right.start).indexOf(node['operator'] as string);
    const start = left.end + at;
    return at < 0 ? null : { start, end: start + (node['operator'] as string).length };
  }

  function condition(test: Node): void {
    add('condition', test, 'true');
    add('condition', test, 'false');
  }

  function visit(node: Node): void {
    if (node.type.startsWith('TS')) {
      if (WRAPPING.has(node.type)) visit(node['expression'] as Node);
      return;
    }
    switch (node.type) {
      case 'ImportDeclaration':
        return;
      case 'IfStatement':
      case 'ConditionalExpression':
        condition(node['test'] as Node);
        break;
      case 'BinaryExpression': {
        const turned = COMPARED[node['operator'] as string];
        const at = operator(node);
        if (turned && at) add('comparison', at, turned);
        break;
      }
      case 'LogicalExpression': {
        const at = operator(node);
        if (at) add('connective', at, node['operator'] === '&&' ? '||' : '&&');
        break;
      }
      case 'UnaryExpression':
        if (node['operator'] === '!') add('negation', node, source(node['argument'] as Node));
        break;
      case 'Literal':
        if (typeof node['value'] === 'boolean') add('flag', node, String(!node['value']));
        break;
      case 'ExpressionStatement':
        // A directive, or a call that is left out.
        if (/^(Await|Call)Expression$/.test((node['expression'] as Node).type)) add('left out', node, ';');
        break;
      case 'CallExpression': {
        const callee = node['callee'] as Node;
        if (callee.type !== 'MemberExpression' || callee['computed']) break;
        const called = callee['property'] as Node & { name: string };
        const turned = CALLED[called.name];
        if (turned) add('quantifier', called, turned);
        if (called.name === 'filter') add('filter', node, source(callee['object'] as Node));
        break;
      }
    }
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof (child as Node).type === 'string' && typeof (child as Node).start === 'number')
          visit(child as Node);
      }
    }
  }

  visit(program as unknown as Node);
  return mutants;
}

export function mutated(text: string, { start, end, instead }: Mutant): string {
  return text.slice(0, start) + instead + text.slice(end);
}

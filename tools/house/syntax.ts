import { parseSync } from 'oxc-parser';

/** What the checks need to know of one source file. Parsed once a text. */
export type Syntax = {
  /** Modules named in imports, re-exports, `import()`, `import('x')` types are not counted. */
  modules: { name: string; line: number }[];
  /** `export * from`, and `export { x } from`. */
  reExports: { module: string; all: boolean; line: number }[];
  /** Names that are used and that nothing in the file declares, with the member taken: `Date.now`. */
  ambient: { name: string; line: number }[];
  /** Whole string literals and templates without holes. */
  strings: { value: string; line: number }[];
  /** The parser's complaint, if any. */
  error: string | undefined;
};

type Node = { type: string; start: number; [key: string]: unknown };

const parsed = new Map<string, Syntax>();

export function syntaxOf(path: string, text: string): Syntax {
  const key = `${path}\0${text}`;
  let syntax = parsed.get(key);
  if (!syntax) {
    syntax = parse(path, text);
    parsed.set(key, syntax);
  }
  return syntax;
}

function parse(path: string, text: string): Syntax {
  const { program, module, errors } = parseSync(path, text);
  const lineAt = lines(text);
  const syntax: Syntax = { modules: [], reExports: [], ambient: [], strings: [], error: errors[0]?.message };

  for (const one of module.staticImports) {
    syntax.modules.push({ name: one.moduleRequest.value, line: lineAt(one.start) });
  }
  for (const one of module.staticExports) {
    const from = new Map<string, boolean>();
    for (const { moduleRequest, importName } of one.entries) {
      if (moduleRequest) from.set(moduleRequest.value, importName.kind.startsWith('All'));
    }
    for (const [name, all] of from) {
      syntax.modules.push({ name, line: lineAt(one.start) });
      syntax.reExports.push({ module: name, all, line: lineAt(one.start) });
    }
  }

  const declared = new Set<string>();
  const uses: { name: string; start: number }[] = [];
  walk(program as unknown as Node, {
    declare: (name) => declared.add(name),
    use: (name, start) => uses.push({ name, start }),
    string: (value, start) => syntax.strings.push({ value, line: lineAt(start) }),
    dynamicImport: (name, start) => syntax.modules.push({ name, line: lineAt(start) }),
  });
  for (const { name, start } of uses) {
    if (!declared.has(name.split('.')[0] as string)) syntax.ambient.push({ name, line: lineAt(start) });
  }
  return syntax;
}

type Seen = {
  declare(name: string): void;
  use(name: string, start: number): void;
  string(value: string, start: number): void;
  dynamicImport(name: string, start: number): void;
};

/** Type syntax uses no values; these wrap an expression all the same. */
const TYPED_EXPRESSIONS = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);
/** Keys of a node under which an identifier is a name and not a use. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Property: ['key'],
  MethodDefinition: ['key'],
  PropertyDefinition: ['key'],
  AccessorProperty: ['key'],
  MemberExpression: ['property'],
  JSXMemberExpression: ['property'],
  JSXAttribute: ['name'],
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  MetaProperty: ['meta', 'property'],
  ExportSpecifier: ['exported'],
  ImportSpecifier: ['imported'],
};

function walk(node: Node, seen: Seen): void {
  if (node.type.startsWith('TS') && node.type !== 'TSParameterProperty') {
    if (TYPED_EXPRESSIONS.has(node.type)) walk(node['expression'] as Node, seen);
    return;
  }
  switch (node.type) {
    case 'Identifier':
    case 'JSXIdentifier':
      seen.use(node['name'] as string, node.start);
      return;
    case 'Literal':
      if (typeof node['value'] === 'string') seen.string(node['value'], node.start);
      return;
    case 'TemplateLiteral': {
      const [only, ...more] = node['quasis'] as { value: { cooked: string } }[];
      if (only && more.length === 0) seen.string(only.value.cooked, node.start);
      break;
    }
    case 'ImportExpression': {
      const source = node['source'] as Node;
      if (typeof source['value'] === 'string') seen.dynamicImport(source['value'], node.start);
      break;
    }
    case 'MemberExpression': {
      const object = node['object'] as Node;
      const property = node['property'] as Node;
      if (object.type === 'Identifier' && !node['computed']) {
        seen.use(`${object['name']}.${property['name']}`, node.start);
        return;
      }
      break;
    }
    case 'NewExpression': {
      const callee = node['callee'] as Node;
      const given = node['arguments'] as Node[];
      if (callee.type === 'Identifier' && callee['name'] === 'Date' && given.length === 0) {
        seen.use('Date.new', node.start);
      }
      break;
    }
    case 'CallExpression': {
      const callee = node['callee'] as Node;
      if (callee.type === 'Identifier' && callee['name'] === 'Date') seen.use('Date.new', node.start);
      break;
    }
  }
  declarations(node, seen);
  const names = NAMES[node.type] ?? [];
  for (const [key, value] of Object.entries(node)) {
    if (names.includes(key) && !node['computed']) continue;
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner === 'object' && inner !== null && typeof (inner as Node).type === 'string') {
        walk(inner as Node, seen);
      }
    }
  }
}

/** Without scopes: a name that the file declares anywhere is its own everywhere. */
function declarations(node: Node, seen: Seen): void {
  switch (node.type) {
    case 'VariableDeclarator':
      bind(node['id'] as Node, seen);
      return;
    case 'CatchClause':
      if (node['param']) bind(node['param'] as Node, seen);
      return;
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      bind(node['local'] as Node, seen);
      return;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node['id']) bind(node['id'] as Node, seen);
      for (const param of (node['params'] as Node[] | undefined) ?? []) bind(param, seen);
  }
}

function bind(pattern: Node, seen: Seen): void {
  switch (pattern.type) {
    case 'Identifier':
      seen.declare(pattern['name'] as string);
      return;
    case 'ObjectPattern':
      for (const property of pattern['properties'] as Node[]) {
        bind((property.type === 'RestElement' ? property : property['value']) as Node, seen);
      }
      return;
    case 'ArrayPattern':
      for (const element of pattern['elements'] as (Node | null)[]) if (element) bind(element, seen);
      return;
    case 'AssignmentPattern':
      bind(pattern['left'] as Node, seen);
      return;
    case 'RestElement':
      bind(pattern['argument'] as Node, seen);
      return;
    case 'TSParameterProperty':
      bind(pattern['parameter'] as Node, seen);
  }
}

/** oxc gives offsets in UTF-16 units; lines count from 1. */
function lines(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/**
 * What Croissant 1.1, its RAI vocabulary 1.0 and ODRL 2.2 ask of a document, written from their descriptions and not from what writes it.
 * All faults at once. `files`: what lies beside it, by name.
 */
type Json = Record<string, unknown>;

const REQUIRED = [
  ...['@context', '@type', 'conformsTo', 'description', 'license', 'name', 'url', 'creator', 'datePublished'],
  'distribution',
];
/** Terms of the format's own namespace; each that is used has to be named so by the context. */
const CROISSANT = [
  ...['containedIn', 'dataType', 'excludes', 'extract', 'field', 'fileObject', 'fileProperty', 'fileSet'],
  ...[
    'includes',
    'isLiveDataset',
    'jsonPath',
    'key',
    'recordSet',
    'references',
    'sdVersion',
    'source',
    'citeAs',
  ],
];
const SCHEMA = [
  ...[
    'contentSize',
    'contentUrl',
    'creator',
    'datePublished',
    'description',
    'distribution',
    'encodingFormat',
  ],
  ...['identifier', 'license', 'name', 'sha256', 'url', 'usageInfo', 'version', 'sameAs', 'keywords'],
];
const RAI: Record<string, 'one' | 'many'> = {
  ...{ dataCollection: 'one', dataCollectionType: 'many', dataCollectionMissingData: 'one' },
  ...{ dataCollectionRawData: 'one', dataManipulationProtocol: 'one', dataReleaseMaintenancePlan: 'many' },
  ...{
    personalSensitiveInformation: 'many',
    dataLimitations: 'many',
    dataUseCases: 'many',
    dataBiases: 'many',
  },
};
const COLLECTION_TYPES = [
  ...[
    'Surveys',
    'Secondary Data analysis',
    'Physical data collection',
    'Direct measurement',
    'Document analysis',
  ],
  ...[
    'Manual Human Curator',
    'Software Collection',
    'Experiments',
    'Web Scraping',
    'Web API',
    'Focus groups',
  ],
  ...[
    'Self-reporting',
    'Customer feedback data',
    'User-generated content data',
    'Passive Data Collection',
    'Others',
  ],
];
const NAMESPACES: Record<string, string> = {
  ...{
    sc: 'http://schema.org/',
    cr: 'http://mlcommons.org/croissant/',
    rai: 'http://mlcommons.org/croissant/RAI/',
  },
  ...{
    dct: 'http://purl.org/dc/terms/',
    odrl: 'http://www.w3.org/ns/odrl/2/',
    prov: 'http://www.w3.org/ns/prov#',
  },
};
const ODRL = {
  action: ['odrl:use', 'odrl:delete', 'odrl:distribute', 'odrl:derive'],
  leftOperand: ['odrl:purpose', 'odrl:event', 'odrl:dateTime', 'odrl:recipient'],
  operator: ['odrl:eq', 'odrl:gt', 'odrl:lt', 'odrl:gteq', 'odrl:lteq', 'odrl:isA', 'odrl:isAnyOf'],
};

export function croissantFormatFaults(said: Json, files: Record<string, unknown> = {}): string[] {
  const faults: string[] = [];
  const need = (ok: boolean, message: string) => {
    if (!ok) faults.push(message);
  };
  for (const name of REQUIRED) need(said[name] !== undefined, `${name} is required`);
  const context = objectOf(said['@context']);
  need(context['@vocab'] === 'http://schema.org/', 'schema.org is the vocabulary');
  need(said['@type'] === 'sc:Dataset', '@type');
  const conforms = listOf(said['conformsTo']);
  need(conforms.includes('http://mlcommons.org/croissant/1.1'), 'conformsTo');
  const rai = Object.keys(said).filter((name) => name.startsWith('rai:'));
  if (rai.length > 0) need(conforms.includes('http://mlcommons.org/croissant/RAI/1.0'), 'conformsTo of RAI');
  for (const name of ['name', 'description', 'url']) need(isText(said[name]), `${name} is text`);
  need(isAbsolute(said['url']), 'url is an address');
  need(isDate(said['datePublished']), 'datePublished is a date');
  need(/^\d+\.\d+\.\d+$/.test(String(said['version'])), 'version');
  for (const one of listOf(said['creator']).map(objectOf))
    need(['Organization', 'Person'].includes(String(one['@type'])) && isText(one['name']), 'creator');
  for (const one of listOf(said['license']))
    need(
      isAbsolute(one) || (objectOf(one)['@type'] === 'CreativeWork' && isText(objectOf(one)['name'])),
      'license',
    );

  for (const name of rai) {
    const many = RAI[name.slice(4)];
    need(many !== undefined, `${name} is no property of RAI`);
    need(listOf(said[name]).every(isText), `${name} is text`);
    need(many === 'many' || !Array.isArray(said[name]), `${name} is one`);
  }
  for (const type of listOf(said['rai:dataCollectionType']))
    need(COLLECTION_TYPES.includes(String(type)), 'rai:dataCollectionType');

  const ids = new Map<string, Json>();
  for (const node of nodesOf(said)) {
    const id = node['@id'];
    if (!isText(id) || Object.keys(node).length === 1 || String(id).startsWith('urn:')) continue;
    need(!ids.has(id), `${id} is there twice`);
    ids.set(id, node);
  }
  for (const node of nodesOf(said)) {
    const id = node['@id'];
    const isReference = Object.keys(node).length === 1 && isText(id) && !/^(urn|odrl):/.test(String(id));
    if (isReference) need(ids.has(String(id)), `${id} is nowhere`);
    for (const name of Object.keys(node)) {
      const prefix = /^([a-z]+):/.exec(name)?.[1];
      if (name.startsWith('@')) continue;
      if (prefix !== undefined)
        need(context[prefix] === NAMESPACES[prefix] && prefix in NAMESPACES, `${name} has no namespace`);
      else if (name === 'conformsTo') need(context[name] === 'dct:conformsTo', 'conformsTo has no term');
      else if (CROISSANT.includes(name))
        need([context[name], objectOf(context[name])['@id']].includes(`cr:${name}`), `${name} has no term`);
      else need(SCHEMA.includes(name), `${name} is no property`);
    }
  }

  for (const file of listOf(said['distribution']).map(objectOf)) {
    const id = String(file['@id']);
    need(['cr:FileObject', 'cr:FileSet'].includes(String(file['@type'])), `${id} is no file`);
    need(
      listOf(file['encodingFormat']).every((one) => /^[a-z]+\/[\w.+-]+$/.test(String(one))),
      `${id}: format`,
    );
    if (file['@type'] === 'cr:FileSet') need(listOf(file['includes']).every(isText), `${id}: includes`);
    else {
      need(isText(file['contentUrl']), `${id}: contentUrl`);
      need(/^[0-9a-f]{64}$/.test(String(file['sha256'])), `${id}: sha256`);
      need(/^\d+ B$/.test(String(file['contentSize'])), `${id}: contentSize`);
      if (Object.keys(files).length > 0) need(`/${file['contentUrl']}` in files, `${id} is not there`);
    }
  }
  for (const set of listOf(said['recordSet']).map(objectOf)) {
    const id = String(set['@id']);
    need(set['@type'] === 'cr:RecordSet' && listOf(set['field']).length > 0, `${id} is no record set`);
    for (const field of listOf(set['field']).map(objectOf)) {
      const source = objectOf(field['source']);
      need(field['@type'] === 'cr:Field' && String(field['@id']).startsWith(`${id}/`), `${id}: a field`);
      need(
        listOf(field['dataType']).every((type) => /^(sc|cr):[A-Z]/.test(String(type))),
        `${id}: dataType`,
      );
      need(source['fileObject'] !== undefined || source['fileSet'] !== undefined, `${id}: source`);
      need(Object.keys(objectOf(source['extract'])).length === 1, `${id}: extract`);
    }
    for (const key of listOf(set['key']).map(objectOf)) need(ids.has(String(key['@id'])), `${id}: key`);
  }
  for (const policy of listOf(said['usageInfo']).map(objectOf)) faults.push(...policyFaults(policy));
  return faults;
}

/** An offer has a permission; rules have an action; a constraint has both operands and an operator of ODRL's. */
function policyFaults(policy: Json): string[] {
  const faults: string[] = [];
  if (!listOf(policy['@type']).includes('odrl:Offer')) faults.push('usageInfo is no offer');
  const kinds = { permission: 'Permission', prohibition: 'Prohibition', obligation: 'Duty' } as const;
  if (policy['odrl:permission'] === undefined) faults.push('usageInfo permits nothing');
  const isOf = (kind: keyof typeof ODRL, value: unknown) => {
    const id = String(objectOf(value)['@id']);
    return ODRL[kind].includes(id) || (id.startsWith('urn:') && kind === 'action');
  };
  for (const [name, type] of Object.entries(kinds))
    for (const rule of listOf(policy[`odrl:${name}`]).map(objectOf)) {
      if (rule['@type'] !== `odrl:${type}`) faults.push(`usageInfo: ${name}`);
      if (!isOf('action', rule['odrl:action'])) faults.push(`usageInfo: action of ${name}`);
      for (const constraint of listOf(rule['odrl:constraint']).map(objectOf)) {
        const isWhole =
          constraint['@type'] === 'odrl:Constraint' &&
          isOf('leftOperand', constraint['odrl:leftOperand']) &&
          isOf('operator', constraint['odrl:operator']) &&
          isAbsolute(objectOf(constraint['odrl:rightOperand'])['@id']);
        if (!isWhole) faults.push(`usageInfo: constraint of ${name}`);
      }
    }
  return faults;
}

function nodesOf(value: unknown, name = ''): Json[] {
  if (Array.isArray(value)) return value.flatMap((one) => nodesOf(one, name));
  if (typeof value !== 'object' || value === null || name === '@context') return [];
  return [value as Json, ...Object.entries(value).flatMap(([key, one]) => nodesOf(one, key))];
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isAbsolute = (value: unknown) => isText(value) && /^(https?:\/\/|urn:[a-z0-9-]+:)\S+$/.test(value);
const isDate = (value: unknown) =>
  isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));

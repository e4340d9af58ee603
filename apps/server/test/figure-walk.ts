/**
 * A walk for whatever a figure of work could be made from (T15): a time or a number beside a person, a pseudonym or a team, in a
 * table, an answer, an export or an entry. It finds by name and type and judges nothing; figures-declared.ts says of each place
 * why none follows.
 */
export type Field = { name: string; type: string };
export type Group = {
  /** `table upload`, `GET /api/session`, `export tasks`, `entry access`. */
  place: string;
  fields: readonly Field[];
  /** Everything in it is about one person, whatever its fields are called. */
  ofOne?: boolean;
};

const PERSON =
  /(^|[._])(contributor|handle|account|asker|actor|person|employee|user|member|team|group|department|nullifier|eraser|subject|upload|approver|who|by)s?($|[._])/;
const TIME_OR_COUNT =
  /(^|[._])(at|on|in|ms|per|counts?|rate|score|since|until|week|hours?|minutes?|seconds?|days?|expires|duration|readings|total|average|median|sum|rank)($|[._])|Milliseconds$|Seconds$|Minutes$|Count$|(At|On|Until|Since)$/;
const NUMERIC =
  /^(timestamp|date|time|interval|integer|bigint|smallint|numeric|real|double|number|int|INT|DOUBLE|FLOAT|TIMESTAMP)/;
/** Nowhere, beside whatever: a name that says what it is for. */
const FIGURE =
  /(^|[._])per_|_per($|_)|(^|[._])(rate|score|speed|pace|rank|productivity|performance|attention|emotion|utili[sz]ation|keystrokes?)($|[._])/;

/** `PLACE: field` of each time and number beside a person, and of each name that says figure. */
export function suspects(groups: readonly Group[]): string[] {
  return groups.flatMap(({ place, fields, ofOne }) => {
    const isOfPerson = ofOne === true || fields.some(({ name }) => PERSON.test(name));
    return fields
      .filter(
        ({ name, type }) =>
          name !== 'formatVersion' &&
          (FIGURE.test(name) || (isOfPerson && (NUMERIC.test(type) || TIME_OR_COUNT.test(name)))),
      )
      .map(({ name }) => `${place}: ${name}`);
  });
}

/** Of an export nothing may be about a person at all. */
export function persons(groups: readonly Group[]): string[] {
  return groups.flatMap(({ place, fields }) =>
    fields.filter(({ name }) => PERSON.test(name)).map(({ name }) => `${place}: ${name}`),
  );
}

/** Tables of a golden schema. */
export function tablesOf(golden: string): Group[] {
  return golden.split(/\n\n/).flatMap((block) => {
    const [head = '', ...lines] = block.split('\n');
    const table = /^table (\w+)$/.exec(head)?.[1];
    const fields = lines.map((line) => {
      const [name = '', ...type] = line.trim().split(' ');
      return { name, type: type.join(' ') };
    });
    return table ? [{ place: `table ${table}`, fields }] : [];
  });
}

type Json = Record<string, unknown>;

/** Answers of each route of an OpenAPI document; of one contributor are those that only her session finds. */
export function answersOf(document: Json): Group[] {
  const paths = document['paths'] as Record<string, Record<string, Json>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => {
      const good = (route['responses'] as Record<string, Json>)['200'];
      const schema = ((good?.['content'] as Json)?.['application/json'] as Json)?.['schema'] as
        | Json
        | undefined;
      const ofOne = /^\/api\/(my|uploads|session|staff\/sessions?|staff\/account)(\/|$)/.test(path);
      return {
        place: `${method.toUpperCase()} ${path}`,
        fields: schema ? fieldsOf(schema, document) : [],
        ofOne,
      };
    }),
  );
}

/** Every field of a JSON schema, by its path; what is in a list stands under the list's name. */
export function fieldsOf(schema: Json, document: Json, at = '', depth = 0): Field[] {
  if (depth > 12) return [];
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((value, key) => (value as Json)?.[key], document);
    return fieldsOf(found as Json, document, at, depth + 1);
  }
  const inner = (value: unknown, name: string) => fieldsOf(value as Json, document, name, depth + 1);
  const some = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    ((schema[key] as Json[]) ?? []).flatMap((one) => inner(one, at)),
  );
  const items = schema['items'] ? inner(schema['items'], at) : [];
  const properties = Object.entries((schema['properties'] as Json) ?? {}).flatMap(([name, value]) =>
    inner(value, at === '' ? name : `${at}.${name}`),
  );
  const extra =
    typeof schema['additionalProperties'] === 'object' ? inner(schema['additionalProperties'], at) : [];
  const all = [...some, ...items, ...properties, ...extra];
  if (all.length > 0 || at === '') return distinct(all);
  return [
    {
      name: at,
      type: [schema['type']]
        .flat()
        .filter((one) => one !== 'null')
        .join(' '),
    },
  ];
}

function distinct(fields: readonly Field[]): Field[] {
  return [...new Map(fields.map((field) => [`${field.name} ${field.type}`, field])).values()];
}

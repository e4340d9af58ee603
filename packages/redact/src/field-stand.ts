/** What fields show that take only values of a certain form (MASK13): the same in all of them, so it says nothing. */
export const FIELD_STANDS: Readonly<Record<string, string>> = {
  number: '1234',
  date: '2000-01-01',
  month: '2000-01',
  week: '2000-W01',
  time: '00:00',
  'datetime-local': '2000-01-01T00:00',
  color: '#808080',
};

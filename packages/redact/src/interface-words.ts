/**
 * Words that every application's controls bear. Where nothing is known of what an application ships, a label made
 * of these alone belongs to nobody (MASK31); anything else is closed.
 */
const WORDS = new Set(
  (
    'file edit view insert format tools table window help open save close cancel ok yes no apply reset delete remove add new ' +
    'create copy cut paste undo redo find replace search filter sort next previous back forward up down left right home end menu ' +
    'settings options preferences profile account login logout sign in out send reply forward archive print preview download ' +
    'upload import export share refresh reload stop start pause play record select all none clear show hide expand collapse more ' +
    'less zoom fit actual size full screen minimize maximize restore exit quit about details properties general advanced name ' +
    'date type status title description submit continue finish skip retry ignore allow deny accept decline confirm inbox drafts ' +
    'sent trash spam folder folders calendar contacts tasks notes page pages tab tabs history bookmarks bold italic underline ' +
    'font color align list grid row column rows columns layout theme dark light language toolbar sidebar panel navigation main ' +
    'content the a an to of and or for with from by on at as this'
  ).split(' '),
);

export function isInterfaceWords(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return (
    words.length > 0 && words.length <= 6 && !/\p{N}/u.test(text) && words.every((word) => WORDS.has(word))
  );
}

// Signs, door plates and place codes in English. The same keys as plates.zh.ts.
export const platesEn = {
  plates: {
    title: 'Number door plates', about: 'Choose a street or compound and how it is numbered; look at it on the map, then write it into the register.',
    find: 'Street or compound', findHint: 'name or code', take: 'Use “{name}”, selected on the map', of: 'Numbered', other: 'Another',
    profile: 'Preset', assumed: 'assumed', read: 'by a regulation', method: 'How', methods: { order: 'one after the other', distance: 'by distance', s_shape: 'S-shape within a compound' },
    originEw: 'East–west streets begin', originNs: 'North–south streets begin', ends: { east: 'in the east', west: 'in the west', south: 'in the south', north: 'in the north' },
    originAt: 'Choose the origin on the map', originAsk: 'Click the end where numbers begin', originDrop: 'No origin of its own',
    odd: 'Odd numbers', sides: { left: 'on the left', right: 'on the right' }, sideWhy: 'seen from the origin',
    start: 'First number', interval: 'Metres to a number', spacing: 'Reserve in gaps over (m)', reach: 'Doors within (m)', skip: 'Numbers not given', skipHint: 'such as 4, 13, 14', skipWrong: 'Numbers not given must be whole numbers, parted by commas or spaces.',
    reserve: 'Reserve numbers in wide gaps', keep: 'Plates keep their numbers; new doors get free ones or sub-numbers', more: 'More parameters',
    busy: 'Numbering…', empty: 'No street is chosen yet.', none: 'There are no doors along the street.', map: 'All on the map',
    length: '{length} long', heading: { east_west: 'east–west', north_south: 'north–south' },
    counts: 'By result', states: { new: 'new', changed: 'changed', kept: 'kept', reserved: 'reserved', shared: 'shared' }, was: 'was {number}', along: '{length} from the origin', side: { left: 'left', right: 'right' },
    findings: '{count} findings remain', clean: 'D01 to D03 find nothing.',
    commit: 'Write into the register ({count})', compound: 'Numbers within a compound are a preview only; they are not written.', nothing: 'There is nothing to write.', what: 'door plates of “{name}” numbered', saved: '{count} were written; they can be undone', cut: 'At most {count} are written at once; then number again.',
    listMore: 'More ({count} left)',
  },
  signs: {
    title: 'Missing street signs', about: 'Starts, ends and crossings of streets that should have a sign and have none.', street: 'Only one street', streetHint: 'name or code of a street', total: '{count} missing on {streets} streets', shown: '{shown} are listed.', loading: 'Looking…', none: 'No sign is missing.',
    at: { start: 'start', end: 'end', crossing: 'crossing' }, crossing: 'crossing with {name}', all: 'All that are listed', chosen: '{count} chosen', go: 'Show “{name}” on the map', choose: 'Choose “{name}”',
    take: 'Enter as proposed signs ({count})', what: '{count} signs proposed', saved: '{count} were entered; they can be undone', more: 'More ({count} left)', map: 'All on the map',
  },
  artwork: { title: 'Artwork', design: 'Design', own: 'by its kind', alt: 'Artwork of “{name}”', svg: 'SVG', pdf: 'PDF', failed: 'There is no artwork for this one.', size: '{width} × {height} mm' },
  codes: {
    title: 'Place codes pending', about: 'Export the table, send it to the national database, and read its answer here.', total: '{count} places wait for a code', none: 'No place waits for a code.', loading: 'Loading…', out: 'Export the table (xlsx)', lacks: 'lacks: {fields}', more: 'More ({count} left)',
    lacking: { standard_name: 'standard name', roman: 'spelling', category_code: 'category', division_codes: 'division', east_from: 'place', origin: 'origin' },
    answer: 'Read the answer', pick: 'Choose a file (xlsx, csv)', reading: 'Reading…', file: 'File: {name}', matched: '{count} get a code', unchanged: '{count} have it already', refused: '{count} rows refused', row: 'row {row}', left: 'At most 20,000 at once; {count} are left: read the file again afterwards.',
    take: 'Write {count} codes', what: '{count} codes of the national database', saved: '{count} place codes were written; they can be undone',
  },
}

// Blocks of cells as Excel and WPS put them on the clipboard: tabs between cells, lines between rows,
// cells with tabs, lines or quotes in double quotes.

/** The cells of a copied block; a last empty line is no row. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let begun = false
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const endCell = () => {
    row.push(cell)
    cell = ''
    begun = false
  }
  const endRow = () => {
    endCell()
    rows.push(row)
    row = []
  }
  for (let at = 0; at < source.length; at += 1) {
    const letter = source.charAt(at)
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (source.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (letter === '"' && !begun && closes(source, at)) {
      quoted = true
      begun = true
    } else if (letter === '\t') endCell()
    else if (letter === '\n') endRow()
    else {
      cell += letter
      begun = true
    }
  }
  if (begun || cell !== '' || row.length > 0) endRow()
  return rows
}

/** Whether the quote at a cell's beginning is one that Excel wrote: its partner ends the cell. */
function closes(text: string, from: number): boolean {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.charAt(at) !== '"') continue
    if (text.charAt(at + 1) === '"') {
      at += 1
      continue
    }
    return ['', '\t', '\n'].includes(text.charAt(at + 1))
  }
  return false
}

/** A block as Excel and WPS read it. */
export function writeTsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return rows.map((row) => row.map(cell).join('\t')).join('\n')
}

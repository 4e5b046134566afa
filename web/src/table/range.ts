// The cell one stands on and the block chosen from it, by row and column number. Pure.

export interface Cell {
  row: number
  column: number
}

export interface Range {
  top: number
  left: number
  bottom: number
  right: number
}

export function rangeOf(anchor: Cell, cursor: Cell): Range {
  return {
    top: Math.min(anchor.row, cursor.row),
    bottom: Math.max(anchor.row, cursor.row),
    left: Math.min(anchor.column, cursor.column),
    right: Math.max(anchor.column, cursor.column),
  }
}

export const isOne = (range: Range): boolean => range.top === range.bottom && range.left === range.right
export const holds = (range: Range, row: number, column: number): boolean =>
  row >= range.top && row <= range.bottom && column >= range.left && column <= range.right

/** Where a key leads from a cell in a table of that size; null where it leads nowhere. */
export function stepCell(key: string, ctrl: boolean, from: Cell, size: { rows: number; columns: number; page: number }): Cell | null {
  const last = { row: size.rows - 1, column: size.columns - 1 }
  const at = (row: number, column: number): Cell => ({
    row: Math.min(Math.max(row, 0), Math.max(last.row, 0)),
    column: Math.min(Math.max(column, 0), Math.max(last.column, 0)),
  })
  const { row, column } = from
  switch (key) {
    case 'ArrowUp': return at(ctrl ? 0 : row - 1, column)
    case 'ArrowDown': return at(ctrl ? last.row : row + 1, column)
    case 'ArrowLeft': return at(row, ctrl ? 0 : column - 1)
    case 'ArrowRight': return at(row, ctrl ? last.column : column + 1)
    case 'PageUp': return at(row - size.page, column)
    case 'PageDown': return at(row + size.page, column)
    case 'Home': return at(ctrl ? 0 : row, 0)
    case 'End': return at(ctrl ? last.row : row, last.column)
    default: return null
  }
}

/** Which rows stand in view: only these are in the page, with a few beyond either edge. */
export function inView(scroll: number, height: number, rowHeight: number, rows: number, beyond = 6): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scroll / rowHeight) - beyond)
  const last = Math.min(rows, Math.ceil((scroll + height) / rowHeight) + beyond)
  return { first, last: Math.max(first, last) }
}

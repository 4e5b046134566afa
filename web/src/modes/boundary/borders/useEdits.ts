// The changes of borders that a person makes, whether on the map or in the panel: each becomes an edit of the draft
// with words for the tray.
import { api } from '../../../api/client'
import type { BorderAction, BorderDivision } from '../../../api/borders'
import type { Geometry, LonLat } from '../../../api/types'
import { allLocked, lineAlong, same } from '../../../map/borders/arcs'
import { useBorders } from '../../../state/borders'
import { useText } from '../../../text'

/** Outlines of divisions chosen, by id; kept as long as the page is. */
const outlines = new Map<string, Geometry | null>()

export function useEdits() {
  const borders = useBorders()
  const { t } = useText()

  const division = (place: number | null): BorderDivision | null => (place === null ? null : (borders.arcs?.divisions[place] ?? null))
  const byId = (id: string | undefined): BorderDivision | null => borders.arcs?.divisions.find((one) => one.id === id) ?? null
  const called = (place: number | null): string => division(place)?.label ?? t('boundary.edit.outside')
  const named = (id: string | undefined): string => byId(id)?.label ?? names.get(id ?? '') ?? ''
  const between = (): string => (borders.arc ? t('boundary.edit.between', { a: called(borders.arc.left), b: called(borders.arc.right) }) : '')
  const act = (action: BorderAction, did: string, more: Record<string, string> = {}) => borders.act({ action, did, names: { between: between(), ...more } })

  async function move(at: LonLat, to: LonLat): Promise<void> {
    if (same(at, to)) {
      borders.live = null
      return
    }
    if (await act({ kind: 'move', at, to }, 'move')) hold(at, to)
    borders.said = borders.refused ? 'refused' : 'moved'
  }
  /** What was taken hold of stays so under its new coordinates. */
  function hold(at: LonLat, to: LonLat | null): void {
    const { edge } = borders
    if (edge && to) borders.edge = [same(edge[0], at) ? to : edge[0], same(edge[1], at) ? to : edge[1]]
    borders.point = to
  }
  async function insert(from: number, to: LonLat): Promise<void> {
    const [a, b] = [borders.arc?.points[from], borders.arc?.points[from + 1]]
    if (!a || !b) return
    if (await act({ kind: 'insert', edge: [a, b], at: to }, 'insert')) {
      if (borders.edge && same(borders.edge[0], a) && same(borders.edge[1], b)) borders.edge = [a, to]
      borders.point = to
    }
    borders.said = borders.refused ? 'refused' : 'inserted'
  }
  async function remove(at: LonLat): Promise<void> {
    // hold on to an edge that stays
    const points = borders.arc?.points ?? []
    const place = points.findIndex((one) => same(one, at))
    const [before, after] = [points[place - 1], points[place + 1]]
    const edge = borders.edge
    if (await act({ kind: 'delete', at }, 'delete')) {
      if (before && after && edge && (same(edge[0], at) || same(edge[1], at))) borders.edge = [before, after]
      borders.point = null
    }
    borders.said = borders.refused ? 'refused' : 'removed'
  }

  // -- snapping ----------------------------------------------------------------------------------------------
  /** The nearest point of the border becomes an end of the stretch; the third choice begins anew. */
  function stretchTo(near: LonLat, at: LonLat): void {
    const points = borders.arc?.points ?? []
    const far = (one: LonLat) => Math.hypot(one[0] - at[0], one[1] - at[1])
    const end = points.reduce((best, one) => (far(one) < far(best) ? one : best), near)
    const { stretch } = borders
    borders.stretch = !stretch || !same(stretch[0], stretch[1]) ? [end, end] : [stretch[0], end]
  }
  function stretchPoints(): LonLat[] {
    const { arc, stretch } = borders
    if (!arc || !stretch || same(stretch[0], stretch[1])) return arc?.points ?? []
    const [a = 0, b = 0] = stretch.map((end) => arc.points.findIndex((one) => same(one, end)))
    return a < 0 || b < 0 ? arc.points : arc.points.slice(Math.min(a, b), Math.max(a, b) + 1)
  }
  async function snap(within: number): Promise<void> {
    const { arc, centre, stretch } = borders
    const [a, b] = arc?.points ?? []
    const line = centre ? lineAlong(centre.lines, stretchPoints()) : null
    if (!arc || !a || !b || !line) return
    const part = stretch && !same(stretch[0], stretch[1]) ? { stretch } : {}
    if (await act({ kind: 'snap', edge: [a, b], ...part, line: line.slice(0, 5000), within_m: within }, 'snap', { line: centre?.label ?? '' })) {
      borders.choose(null)
      borders.centre = null
    }
    borders.said = borders.refused ? 'refused' : 'snapped'
  }

  // -- whole divisions ---------------------------------------------------------------------------------------
  async function outline(id: string): Promise<void> {
    if (outlines.has(id)) return
    outlines.set(id, null)
    try {
      const found = await api.record('division', id)
      outlines.set(id, found.geometry)
      names.set(id, found.label ?? '')
    } catch {
      outlines.delete(id)
    }
    borders.picked = [...borders.picked]
  }
  /** Chooses a division, or in a merge also lets it go. */
  function pick(id: string): void {
    const { tool, ask, picked } = borders
    if (tool === 'merge') borders.picked = picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]
    else if (tool === 'split') borders.picked = [id]
    else if (tool === 'hand' && ask === 'to') borders.picked = [picked[0] ?? '', id]
    else if (tool === 'hand') borders.picked = [id, picked[1] === id ? '' : (picked[1] ?? '')]
    borders.ask = null
    void outline(id)
  }
  async function pickAt(at: LonLat): Promise<void> {
    try {
      const { chain } = await api.locate(at[0], at[1])
      for (const link of chain) {
        const record = byId(link.id)
        if (link.level !== borders.level && !record) continue
        names.set(link.id, link.name)
        pick(link.id)
        return
      }
      borders.said = 'noDivision'
    } catch {
      borders.said = 'noDivision'
    }
  }
  async function split(name: string, code: string): Promise<boolean> {
    const [id] = borders.picked
    if (!id || borders.path.length < 2) return false
    const done = await act({ kind: 'split', division: id, line: borders.path, name: name.trim(), ...(code.trim() && { code: code.trim() }) }, 'split', { whole: named(id), name: name.trim() })
    if (done) clear()
    borders.said = done ? 'split' : 'refused'
    return done
  }
  async function merge(): Promise<void> {
    const ids = borders.picked
    if (ids.length < 2) return
    const done = await act({ kind: 'merge', divisions: ids }, 'merge', { all: ids.map((id) => named(id)).join(t('app.and')), name: named(ids[0]) })
    if (done) clear()
    borders.said = done ? 'merged' : 'refused'
  }
  async function handOver(): Promise<void> {
    const [from, to] = borders.picked
    if (!from || !to || borders.path.length < 3) return
    const done = await act({ kind: 'hand_over', from, to, piece: borders.path }, 'hand', { from: named(from), to: named(to) })
    if (done) clear()
    borders.said = done ? 'handed' : 'refused'
  }
  function clear(): void {
    borders.path = []
    borders.picked = []
    borders.ask = null
    outlines.clear()
  }
  /** Enter on the map: what is drawn is done. A split needs a name first, which the panel asks for. */
  async function finish(): Promise<void> {
    if (borders.tool === 'hand') await handOver()
    else borders.said = 'nameIt'
  }
  /** One level back; whether there was one. */
  function escape(): boolean {
    if (borders.ask) borders.ask = null
    else if (borders.live) borders.live = null
    else if (borders.path.length > 0) borders.path = []
    else if (borders.point) borders.point = null
    else if (borders.edge || borders.picked.length > 0) borders.drop()
    else return false
    return true
  }
  const undo = async () => { borders.said = (await borders.undo()) ? 'undone' : 'nothingToUndo' }
  const redo = async () => { borders.said = (await borders.redo()) ? 'redone' : 'nothingToRedo' }

  return { division, byId, called, named, between, allLocked, move, insert, remove, stretchTo, stretchPoints, snap, pick, pickAt, split, merge, handOver, clear, finish, escape, undo, redo, outlines: () => borders.picked.flatMap((id) => outlines.get(id) ?? []) }
}
/** Names of divisions chosen that may have gone out of view. */
const names = new Map<string, string>()

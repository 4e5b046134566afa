// Undo and redo of what was just done, by key anywhere and by button.
import { onBeforeUnmount, onMounted } from 'vue'
import { Problem } from '../api/client'
import { ElMessage } from '../look/element'
import { useDesk } from '../state/desk'
import { useText } from '../text'

export function useUndo() {
  const desk = useDesk()
  const { t, title } = useText()

  async function turn(way: 'undo' | 'redo'): Promise<void> {
    try {
      const answer = way === 'undo'
        ? await desk.undo(({ what, revision }) => t('desk.undoReason', { what, revision }))
        : await desk.redo(({ what }) => t('desk.redoReason', { what }))
      if (answer) ElMessage.success({ message: t(way === 'undo' ? 'desk.undone' : 'desk.redone', { what: answer.step.what, revision: answer.revision }), offset: 60 })
      else if (!desk.busy && !desk.refused) ElMessage.info({ message: t(way === 'undo' ? 'desk.nothingToUndo' : 'desk.nothingToRedo'), offset: 60, grouping: true })
    } catch (cause) {
      const why = cause instanceof Problem ? title(cause.says) : String(cause)
      ElMessage.error({ message: t('desk.notUndone', { why }), offset: 60, duration: 8000, showClose: true })
    }
  }
  return { undo: () => turn('undo'), redo: () => turn('redo') }
}

/** Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z wherever nothing is being written. */
export function useUndoKeys(): void {
  const desk = useDesk()
  const { undo, redo } = useUndo()
  function onKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return
    const key = event.key.toLowerCase()
    if (key !== 'z' && key !== 'y') return
    if ((event.target as HTMLElement).closest('input:not([type=checkbox]), textarea, select, [contenteditable], .el-overlay')) return
    if (desk.done.length === 0 && desk.undone.length === 0 && desk.sitting === 'closed') return
    event.preventDefault()
    void (key === 'y' || event.shiftKey ? redo() : undo())
  }
  onMounted(() => { window.addEventListener('keydown', onKey) })
  onBeforeUnmount(() => { window.removeEventListener('keydown', onKey) })
}

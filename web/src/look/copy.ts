// Copying to the clipboard, said aloud; where the browser forbids it the text is shown to be selected.
import { ElMessage } from './element'

type Translate = (key: string, values: Record<string, unknown>) => string

export async function copyText(text: string, t: Translate): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    ElMessage.success({ message: t('app.copied', { text }), duration: 2500 })
  } catch {
    ElMessage.warning({ message: t('app.copyFailed', { text }), duration: 8000, showClose: true })
  }
}

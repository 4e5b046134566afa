// The page's languages: Chinese first, English complete. Titles from the server come in both.
import { createI18n, useI18n } from 'vue-i18n'
import type { Bilingual } from '../api/types'
import { speak } from '../api/client'
import type { Language } from '../figures/format'
import { language } from '../state/reader'
import { en } from './en'
import { zh } from './zh'

const initial = language.read()
speak(initial)

export const i18n = createI18n({
  legacy: false,
  locale: initial,
  fallbackLocale: 'zh',
  messages: { zh, en },
})

/** Turns the page into a language and remembers it. */
export function turnTo(next: Language): void {
  i18n.global.locale.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  language.keep(next)
  speak(next)
}

/** Texts for a component: `t` for our own, `title` for the server's bilingual ones. */
export function useText() {
  const { t, locale } = useI18n()
  const title = (text: Bilingual | null | undefined): string => text?.[locale.value as Language] ?? ''
  /** The same as a whole sentence, to stand beside others: with a capital and a full stop. */
  const sentence = (text: Bilingual | null | undefined): string => {
    const plain = title(text).trim()
    if (plain === '') return ''
    return plain.charAt(0).toUpperCase() + plain.slice(1) + (/[。！？.!?]$/.test(plain) ? '' : t('app.stop'))
  }
  return { t, locale, title, sentence }
}
